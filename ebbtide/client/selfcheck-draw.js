// A score on its scale, as SVG: positions are in percent, so that the type keeps its size on every screen and on paper.

/** An SVG element with attributes and a text, put into another. */
export function drawn(parent, name, attributes, text) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  parent.append(made);
  return made;
}

/**
 * Draws `scale` {low, high, value or null, range [low, high] or null, parts: [{from, to, style, on}], name, here} into `figure`.
 * With `small`, a bar that is filled up to the value; else its ranges side by side and a mark that says `here`.
 */
export function drawScale(figure, scale, small) {
  const width = scale.high - scale.low || 1;
  const at = (number) => (100 * (Math.min(Math.max(number, scale.low), scale.high) - scale.low)) / width;
  const top = small ? 2 : 30;
  const svg = drawn(figure, "svg", { role: "img", "aria-label": scale.name, width: "100%", height: small ? 26 : 78, class: "scale" });
  const parts = scale.parts.length ? scale.parts : [{ from: scale.low, to: scale.high, style: "", on: !small }];
  for (const part of parts) {
    const from = at(part.from);
    drawn(svg, "rect", {
      x: `${from}%`, y: top, width: `${Math.max(at(part.to) - from, 0)}%`, height: 22, class: `part ${part.style} ${part.on && !small ? "on" : ""}`,
    });
  }
  if (scale.range) {
    const [low, high] = scale.range.map(at);
    drawn(svg, "rect", { x: `${low}%`, y: top + 7, width: `${Math.max(high - low, 1)}%`, height: 8, class: "span" });
  }
  if (scale.value !== null && small) drawn(svg, "rect", { x: 0, y: top + 5, width: `${at(scale.value)}%`, height: 12, class: "fill" });
  if (scale.value !== null && !small) {
    const spot = at(scale.value);
    const mark = drawn(svg, "svg", { x: `${spot}%`, y: 20, overflow: "visible" });
    drawn(mark, "path", { d: "M0 10L-8-2H8ZM0 8V32", class: "mark" });
    drawn(svg, "text", { x: `${spot}%`, y: 13, "text-anchor": spot < 30 ? "start" : spot > 70 ? "end" : "middle", class: "here" }, scale.here);
  }
  if (!small) {
    drawn(svg, "text", { x: 0, y: 72 }, scale.low);
    drawn(svg, "text", { x: "100%", y: 72, "text-anchor": "end" }, scale.high);
  }
}
