// What stands in the form. An answer is as `scoring.js` takes it; null is "I would rather not say"; undefined is none yet,
// or one that is not of the form (a number out of range).

import { all } from "./dom.js";

/** The answer to `item`, a question of the plan, in its part of the page, `box`. */
export function answerIn(box, item) {
  const { kind, none, from, to, step } = item, fields = all("input:not([data-pass])", box);
  if (box.querySelector("[data-pass]:checked")) return null;
  if (item.options) {
    const ticked = fields.filter((field) => field.checked).map((field) => field.value);
    return kind === "one" ? ticked[0] : ticked.length || !none ? ticked : undefined;
  }
  if (!fields.every((field) => field.validity.valid) || !fields.some((field) => field.value)) return undefined;
  const [first, second] = fields.map((field) => field.value);
  if (kind === "number") return Number(first);
  const [hours, minutes] = kind === "time" ? first.split(":") : [first, second];
  let total = hours * 60 + +minutes;
  if (kind === "time" && total < from) total += 1440; // a window that runs across midnight
  return total < from || total > to || (total - from) % step ? undefined : `${hours || 0}:${minutes.padStart(2, "0")}`;
}

/** An answer in the words of the page. */
export function inWords(box, item, answer, words) {
  if (answer === null) return words.pass;
  if (answer === undefined || answer.length === 0) return words.skipped;
  if (item.options) return all("input:checked", box).map((field) => field.parentNode.textContent.trim()).join("; ");
  const unit = box.querySelector(".unit");
  return `${answer} ${unit ? unit.textContent : ""}`.trim();
}

/** Keeps an answer that excludes the others apart from them, and "I would rather not say" from an answer. */
export function keepApart(box, item, changed) {
  const alone = (field) => "pass" in field.dataset || (item.none && field.value === item.none);
  if (item.kind === "one" || (changed.type === "checkbox" && !changed.checked)) return;
  for (const field of all("input", box)) {
    if (field === changed || !(alone(changed) || alone(field))) continue;
    if (field.type === "checkbox") field.checked = false;
    else field.value = "";
  }
}
