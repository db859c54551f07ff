// On every page. A browser that opens the site from a disk or a USB stick lists folders instead of showing their pages, so
// links to folders are completed there. Elsewhere this does nothing.
if (location.protocol === "file:") {
  for (const link of document.querySelectorAll("a[href]")) {
    const address = new URL(link.href);
    if (address.protocol === "file:" && address.pathname.endsWith("/")) {
      address.pathname += "index.html";
      link.href = address.href;
    }
  }
}
