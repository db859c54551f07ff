// The worker that gives out the kept guide where there is no signal. It is there only if the reader pressed the button for it (keep.js).
// A page always asks the host first, for its numbers; what it answers takes the place of the kept copy. If nothing whole has come
// in a few seconds, the kept copy is shown, and says of which day it is. Pages that are not kept are never stored: what is stored
// tells nobody what was read, but for when a kept page was last fetched.
import { guideOf, isSound, noteOn, placeOf, put } from "./keep-store.js";

const PATIENCE = 4000, FILE = /assets\/[\w.-]+(?:\/[\w.-]+)*\.\w+/g, root = registration.scope;
const { language, notice, again, away } = JSON.parse(facts);

function day(moment) {
  return new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short" }).format(moment);
}

/** A kept page with a notice below the contact bar. The words come escaped. An empty address is that of the page itself. */
async function told(kept, status) {
  const line = `<aside class="top"><p class="card note" id="kept">${notice.replace("{date}", day(noteOn(kept).made))}<br><a href="">${again}</a></p></aside>`;
  const text = await kept.text(), bar = /data-contact-bar[^]*?<\/aside>/.exec(text), at = bar ? bar.index + bar[0].length : text.search(/<main\b/);
  return new Response(text.slice(0, at) + line + text.slice(at), { status, headers: kept.headers });
}

/** What is said where a page is not kept and the host cannot be reached. Its links are made to lead there from any address. */
async function notKept(guide) {
  const kept = await guide.match(root + away);
  if (!kept) return Response.error();
  const text = (await kept.text()).replace(/="(?:\.\.\/)+/g, `="${root}`);
  return told(new Response(text, { headers: kept.headers }), 504);
}

/** Keeps a fresh page in place of the old one, and the files that it names and that are not there yet. A page that names a new list of
 * places waits for the whole of it, which is large and is fetched only when the reader says so: old page and old list go together. */
async function renew(guide, place, response) {
  const files = [...new Set((await response.clone().text()).match(FILE) || [])], had = (await guide.keys()).map((one) => one.url);
  const absent = files.filter((file) => !had.includes(root + file)), missing = absent.filter((file) => !file.endsWith("/index.js"));
  if (absent.length > missing.length && had.some((file) => file.endsWith("/all.js"))) return;
  await put(guide, place, response);
  while (missing.length) {
    const file = missing.pop(), fresh = await fetch(root + file);
    if (!isSound(fresh)) continue;
    const text = new TextDecoder().decode(await put(guide, root + file, fresh));
    if (file.endsWith(".js")) missing.push(...(text.match(FILE) || []).filter((one) => !had.includes(root + one)));
    had.push(root + file);
  }
}

/** An answer that has come to its end: half a page is none. */
async function whole(coming) {
  const response = await coming, copy = response.clone();
  if (response.type === "basic") await response.clone().arrayBuffer();
  return { response, copy };
}

async function pageFor(event) {
  const place = placeOf(event.request.url), guide = await guideOf(root), kept = guide && (await guide.match(place));
  // Not from the browser's own cache without asking: a page that it takes for fresh may be weeks old.
  const coming = fetch(event.request, { cache: "no-cache" });
  if (!guide) return coming;
  if (!kept) return coming.then(null, () => otherwise(guide, place));
  const all = whole(coming);
  event.waitUntil(all.then(({ copy }) => isSound(copy) && renew(guide, place, copy)).then(null, () => {})); // the kept copy stays as it is
  const first = await Promise.race([all.then(({ response }) => response, () => null), new Promise((done) => setTimeout(done, PATIENCE))]);
  return first && first.status < 500 ? first : told(kept, 200);
}

/** A folder's address may lack its last slash: hosts send such readers on. */
async function otherwise(guide, place) {
  return (await guide.match(`${place}/`)) ? Response.redirect(`${place}/`) : notKept(guide);
}

/** Files with a digest in their names never change, so that the kept one is as good as any. */
async function fileFor(request) {
  const guide = await guideOf(root), kept = guide && (await guide.match(placeOf(request.url)));
  return kept || fetch(request);
}

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(root) || request.headers.has("range")) return;
  if (request.mode === "navigate") event.respondWith(pageFor(event));
  else if (request.destination && request.url.startsWith(`${root}assets/`)) event.respondWith(fileFor(request)); // what keep.js fetches has none
});
