// The result: shows what holds of the words that stand on the page, hides the rest, and fills in the numbers. What blanks leave
// open exactly, what is drawn, and the ways to take the result away come with `selfcheck-more.js`; without them the result stands.

import { all, fill, get, make } from "./dom.js";
import { casesNow, flagsNow, scoreAlone } from "./scoring.js";

/**
 * Makes the result of `answers`; `full` is the scorer's with its range, if it is known. `asking` gives the words of a question.
 * Returns the result, and the case of its bands that holds.
 */
export function showResult(plan, words, answers, asking, full) {
  const result = full || scoreAlone(plan, answers), cases = casesNow(plan, answers);
  const date = new Date().toLocaleString(document.documentElement.lang, { dateStyle: "long", timeStyle: "short" });
  get("when").textContent = fill(words.device, { date });
  // Flags first, each in a copy: its own place is under a question.
  get("flags").replaceChildren(...result.flags.map((id) => {
    const card = document.querySelector(`[data-flag="${id}"]`).cloneNode(true);
    card.classList.remove("off");
    return card;
  }));
  for (const why of all(".why")) why.remove();
  for (const shown of all(".out")) {
    const { of, id } = shown.dataset, { bands, findings } = result.range[of] || {}, table = plan.bands.find((each) => each.id === of);
    const has = (number) => table.cases[number] && table.cases[number][1].some(([band]) => band === id);
    const holds = result.bands[of] === id || result.findings[of] === id || (bands || findings || []).includes(id);
    // A band is told in the words of the case that holds; one that this case lacks, because a rule overrides the number or a blank
    // leaves the case open, in those of the first that has it.
    shown.hidden = !holds || (table && !(has(cases[of]) ? `${cases[of]}` === shown.dataset.case : firstOf(shown)));
    if (shown.hidden || result.bands[of] !== id) continue;
    // Of the rules that override a number, the first that holds decides: the same condition as a flag's.
    const rules = (table && table.override) || [], [rule] = flagsNow({ ...plan, flags: rules.map(([when], at) => ({ id: at, when, at_once: true })) }, answers);
    if (rule >= 0) shown.querySelector(".means").after(make("p", all(`[data-over="${of}"]`)[rule].lastElementChild.textContent, "live why"));
  }
  for (const more of all("#means details")) more.hidden = !more.querySelector(".out:not([hidden])");
  for (const section of all(".res")) {
    const { scale, finding, title, unit } = section.dataset, key = scale || finding;
    const { low, high, needs } = plan.scores.concat(plan.findings).find((each) => each.id === key);
    const value = result.scores[scale], missing = result.missing[key] || [], open = result.range[key], said = [];
    if (missing.length) said.push(fill(words.missing, { questions: missing.map(asking).join(" · ") }));
    if (open && scale) said.push(fill(words.range, open));
    else if (open || (!full && !missing.length && needs.some((id) => answers[id] === null && result.asked.includes(id)))) said.push(words.several);
    section.hidden = value === null && !result.missing[key] && !result.bands[key];
    const gist = section.querySelector(".gist");
    gist.textContent = said.join(" ");
    gist.hidden = !said.length;
    if (scale) {
      const caption = fill(words.score, { title, score: `${value} ${unit}`.trim(), low, high });
      section.querySelector("figure").replaceChildren(...(value === null ? [] : [make("figcaption", caption)]));
    }
  }
  return { cases, result };
}

/** Whether an outcome is the first of its id for its score. */
function firstOf(shown) {
  return shown === document.querySelector(`.out[data-of="${shown.dataset.of}"][data-id="${shown.dataset.id}"]`);
}
