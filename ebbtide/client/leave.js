// A way to leave a page at once, where the site has one: the link, or Shift pressed three times within five seconds. The page is
// emptied first, since the next one can take long to come; and it is replaced, so that Back does not bring it up again.
// What the browser keeps of earlier pages stays, and nothing here says otherwise.

const leave = document.querySelector(".leave"), WITHIN = 5000;
let presses = [];

function away() {
  document.title = "";
  document.body.replaceChildren();
  location.replace(leave.href);
}

if (leave) {
  for (const link of document.querySelectorAll(".leave")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      away();
    });
  }
  addEventListener("keydown", (event) => {
    if (event.repeat) return;
    presses = event.key === "Shift" ? [...presses.filter((time) => event.timeStamp - time < WITHIN), event.timeStamp] : [];
    if (presses.length === 3) away();
  });
}
