// A way to leave a page at once, where the site has one: the link, or Shift pressed three times within five seconds. The page is
// emptied first, since the next one can take long to come; and it is replaced, so that Back does not bring it up again.
// What the browser keeps of earlier pages stays, and nothing here says otherwise.

const leaveLink = document.querySelector(".leave"), LEAVE_WITHIN = 5000;
let leavePresses = [];

function leaveNow() {
  document.title = "";
  document.body.replaceChildren();
  location.replace(leaveLink.href);
}

if (leaveLink) {
  for (const link of document.querySelectorAll(".leave")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      leaveNow();
    });
  }
  addEventListener("keydown", (event) => {
    if (event.repeat) return;
    leavePresses = event.key === "Shift" ? [...leavePresses.filter((time) => event.timeStamp - time < LEAVE_WITHIN), event.timeStamp] : [];
    if (leavePresses.length === 3) leaveNow();
  });
}
