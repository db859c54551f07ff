// The finder's page: what somebody typed becomes a point, the point the nearest places, the places cards. All of it happens here;
// finder-core.js does the searching, and this the talking. What is asked of the host is which pieces of the list, never for what.
import {} from "./site.js";
import { all, data, fill, get, make, press } from "./dom.js";
import { mapAddress } from "./maps.js";
import { fileOf, nearest, openIndex, pointAt, pointOfCode, pointOfRegion, searchFor, townsOf, understood, wholeFiles } from "./finder-core.js";

const STEP = 10, MISSING = "Missing", words = data("words"), form = get("find"), coming = new Map(), opened = [];
const number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
let list = 0, whole = false, last = null, turn = 0;

// Files. Each is a script that calls this, since a page opened from a disk may load scripts but not fetch.

window.finderData = (name, content) => coming.get(name) && coming.get(name)(content);

function load(name) {
  const key = `${list}/${name}`;
  if (!load.kept.has(key)) {
    load.kept.set(key, new Promise((done, failed) => {
      const script = make("script");
      coming.set(name, done);
      script.src = addressOf(name);
      script.onerror = () => {
        load.kept.delete(key); // so that it is tried again
        script.remove();
        failed(Object.assign(new Error(name), { name: MISSING }));
      };
      script.onload = () => script.remove();
      document.head.append(script);
    }));
  }
  return load.kept.get(key);
}
load.kept = new Map();

function addressOf(name) {
  return form.dataset.root + words.lists[list].replace(/[^/]*$/, `${name}.js`);
}

async function index() {
  if (!opened[list]) {
    opened[list] = openIndex(await load("index"));
    if (!whole && (await isKept())) hasWhole();
  }
  return opened[list];
}

/** From now on the whole list is searched, and no piece is asked for. */
function hasWhole() {
  whole = true;
  get("whole").disabled = true;
  get("whole-told").textContent = words.fetched;
}

/** Whether the reader keeps the whole list on the phone (keep.js). Then no piece is asked for, of which a host could tell anything. */
async function isKept() {
  try {
    return !!(await caches.match(new URL(addressOf("all"), location.href)));
  } catch (_) {
    return false; // there are no caches here, or they may not be looked into
  }
}

// Where

/** The place that somebody typed, as `{point, what}`; or nothing, when that has been said. */
async function whereIs(text) {
  const known = await index(), meant = understood(known, text, words.names);
  if (meant.code) {
    const file = fileOf(known, "codes", meant.code, whole), point = file && pointOfCode(await load(file), meant.code);
    return point ? { point, what: fill(words.middle, { what: meant.code }) } : wrong(fill(words.code, { what: text }));
  }
  if (meant.region >= 0) return regionAt(known, meant.region, await load("regions"));
  for (const one of [meant.tries, ...variants(text, words.settings[list].spellings).map((other) => understood(known, other, words.names).tries)].flat()) {
    const file = fileOf(known, "towns", one.key, whole), towns = file ? townsOf(await load(file), one) : [];
    if (towns.length === 1) return townAt(known, towns[0]);
    if (towns.length) return which(known, towns);
  }
  return wrong(fill(words.town, { what: text }));
}

/** What else somebody may have meant: the same with a word spelled as lists spell it, St. as Saint or Saint as St. */
function variants(text, spellings) {
  const pairs = Object.entries(spellings).flatMap(([short, long]) => [[short, long], [long, short]]);
  return pairs.map(([from, to]) => text.replace(new RegExp(`\\b${from}\\b\\.?`, "gi"), to)).filter((other) => other !== text);
}

function regionAt(known, at, regions) {
  const code = known.regions[at], name = words.names[code] || code;
  return { point: pointOfRegion(regions, at), what: fill(words.middle, { what: name }), code, name };
}

function townAt(known, town) {
  return { point: town.point, what: fill(words.middle, { what: town.name }), town: townName(known, town) };
}

function townName(known, town) {
  return fill(words.in, { town: town.name, region: words.names[known.regions[town.region]] || known.regions[town.region] });
}

