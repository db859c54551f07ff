// The guide that a reader keeps on the phone: one cache for a site, in which each page and file stands under its own address. Shared by the
// page that fills and empties it (keep.js) and the worker that gives it out (keep-worker.js). Nothing here makes a cache but `begin`.

const NOTE = "x-kept";

function cacheOf(root) {
  return `kept guide ${new URL(root).pathname}`; // two sites at one host keep apart
}

/** The guide that is kept for the site at `root`, a whole address; null where there is none. */
export async function guideOf(root) {
  return (await caches.has(cacheOf(root))) ? caches.open(cacheOf(root)) : null;
}

/** The guide to put pages into, made where there is none. Rejects where the browser refuses. */
export function begin(root) {
  return caches.open(cacheOf(root));
}

/** Throws the guide away. */
export function forget(root) {
  return caches.delete(cacheOf(root));
}

/** What a page or file is kept under: a folder and its index.html are one page, and what stands behind ? or # is nothing of its own. */
export function placeOf(address) {
  return address.replace(/[?#].*$/, "").replace(/\/index\.html$/, "/");
}

/** Whether an answer is the page or file itself: no mistake of the host's, not sent on from elsewhere, and not from another site. */
export function isSound(response) {
  return response.status === 200 && response.type === "basic" && !response.redirected;
}

/** Keeps an answer, with a note of when it came, the digest of its bytes and their number. Resolves to the bytes. */
export async function put(guide, place, response) {
  const bytes = await response.arrayBuffer(), headers = new Headers(response.headers);
  const hash = [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  for (const name of ["vary", "content-encoding", "content-length"]) headers.delete(name); // they are about the bytes as they were sent
  headers.set(NOTE, `${Date.now()} ${hash.slice(0, 10)} ${bytes.byteLength}`);
  await guide.put(place, new Response(bytes, { headers }));
  return bytes;
}

/** The note on what is kept: when it came (milliseconds since 1970), its digest as the build writes digests, and its number of bytes. */
export function noteOn(response) {
  const [made, digest, size] = (response.headers.get(NOTE) || "0 - 0").split(" ");
  return { made: +made, digest, size: +size };
}
