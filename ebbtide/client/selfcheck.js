// A self-check, one question at a time. The page is complete without this; what it adds keeps to these rules:
// answers live in the form alone, the browser's history holds nothing but the number of a step, and nothing moves on by itself.

import {} from "./links.js";
import { all, answerRow, button, data, fill, get, make, press } from "./dom.js";
import { asked, flagsNow } from "./scoring.js";
import { answerIn, inWords, keepApart } from "./selfcheck-answers.js";
import { showResult } from "./selfcheck-result.js";

const plan = data("questionnaire"), words = data("words");
const page = get("all"), form = get("form"), errors = get("errors"), say = get("say"), now = get("now");
const ids = plan.questions.map((item) => item.id), boxes = ids.map((id) => get(`q-${id}`));
const title = document.title, heading = "legend";
const REVIEW = ids.length, RESULT = REVIEW + 1;

let view = 0; // the number of a question, from 0; then REVIEW and RESULT
let oneByOne = true;
let changing = false; // a question is being changed from the review, which comes next again
let raised = [];
let passed = []; // questions that the reader has gone past: nothing ticked is then an answer
let more; // the script of what else the result has

const at = (id) => ids.indexOf(id);
const asking = (id) => boxes[at(id)].querySelector(".ask").textContent;
const told = (id) => inWords(boxes[at(id)], plan.questions[at(id)], given(id), words);

function given(id) {
  const answer = answerIn(boxes[at(id)], plan.questions[at(id)]);
  return Array.isArray(answer) && !answer.length && !passed.includes(id) ? undefined : answer;
}

/** What stands in the form: `answers`, the ids of the questions that are asked after them, and `left`, those without an answer. */
function readForm() {
  const answers = Object.fromEntries(ids.map((id) => [id, given(id)])), list = asked(plan, answers);
  return { answers, list, left: list.filter((id) => answers[id] === undefined) };
}

// Showing

/** Shows a step, or the nearest that can be shown: nobody gets past a question that has no answer. */
function show(wanted, focus) {
  const { answers, list, left } = readForm();
  view = Math.min(wanted, left.length ? at(left[0]) : RESULT);
  while (view < REVIEW && !list.includes(ids[view])) view++;
  if (!oneByOne && view === REVIEW) view = 0;
  if (view !== wanted) history.replaceState({ at: view }, "");
  const filling = view < REVIEW, done = view === RESULT;
  clearErrors();
  now.textContent = "";
  page.classList.toggle("done", done);
  page.classList.toggle("going", view > 0 && (oneByOne || !filling));
  page.classList.toggle("one", oneByOne && filling);
  form.classList.toggle("off", !filling);
  get("review").hidden = view !== REVIEW;
  questions(list);
  for (const back of all(".back")) back.hidden = !view || (filling && !oneByOne);
  get("go").textContent = oneByOne ? words.go : words.see;
  get("all-or-one").textContent = oneByOne ? words.all : words.one;
  flags(answers);
  get("result").insertBefore(get("key"), get(done ? "about" : "means"));
  let target = get("all-or-one"), name = "";
  if (done) {
    state.answers = answers;
    result();
    target = get("result-h");
    tell();
  } else {
    for (const hidden of all("#means [hidden]")) hidden.hidden = false; // on the printed form everything stands
    if (view === REVIEW) {
      get("review").querySelector("dl").replaceChildren(...list.map((id) => {
        const change = button(`${words.change} `, "tool", () => {
          changing = true;
          go(at(id));
        });
        change.append(make("span", asking(id), "vh"));
        return answerRow(asking(id), told(id), change);
      }));
      target = get("review-h");
    } else if (oneByOne) {
      target = boxes[view].querySelector(heading);
      name = view ? target.firstElementChild.textContent : "";
    }
  }
  if (!filling) name = target.textContent;
  document.title = name ? `${name} – ${title}` : title;
  if (!focus) return;
  // scrolling comes first: Firefox gives no focus to a legend that has just been shown and not yet been laid out
  (view && (target.closest(".group,#result")) || target).scrollIntoView();
  target.focus({ preventScroll: true });
}

/** Shows the questions that are to be shown, and headings over them. "Question 3 of 10" is among those that are asked. */
function questions(those) {
  boxes.forEach((box, index) => box.classList.toggle("off", oneByOne ? index !== view : !those.includes(ids[index])));
  for (const group of all(".group")) group.classList.toggle("off", !group.querySelector(".q:not(.off)"));
  number(those);
}

