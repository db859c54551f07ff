// The few things that every page with a script of its own does with the document.

/** The element with an id. */
export function get(id) {
  return document.getElementById(id);
}

/** The elements that `selector` matches, in the document or inside an element. */
export function all(selector, inside) {
  return [...(inside || document).querySelectorAll(selector)];
}

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

/** A button with a text, and what it does. */
export function button(text, style, work) {
  const made = make("button", text, style);
  made.type = "button";
  press(made, work);
  return made;
}

/** What happens when an element is pressed. */
export function press(element, work) {
  element.addEventListener("click", work);
}

/** The data that a page holds in its script element with an id. */
export function data(id) {
  return JSON.parse(get(id).textContent);
}

/** A question, its answer, and what else stands beside them, as a row of a list of answers. */
export function answerRow(question, answer, more) {
  const row = make("div"), last = make("dd");
  last.append(more);
  row.append(make("dt", question), make("dd", answer), last);
  return row;
}
