// The page of results that the reader chose to keep on this device: drawn over time, with a table, and to be deleted.

import {} from "./links.js";
import { all, button, data, fill, get, make } from "./dom.js";
import { askFirst, keepOnly, kept, same } from "./kept.js";
import { drawn } from "./selfcheck-draw.js";

const words = data("words"), place = get("results"), { root } = place.dataset, language = document.documentElement.lang;
const TOP = 26, HEIGHT = 110;

const day = (one) => new Date(one.made).toLocaleDateString(language, { dateStyle: "medium" });
const moment = (one) => new Date(one.made).toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });

/** Shows what is kept now. */
function show() {
  const results = kept(root), ids = [...new Set((results || []).map((one) => one.id))];
  get("no-script").hidden = true;
  get("refused").hidden = results !== null;
  get("none").hidden = !results || ids.length > 0;
  get("forget").hidden = !ids.length;
  place.replaceChildren(...ids.map((id) => checkOf(results.filter((one) => one.id === id))));
}

/** The part of the page about one self-check. */
function checkOf(results) {
  const last = results[results.length - 1], section = make("section"), again = all(`[data-check="${last.id}"]`)[0];
  section.append(make("h2", last.title));
  if (again) {
    const link = make("a", `${words.again} `), row = make("p");
    link.href = again.href;
    link.append(make("span", last.title, "vh"));
    row.append(link);
    section.append(row);
  }
  const charts = make("div", "", "charts");
  last.scores.forEach((score) => charts.append(chartOf(results, score)));
  section.append(charts, tableOf(results));
  return section;
}

/** A score over time, of those results that have it on the same scale. */
function chartOf(results, score) {
  const { id, title, low, high, higher_is: way } = score, figure = make("figure");
  const points = results.flatMap((one) => one.scores.filter((each) => each.id === id && each.low === low && each.high === high && each.value !== null)
    .map((each) => ({ one, value: each.value })));
  const told = points.map(({ one, value }) => fill(words.point, { day: day(one), value })).join(", ");
  figure.append(make("figcaption", fill(words[way] || words.neither, { title, low, high })));
  const svg = drawn(figure, "svg", { role: "img", "aria-label": told || words.empty, width: "100%", height: TOP + HEIGHT + 34, class: "chart" });
  const from = results[0].made, span = results[results.length - 1].made - from;
  const x = ({ one }) => (span ? 17 + (77 * (one.made - from)) / span : 55);
  const y = ({ value }) => TOP + HEIGHT * (1 - (value - low) / (high - low || 1));
  for (const [number, end] of [[high, TOP], [low, TOP + HEIGHT]]) {
    drawn(svg, "line", { x1: "10%", x2: "100%", y1: end, y2: end, class: "grid" });
    drawn(svg, "text", { x: "8%", y: end + 5, "text-anchor": "end" }, number);
  }
  points.slice(1).forEach((point, index) => {
    const before = points[index];
    drawn(svg, "line", { x1: `${x(before)}%`, y1: y(before), x2: `${x(point)}%`, y2: y(point), class: "course" });
  });
  points.forEach((point, index) => {
    drawn(svg, "circle", { cx: `${x(point)}%`, cy: y(point), r: 5, class: "dot" });
    if (points.length > 8 && index && index < points.length - 1) return;
    drawn(svg, "text", { x: `${x(point)}%`, y: y(point) - 11, "text-anchor": "middle", class: "value" }, point.value);
  });
  drawn(svg, "text", { x: span ? "10%" : "55%", y: TOP + HEIGHT + 28, "text-anchor": span ? "start" : "middle" }, day(results[0]));
  if (span) drawn(svg, "text", { x: "100%", y: TOP + HEIGHT + 28, "text-anchor": "end" }, day(results[results.length - 1]));
  return figure;
}

/** All results of a self-check, the newest first, each with a way to delete it. */
function tableOf(results) {
  const last = results[results.length - 1], wide = make("div", "", "wide"), table = make("table"), head = make("tr"), body = make("tbody");
  wide.tabIndex = 0;
  wide.setAttribute("role", "region");
  wide.setAttribute("aria-label", fill(words.table, last));
  head.append(...[words.when, ...last.scores.map((score) => score.title), words.delete].map((text) => {
    const cell = make("th", text);
    cell.scope = "col";
    return cell;
  }));
  for (const one of [...results].reverse()) {
    const row = make("tr"), when = make("th", moment(one)), last_ = make("td"), gone = button(words.delete, "tool", null);
    when.scope = "row";
    gone.append(make("span", ` ${moment(one)}`, "vh"));
    askFirst(gone, words, () => change(kept(root).filter((other) => !same(one, other)), words.gone));
    last_.append(gone);
    row.append(when, ...last.scores.map(({ id, title }) => cellOf(one.scores.find((score) => score.id === id), title)), last_);
    body.append(row);
  }
  const top = make("thead");
  top.append(head);
  table.append(make("caption", fill(words.table, last)), top, body);
  // On a narrow screen styles set the cells one below the other, and some browsers then take a table for none: so its roles are said.
  const roles = { table: "table", thead: "rowgroup", tbody: "rowgroup", tr: "row", td: "cell", "thead th": "columnheader", "tbody th": "rowheader" };
  wide.append(table);
  for (const [each, role] of Object.entries(roles)) for (const part of all(each, wide)) part.setAttribute("role", role);
  return wide;
}

/** A score in its column; `title` stands before it where columns have no room. */
function cellOf(score, title) {
  const there = score && score.value !== null, cell = make("td", there ? `${score.value} ${score.unit}`.trim() : words.empty);
  cell.dataset.title = title;
  if (there && score.band) cell.append(make("span", score.band, "band"));
  return cell;
}

function change(results, said) {
  const done = keepOnly(root, results);
  show();
  get("say").textContent = done ? said : words.refused;
  get("top").focus();
}

askFirst(get("forget"), words, () => change([], words.all_gone));
addEventListener("storage", show); // another window keeps or deletes
addEventListener("pageshow", show); // also when the reader comes back
