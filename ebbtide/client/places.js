// On pages of towns: what every page has, and links to the phone's map.
import {} from "./site.js";
import {} from "./maps.js";