/** Several towns have the name: lets the reader say which. */
function which(known, towns) {
  heading(words.which);
  get("choose").replaceChildren(...towns.slice(0, 30).map((town) => {
    const one = make("button", townName(known, town), "tool");
    one.type = "button";
    press(one, () => {
      get("where").value = one.textContent;
      guarded(() => show(townAt(known, town)));
    });
    return one;
  }));
}

function wrong(text) {
  get("wrong").textContent = text;
  get("where").setAttribute("aria-invalid", text ? "true" : "false");
  if (!text) return;
  get("result").hidden = true;
  get("where").focus();
}

// Searching

function ticked() {
  return all(`[data-list="${list}"] input:checked`).map((box) => box.value);
}

async function search(event) {
  if (event) event.preventDefault();
  const text = get("where").value.trim(), mine = ++turn;
  wrong(text ? "" : words.empty);
  if (!text) return;
  remember();
  begin();
  await guarded(async () => {
    const place = await whereIs(text);
    if (place && mine === turn) await show(place);
  });
}

/** Does some work that needs files; says so where one could not be had. */
async function guarded(work) {
  try {
    await work();
  } catch (error) {
    if (error.name !== MISSING) throw error;
    wrong(words.failed);
  }
}

async function show(place, count = STEP) {
  const mine = ++turn;
  if (!opened[list]) begin();
  const known = await index();
  last = { place, count };
  heading(place.point ? fill(words.near, { what: place.town || place.what }) : place.name);
  get("choose").replaceChildren(...allOf(place));
  if (!place.point) return;
  get("sure").textContent = words.looking;
  busy();
  const going = searchFor(known, place.point, ticked(), count, whole);
  const draw = (now) => mine === turn && cards(known, place, now, count);
  draw(await nearest(going, load, draw));
  if (mine === turn) get("result").removeAttribute("aria-busy");
}

/** Says at once that something is being done. */
function begin() {
  heading(words.looking);
  busy();
}

function busy() {
  get("result").setAttribute("aria-busy", "true"); // which also keeps room for what comes, so that nothing below it moves
}

function heading(text) {
  for (const id of ["cards", "choose"]) get(id).replaceChildren();
  for (const id of ["more", "again", "loose"]) get(id).hidden = true;
  get("sure").textContent = "";
  get("result").removeAttribute("aria-busy");
  get("found").textContent = text;
  get("result").hidden = false;
  get("found").focus();
}

/** A link to the page of a region, where its every place stands. */
function allOf({ code, name }) {
  const url = words.regions[code];
  if (!url) return [];
  const link = make("a", fill(words.all, { region: name }));
  link.href = form.dataset.root + url + (location.protocol === "file:" ? "index.html" : "");
  return [link];
}

// Cards

function cards(known, place, { places, loose, complete, sure, missed }, count) {
  const full = places.length >= count, settled = complete || !missed.length;
  get("cards").replaceChildren(...places.map((one) => card(known, place, one)));
  get("loose").hidden = !loose.length;
  get("loose").querySelector("ul").replaceChildren(...loose.map((one) => card(known, place, one)));
  get("more").hidden = !(complete && full);
  get("again").hidden = settled;
  get("sure").textContent = !settled ? fill(words.sofar, { away: away(known, sure, false, place) })
    : !complete ? words.looking : !places.length && !loose.length ? words.none : full ? words.exact : words.few;
  if (complete && count > STEP && get("cards").children[count - STEP]) get("cards").children[count - STEP].querySelector("h3").focus();
}

function away(known, distance, about, { what }) {
  const rounded = about || distance >= 10 ? Math.round(distance) : Math.round(distance * 10) / 10;
  const said = fill(words[known.units === "km" ? "km" : rounded === 1 ? "mile" : "miles"], { n: number.format(rounded), what });
  return about ? fill(words.about, { away: said }) : said;
}

