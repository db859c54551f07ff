// On every page that has no script of its own.
import {} from "./links.js";
import {} from "./prefetch.js";
import { judge } from "./hours.js";

judge(document);
addEventListener("pageshow", () => judge(document)); // a page kept since yesterday comes back without being loaded
