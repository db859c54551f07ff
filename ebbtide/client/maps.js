// Links to a phone's own map. Most phones know geo: addresses; Apple's know only their own, and get those.

/** The address of the phone's map at a point (or null) with a label. */
export function mapAddress(point, label) {
  return forPhone(`geo:${point ? point.join(",") : "0,0"}?q=${encodeURIComponent(label)}`);
}

function forPhone(address) {
  return /iPhone|iPad|Macintosh/.test(navigator.userAgent) ? address.replace(/^geo:[^?]*/, "maps:") : address;
}

for (const link of document.querySelectorAll('a[href^="geo:"]')) link.href = forPhone(link.getAttribute("href"));