function card(known, place, one) {
  const made = make("li", "", "person place"), settings = words.settings[list], name = make("h3", one.name);
  name.tabIndex = -1;
  made.append(name);
  const line = (text, style) => text && made.append(make("p", text, style));
  line(one.part);
  if (one.away !== null) line(away(known, one.away, one.about, place), "away");
  const has = one.facets.map((at) => known.facets[at]);
  for (const [said, warns] of has) if (warns) line(said, "warns");
  const ways = make("ul", "", "ways");
  one.lines.forEach(({ intake, display, extension, href }, at) => {
    const way = make("li"), link = make("a", "", at ? "way phone" : "way phone button");
    link.href = href;
    const [before, after] = words.call.split("{number}");
    link.append(before, make("span", display, "number"), after, extension ? `, ${fill(words.extension, { n: extension })}` : "");
    way.append(link);
    if (intake) way.append(" ", make("span", words.admit, "label"));
    ways.append(way);
  });
  if (one.website) {
    const way = make("li"), link = make("a", new URL(one.website).hostname.replace(/^www\./, ""), "way web");
    link.href = one.website;
    way.append(link);
    ways.append(way);
  }
  made.append(ways);
  const address = [one.street, one.street2, [one.city, one.city && one.region.split("-")[1], one.postalCode].filter(Boolean).join(" ")].filter(Boolean).join(", ");
  if (address) {
    const where = make("p", `${address} `, "where"), link = make("a", words.map);
    link.href = mapAddress(one.about ? null : one.point, address);
    where.append(link);
    made.append(where);
  }
  const facts = make("dl", "", "facts");
  for (const [title, members] of settings.groups) {
    const offered = has.map(([said]) => said).filter((said) => members.includes(said));
    if (!offered.length) continue;
    const row = make("div");
    row.append(make("dt", `${title}:`), " ", make("dd", offered.join(", ")));
    facts.append(row);
  }
  if (facts.firstChild) {
    const more = make("details");
    more.append(make("summary", words.offers), facts);
    made.append(more);
  }
  line(one.notes);
  line(fill(words.first, { list: settings.short, edition: settings.edition }), "edition");
  return made;
}

// State. It stands behind the # alone, which no host is told; where the phone is does not stand there at all.

function remember() {
  const state = new URLSearchParams();
  const text = get("where").value.trim();
  if (text) state.set("where", text);
  if (ticked().length) state.set("has", ticked().join(" "));
  if (list) state.set("list", list);
  history.replaceState(null, "", state.toString() ? `#${state}` : location.pathname + location.search);
}

function recall() {
  const state = new URLSearchParams(location.hash.slice(1)), text = state.get("where");
  if (!text) return;
  choose(+state.get("list") < words.lists.length ? +state.get("list") : 0);
  const has = (state.get("has") || "").split(" ");
  for (const box of all(`[data-list="${list}"] input`)) box.checked = has.includes(box.value);
  tell();
  get("where").value = text;
  search();
}

function choose(at) {
  list = at;
  for (const needs of all(".needs")) needs.hidden = +needs.dataset.list !== at;
  const radio = form.querySelector(`[name=list][value="${at}"]`);
  if (radio) radio.checked = true;
}

function tell() {
  for (const needs of all(".needs")) {
    const count = all("input:checked", needs).length;
    needs.querySelector(".chosen").textContent = count ? fill(words.ticked, { n: count }) : "";
  }
}

form.addEventListener("submit", search);
form.addEventListener("change", ({ target }) => {
  if (target.name === "list") choose(+target.value);
  tell();
});
for (const clear of all("[data-clear]")) {
  press(clear, () => {
    for (const box of all("input:checked", clear.closest("details"))) box.checked = false;
    tell();
  });
}
press(get("more"), () => guarded(() => show(last.place, last.count + STEP)));
press(get("again"), () => guarded(() => show(last.place, last.count)));
press(get("here"), () => {
  wrong("");
  if (!navigator.geolocation) return wrong(words.refused);
  const found = ({ coords }) => guarded(() => show({ point: pointAt(coords.latitude, coords.longitude), what: words.you }));
  navigator.geolocation.getCurrentPosition(found, () => wrong(words.refused), { maximumAge: 600000, timeout: 15000 });
});
press(get("whole"), async () => {
  get("whole-told").textContent = words.fetching;
  await guarded(async () => {
    await Promise.all(wholeFiles(await index()).map(load));
    hasWhole();
  });
  if (!whole) get("whole-told").textContent = "";
});
addEventListener("hashchange", recall);
recall();
