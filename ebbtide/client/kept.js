// Results that the reader chose to keep, in this browser's own storage and nowhere else. Nothing is there until one is kept.
// A result: {id, version, title, made (milliseconds since 1970), scores: [{id, title, unit, low, high, higher_is, value or null, band}],
// answers (only if asked for)}. `root` is the address of the site's root, so that two sites at one host keep apart.

import { button, make, press } from "./dom.js";

function keyOf(root) {
  return `kept self-checks ${new URL(root, location.href).pathname}`;
}

/** The kept results, the oldest first; null where the browser lets nobody look. */
export function kept(root) {
  let text;
  try {
    text = localStorage.getItem(keyOf(root));
  } catch (_) {
    return null;
  }
  try {
    return JSON.parse(text).filter((one) => one && Array.isArray(one.scores)).sort((a, b) => a.made - b.made);
  } catch (_) {
    return []; // nothing, or nothing that can be read
  }
}

/** Keeps exactly these. False where the browser refuses. */
export function keepOnly(root, results) {
  try {
    if (results.length) localStorage.setItem(keyOf(root), JSON.stringify(results));
    else localStorage.removeItem(keyOf(root));
    return true;
  } catch (_) {
    return false;
  }
}

/** Whether two results are the same one. */
export function same(one, other) {
  return one.id === other.id && one.made === other.made;
}

/** Keeps a result with the others, in place of itself if it is there. False where the browser refuses. */
export function keep(root, one) {
  return keepOnly(root, [...(kept(root) || []).filter((other) => !same(one, other)), one]);
}

/** Deletes only after a second press: what a button does is asked about where it stands, and can be called off. */
export function askFirst(first, words, work) {
  press(first, () => {
    const asking = make("span", `${words.sure} `, "sure");
    const off = () => {
      asking.remove();
      first.hidden = false;
    };
    const yes = button(words.yes, "tool", () => {
      off();
      work();
    });
    asking.append(yes, " ", button(words.no, "tool", () => {
      off();
      first.focus();
    }));
    first.hidden = true;
    first.after(asking);
    yes.focus();
  });
}
