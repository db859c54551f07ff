// Finds the nearest places in a browser, by itself: what the finder's files hold (ebbtide/finder/files.py says how), distances that
// rank alike here and in Python to the last bit (ebbtide/finder/geo.py, same names), and a search that knows when it is right.
//
// Pure: no document, no network, no clock. It says which files it needs, by name, and is given their data. A point is
// [latitude, longitude] in units of 0.0001 degree.

const QUARTER = 900000, HALF = 1800000, TURN = 3600000, SLACK = 1 - 1e-9, LETTERS = "bcdfghjklmnpqrstvwxz";
const SERIES = [], SIXES = [];
[..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"].forEach((sign, at) => SIXES[sign.charCodeAt(0)] = at);
for (let at = 2, term = 1 / 4; at < 24; at += 2) {
  SERIES.unshift(term);
  term /= -((at + 1) * (at + 2));
}
/** Leaves that are fetched before a search without a proof takes the whole list instead. */
const PATIENCE = 12;

// Distances

/** A point given in degrees, as a browser or a list has it. */
export function pointAt(latitude, longitude) {
  return [Math.round(latitude * 10000), Math.round(longitude * 10000)];
}

export function hav(angle) {
  if (angle > QUARTER) return 1 - hav(HALF - angle);
  const x = angle * (Math.PI / HALF), square = x * x;
  let total = 0;
  for (const term of SERIES) total = total * square + term;
  return total * square;
}

function sine(angle) {
  const part = hav(angle);
  return 2 * Math.sqrt(part * (1 - part));
}

function cosine(latitude) {
  return sine(QUARTER - Math.abs(latitude));
}

function signedSine(latitude) {
  return Math.sign(latitude) * sine(Math.abs(latitude));
}

function apart(one, other) {
  const turned = Math.abs(one - other) % TURN;
  return turned > HALF ? TURN - turned : turned;
}

/** In the units of the list, along the great circle. */
export function distance(index, rank) {
  return 2 * (index.units === "km" ? 6371.0088 : 6371.0088 / 1.609344) * Math.asin(Math.sqrt(Math.min(1, rank)));
}

/** The least rank that a place in a box can have. */
export function bound([latitude, longitude], [south, west, north, east]) {
  if ((longitude - west + TURN) % TURN <= east - west) return hav(Math.max(south - latitude, latitude - north, 0));
  const turned = Math.min(apart(longitude, west), apart(longitude, east)), part = hav(turned), cosines = cosine(latitude);
  if (turned < QUARTER) {
    const up = signedSine(latitude), over = cosines * (1 - 2 * part), slope = (side) => up * cosine(side) - over * signedSine(side);
    if (slope(south) > 0 && slope(north) < 0) {
      const across = cosines * sine(turned);
      return across * across / (2 * (1 + Math.sqrt(1 - across * across)));
    }
  }
  return Math.min(...[south, north].map((side) => hav(Math.abs(latitude - side)) + cosines * cosine(side) * part));
}

// Files

/** The index, ready for searching; `known` keeps the places that have come. */
export function openIndex(data) {
  const [south, west, height, width] = data.boxes, souths = summed(south), wests = summed(west);
  return {
    ...data,
    boxes: souths.map((low, at) => [low * 100, wests[at] * 100, (low + height[at]) * 100, (wests[at] + width[at]) * 100]),
    masks: masksOf(data),
    known: new Map(),
  };
}

/** Of each facet that can be ticked, which leaves have it. */
function masksOf({ facets, masks, boxes }) {
  const planes = planesOf(masks, facets.length, boxes[0].length);
  let next = 0;
  return facets.map(([, , , id]) => id && planes[next++]);
}

/** All the files that whoever wants to give nothing away fetches, whatever they look for. */
export function wholeFiles(index) {
  return ["all", "towns", "regions", ...(index.codes ? ["codes"] : [])];
}

function letters(number) {
  const rest = Math.floor(number / 20);
  return LETTERS[number % 20] + (rest ? letters(rest) : "");
}

function summed(steps) {
  let total = 0;
  return steps.map((step) => total += step);
}

/** Planes of bits, six to a byte. */
function planesOf(text, count, rows) {
  const wide = Math.ceil(rows / 6), bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = SIXES[text.charCodeAt(at)];
  return Array.from({ length: count }, (_, at) => bytes.subarray(at * wide, (at + 1) * wide));
}

function bit(plane, row) {
  return plane[(row / 6) | 0] >> (row % 6) & 1;
}

function openPlaces(index, [numbers, north, east, ...texts]) {
  const latitudes = summed(north);
  return {
    latitudes, longitudes: summed(east), cosines: latitudes.map(cosine), numbers: summed(numbers),
    planes: planesOf(texts.pop(), index.facets.length + 1, numbers.length), texts,
  };
}

/** A text column as rows, made when it is first looked at. */
function column(places, at) {
  const text = places.texts[at];
  if (typeof text === "string") {
    let above = "";
    places.texts[at] = text && text.split("\n").map((each) => above = each === "=" ? above : each);
  }
  return places.texts[at];
}

/** A place as a card shows it. Empty texts are "". `facets` are indices into the index's; `away` is null where it has no point. */
function placeAt(index, places, row, rank) {
  const [name, part, street, street2, city, region, postalCode, lines, website, notes] = places.texts.map((_, at) => (column(places, at) || [])[row] || "");
  return {
    name, part, street, street2, city, region, postalCode, notes,
    number: places.numbers[row],
    website: website && (website.includes("://") ? website : `https://${website}`),
    lines: lines ? lines.split(";").map(lineOf) : [],
    facets: index.facets.map((_, at) => at).filter((at) => bit(places.planes[at], row)),
    about: !!bit(places.planes[index.facets.length], row),
    point: rank === null ? null : [places.latitudes[row] / 10000, places.longitudes[row] / 10000],
    away: rank === null ? null : distance(index, rank),
  };
}

function lineOf(text) {
  const [, intake, shown, dialed, extension] = /^(i?)([^x~]*)~?([^x]*)x?(.*)$/.exec(text);
  const display = dialed ? shown : `1-${shown.slice(0, 3)}-${shown.slice(3, 6)}-${shown.slice(6)}`, dial = dialed || `+1${shown}`;
  return { intake: !!intake, display, extension, href: `tel:${dial}${extension && `,${extension}`}` };
}

// Nearest

/**
 * A search for the `count` nearest places to a point that have, of each group of facets of which any is ticked, one of the ticked ones
 * (`ticked`: ids). With `whole` it looks at the whole list and never at leaves. Then: fetch what `wanted` names, `take` each or
 * say that it was `missed`, and again until nothing is named; `found` may be asked at any time. Or let `nearest` do all that.
 */
export function searchFor(index, point, ticked, count, whole) {
  const groups = new Map();
  index.facets.forEach(([, , group, id], at) => {
    if (ticked.includes(id)) groups.set(group, [...(groups.get(group) || []), at]);
  });
  const search = {
    index, point, count, groups: [...groups.values()], cosine: cosine(point[0]), best: [], loose: [], open: new Map(), gone: new Set(),
    whole: whole || !index.boxes.length || index.known.has("all"), unasked: index.unplaced ? ["unplaced"] : [], fetched: 0,
  };
  // The mask of a leaf has every bit of every place in it: where a group has none, nothing in the leaf fits.
  const fit = fitting(search, index.masks, index.boxes.length);
  search.queue = index.boxes.map((box, at) => ({ at, least: bound(point, box) })).filter(({ at }) => bit(fit, at));
  search.queue.sort((one, other) => one.least - other.least || one.at - other.at);
  return search;
}

/** The plane of those that have, of each group of the search, one of the facets. */
function fitting({ groups }, planes, rows) {
  const fit = new Uint8Array(Math.ceil(rows / 6)).fill(63);
  for (const group of groups) fit.forEach((bits, at) => fit[at] = bits & group.reduce((any, facet) => any | planes[facet][at], 0));
  return fit;
}

/**
 * Names of files to fetch now, leaves two at a time; none while some are still to come, and when the search is at its end.
 *
 * Leaves come by their bounds, the least rank that a place in them can have. It ends when `count` places are known and the bound of
 * the next leaf is greater than the rank of the last of them. Then they are the right ones: a place that belongs among them is not in
 * a leaf that was looked through, nor in one that was dropped for its mask, so its rank is at least the next bound, and greater than
 * that of the last. Strictly greater, so that of places equally far the right ones stand there too.
 */
export function wanted(search) {
  const { index, queue, open, gone } = search, names = [];
  const ask = (name, least) => {
    if (index.known.has(name)) return look(search, name);
    open.set(name, least);
    names.push(name);
  };
  if (open.size > gone.size) return names;
  if (!search.whole) {
    search.unasked.splice(0).forEach((name) => ask(name, Infinity));
    for (let asked = 0; asked < 2 && queue.length && search.fetched < PATIENCE && !proved(search, queue[0].least);) {
      const { at, least } = queue.shift(), name = `s${letters(at)}`, fresh = !index.known.has(name);
      asked += fresh;
      search.fetched += fresh;
      ask(name, least);
    }
    search.whole = !names.length && queue.length > 0 && !proved(search, queue[0].least);
  }
  if (search.whole && !search.done && !gone.has("all")) ask("all", queue.length ? queue[0].least : 0);
  return names;
}

/** Gives the search what the file of that name holds. */
export function take(search, name, data) {
  search.index.known.set(name, (name === "all" ? data : [data]).map((each) => openPlaces(search.index, each)));
  look(search, name);
}

/** The file of that name could not be had: the search goes on without it, and `found` says how far it can be trusted. */
export function missed(search, name) {
  search.gone.add(name);
}

function look(search, name) {
  search.open.delete(name);
  search.gone.delete(name);
  if (name === "all") {
    search.best = [];
    search.loose = [];
    search.queue = [];
    search.done = true;
    search.open.clear();
    search.gone.clear();
  }
  for (const places of search.index.known.get(name)) {
    if (places.latitudes.length) scan(search, places);
    else {
      const fit = fitting(search, places.planes, places.numbers.length);
      places.numbers.forEach((_, row) => bit(fit, row) && search.loose.push({ places, row, rank: null }));
    }
  }
}

function scan(search, places) {
  const { best, count, point: [latitude, longitude] } = search, { latitudes, longitudes, cosines, numbers } = places;
  const fit = fitting(search, places.planes, numbers.length);
  let worst = best.length < count ? Infinity : best[count - 1].rank;
  for (let row = 0; row < numbers.length; row++) {
    if (!bit(fit, row)) continue;
    let rank = hav(Math.abs(latitude - latitudes[row]));
    if (rank > worst) continue;
    rank += search.cosine * cosines[row] * hav(apart(longitude, longitudes[row]));
    let at = best.length;
    while (at && (rank < best[at - 1].rank || rank === best[at - 1].rank && numbers[row] < numberOf(best[at - 1]))) at--;
    if (at === count) continue;
    best.splice(at, 0, { places, row, rank });
    if (best.length > count) best.pop();
    if (best.length === count) worst = best[count - 1].rank;
  }
}

function numberOf({ places, row }) {
  return places.numbers[row];
}

function proved({ best, count }, least) {
  return best.length === count && least * SLACK > best[count - 1].rank;
}

/**
 * What a search has found: `places`, nearest first; `loose`, those without a point that fit; `complete`: whether these are the nearest
 * of all, and else `sure`, the distance below which none is missing; `missed`, the files that could not be had.
 */
export function found(search) {
  const { index, queue, open } = search, least = Math.min(...open.values(), queue.length ? queue[0].least : Infinity);
  const shown = ({ places, row, rank }) => placeAt(index, places, row, rank), complete = least === Infinity || proved(search, least);
  return {
    places: search.best.map(shown), loose: search.loose.map(shown), complete,
    sure: complete ? null : distance(index, least * SLACK), missed: [...search.gone],
  };
}

/** Runs a search to its end. `load` promises the data of a file by its name; `told` hears what is found after each round. */
export async function nearest(search, load, told) {
  for (let names = wanted(search); names.length; names = wanted(search)) {
    await Promise.all(names.map((name) => load(name).then((data) => take(search, name, data), () => missed(search, name))));
    if (told) told(found(search));
  }
  return found(search);
}

// Postal codes, towns and regions

/** Letters and digits alone, without accents and capitals. */
export function plain(text) {
  return text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]|[^\p{L}\p{N}]/gu, "");
}

