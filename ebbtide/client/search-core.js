// The search itself: pure, and the same in Node and in a browser. ebbtide/search/index.py says how its data are written. Nothing in it
// belongs to one language: slips are letters too many, missing, wrong or swapped, and endings are what follows a common beginning.

const DIGITS = "#$%&'()*+-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~";
const HALF = 45, LEVELS = 4;

/** The words of a text as they are compared: see `tokens` in model/search.py. */
export function tokens(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/['’ʼ]/g, "").split(/[^\p{L}\p{N}]+/u).filter(Boolean);
}

/** An index that can be searched, out of the data of a file; `documents` is how many there are, `typed` the words that people type, in the
 *  order of the page. Lists are read when they are needed. */
export function openIndex(data, documents, typed) {
  let before = "";
  const words = data.words ? data.words.split(" ").map((one) => (before = before.slice(0, parseInt(one[0], 36)) + one.slice(1))) : [];
  const leads = numbers(data.typed || ""), phrases = leads.map((lead, at) => ({ words: tokens(typed[at]), to: data.leads[lead] }));
  return {
    documents, words, lists: data.lists.split(","), at: new Map(words.map((word, at) => [word, at])), read: [],
    stop: new Set((data.stop || "").split(" ")), phrases,
  };
}

function numbers(text) {
  const found = [];
  for (let place = 0; place < text.length; place++) {
    let number = 0, worth = 1, digit = DIGITS.indexOf(text[place]);
    for (; digit >= HALF; digit = DIGITS.indexOf(text[++place]), worth *= HALF) number += (digit - HALF) * worth;
    found.push(number + digit * worth);
  }
  return found;
}

function listOf(index, at) {
  if (!index.read[at]) {
    let document = -1;
    index.read[at] = numbers(index.lists[at]).map((number) => {
      document += 1 + Math.floor(number / LEVELS);
      return [document, (number % LEVELS + 1) / LEVELS];
    });
  }
  return index.read[at];
}

/** How many slips turn one word into another, swapped neighbors counted once; `most + 1` where it takes more than `most`. */
export function slips(one, other, most) {
  if (Math.abs(one.length - other.length) > most) return most + 1;
  let twice = [], once = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let row = 1; row <= one.length; row++) {
    const now = [row];
    let least = row;
    for (let at = 1; at <= other.length; at++) {
      const same = one[row - 1] === other[at - 1];
      now[at] = Math.min(once[at] + 1, now[at - 1] + 1, once[at - 1] + (same ? 0 : 1));
      if (row > 1 && at > 1 && one[row - 1] === other[at - 2] && one[row - 2] === other[at - 1]) now[at] = Math.min(now[at], twice[at - 2] + 1);
      least = Math.min(least, now[at]);
    }
    if (least > most) return most + 1;
    [twice, once] = [once, now];
  }
  return Math.min(once[other.length], most + 1);
}

/** Slips that a word may hold: in a short one, a slip makes another word. */
function forgiven(length) {
  return length < 4 ? 0 : length < 7 ? 1 : 2;
}

/** How sure it is, from 0 to 1, that somebody who typed `typed` means `word`. `open`: they may still be typing it. */
export function closeness(typed, word, open) {
  if (typed === word) return 1;
  const least = Math.min(typed.length, word.length), most = Math.max(typed.length, word.length);
  let same = 0;
  while (same < least && typed[same] === word[same]) same++;
  if (same === typed.length && (open ? same > 1 : same > 3)) return (open ? .6 : .45) + .4 * same / word.length;
  let close = 0;
  if (same > 3 && most - same < 5 && same / most >= .55) close = .88 - .08 * (typed.length + word.length - 2 * same);
  else if (same > 2 && most - same < 3 && least - same < 2) close = .7; // run and runs, tire and tiring
  const allowed = typed.length < 4 ? 0 : forgiven(most);
  if (!allowed || close > .8 || (same === 0 && typed.length < 5)) return close;
  const count = slips(typed, word, allowed);
  return count > allowed ? close : Math.max(close, (same ? .8 : .65) - .17 * (count - 1) - (count > 1 && most < 7 ? .25 : 0));
}

/** What was typed, as words to look for: without stop words (unless there are no others), and with a blank forgotten or typed too many. */
export function wanted(index, text) {
  const all = tokens(text), told = all.filter((word) => !index.stop.has(word)), words = told.length ? told : all;
  const known = (word) => index.at.has(word) || known.typed.has(word);
  known.typed = index.typed || (index.typed = new Set(index.phrases.flatMap((phrase) => phrase.words)));
  const found = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at], joined = at + 1 < words.length && word + words[at + 1];
    if (joined && (!known(word) || !known(words[at + 1])) && known(joined)) {
      found.push(joined);
      at++;
    } else found.push(...(known(word) ? [word] : parted(word, (part) => known(part) || index.stop.has(part))));
  }
  return found.slice(0, 12);
}

