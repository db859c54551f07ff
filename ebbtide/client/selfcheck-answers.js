// What stands in the form. An answer is as `scoring.js` takes it; null is "I would rather not say"; undefined is none yet,
// or one that is not of the form (a number out of range).

/** The answer to `item`, a question of the plan, in its part of the page, `box`. */
export function answerIn(box, item) {
  const fields = [...box.querySelectorAll("input:not([data-pass])")];
  const pass = box.querySelector("[data-pass]");
  if (pass && pass.checked) return null;
  if (item.kind === "one" || item.kind === "many") {
    const ticked = fields.filter((field) => field.checked).map((field) => field.value);
    if (item.kind === "one") return ticked[0];
    return ticked.length || !item.none ? ticked : undefined;
  }
  if (fields.some((field) => field.validity.badInput) || fields.every((field) => field.value === "")) return undefined;
  if (item.kind === "number") return fields[0].validity.valid ? Number(fields[0].value) : undefined;
  const clock = item.kind === "time";
  const [hours, minutes] = clock ? fields[0].value.split(":").map(Number) : fields.map((field) => Number(field.value));
  let total = hours * 60 + minutes;
  if (clock && total < item.from) total += 1440; // a window that runs across midnight
  const sound = Number.isInteger(total) && minutes >= 0 && minutes < 60 && total >= item.from && total <= item.to;
  if (!sound || (total - item.from) % item.step) return undefined;
  return `${String(hours).padStart(2, "0")}:${String(minutes).padStart(2, "0")}`;
}

/** An answer in the words of the page. */
export function inWords(box, item, answer, words) {
  if (answer === null) return words.pass;
  if (answer === undefined || answer.length === 0) return words.skipped;
  if (item.kind === "one" || item.kind === "many") {
    return [...box.querySelectorAll("input:checked")].map((field) => field.parentNode.textContent.trim()).join("; ");
  }
  const unit = item.kind === "number" && box.querySelector(".unit");
  return unit ? `${answer} ${unit.textContent}` : `${answer}`;
}

/** Keeps an answer that excludes the others apart from them, and "I would rather not say" from an answer. */
export function keepApart(box, item, changed) {
  const fields = [...box.querySelectorAll("input")];
  const isAlone = (field) => field.hasAttribute("data-pass") || (item.none && field.value === item.none);
  if (item.kind === "one" || (changed.type === "checkbox" && !changed.checked)) return;
  for (const field of fields) {
    if (field === changed || !(isAlone(changed) || isAlone(field))) continue;
    if (field.type === "checkbox") field.checked = false;
    else if (changed.hasAttribute("data-pass")) field.value = "";
  }
}
