// A self-check, one question at a time. The page is complete without this; what it adds keeps to these rules:
// answers live in the form alone, the browser's history holds nothing but the number of a step, and nothing moves on by itself.

import {} from "./site.js";
import { asked, flagsNow } from "./scoring.js";
import { answerIn, inWords, keepApart } from "./selfcheck-answers.js";
import { answerRow, fill, get, make, showResult } from "./selfcheck-result.js";

const plan = JSON.parse(get("questionnaire").textContent);
const words = JSON.parse(get("words").textContent);
const page = get("all"), form = get("form"), errors = get("errors");
const ids = plan.questions.map((item) => item.id);
const boxes = new Map(ids.map((id) => [id, get(`q-${id}`)]));
const title = document.title;
const REVIEW = ids.length, RESULT = REVIEW + 1;

let view = 0; // the number of a question, from 0; then REVIEW and RESULT
let oneByOne = true;
let changing = false; // a question is being changed from the review, which comes next again
let raised = [];
const passed = new Set(); // questions that the reader has gone past: nothing ticked is then an answer

const itemOf = (id) => plan.questions[ids.indexOf(id)];

function given(id) {
  const answer = answerIn(boxes.get(id), itemOf(id));
  return Array.isArray(answer) && !answer.length && !passed.has(id) ? undefined : answer;
}

function answers() {
  const found = {};
  for (const id of ids) {
    const answer = given(id);
    found[id] = answer === undefined ? null : answer;
  }
  return found;
}

/** Ids of questions that are asked and have no answer yet. */
function open() {
  return asked(plan, answers()).filter((id) => given(id) === undefined);
}

// Showing

/** Shows a step, or the nearest that can be shown: nobody gets past a question that has no answer. */
function show(wanted, focus) {
  const list = asked(plan, answers()), left = open();
  view = Math.min(wanted, left.length ? ids.indexOf(left[0]) : RESULT);
  while (view < REVIEW && !list.includes(ids[view])) view++;
  if (!oneByOne && view === REVIEW) view = 0;
  if (view !== wanted) history.replaceState({ at: view }, "");
  clearErrors();
  get("now").replaceChildren();
  const filling = view < REVIEW;
  page.classList.toggle("done", view === RESULT);
  page.classList.toggle("going", view > 0 && (oneByOne || !filling));
  page.classList.toggle("one", oneByOne && filling);
  form.classList.toggle("off", !filling);
  get("review").hidden = view !== REVIEW;
  only(oneByOne ? [ids[view]] : list);
  for (const button of document.querySelectorAll(".back")) button.hidden = view === 0 || (filling && !oneByOne);
  get("go").textContent = oneByOne ? words.go : words.see;
  get("all-or-one").textContent = oneByOne ? words.all : words.one;
  number(list);
  flags();
  let name = title, target = get("all-or-one");
  if (view === RESULT) {
    text = showResult(plan, words, answers(), boxes);
    get("text").hidden = true;
    get("result").insertBefore(get("key"), get("about"));
    name = `${words.result} – ${title}`;
    target = get("result-h");
  } else {
    get("result").insertBefore(get("key"), get("means"));
    for (const hidden of document.querySelectorAll("#means [hidden], #flags [hidden], .next [hidden]")) hidden.hidden = false;
  }
  if (view === REVIEW) {
    review(list);
    name = `${words.review} – ${title}`;
    target = get("review-h");
  } else if (filling && oneByOne) {
    target = boxes.get(ids[view]).querySelector("legend");
    name = view ? `${target.querySelector(".n").textContent} – ${title}` : title;
  }
  document.title = name;
  if (!focus) return;
  target.focus({ preventScroll: true });
  if (view) (target.closest(".group") || target.closest("#result") || target).scrollIntoView();
  else target.scrollIntoView();
}

let text = "";

/** "Question 3 of 10": among those that are asked of this reader. */
function number(list) {
  list.forEach((id, index) => {
    boxes.get(id).querySelector(".n").textContent = fill(words.progress, { n: index + 1, m: list.length });
  });
}

function review(list) {
  get("review").querySelector("dl").replaceChildren(...list.map((id) => {
    const question = boxes.get(id).querySelector(".ask").textContent, change = make("button", `${words.change} `, "tool");
    change.type = "button";
    change.append(make("span", question, "vh"));
    change.addEventListener("click", () => {
      changing = true;
      go(ids.indexOf(id));
    });
    return answerRow(question, inWords(boxes.get(id), itemOf(id), given(id), words), change);
  }));
}

