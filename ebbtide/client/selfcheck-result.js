// The result: shows what holds of the words that stand on the page, hides the rest, and fills in the numbers.

import { score } from "./scoring.js";
import { inWords } from "./selfcheck-answers.js";
import { drawScale } from "./selfcheck-draw.js";

/** The element with an id. */
export function get(id) {
  return document.getElementById(id);
}

const all = (selector, inside) => [...(inside || document).querySelectorAll(selector)];

/** `words` with each {name} replaced by the value of that name. */
export function fill(words, values) {
  return words.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** A new element with a text. */
export function make(name, text, style) {
  const made = document.createElement(name);
  made.textContent = text || "";
  if (style) made.className = style;
  return made;
}

/** A question, its answer, and what else stands beside them, as a row of a list of answers. */
export function answerRow(question, answer, more) {
  const row = make("div"), last = make("dd");
  row.append(make("dt", question), make("dd", answer), last);
  last.append(more);
  return row;
}

/** Makes the result of `answers`. `boxes` are the questions' parts of the page by id. Returns it as plain text. */
export function showResult(plan, words, answers, boxes) {
  const result = score(plan, answers), cases = casesThatHold(plan, answers);
  const asking = (id) => boxes.get(id).querySelector(".ask").textContent;
  const date = new Date().toLocaleString(document.documentElement.lang, { dateStyle: "long", timeStyle: "short" });
  get("when").textContent = fill(words.device, { date });
  const lines = [document.querySelector("h1").textContent, get("when").textContent, fill(words.version, plan), ""];
  for (const card of showFlags(result.flags)) lines.push(card.querySelector("h3").textContent.replace(/\s+/g, " ").trim());

  for (const shown of all(".out")) {
    const { of, id } = shown.dataset, open = result.range[of] || {};
    const holds = result.bands[of] === id || result.findings[of] === id;
    const may = (open.bands || open.findings || []).includes(id);
    shown.hidden = !(may || holds) || (cases[of] || shown.dataset.case) !== shown.dataset.case;
  }
  for (const more of all("#means details")) more.hidden = !more.querySelector(".out:not([hidden])");
  for (const section of all("#means .res")) showOne(section);
  readNext(plan, result);

  lines.push("");
  const list = get("scored").querySelector("dl");
  list.replaceChildren();
  for (const id of result.asked) {
    const item = plan.questions.find((each) => each.id === id), answer = inWords(boxes.get(id), item, answers[id], words);
    const points = pointsFor(plan, item, answers[id]), counted = points === null ? "" : fill(words.points, { points });
    list.append(answerRow(asking(id), answer, counted));
    lines.push(`${asking(id)} ${answer}. ${counted}`.trim());
  }
  lines.push("", get("about").querySelector("p").textContent);
  return lines.join("\n");

  /** One score or finding: what is missing, what is open, the drawing. */
  function showOne(section) {
    const { scale, finding } = section.dataset, key = scale || finding;
    const missing = result.missing[key], open = result.range[key];
    section.hidden = scale && result.scores[scale] === null && !missing;
    if (section.hidden) return;
    const said = [];
    if (missing && missing.length) said.push(fill(words.missing, { questions: missing.map(asking).join(" · ") }));
    if (open) said.push(scale ? fill(words.range, open) : words.several);
    const gist = section.querySelector(".gist"), bands = all(".out:not([hidden]) .name", section).map((name) => name.textContent);
    gist.textContent = said.join(" ");
    gist.hidden = !said.length;
    lines.push([scale && drawOne(section, open), ...bands, ...said].filter(Boolean).join(". "));
  }

  /** Draws a score, and its ranges below it. Returns it in words. */
  function drawOne(section, open) {
    const { scale: id, title, unit } = section.dataset, value = result.scores[id], part = section.classList.contains("part");
    const { low, high } = plan.scores.find((each) => each.id === id), table = plan.bands.find((each) => each.id === id);
    const rows = table ? table.cases[cases[id] || 0][1] : [];
    const name = fill(words.score, { score: `${value === null ? "–" : value} ${unit}`.trim(), low, high });
    const parts = rows.map(([band, from], index) => {
      const next = rows[index + 1], told = section.querySelector(`[data-of="${id}"][data-id="${band}"]`);
      return { from: index ? from : low, to: next ? next[1] : high, told, style: told.className.slice(4), on: result.bands[id] === band };
    });
    const figure = section.querySelector("figure");
    figure.replaceChildren(...(value === null ? [] : [make("figcaption", part ? name : `${title}: ${name}`)]));
    const range = open && [+open.low, +open.high];
    if (value !== null || range) {
      drawScale(figure, { low: +low, high: +high, value, range, parts, name: `${title}: ${name}`, here: fill(words.here, { score: value }) }, part);
    }
    if (rows.length && !part) {
      const list = make("ul", "", "bands");
      for (const { told, style, on } of parts) {
        const row = make("li", "", style);
        row.append(make("span", told.querySelector(".span").textContent, "span"), ` ${told.querySelector(".name").textContent}`);
        if (on) row.append(` – ${words.yours}`);
        if (on) row.setAttribute("aria-current", "true");
        list.append(row);
      }
      figure.append(list);
    }
    return `${title}: ${name}`;
  }
}

/** Flags first. Those that stand under a question are shown here in a copy. Returns the cards. */
function showFlags(ids) {
  const place = get("flags");
  for (const copy of all("[data-copy]", place)) copy.remove();
  for (const late of all("[data-flag]", place)) late.hidden = true;
  return ids.map((id) => {
    const card = all(`#form [data-flag="${id}"]`).map((each) => each.cloneNode(true))[0] || all(`[data-flag="${id}"]`, place)[0];
    if (!place.contains(card)) card.dataset.copy = "";
    card.hidden = false;
    card.classList.remove("off");
    place.append(card);
    return card;
  });
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

/** What an answer counts in the scores that add it up, turned round where they do; null where none does, or they differ. */
function pointsFor(plan, item, answer) {
  if (!item.options || answer === null) return null;
  const sum = [].concat(answer).reduce((before, id) => before + Number(item.options.find((option) => option[0] === id)[1]), 0);
  const terms = plan.scores.flatMap((each) => (each.op === "count" || each.op === "between" ? [] : each.of));
  const counts = new Set(terms.filter(([id]) => id === item.id).map(([, times, plus]) => Math.round((times * sum + +plus) * 1e6) / 1e6));
  const [points] = counts;
  return counts.size === 1 && points === points ? points : null;
}

/** Leads what to read next with the part that is worst, measured by its share of its own scale. */
function readNext(plan, result) {
  const links = all("li[data-read]");
  let worst, most = 0;
  for (const link of links) {
    const { id, low, high, higher_is: way } = plan.scores.find((each) => each.id === link.dataset.read), value = result.scores[id];
    const share = (value - low) / (high - low || 1), bad = value === null ? 0 : way === "better" ? 1 - share : share;
    if (bad > most) [worst, most] = [link, bad];
  }
  for (const link of links) {
    link.hidden = link !== worst;
    link.firstElementChild.classList.toggle("button", link === worst);
  }
}
