// Fetches the page behind a link as soon as a mouse rests on it, a moment before it is pressed. Only pages of this site, each once, and
// never where the reader saves data or the line is slow. Not for fingers: a finger on a link may only be scrolling, and would fetch
// pages for nothing.

const REST = 100, asked = new Set([location.href.split("#")[0]]);
let waiting = 0;

function allowed() {
  const line = navigator.connection;
  return !(line && (line.saveData || /2g/.test(line.effectiveType))) && !matchMedia("(prefers-reduced-data: reduce)").matches;
}

function fetchAhead(link) {
  const address = link.href.split("#")[0];
  if (asked.has(address) || link.origin !== location.origin || link.hasAttribute("download") || !/^http/.test(link.protocol)) return;
  asked.add(address);
  const hint = document.createElement("link");
  hint.rel = "prefetch";
  hint.href = address;
  document.head.append(hint);
}

addEventListener("pointerover", (event) => {
  clearTimeout(waiting);
  const link = event.pointerType === "mouse" && event.target.closest("a[href]");
  if (link && allowed()) waiting = setTimeout(() => fetchAhead(link), REST);
});
