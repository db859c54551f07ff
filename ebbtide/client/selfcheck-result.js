// The result: shows what holds of the words that stand on the page, hides the rest, and fills in the numbers. What is drawn, and
// the ways to take the result away, come with `selfcheck-more.js`; the result is whole without them.

import { all, fill, get, make } from "./dom.js";
import { score } from "./scoring.js";

/** Makes the result of `answers`. `asking` gives the words of a question. Returns the result, and which case of its bands holds. */
export function showResult(plan, words, answers, asking) {
  const result = score(plan, answers), cases = casesThatHold(plan, answers);
  const date = new Date().toLocaleString(document.documentElement.lang, { dateStyle: "long", timeStyle: "short" });
  get("when").textContent = fill(words.device, { date });
  // Flags first, each in a copy: its own place is under a question.
  get("flags").replaceChildren(...result.flags.map((id) => {
    const card = document.querySelector(`[data-flag="${id}"]`).cloneNode(true);
    card.classList.remove("off");
    return card;
  }));
  for (const shown of all(".out")) {
    const { of, id } = shown.dataset, { bands, findings } = result.range[of] || {};
    const holds = result.bands[of] === id || result.findings[of] === id || (bands || findings || []).includes(id);
    shown.hidden = !holds || (of in cases && cases[of] !== shown.dataset.case);
  }
  for (const more of all("#means details")) more.hidden = !more.querySelector(".out:not([hidden])");
  for (const section of all(".res")) {
    const { scale, finding, title, unit } = section.dataset, key = scale || finding;
    const value = result.scores[scale], missing = result.missing[key] || [], open = result.range[key], said = [];
    if (missing.length) said.push(fill(words.missing, { questions: missing.map(asking).join(" · ") }));
    if (open) said.push(scale ? fill(words.range, open) : words.several);
    section.hidden = value === null && !result.missing[key];
    const gist = section.querySelector(".gist"), figure = section.querySelector("figure");
    gist.textContent = said.join(" ");
    gist.hidden = !said.length;
    if (!scale) continue;
    const { low, high } = plan.scores.find((each) => each.id === scale);
    const name = fill(words.score, { title, score: `${value} ${unit}`.trim(), low, high });
    figure.replaceChildren(...(value === null ? [] : [make("figcaption", name)]));
  }
  return { answers, cases, result };
}

/**
 * Of scores whose bands depend on another answer: which case holds, by bands id. The scorer is asked, through findings that
 * take the first case that is true, so that conditions are judged in one place only.
 */
function casesThatHold(plan, answers) {
  const tables = plan.bands.filter((table) => table.cases.length > 1);
  const findings = tables.map(({ id, cases }) => ({
    id: `case ${id}`, pick: "first", needs: [],
    rules: [...cases.map(([when], index) => [`${index}`, when ? ["sure", when] : ["and"]]), ["otherwise", ["and"]]],
  }));
  // the plan's own findings stay, since a case may depend on one
  const found = tables.length && score({ ...plan, findings: [...plan.findings, ...findings] }, answers).findings;
  return Object.fromEntries(tables.map(({ id }) => [id, found[`case ${id}`]]));
}