/**
 * What somebody typed: `{code}`; or `{region, tries}`, the index of the region that all of it names or -1, and the towns that it may
 * mean, likeliest first, each with a key and the index of its region or -1. `names`: of regions, by their codes.
 */
export function understood(index, text, names) {
  if (index.codes && /[0-9]/.test(text)) return { code: plain(text).toUpperCase().slice(0, index.codes.digits) };
  const regionOf = (words) => index.regions.findIndex((code) => [code, code.split("-").pop(), names[code] || code].some((each) => plain(each) === plain(words)));
  const words = text.split(/[\s,]+/).filter((word) => word), tries = [{ key: plain(text), region: -1 }];
  for (let at = 1; at < words.length && !tries[1]; at++) {
    const region = regionOf(words.slice(at).join(" "));
    if (region >= 0) tries.push({ key: plain(words.slice(0, at).join("")), region });
  }
  if (text.includes(",")) tries.reverse();
  return { region: regionOf(text), tries: tries.filter(({ key }) => key) };
}

/** The file that holds a code or town, by its key; null where no table has it. `whole`: whoever gives nothing away. */
export function fileOf(index, kind, key, whole) {
  const table = index[kind];
  if (!table) return null;
  if (whole || table.leads.length < 2) return kind;
  let best = -1;
  table.leads.forEach((lead, at) => {
    if (key.startsWith(lead) && (best < 0 || lead.length > table.leads[best].length)) best = at;
  });
  return best < 0 ? null : kind[0] + letters(best);
}

/** The point of a postal code in what its file holds, or null. */
export function pointOfCode([lead, width, rests, latitudes, longitudes], code) {
  const all = width ? summed(rests).map((rest) => String(rest).padStart(width, "0")) : rests.split(" ");
  const at = code.startsWith(lead) ? all.indexOf(code.slice(lead.length)) : -1;
  return at < 0 ? null : [latitudes, longitudes].map((steps) => summed(steps)[at] * 100);
}

/** The mean point of a region's places in what the file ``regions`` holds, by the region's index, or null. */
export function pointOfRegion(regions, at) {
  const [count, latitude, longitude] = regions[at];
  return count ? [latitude * 100, longitude * 100] : null;
}

/** Towns of that key in what its file holds, or if there is none those that begin so: `{name, region, point}`. */
export function townsOf([names, regions, latitudes, longitudes], { key, region }) {
  const north = summed(latitudes), east = summed(longitudes);
  const all = names.split("\n").map((name, at) => ({ name, region: regions[at], point: [north[at] * 100, east[at] * 100] }));
  const here = all.filter((town) => (region < 0 || town.region === region) && plain(town.name).startsWith(key));
  const exact = here.filter((town) => plain(town.name) === key);
  return exact.length ? exact : here;
}