/** A word in two, where each of the two is one; the word alone, where none such can be found. */
function parted(word, known) {
  for (let cut = word.length - 3; cut > 2; cut--) if (known(word.slice(0, cut)) && known(word.slice(cut))) return [word.slice(0, cut), word.slice(cut)];
  return [word];
}

/** Weights by document of one word that was typed, and how close the closest word of the index is. Where no word is the one that was typed,
 *  the closest stand in for it. */
function weigh(index, word, open) {
  const found = new Map(), close = [], exact = index.at.get(word);
  let best = 0;
  index.words.forEach((one, at) => {
    const how = at === exact ? 1 : closeness(word, one, open);
    if (how < LEAST) return;
    close.push([at, how]);
    if (how > best) best = how;
  });
  for (const [at, how] of close) {
    const list = listOf(index, at), rare = Math.log(1 + index.documents / (list.length + .5));
    for (const [document, level] of list) {
      const weight = (how / best) ** 4 * (.4 + .6 * best) * level * rare;
      if (weight > (found.get(document) || 0)) found.set(document, weight);
    }
  }
  return { found, best };
}

const LEAST = .35, PHRASE = 4, LESS = .82;

/** How much of a phrase was typed, from 0 to 1. */
function share(phrase, index, words, open) {
  const told = phrase.told || (phrase.told = phrase.words.filter((word) => !index.stop.has(word)));
  const looked = told.length ? told : phrase.words;
  let sum = 0;
  for (const word of looked) {
    let best = 0;
    words.forEach((typed, at) => { best = Math.max(best, closeness(typed, word, open && at === words.length - 1)); });
    sum += best < .55 ? 0 : Math.sqrt(best);
  }
  return { part: sum / looked.length, sum };
}

/** Numbers of documents with their weights, the best first. `indexes`: the first, and the second where it has come. `open`: the last word may
 *  go on. `sure`: whether each word was found in the indexes that there are, or nearly. */
export function find(indexes, text, open) {
  const [first] = indexes, words = wanted(first, text), total = new Map(), matched = new Map();
  let sure = words.length > 0;
  words.forEach((word, at) => {
    let best = 0;
    const most = new Map();
    for (const index of indexes) {
      const one = weigh(index, word, open && at === words.length - 1);
      best = Math.max(best, one.best);
      for (const [document, weight] of one.found) most.set(document, Math.max(weight, most.get(document) || 0));
    }
    for (const [document, weight] of most) {
      total.set(document, (total.get(document) || 0) + weight);
      matched.set(document, (matched.get(document) || 0) + 1);
    }
    sure = sure && (best > .7 || first.phrases.some((phrase) => phrase.words.some((other) => closeness(word, other, open) > .7)));
  });
  for (const [document, weight] of total) total.set(document, weight * (.5 + .5 * matched.get(document) / words.length));
  const bonus = new Map();
  for (const phrase of first.phrases) {
    const { part, sum } = share(phrase, first, words, open);
    if (part < .5) continue;
    phrase.to.forEach((document, rank) => {
      const weight = PHRASE * part * part * part * Math.sqrt(sum) * LESS ** rank;
      if (weight > (bonus.get(document) || 0)) bonus.set(document, weight);
    });
  }
  for (const [document, weight] of bonus) total.set(document, (total.get(document) || 0) + weight);
  const found = [...total].sort((one, other) => other[1] - one[1] || one[0] - other[0]);
  return { found: found.filter(([, weight]) => weight > found[0][1] * .2), sure };
}

/** Whether a text holds a phrase of danger: its words in their order, with up to two others between, and a slip where that makes no
 *  other word. */
export function alarms(text, phrase) {
  const typed = tokens(text), wants = tokens(phrase);
  return typed.some((_, from) => {
    let at = from;
    for (const want of wants) {
      const end = at === from ? from + 1 : at + 3;
      while (at < end && at < typed.length && !nearly(typed[at], want, at === typed.length - 1, wants.length > 1)) at++;
      if (at >= end || at >= typed.length) return false;
      at++;
    }
    return true;
  });
}

/** `several`: the word stands in a phrase, whose other words make sure of it, so that a slip in a short one is forgiven too. */
function nearly(typed, want, open, several) {
  if (typed === want || (open && typed.length > 4 && want.startsWith(typed))) return true;
  if (want.length > 3 && typed.startsWith(want) && typed.length - want.length < 3) return true; // pain and pains
  if (several && want.length === 4 && typed.length > 2 && typed[0] === want[0]) return slips(typed, want, 1) < 2;
  return want.length > 4 && typed.length > 3 && slips(typed, want, want.length > 7 ? 2 : 1) <= (want.length > 7 ? 2 : 1);
}
