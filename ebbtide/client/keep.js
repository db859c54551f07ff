// The page on which a reader keeps the guide on the phone. Nothing is fetched, stored or registered before the button is pressed. Then
// the worker comes first, so that a browser that refuses does so at once, and what has come by the time a signal is lost is of use.
import {} from "./site.js";
import { data, fill, get, press } from "./dom.js";
import { askFirst, keepOnly, kept } from "./kept.js";
import { begin, forget, guideOf, isSound, noteOn, put } from "./keep-store.js";

const AT_ONCE = 3, PATIENCE = 45000, words = data("words"), { root, list, away, count } = get("keep").dataset, language = document.documentElement.lang;
const home = new URL(root, location.href).href, box = get("places"), number = new Intl.NumberFormat(language);
const able = location.protocol !== "file:" && "serviceWorker" in navigator && "caches" in window;
let work = null; // what stops the work in hand
let stopped = false;

const megabytes = (bytes) => fill(words.megabytes, { n: number.format(Math.ceil(bytes / 1e5) / 10) });
const moment = (made) => new Date(made).toLocaleString(language, { dateStyle: "long", timeStyle: "short" });

// What there is

/** What is kept: how many pages and bytes, whether the lists of places are among it, and when it was last whole (0: never). */
async function held() {
  const guide = await guideOf(home), found = { pages: 0, bytes: 0, places: false, made: 0 };
  for (const one of guide ? await guide.keys() : []) {
    const path = one.url.slice(home.length), note = noteOn(await guide.match(one));
    if (path === list) found.made = note.made;
    else if (path !== away && !path.startsWith("assets/")) found.pages += 1;
    if (path.endsWith("/all.js")) found.places = true;
    found.bytes += note.size;
  }
  return found;
}

/** Shows what can be done now, and what is kept. */
async function show() {
  let found = null;
  try {
    found = able && (await held());
  } catch (_) {
    // some browsers let pages look for a cache, and then do not let them look into it
  }
  const { pages, made, bytes, places } = found || {}, some = !!found && pages > 0, results = !!(kept(root) || []).length;
  get("no-script").hidden = true;
  get("disk").hidden = location.protocol !== "file:";
  get("refused").hidden = !!found || location.protocol === "file:";
  get("offer").hidden = !found;
  get("keep-it").hidden = !found && !results;
  get("state").textContent = some && !work ? fill(made ? words.whole : words.part, { date: moment(made), n: number.format(pages), all: number.format(count), size: megabytes(bytes) }) : "";
  get("keep").hidden = !!work || (some && !!made);
  get("keep").textContent = some ? words.on : words.keep;
  get("newest").hidden = !!work || !made;
  get("remove").hidden = !!work || !some;
  get("everything").hidden = !!work || !(some || results);
  get("working").hidden = !work;
  if (box) {
    box.disabled = !!work;
    if (some && made && !work) box.checked = places;
  }
}

function say(text) {
  get("say").textContent = text;
}

// Fetching

const LOST = "Lost", REFUSED = "Refused", FULL = "QuotaExceededError";

function problem(name) {
  return Object.assign(new Error(name), { name });
}

/** An answer of the host's, fresh. Rejects where there is none in good time, or another than was asked for. */
async function answerTo(path) {
  const timer = setTimeout(() => work.abort(), PATIENCE);
  try {
    const response = await fetch(home + path, { cache: "no-cache", signal: work.signal });
    if (!isSound(response)) throw problem(LOST);
    return response;
  } finally {
    clearTimeout(timer);
  }
}

/** Keeps what of `wanted` is not kept as it is now, some at a time, and calls `done` for each. Each is [path, digest]. */
async function fetchAll(guide, wanted, done) {
  const queue = [...wanted];
  let failed = null;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (queue.length && !failed) {
      const [path, digest] = queue.shift(), before = await guide.match(home + path);
      try {
        if (!before || noteOn(before).digest !== digest) await put(guide, home + path, await answerTo(path));
        done(path);
      } catch (error) {
        failed = failed || error;
        work.abort();
      }
    }
  }));
  if (failed) throw failed;
}

/** What the browser lets us do. Where it does not, it says so in one way or another; a TypeError is a worker that could not be fetched. */
function granted(coming) {
  return coming.then(null, (error) => {
    throw error.name === "TypeError" ? error : problem(REFUSED);
  });
}

/** Makes what is kept what the host has now. */
async function takeAll() {
  const answer = await answerTo(list), copy = answer.clone(), { pages, files, places } = await answer.json();
  const guide = await granted(begin(home));
  await granted(navigator.serviceWorker.register(`${home}sw.js`, { scope: home, updateViaCache: "none" }));
  const wanted = [...pages, ...files, ...(box && box.checked ? places : [])], names = new Set(wanted.map(([path]) => home + path));
  const shown = new Set(pages.map(([path]) => path).filter((path) => path !== away));
  let came = 0, seen = 0;
  const tell = (path) => {
    seen += shown.has(path) ? 1 : 0;
    get("bar").max = wanted.length;
    get("bar").value = came++;
    get("done").textContent = fill(words.done, { n: number.format(seen), all: number.format(shown.size) });
  };
  tell();
  await fetchAll(guide, wanted, tell);
  for (const { url } of await guide.keys()) if (!names.has(url) && url !== home + list) await guide.delete(url);
  await put(guide, home + list, copy);
}

async function go() {
  if (work) return; // pressed twice
  work = new AbortController();
  stopped = false;
  say("");
  const before = await held().then(({ made }) => made, () => 0);
  get("done").textContent = "";
  get("bar").removeAttribute("value");
  await show();
  get("stop").focus();
  let said = words.done_all;
  try {
    await takeAll();
  } catch (error) {
    said = await wentWrong(error.name, before);
  }
  work = null;
  await show();
  say(said);
  (get("state").textContent ? get("state") : get("keep")).focus();
}

/** What to say of what went wrong. Where the browser will not keep it, the half that is there goes too; but not a guide that was whole
 * `before`, some of which is now newer. */
async function wentWrong(name, before) {
  const hopeless = !stopped && (name === REFUSED || (name === FULL && !before)), found = await held().then((there) => there, () => null);
  if (hopeless || !found || !found.pages) await clear().then(null, () => {});
  if (stopped) return words.stopped;
  return name === REFUSED ? words.refused : name !== FULL ? words.lost : before ? words.no_more : words.full;
}

// Removing

/** Leaves nothing of the guide: no worker, no cache. */
async function clear() {
  for (const one of await navigator.serviceWorker.getRegistrations()) if (one.scope === home) await one.unregister();
  await forget(home);
}

async function remove(results) {
  let said = results ? words.gone_all : words.gone;
  try {
    if (able) await clear();
    if (results && !keepOnly(root, [])) said = words.not_gone;
  } catch (_) {
    said = words.not_gone;
  }
  await show();
  say(said);
  get("top").focus();
}

press(get("keep"), go);
press(get("newest"), go);
press(get("stop"), () => {
  stopped = true;
  work.abort();
});
askFirst(get("remove"), words, () => remove(false));
askFirst(get("everything"), { ...words, sure: words.sure_all }, () => remove(true));
addEventListener("pageshow", show); // also when the reader comes back