/** Shows the cards of danger signs that hold now. One that has just come up is told once, and shown where the reader is. */
function flags(box) {
  const now = flagsNow(plan, answers());
  for (const card of form.querySelectorAll(".q [data-flag]")) card.classList.toggle("off", !now.includes(card.dataset.flag));
  for (const copy of [...get("now").children]) if (!now.includes(copy.dataset.flag)) copy.remove();
  for (const id of now) {
    if (!box || raised.includes(id)) continue;
    const cards = [...form.querySelectorAll("[data-flag]")].filter((card) => card.dataset.flag === id);
    if (!cards.some((card) => card.closest(".q") === box)) {
      get("now").append(cards[0].cloneNode(true));
      if (!oneByOne) box.after(get("now"));
    }
    get("say").textContent = cards[0].querySelector("h3").textContent;
  }
  raised = now;
}

// Going on and back

function go(to) {
  history.pushState({ at: to }, "");
  show(to, true);
}

function goOn() {
  if (!oneByOne) {
    for (const id of asked(plan, answers())) passed.add(id);
    const left = open();
    if (left.length) fail(left);
    else go(RESULT);
    return;
  }
  const here = ids[view];
  passed.add(here);
  if (given(here) === undefined) {
    fail([here]);
    return;
  }
  const left = open();
  if (changing) {
    go(left.length ? ids.indexOf(left[0]) : REVIEW);
    changing = left.length > 0;
  } else {
    const next = asked(plan, answers()).find((id) => ids.indexOf(id) > view);
    go(next === undefined ? REVIEW : ids.indexOf(next));
  }
}

function fail(left) {
  show(view, false);
  errors.querySelector("ul").replaceChildren(...left.map((id) => {
    const box = boxes.get(id), link = make("a", box.dataset.error), row = make("li"), note = make("p", box.dataset.error, "error");
    note.id = `e-${id}`;
    box.classList.add("wrong");
    box.querySelector("fieldset").setAttribute("aria-describedby", `e-${id} d-${id}`);
    get(`d-${id}`).after(note);
    link.href = `#i-${id}`;
    if (!oneByOne) link.textContent = `${box.querySelector(".ask").textContent} ${link.textContent}`;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      get(`i-${id}`).focus();
      box.scrollIntoView();
    });
    row.append(link);
    return row;
  }));
  errors.hidden = false;
  document.title = fill(words.error, { title: document.title });
  errors.focus();
}

function clearErrors() {
  errors.hidden = true;
  for (const box of form.querySelectorAll(".wrong")) {
    box.classList.remove("wrong");
    box.querySelector(".error").remove();
    const fieldset = box.querySelector("fieldset");
    fieldset.setAttribute("aria-describedby", fieldset.getAttribute("aria-describedby").split(" ")[1]);
  }
}

// What the reader does

/** A link that works without this script becomes a button. */
function button(link) {
  const made = make("button", link.textContent, link.className);
  made.type = "button";
  made.id = link.id;
  link.replaceWith(made);
  return made;
}

/** Shows the questions of `list`, and headings over those that are shown. */
function only(list) {
  for (const id of ids) boxes.get(id).classList.toggle("off", !list.includes(id));
  for (const group of form.querySelectorAll(".group")) group.classList.toggle("off", !group.querySelector(".q:not(.off)"));
}

form.addEventListener("input", (event) => {
  const box = event.target.closest(".q");
  keepApart(box, itemOf(box.id.slice(2)), event.target);
  passed.delete(box.id.slice(2));
  if (!oneByOne) {
    const list = asked(plan, answers());
    only(list);
    number(list);
  }
  flags(box);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  goOn();
});
form.addEventListener("reset", () => setTimeout(() => {
  passed.clear();
  raised = [];
  changing = false;
  if (view) history.pushState({ at: 0 }, "");
  show(0, true);
  get("say").textContent = words.cleared;
}));
button(get("go")).addEventListener("click", goOn);
button(get("all-or-one")).addEventListener("click", () => {
  oneByOne = !oneByOne;
  show(oneByOne ? Math.max(ids.indexOf(open()[0]), 0) : view, false);
});
get("see").addEventListener("click", () => go(RESULT));
for (const back of document.querySelectorAll(".back")) back.addEventListener("click", () => history.back());
get("print").addEventListener("click", () => print());
get("copy").addEventListener("click", () => {
  const copied = () => (get("say").textContent = words.copied);
  const byHand = () => {
    const area = get("text");
    area.value = text;
    area.hidden = false;
    area.select();
    if (document.execCommand("copy")) copied();
  };
  if (navigator.clipboard) navigator.clipboard.writeText(text).then(copied, byHand);
  else byHand();
});
addEventListener("popstate", (event) => {
  if (event.state) show(event.state.at, true);
  else history.replaceState({ at: view }, ""); // a link within the page, such as the one that skips to the main text
});
// The empty form is printed whole, with the published numbers.
addEventListener("beforeprint", () => number(ids));
addEventListener("afterprint", () => number(asked(plan, answers())));

const start = history.state && history.state.at ? history.state.at : 0;
for (const id of ids.slice(0, start)) passed.add(id);
history.replaceState({ at: start }, "");
page.classList.add("js");
show(start, false);
