// A browser that opens the site from a disk or a USB stick lists folders instead of showing their pages, so links to folders are
// completed there. Elsewhere this does nothing.

/** Completes the links in a part of the page. */
export function complete(part) {
  if (location.protocol !== "file:") return;
  for (const link of part.querySelectorAll("a[href]")) {
    const address = new URL(link.getAttribute("href"), location.href); // in a drawing, href is no text
    if (address.protocol === "file:" && address.pathname.endsWith("/")) {
      address.pathname += "index.html";
      link.setAttribute("href", address.href);
    }
  }
}

complete(document);
