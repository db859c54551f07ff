// The search's page: what is typed becomes a list of links, and words of danger bring somebody to call above it. search-core.js does the
// searching. What is typed is kept nowhere: not in the address, not in storage, and no request holds it.
import {} from "./site.js";
import { all, data, fill, get, make } from "./dom.js";
import { alarms, find, openIndex } from "./search-core.js";

const SHOWN = 10, PAUSE = 500, words = data("words"), form = get("search"), box = get("q"), files = form.dataset.files.split(" "), indexes = [], coming = new Map();
const lines = all("#index li:not(.w) a"), cards = all("[data-words]").map((card) => ({ card, phrases: card.dataset.words.split("|") }));
const typed = all("#index .w a").map((line) => line.textContent), titles = new Map(lines.map((line) => [pathOf(line), line.textContent]));
let timer = 0, turn = 0, typing = false;

/** Where a link leads, from the root of the site; on a disk, where links name files, as on a host. */
function pathOf(link) {
  return link.href.slice(new URL(form.dataset.root, location.href).href.length).replace(/index\.html(?=$|#)/, "");
}

// Data. Each file is a script that calls this, since a page opened from a disk may load scripts but not fetch.

window.ebbtideSearch = (name, content) => coming.get(name).done(content);

function load(name, at) {
  if (!coming.has(name)) {
    const wait = {};
    coming.set(name, wait);
    wait.ready = new Promise((done, failed) => {
      const script = make("script");
      wait.done = (content) => {
        indexes[at] = openIndex(content, lines.length, typed);
        done();
      };
      script.src = form.dataset.root + files[at];
      script.onload = () => script.remove();
      script.onerror = () => {
        coming.delete(name); // so that it is tried again
        script.remove();
        failed(new Error(name));
      };
      document.head.append(script);
    });
  }
  return coming.get(name).ready;
}

// Showing

/** Brings up whom to call, at once and before anything is loaded. A card that is shown already stays as it is, and is not read out again. */
function warn(text) {
  for (const { card, phrases } of cards) {
    const wanted = phrases.some((phrase) => alarms(text, phrase));
    if (card.hidden === wanted) card.hidden = !wanted;
  }
}

function row(document) {
  const line = lines[document], link = make("a", line.textContent), item = make("li"), above = `${pathOf(line).split("/")[0]}/`;
  link.href = line.getAttribute("href");
  if (above !== pathOf(line) && titles.has(above)) link.append(make("small", titles.get(above)));
  if (line.parentNode.dataset.contact) item.dataset.contact = line.parentNode.dataset.contact;
  item.append(link);
  return item;
}

function show(found) {
  get("hits").replaceChildren(...found.slice(0, SHOWN).map(([document]) => row(document)));
  say(fill(found.length ? words[found.length > SHOWN ? "more" : "found"] : words.none, { n: found.length }));
}

/** Says how it went once nobody types any more: whoever listens shall not hear it after each letter. */
function say(text) {
  get("result").hidden = false;
  clearTimeout(timer);
  timer = setTimeout(() => { get("told").textContent = text; }, typing ? PAUSE : 0);
}

/** Searches for what stands in the box. `open`: the last word may go on. The second file comes only where the first does not do. */
async function search(open) {
  const text = box.value.trim(), mine = ++turn;
  typing = open;
  warn(text);
  if (!text) {
    clearTimeout(timer);
    get("result").hidden = true;
    get("hits").replaceChildren();
    get("told").textContent = "";
    return;
  }
  try {
    await load("words", 0);
    if (mine !== turn) return;
    let result = find(indexes.slice(0, 1), text, open);
    if (!result.sure || !result.found.length) {
      if (result.found.length) show(result.found);
      await load("texts", 1);
      if (mine !== turn) return;
      result = find(indexes, text, open);
    }
    show(result.found);
  } catch (problem) {
    if (mine === turn && !get("hits").childElementCount) say(words.failed);
  }
}

box.addEventListener("focus", () => load("words", 0).then(null, () => {})); // search says so when it fails
box.addEventListener("input", () => search(true));
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  await search(false);
  if (box.value.trim()) get("found").focus();
});
if (box.value) search(true); // what a browser kept in the box when the reader comes back
