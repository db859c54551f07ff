import { all } from "./dom.js";
document.addEventListener("result", () => { for (const part of all(".more")) part.hidden = false; });