function number(those) {
  those.forEach((id, index) => {
    boxes[at(id)].querySelector(".n").textContent = fill(words.progress, { n: index + 1, m: those.length });
  });
}

/** Shows the cards of danger signs that hold now. One that has just come up is told once, and shown where the reader is. */
function flags(answers, box) {
  const hold = flagsNow(plan, answers);
  for (const card of all(".q [data-flag],#now [data-flag]")) card.classList.toggle("off", !hold.includes(card.dataset.flag));
  for (const id of hold) {
    if (!box || raised.includes(id)) continue;
    const cards = all(`[data-flag="${id}"]`, form);
    if (!cards.some((card) => box.contains(card))) {
      now.append(cards[0].cloneNode(true));
      if (!oneByOne) box.after(now);
    }
    say.textContent = cards[0].querySelector("h3").textContent;
  }
  raised = hold;
}

// What else the result has: drawn, answer by answer, and to be taken away. It is fetched when the reader has gone on once.

const state = { plan, asking, told, show: result };

function result(full) {
  Object.assign(state, showResult(plan, words, state.answers, asking, full));
}

function tell() {
  document.dispatchEvent(new CustomEvent("result", { detail: state }));
}

function fetchMore() {
  if (more) return;
  more = make("script");
  more.src = page.dataset.more;
  more.onload = () => view === RESULT && tell();
  more.onerror = () => {
    more = 0;
    page.classList.add("less");
  };
  document.head.append(more);
  page.classList.remove("less");
}

// Going on and back

function go(to) {
  history.pushState({ at: to }, "");
  show(to, true);
}

function goOn() {
  fetchMore();
  passed = passed.concat(oneByOne ? ids[view] : readForm().list);
  const { list, left } = readForm();
  if (oneByOne ? left.includes(ids[view]) : left.length) fail(oneByOne ? [ids[view]] : left);
  else if (!oneByOne) go(RESULT);
  else if (changing) {
    go(left.length ? at(left[0]) : REVIEW);
    changing = left.length > 0;
  } else {
    const next = list.find((id) => at(id) > view);
    go(next ? at(next) : REVIEW);
  }
}

function fail(left) {
  show(view);
  errors.querySelector("ul").replaceChildren(...left.map((id) => {
    const box = boxes[at(id)], { error } = box.dataset, link = make("a", oneByOne ? error : `${asking(id)} ${error}`), row = make("li");
    box.classList.add("wrong");
    box.querySelector(heading).append(make("span", error, "error"));
    link.href = `#q-${id}`;
    press(link, (event) => {
      event.preventDefault();
      box.querySelector("input").focus();
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
  for (const box of all(".wrong")) box.classList.remove("wrong");
  for (const note of all("legend .error")) note.remove();
}

// What the reader does

/** A link that works without this script becomes a button. */
function became(id, work) {
  const link = get(id), made = button(link.textContent, link.className, work);
  made.id = id;
  link.replaceWith(made);
}

form.addEventListener("input", (event) => {
  const box = event.target.closest(".q"), index = boxes.indexOf(box);
  keepApart(box, plan.questions[index], event.target);
  passed = passed.filter((id) => id !== ids[index]);
  const { answers, list } = readForm();
  questions(list);
  flags(answers, box);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  goOn();
});
form.addEventListener("reset", () => setTimeout(() => {
  passed = [];
  raised = [];
  changing = false;
  if (view) history.pushState({ at: 0 }, "");
  show(0, true);
  say.textContent = words.cleared;
}));
became("go", goOn);
became("all-or-one", () => {
  oneByOne = !oneByOne;
  show(oneByOne ? Math.max(at(readForm().left[0]), 0) : view);
});
press(get("see"), () => go(RESULT));
press(get("again"), fetchMore);
for (const back of all(".back")) press(back, () => history.back());
addEventListener("popstate", (event) => {
  if (event.state) show(event.state.at, true);
  else history.replaceState({ at: view }, ""); // a link within the page, such as the one that skips to the main text
});
// The empty form is printed whole, with the published numbers.
addEventListener("beforeprint", () => number(ids));
addEventListener("afterprint", () => number(readForm().list));

const start = (history.state || { at: 0 }).at;
passed = ids.slice(0, start);
history.replaceState({ at: start }, "");
page.classList.add("js");
show(start);
