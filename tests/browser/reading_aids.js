/** What test_reading_aids.py measures in a page. Each function answers with sentences about what is wrong, or with plain numbers. */
window.aids = (() => {
  const short = (each) => each.outerHTML.replace(/\s+/g, " ").slice(0, 110);
  const styled = (each, pseudo) => getComputedStyle(each, pseudo);
  const isShown = (each) => each.checkVisibility({ visibilityProperty: true }) && [...each.getClientRects()].some((box) => box.width && box.height);
  /** Read aloud, and never drawn: cut down to a pixel, or kept far to the left until focus brings it in. */
  const isForEars = (each) => {
    for (let at = each; at && at !== document.body; at = at.parentElement) {
      if (styled(at).clipPath.startsWith("inset(50%")) return true;
      if (at.getBoundingClientRect().right < -500) return true;
    }
    return false;
  };

  // colors

  const numbers = (color) => {
    const found = color.match(/^rgba?\((\d+), (\d+), (\d+)(?:, ([\d.]+))?\)$/);
    if (!found) throw new Error(`a color that is not understood: ${color}`);
    return [+found[1], +found[2], +found[3], found[4] === undefined ? 1 : +found[4]];
  };
  const over = (top, below) => [0, 1, 2].map((part) => top[part] * top[3] + below[part] * (1 - top[3])).concat(1);
  /** WCAG 2.2, "relative luminance" and "contrast ratio". */
  const light = (color) => {
    const [red, green, blue] = color.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (one, other) => {
    const [high, low] = [light(one), light(other)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };
  /** The color that an element stands on: of its parent, or whatever lies behind that. */
  const ground = (each) => {
    const layers = [];
    for (let at = each.parentElement; at; at = at.parentElement) layers.push(numbers(styled(at).backgroundColor));
    const canvas = matchMedia("(prefers-color-scheme: dark)").matches ? [18, 18, 18, 1] : [255, 255, 255, 1];
    return layers.reduceRight((below, layer) => over(layer, below), canvas);
  };

  // focus

  const PRESSED = "a[href], area[href], button, input, select, textarea, summary, audio[controls], video[controls], iframe, [contenteditable], [tabindex]";
  const isInReach = (each) => !each.disabled && each.tabIndex >= 0 && each.type !== "hidden" && isShown(each);
  /** Of the radio buttons of one name the keyboard stops at one: at the chosen one, else at the first. */
  const isPassedBy = (each) => {
    if (each.type !== "radio" || !each.name) return false;
    const group = [...document.querySelectorAll("input[type=radio]")].filter((other) => other.name === each.name && other.form === each.form && isInReach(other));
    return each !== (group.find((other) => other.checked) || group[0]);
  };
  /** What Tab must stop at, in the order of the page. */
  const stops = () => {
    window.wanted = [...document.querySelectorAll(PRESSED)].filter((each) => isInReach(each) && !isPassedBy(each));
    return window.wanted.length;
  };
  const isScroller = (each) => /auto|scroll/.test(styled(each).overflowX + styled(each).overflowY);

  /** WCAG 2.4.13: a line of 2 px or more all around, at 3:1 to what was there before, and to what lies on both its sides. */
  const ring = (each) => {
    const style = styled(each);
    const [width, gap] = [parseFloat(style.outlineWidth), parseFloat(style.outlineOffset)];
    if (["none", "hidden", "auto"].includes(style.outlineStyle)) return `no ring of its own (${style.outlineStyle})`;
    if (width < 2) return `a ring of ${width} px`;
    if (gap < 0) return `a ring drawn ${-gap} px inside, where the length of the line is less than around`;
    const line = numbers(style.outlineColor);
    const before = ground(each);
    const shadow = style.boxShadow.match(/^(rgba?\([^)]*\)) 0px 0px 0px ([\d.]+)px$/);
    const halo = shadow && over(numbers(shadow[1]), before);
    const inside = halo && gap > 0 ? halo : gap > 0 ? before : over(numbers(style.backgroundColor), before);
    const outside = halo && +shadow[2] > gap + width ? halo : before;
    const wrong = [];
    for (const [what, color] of Object.entries({ "what was there": before, "its inner side": inside, "its outer side": outside })) {
      const found = contrast(over(line, before), color);
      if (found < 3) wrong.push(`the ring has ${found.toFixed(2)}:1 to ${what}`);
    }
    return wrong.join(", ");
  };
  /** WCAG 2.4.11 and 2.4.12: where the focus is, nothing lies over it, and it is on the screen. */
  const hidden = (each) => {
    const boxes = [...each.getClientRects()].filter((box) => box.width && box.height);
    const inside = ([x, y]) => x >= 0 && y >= 0 && x < innerWidth && y < innerHeight;
    const points = boxes.flatMap((box) => {
      const [x, y, dx, dy] = [box.x + box.width / 2, box.y + box.height / 2, box.width / 2 - 3, box.height / 2 - 2];
      return [[x, y], [x - dx, y], [x + dx, y], [x, y - dy], [x, y + dy]];
    }).filter(inside);
    if (!points.length) return "the focus is off the screen";
    if (!points.some(([x, y]) => each.contains(document.elementFromPoint(x, y)))) return "nothing of it can be reached";
    const isDrawn = (hit) => numbers(styled(hit).backgroundColor)[3] > 0 || styled(hit).backgroundImage !== "none" || hit.matches("img, svg, iframe");
    const above = points.map(([x, y]) => document.elementFromPoint(x, y)).find((hit) => hit && !each.contains(hit) && !hit.contains(each) && isDrawn(hit));
    return above ? `under ${short(above)}` : "";
  };
  /** Where the focus is. `index` is its place among `wanted`; -1 is none of them, and null is the end of the page. */
  const here = () => {
    const at = document.activeElement;
    if (!at || at === document.body || at === document.documentElement) return null;
    const boxes = [...at.getClientRects()].map((box) => ({ x: box.x + scrollX, y: box.y + scrollY, width: box.width, height: box.height }));
    return { index: wanted.indexOf(at), scroller: isScroller(at) && !at.matches(PRESSED), html: short(at), ring: ring(at), hidden: hidden(at), boxes };
  };

  /** Things that look alike when the focus is on them: of one sort, on one ground. */
  const sign = (each) => `${each.tagName}.${each.className} ${styled(each).display} on ${ground(each).map(Math.round)}`;
  /** The length of the line around an element, in px: around all its lines together where they touch. */
  const around = (each) => {
    const touch = 4;
    const boxes = [...each.getClientRects()].filter((box) => box.width && box.height);
    const [left, top] = [Math.min(...boxes.map((box) => box.left)) - touch, Math.min(...boxes.map((box) => box.top)) - touch];
    const [width, height] = [Math.max(...boxes.map((box) => box.right)) - left + touch, Math.max(...boxes.map((box) => box.bottom)) - top + touch].map(Math.ceil);
    if (boxes.length === 1) return 2 * (boxes[0].width + boxes[0].height);
    const isIn = new Uint8Array(width * height);
    for (const box of boxes)
      for (let y = Math.floor(box.top - top - touch); y < box.bottom - top + touch - 1; y++)
        for (let x = Math.floor(box.left - left - touch); x < box.right - left + touch - 1; x++) if (x >= 0 && y >= 0 && x < width && y < height) isIn[y * width + x] = 1;
    const at = (x, y) => x >= 0 && y >= 0 && x < width && y < height && isIn[y * width + x];
    let edge = 0;
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) if (at(x, y) && !(at(x - 1, y) && at(x + 1, y) && at(x, y - 1) && at(x, y + 1))) edge += 1;
    return edge - 8 * touch; // of the lines as they are, not grown
  };

  // size

  const LAID_IN_LINE = ["inline", "contents"];
  const block = (each) => {
    let at = each.parentElement;
    while (LAID_IN_LINE.includes(styled(at).display)) at = at.parentElement;
    return at;
  };
  /** WCAG 2.5.5, "inline": a link laid out in a line of words that are not links themselves, and so as high as that line. */
  const isInSentence = (each) => {
    if (each.tagName !== "A" || styled(each).display !== "inline") return false;
    const around = block(each);
    const walk = document.createTreeWalker(around, NodeFilter.SHOW_TEXT);
    for (let text = walk.nextNode(); text; text = walk.nextNode()) {
      const words = /[\p{L}\p{N}]{2}/u.test(text.data);
      if (words && isShown(text.parentElement) && !isForEars(text.parentElement) && !text.parentElement.closest("a, button, label, summary") && block(text) === around) return true;
    }
    return false;
  };
  /** WCAG 2.5.5: what is not 44 px wide and high, of all that can be pressed. A tick and its words are one thing to press.
   *  A drawing that is kept from voices says again what stands beside it ("equivalent"), if the same address is there, and large enough. */
  const small = () => {
    const size = (each) => each.getBoundingClientRect();
    const isSmall = (each) => size(each).width < 43.99 || size(each).height < 43.99;
    const isMark = (each) => each.tagName === "INPUT" && /radio|checkbox/.test(each.type);
    const all = [...document.querySelectorAll(`${PRESSED}, label`)].filter((each) => !each.disabled && isShown(each) && !isForEars(each));
    const pressed = all.filter((each) =>
      each.tagName === "LABEL" ? each.control && isMark(each.control) : !(isMark(each) && each.labels.length) && each.matches("a, button, input, select, textarea, summary, [role]"));
    const isSaidAgain = (each) => each.closest("svg[aria-hidden=true]") &&
      pressed.some((other) => !other.closest("svg") && other.href === new URL(each.href.baseVal, document.baseURI).href && !isSmall(other));
    return pressed.filter((each) => isSmall(each) && !isInSentence(each) && !isSaidAgain(each))
      .map((each) => `${Math.round(size(each).width)} by ${Math.round(size(each).height)}: ${short(each)}`);
  };

  // letters

  /** Text that is cut off, runs out of the page, or lies over other text. */
  const damage = () => {
    const wrong = [];
    const lines = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text = walk.nextNode(); text; text = walk.nextNode()) {
      const owner = text.parentElement;
      if (!text.data.trim() || owner.closest("svg, script, style, noscript, option") || !isShown(owner) || isForEars(owner)) continue;
      const range = document.createRange();
      range.selectNodeContents(text);
      const boxes = [...range.getClientRects()].filter((box) => box.width > 1 && box.height > 1);
      const said = (what) => wrong.push(`${what}: "${text.data.trim().slice(0, 40)}" in ${short(owner).slice(0, 70)}`);
      let scrolls = false;
      for (let at = owner; at && at !== document.documentElement; at = at.parentElement) {
        const style = styled(at);
        if (style.display === "inline") continue;
        const frame = at.getBoundingClientRect();
        const cuts = (way) => ["hidden", "clip"].includes(way);
        if (/auto|scroll/.test(style.overflowX)) scrolls = true;
        if (boxes.some((box) => (cuts(style.overflowX) && !scrolls && (box.right > frame.right + 1 || box.left < frame.left - 1)) ||
          (cuts(style.overflowY) && (box.bottom > frame.bottom + 1 || box.top < frame.top - 1)))) { said("cut off"); break; }
        if (style.textOverflow === "ellipsis" && at.scrollWidth > at.clientWidth + 1) { said("shortened"); break; }
      }
      if (!scrolls && boxes.some((box) => box.right > document.documentElement.clientWidth + 1 || box.left < -1)) said("out of the page");
      // a letter fills the middle of its box; the edges of two lines may touch
      for (const box of boxes) lines.push({ owner, left: box.left, right: box.right, top: box.top + box.height * 0.25, bottom: box.bottom - box.height * 0.25, text: text.data.trim() });
    }
    lines.sort((a, b) => a.top - b.top);
    lines.forEach((line, index) => {
      for (let next = index + 1; next < lines.length && lines[next].top < line.bottom - 1; next++) {
        const other = lines[next];
        if (other.owner !== line.owner && Math.min(line.right, other.right) - Math.max(line.left, other.left) > 2)
          wrong.push(`over each other: "${line.text.slice(0, 30)}" and "${other.text.slice(0, 30)}"`);
      }
    });
    // what a field says must fit, too
    for (const field of document.querySelectorAll("button, select, input:not([type=radio], [type=checkbox], [type=hidden])"))
      if (isShown(field) && field.tagName === "BUTTON" && (field.scrollWidth > field.clientWidth + 1 || field.scrollHeight > field.clientHeight + 1)) wrong.push(`too small for its words: ${short(field)}`);
    if (document.documentElement.scrollWidth > innerWidth) wrong.push(`the page is ${document.documentElement.scrollWidth} px wide on ${innerWidth}`);
    return wrong;
  };
  const words = () => document.body.innerText.replace(/\s+/g, " ").trim();

  // motion

  const MOVES = ["animation-name", "animation-duration", "transition-duration", "scroll-behavior", "view-transition-name"];
  const STILL = { "animation-name": ["none"], "scroll-behavior": ["auto"], "view-transition-name": ["none", "root"] };
  const isStill = (name, value) => value === "" || (STILL[name] || []).includes(value) || (name.endsWith("duration") && value.split(",").every((part) => ["0s", "auto"].includes(part.trim())));
  /** WCAG 2.3.3, and more than it: nothing moves, and no rule would make anything move, whatever a reader has set. */
  const motion = () => {
    const wrong = document.getAnimations().map((each) => `moves: ${each.effect && each.effect.target && short(each.effect.target)}`);
    for (const each of document.querySelectorAll("*"))
      for (const pseudo of ["", "::before", "::after", "::marker"])
        for (const name of MOVES) {
          const value = styled(each, pseudo).getPropertyValue(name);
          if (!isStill(name, value)) wrong.push(`${name} ${value}: ${short(each)}${pseudo}`);
        }
    const rules = (list) => {
      for (const rule of list) {
        if (["CSSKeyframesRule", "CSSViewTransitionRule"].includes(rule.constructor.name)) wrong.push(`a rule for motion: ${rule.cssText.slice(0, 80)}`);
        if (rule.style) for (const name of MOVES) if (!isStill(name, rule.style.getPropertyValue(name))) wrong.push(`${name}: ${rule.cssText.slice(0, 80)}`);
        if (rule.cssRules) rules(rule.cssRules);
      }
    };
    for (const sheet of document.styleSheets) rules(sheet.cssRules);
    for (const each of document.querySelectorAll("marquee, blink, video, audio, animate, animateMotion, animateTransform, set, meta[http-equiv=refresh i]")) wrong.push(`moves by itself: ${short(each)}`);
    return wrong;
  };

  // the parts of a page

  /** A page's parts, as they follow each other and as they lie on the screen. */
  const parts = () => [...document.body.children].filter((each) => isShown(each) && !isForEars(each))
    .map((each) => ({ part: `${each.tagName.toLowerCase()} ${each.getAttribute("aria-label") || ""}`.trim(), top: each.getBoundingClientRect().top + scrollY, bottom: each.getBoundingClientRect().bottom + scrollY, left: each.getBoundingClientRect().left }));
  const LANDMARK = "main, nav, aside, header, footer, [role=region], section[aria-label], section[aria-labelledby]";
  const isTop = (each) => !each.closest("article, main, section, aside, nav");
  /** WCAG 1.3.1, 2.4.1, 2.4.6, 3.1.1: the frame that voices go by. */
  const frame = (language) => {
    const wrong = [];
    const count = (what, found, wanted) => found !== wanted && wrong.push(`${what}: ${found}`);
    const of = (selector) => [...document.querySelectorAll(selector)].filter(isShown);
    if (document.documentElement.lang !== language) wrong.push(`the page says that its language is "${document.documentElement.lang}"`);
    count("headings of the first level", of("h1").length, 1);
    count("main parts", of("main, [role=main]").length, 1);
    count("headers", of("header").filter(isTop).length, 1);
    count("footers", of("footer").filter(isTop).length, 1);
    if (of("h1").some((each) => !each.closest("main"))) wrong.push("the first heading stands outside the main part");
    const named = of("nav, aside, [role=navigation]").map((each) => `${each.tagName} ${each.getAttribute("aria-label") || (document.getElementById(each.getAttribute("aria-labelledby")) || {}).textContent || ""}`);
    for (const name of named) if (/^\S+ $/.test(name)) wrong.push(`without a name: ${name}`);
    for (const name of new Set(named)) if (named.filter((other) => other === name).length > 1) wrong.push(`two of one name: ${name}`);
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text = walk.nextNode(); text; text = walk.nextNode())
      if (text.data.trim() && isShown(text.parentElement) && !text.parentElement.closest("main, nav, aside, header, footer, .skip, script, style")) wrong.push(`in no part: ${text.data.trim().slice(0, 50)}`);
    let level = 0;
    for (const each of [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter((each) => each.checkVisibility())) {
      const next = +each.tagName[1];
      if (next > level + 1) wrong.push(`a heading of level ${next} after one of ${level}: ${each.textContent.slice(0, 40)}`);
      if (!each.textContent.trim()) wrong.push("an empty heading");
      level = next;
    }
    return wrong;
  };
  /** In a system's own colors every button and field keeps an edge, or an underline: its ground is gone. */
  const edges = () => [...document.querySelectorAll("button, .button, .contact, .bar a, input:not([type=radio], [type=checkbox], [type=hidden]), textarea")].filter((each) => isShown(each)).filter((each) => {
    const style = styled(each);
    const edge = parseFloat(style.borderTopWidth) >= 1 && style.borderTopStyle !== "none" && numbers(style.borderTopColor)[3] > 0;
    return !edge && !style.textDecorationLine.includes("underline");
  }).map(short);

  return { stops, here, ring, sign, around, small, damage, words, motion, parts, frame, edges, contrast, isShown };
})();
