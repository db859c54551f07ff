// What the result has besides its words: drawn, answer by answer, and to be taken away or kept. Fetched when the reader goes on.
// The build puts in `markup`, the part of the page that this brings, and `styles`, the address of its styles from the root.

/* global markup, styles */
import { complete } from "./links.js";
import { judge } from "./hours.js";
import { all, answerRow, fill, get, make, press } from "./dom.js";
import { score } from "./scoring.js";
import { drawScale } from "./selfcheck-draw.js";
import { asFhir, asJson, asText, isoTime, save } from "./selfcheck-files.js";
import { askFirst, keep, keepOnly, kept } from "./kept.js";

const brought = make("template"), root = get("all").dataset.root;
let words, state, made;

/** Brings its part of the page, once: when its styles are there, are not to be had, or let nobody wait for them any longer. */
function bring() {
  const style = make("link");
  brought.innerHTML = markup;
  words = JSON.parse(brought.content.querySelector("script").textContent);
  style.rel = "stylesheet";
  style.href = root + styles;
  const ready = () => {
    if (get("take")) return;
    get("about").before(brought.content.querySelector("#scored"));
    get("about").after(brought.content.querySelector("#take"));
    complete(get("take"));
    press(get("print"), () => print());
    press(get("copy"), copy);
    for (const one of all("[data-save]")) press(one, () => saveAs(one.dataset.save));
    press(get("keep"), keepIt);
    askFirst(get("forget"), words, forget);
    if (get("all").classList.contains("done")) show();
  };
  style.onload = style.onerror = ready;
  setTimeout(ready, 5000);
  document.head.append(style);
}

document.addEventListener("result", (event) => {
  state = event.detail;
  made = new Date();
  if (!words) bring();
  else if (get("take")) show();
});

function show() {
  state.show(score(state.plan, state.answers));
  const { plan, result, answers, asking, told } = state;
  for (const section of all("#means .res[data-scale]")) draw(section);
  get("scored").querySelector("dl").replaceChildren(...result.asked.map((id) => {
    const points = pointsFor(plan, plan.questions.find((item) => item.id === id), answers[id]);
    return answerRow(asking(id), told(id), points === null ? "" : fill(words.points, { points }));
  }));
  get("about").before(get("scored"), get("key"));
  readNext(plan, result);
  say("");
  hold("");
  get("text").hidden = true;
}

// Drawn

/** Draws a score, and its ranges below it. */
function draw(section) {
  const { plan, result, cases } = state, { scale: id, title, unit } = section.dataset, value = result.scores[id], open = result.range[id];
  const { low, high } = plan.scores.find((each) => each.id === id), table = plan.bands.find((each) => each.id === id);
  const case_ = table && table.cases[cases[id]], rows = case_ ? case_[1] : [], part = section.classList.contains("part");
  const parts = rows.map(([band, from], index) => {
    const next = rows[index + 1], words_ = section.querySelector(`[data-of="${id}"][data-id="${band}"][data-case="${cases[id]}"]`);
    return { from: index ? from : low, to: next ? next[1] : high, words: words_, style: words_.className.slice(4), on: result.bands[id] === band };
  });
  const figure = section.querySelector("figure"), caption = figure.querySelector("figcaption"), score = `${value} ${unit}`.trim();
  figure.replaceChildren(...(caption ? [caption] : []));
  const range = open && [+open.low, +open.high];
  if (value === null && !range) return;
  const name = caption ? caption.textContent : `${title}: ${section.querySelector(".gist").textContent}`;
  drawScale(figure, { low: +low, high: +high, value, range, parts, name, here: fill(words.here, { score }) }, part);
  if (!rows.length || part) return;
  const list = make("ul", "", "bands");
  for (const each of parts) {
    const row = make("li", "", each.style);
    row.append(make("span", each.words.querySelector(".span").textContent, "span"), ` ${each.words.querySelector(".name").textContent}`);
    if (each.on) row.append(` – ${words.yours}`);
    if (each.on) row.setAttribute("aria-current", "true");
    list.append(row);
  }
  figure.append(list);
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

/** Leads what to read next with the part that is worst, measured by its share of its own scale; but where somebody is in danger, with help. */
function readNext(plan, result) {
  const links = all("li[data-read]");
  let worst, most = 0;
  for (const link of links) {
    const { id, low, high, higher_is: way } = plan.scores.find((each) => each.id === link.dataset.read), value = result.scores[id];
    const share = (value - low) / (high - low || 1), bad = value === null ? 0 : way === "better" ? 1 - share : share;
    if (bad > most) [worst, most] = [link, bad];
  }
  const help = document.querySelector('.next a[href$="get-help/"]'), danger = !!help && !!get("flags").querySelector(".emergency");
  for (const link of links) {
    link.hidden = link !== worst;
    link.firstElementChild.classList.toggle("button", link === worst && !danger);
  }
  if (help && worst) help.classList.toggle("button", danger);
  if (danger) help.closest("ul").prepend(help.closest("li"));
}

// Taken away. Nothing is sent: a copy goes to the clipboard, a file to the reader's own folder.

function say(text) {
  get("told").textContent = text;
}

function copy() {
  const text = asText(state, words);
  const copied = () => say(words.copied);
  const byHand = () => {
    const area = get("text");
    area.value = text;
    area.hidden = false;
    area.focus();
    area.select();
    if (document.execCommand("copy")) copied();
    else say(words.selected);
  };
  if (navigator.clipboard) navigator.clipboard.writeText(text).then(copied, byHand);
  else byHand();
}

function saveAs(ending) {
  const forms = { txt: asText, json: asJson, "fhir.json": asFhir };
  const file = `${state.plan.id}-${isoTime(made).slice(0, 10)}.${ending}`;
  save(file, forms[ending](state, words, made));
  say(fill(words.saved, { file }));
}

// Kept, if the reader asks for it

function keepIt() {
  const { plan, result, answers } = state;
  const scores = all("#means .res[data-scale]").filter((section) => !section.hidden).map((section) => {
    const { scale: id, title, unit } = section.dataset, { low, high, higher_is: better } = plan.scores.find((each) => each.id === id);
    const band = section.querySelector(`.out:not([hidden])[data-of="${id}"][data-id="${result.bands[id]}"] .name`);
    return { id, title, unit, low: +low, high: +high, higher_is: better, value: result.scores[id], band: band ? band.textContent : "" };
  });
  const one = { id: plan.id, version: plan.version, title: document.querySelector("h1").textContent, made: made.getTime(), scores };
  if (get("with").checked) one.answers = answers;
  hold(keep(root, one) ? words.kept : words.refused);
}

function forget() {
  hold(keepOnly(root, []) ? words.gone : words.refused);
}

function hold(text) {
  get("held").textContent = text;
  get("kept").hidden = !(kept(root) || []).length;
}

judge(document);
