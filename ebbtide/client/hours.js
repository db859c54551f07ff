// Whether a line answers now. The page prints its hours; the reader's own clock decides what is said about this moment, so the
// page itself stays the same bytes at every hour. A browser that does not know the line's time zone says nothing.

const DAY = 1440;

/** Whether a moment (a Date) is within a week's open minutes: "480-1020,1920-2460", counted from Monday 00:00 in a time zone. */
export function isOpen(week, zone, moment) {
  const now = {}, form = { timeZone: zone, weekday: "short", hour: "numeric", minute: "numeric", hourCycle: "h23" };
  for (const part of new Intl.DateTimeFormat("en-US", form).formatToParts(moment)) now[part.type] = part.value;
  const minute = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].indexOf(now.weekday) * DAY + now.hour * 60 + +now.minute;
  return week.split(",").some((range) => {
    const [start, end] = range.split("-");
    return start <= minute && minute < end;
  });
}

/** Says of each line in a part of the page with hours whether it is open, and marks what holds a closed one. */
export function judge(part) {
  for (const said of part.querySelectorAll("[data-week]")) {
    try {
      const now = isOpen(said.dataset.week, said.dataset.zone, new Date()), holder = said.closest("[data-contact]");
      said.textContent = document.body.dataset[now ? "open" : "closed"];
      holder.classList.toggle("closed", !now);
      // where the page asks for it, a closed line stands after the open ones
      if (!now && "byHours" in holder.parentNode.dataset) holder.parentNode.append(holder);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
}
