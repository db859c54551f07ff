// Scores a self-check in the browser, exactly as the build does: `plan` is what the page embeds, and the format of plans and
// results is written down in ebbtide/selfcheck/plan.py, the reference scorer in ebbtide/selfcheck/scorer.py. The functions
// here stand in the same order and have the same names as there.
//
// Pure: no document, no network, no clock, no dependency. Numbers are exact: pairs of BigInt, [above, below] the line.
// A value is [lowest, highest, may be absent], or "blank", or "absent"; a truth is true, false, or null for unknown.
// `wide` is the reading: false the actual one, true the wide one, 2 the open one.

/** The result of `answers`: question ids with an option id, a list of them, a number, "HH:MM", or null. Throws an Error for others. */
export function score(plan, answers) {
  const run = runOf(plan, answers), result = scored(run);
  if (plan.questions.some((item) => valueOf(run, item.id, false) === "blank")) result.range = rangeIn(run);
  return result;
}

/** The result without its range, which pages add when they have it: all else needs half the script. */
export function scoreAlone(plan, answers) {
  return scored(runOf(plan, answers));
}

/** Of bands that depend on conditions: the index of the case that holds, by bands id; -1 for none. */
export function casesNow(plan, answers) {
  const run = runOf(plan, answers);
  return Object.fromEntries(plan.bands.map(({ id, cases }) => [id, cases.findIndex(([condition]) => condition === null || truthOf(run, condition, false))]));
}

function scored(run) {
  const { plan } = run;
  const result = { scores: {}, bands: {}, flags: [], findings: {}, missing: {}, range: {}, asked: askedIn(run) };
  for (const item of plan.scores) {
    const value = valueOf(run, item.id, false);
    result.scores[item.id] = Array.isArray(value) ? written(value[0]) : null;
    if (value === "blank") result.missing[item.id] = blanksIn(run, item.needs);
  }
  for (const item of plan.bands) result.bands[item.id] = bandOf(run, item.id);
  for (const item of plan.findings) {
    result.findings[item.id] = findingOf(run, item.id);
    if (result.findings[item.id] === null) result.missing[item.id] = blanksIn(run, item.needs);
  }
  for (const item of plan.flags) if (truthOf(run, item.when, false)) result.flags.push(item.id);
  return result;
}

/** Ids of the questions that are asked after `answers`, in order. */
export function asked(plan, answers) {
  return askedIn(runOf(plan, answers));
}

/** Ids of the flags to show at once after `answers`. */
export function flagsNow(plan, answers) {
  const run = runOf(plan, answers);
  return plan.flags.filter((flag) => flag.at_once && truthOf(run, flag.when, false)).map((flag) => flag.id);
}

function runOf(plan, answers) {
  const byId = (items) => new Map(items.map((item) => [item.id, item]));
  const run = {
    plan, questions: byId(plan.questions), scores: byId(plan.scores), bands: byId(plan.bands), findings: byId(plan.findings),
    answers: new Map(), known: new Map(),
  };
  for (const [id, answer] of Object.entries(answers)) {
    const question = run.questions.get(id);
    if (!question) throw new Error(`${id} is not a question of this self-check.`);
    const read = answer === null || answer === undefined ? undefined : readAnswer(question, answer);
    if (read !== undefined) run.answers.set(id, read);
  }
  return run;
}

function askedIn(run) {
  return run.plan.questions.map((item) => item.id).filter((id) => asks(run, id, false)[0]);
}

function blanksIn(run, needs) {
  return needs.filter((id) => asks(run, id, false)[0] && pointsOf(run, id) === "blank");
}

function rangeIn(run) {
  run.open = gatherOpen; // only here is it needed, and pages that need no range go without it
  const found = {};
  const ends = (value) => ({ low: written(value[0]), high: written(value[1]) });
  for (const { id } of run.plan.scores) {
    const value = valueOf(run, id, 2);
    if (Array.isArray(value) && (compare(value[0], value[1]) || value[2])) found[id] = ends(value);
  }
  for (const table of run.plan.bands) {
    const bands = possibleBands(run, table.id, 2), value = valueOf(run, table.score, 2);
    if ((!found[table.score] && bands.length < 2) || !Array.isArray(value)) continue;
    found[table.id] = { ...(found[table.id] || ends(value)), bands };
  }
  for (const { id } of run.plan.findings) {
    const findings = possibleRules(run, id, 2);
    if (findings.length > 1) found[id] = { findings };
  }
  return found;
}

// Questions

/** Whether a question is asked, and what it may count as where it is not. */
function asks(run, id, wide) {
  return remembered(run, "asks", id, wide, () => {
    const implied = [];
    let state = true;
    for (const [condition, absent] of run.questions.get(id).asks || []) {
      const truth = truthOf(run, condition, wide);
      if (truth) continue;
      implied.push(absent);
      if (truth === false) return [false, implied];
      state = null;
      if (!wide) return [state, []];
    }
    return [state, implied];
  });
}

function answerOf(run, id) {
  return asks(run, id, false)[0] ? run.answers.get(id) : undefined;
}

/** The number that was answered; of a question that was asked. */
function pointsOf(run, id) {
  const answer = run.answers.get(id), question = run.questions.get(id);
  if (answer === undefined) return "blank";
  if (question.kind !== "one" && question.kind !== "many") return point(answer);
  const chosen = question.options.filter((option) => (question.kind === "one" ? option[0] === answer : answer.includes(option[0])));
  if (question.kind === "one" && chosen[0].length < 2) return "absent"; // an answer without points is never used as a number
  const points = chosen.filter((option) => option.length > 1).map((option) => option[1]);
  return points.includes(null) ? "blank" : point(points.map(read).reduce(plus, read(0)));
}

function questionValue(run, id, wide) {
  const [state, implied] = asks(run, id, wide);
  if (!wide) return state ? pointsOf(run, id) : state === null ? "blank" : impliedBy(run, id, implied[0], wide);
  const parts = implied.map((absent) => impliedBy(run, id, absent, wide));
  if (state !== false) {
    const value = asks(run, id, false)[0] ? pointsOf(run, id) : "blank";
    parts.push(value === "blank" ? full(run, id) : value);
  }
  return hull(parts);
}

function impliedBy(run, id, absent, wide) {
  if (absent === "out") return "absent";
  if (absent === "blank") return wide ? full(run, id) : "blank";
  return point(read(absent));
}

function full(run, id) {
  const question = run.questions.get(id);
  return "low" in question ? bounds(question, false) : "absent";
}

// Scores

function valueOf(run, id, wide) {
  return remembered(run, "value", id, wide, () => (run.questions.has(id) ? questionValue : scoreValue)(run, id, wide));
}

function scoreValue(run, id, wide) {
  const item = run.scores.get(id);
  const guard = item.guard ? truthOf(run, item.guard, wide) : true;
  if (guard === null && !wide) return "blank";
  let value = guard === false ? "absent" : work(run, item, wide);
  if (Array.isArray(value)) {
    const [low, high, maybe] = value;
    value = item.round ? [round(low, item.round), round(high, item.round)] : [low, high];
    value.push(maybe || guard === null);
  }
  if (!("absent" in item) || value === "blank") return value;
  const implied = point(read(item.absent));
  if (!Array.isArray(value)) return implied;
  return value[2] ? hull([[value[0], value[1], false], implied]) : value;
}

function work(run, item, wide) {
  const { op } = item;
  const items = item.of.map((part) => (op === "count" ? counted(truthOf(run, part, wide), wide) : op === "between" ? valueOf(run, part, wide) : term(run, part, wide)));
  if (op !== "between" && op !== "ratio" && op !== "steps") return wide === 2 && item.blank ? run.open(run, item, items) : (wide ? gather : gatherKnown)(item, items);
  if (items.includes("absent")) return "absent";
  if (items.includes("blank")) return "blank";
  const maybe = items.some((value) => value[2]);
  if (op === "between") {
    if (items.some((value) => compare(value[0], value[1]))) return [read(0), read(1439), maybe];
    const later = plus(items[1][0], times(items[0][0], read(-1))), minutes = later[0] < 0n ? plus(later, read(1440)) : later;
    return [minutes, minutes, maybe];
  }
  if (op === "ratio") return ratioOf(item, items[0], items[1], maybe, wide);
  const found = item.rows.filter((row) => meets(row, items[0])).map((row) => read(row[0]));
  if (found.length) return [least(found), most(found), maybe];
  return wide ? bounds(item, maybe) : "blank";
}

function term(run, [id, factor, constant], wide) {
  if (id === null) return point(read(constant));
  const value = valueOf(run, id, wide);
  if (!Array.isArray(value)) return value;
  const ends = [value[0], value[1]].map((end) => plus(times(end, read(factor)), read(constant)));
  return [least(ends), most(ends), value[2]];
}

/** A sum, count, mean, largest or smallest of what is known, by the score's blank rule. */
function gatherKnown(item, items) {
  const present = items.filter((value) => value !== "absent");
  const known = present.filter(Array.isArray).map((value) => value[0]);
  const answered = known.length, blank = present.length - answered, rule = item.blank || { allow: 0 };
  if (!present.length) return "absent";
  if (blank > rule.allow || !answered) return "blank";
  if (rule.then === "value") for (let index = 0; index < blank; index++) known.push(read(rule.value));
  let total;
  if (item.op === "max" || item.op === "min") total = item.op === "max" ? most(known) : least(known);
  else {
    total = known.reduce(plus, read(0));
    if (item.op === "mean") total = times(total, ratio(1n, BigInt(known.length)));
    else if (rule.then === "scale") total = times(total, ratio(BigInt(present.length), BigInt(answered)));
    if (blank && rule.round) total = round(total, rule.round);
  }
  return point(plus(total, read(item.plus || 0)));
}

/** As `gather`, and what the score's blank rule makes of items that stay blank whatever is answered still. */
function gatherOpen(run, item, items) {
  const rule = item.blank, staying = stayingOf(run, item), spans = items.filter(Array.isArray);
  if (!staying.includes(true) || !spans.length) return gather(item, items);
  // What is scaled up counts each as much as the mean of those that are known.
  const instead = rule.then === "value" ? point(read(rule.value)) : rule.then === "scale" ? hull(spans.map(([low, high]) => [low, high, false])) : "absent";
  let [low, high] = gather({ ...item, plus: 0 }, items.map((value, index) => (staying[index] ? hull([value, instead]) : value)));
  if (rule.round) {
    low = least([low, round(low, rule.round)]);
    high = most([high, round(high, rule.round)]);
  }
  const constant = read(item.plus || 0);
  return [plus(low, constant), plus(high, constant), spans.every((span) => span[2])]; // where all known ones are left out it is blank, not absent
}

/** Of each item of a score, whether it may stay blank whatever is answered still. */
function stayingOf(run, item) {
  if (item.op === "count") return item.of.map((condition) => unknown(run, condition));
  return item.of.map((part) => (item.op === "between" ? stays(run, part) : part[0] !== null && stays(run, part[0])));
}

/** Whether a condition may be unknown whatever is answered still. */
function unknown(run, condition) {
  return truthOf(run, condition, 2) === null && readsStaying(run, condition);
}

function readsStaying(run, part) {
  if (Array.isArray(part)) return part[0] === "band" || part[0] === "finding" || part.some((inner) => readsStaying(run, inner));
  return (run.questions.has(part) || run.scores.has(part)) && stays(run, part);
}

/** Whether a question or a score may be blank whatever is answered still. */
function stays(run, id) {
  return remembered(run, "stays", id, 2, () => {
    const question = run.questions.get(id), item = run.scores.get(id);
    if (question) {
      const [state, implied] = asks(run, id, 2);
      const byAnswer = answerOf(run, id) === undefined ? (question.options || []).some((option) => option[1] === null) : pointsOf(run, id) === "blank";
      return implied.includes("blank") || (state !== false && byAnswer) || (question.asks || []).some(([condition]) => unknown(run, condition));
    }
    if (item.guard && unknown(run, item.guard)) return true;
    const staying = stayingOf(run, item), count = staying.filter((stay) => stay).length;
    if (item.zero === "blank") {
      const divisor = term(run, item.of[1], 2);
      if (Array.isArray(divisor) && divisor[0][0] <= 0n && divisor[1][0] >= 0n) return true;
    }
    if (!count || count > (item.blank || { allow: 0 }).allow) return count > 0;
    return !item.of.some((part, index) => {
      const value = staying[index] ? "blank" : item.op === "count" ? point(0) : term(run, part, 2);
      return Array.isArray(value) && !value[2];
    });
  });
}

function ratioOf(item, top, bottom, maybe, wide) {
  if (bottom[0][0] <= 0n && bottom[1][0] >= 0n) {
    if (!compare(bottom[0], bottom[1]) && "zero" in item && item.zero !== "blank") return [read(item.zero), read(item.zero), maybe];
    return wide ? bounds(item, maybe) : "blank";
  }
  const ends = [top[0], top[1]].flatMap((a) => [bottom[0], bottom[1]].map((b) => ratio(a[0] * b[1], a[1] * b[0])));
  return [least(ends), most(ends), maybe];
}

// Results

function bandOf(run, id) {
  const table = run.bands.get(id);
  for (const [condition, band] of table.override || []) if (truthOf(run, condition, false)) return band;
  const value = valueOf(run, table.score, false);
  if (!Array.isArray(value)) return null;
  const found = table.cases.find(([condition]) => condition === null || truthOf(run, condition, false));
  const row = found && found[1].find((candidate) => meets(candidate, value));
  return row ? row[0] : null;
}

/** Every band that the blanks leave open, from low to high. */
function possibleBands(run, id, wide) {
  const table = run.bands.get(id), found = new Set(), value = valueOf(run, table.score, wide);
  let certain = false;
  for (const [condition, band] of table.override || []) {
    const truth = truthOf(run, condition, wide);
    if (truth !== false) found.add(band);
    if ((certain = truth === true)) break;
  }
  if (!certain && Array.isArray(value)) {
    for (const [condition, rows] of table.cases) {
      const truth = condition === null || truthOf(run, condition, wide);
      if (truth !== false) for (const row of rows) if (meets(row, value)) found.add(row[0]);
      if (truth) break;
    }
  }
  const order = table.cases.flatMap(([, rows]) => rows.map((row) => row[0]));
  return [...new Set(order)].filter((band) => found.has(band));
}

/** Every band that the blanks leave open, and null where the score may be absent and no override is certain. */
function possibleOutcomes(run, id, wide) {
  const table = run.bands.get(id), value = valueOf(run, table.score, wide), bands = possibleBands(run, id, wide);
  const certain = (table.override || []).some(([condition]) => truthOf(run, condition, wide));
  return certain || (Array.isArray(value) && !value[2]) ? bands : [...bands, null];
}

function findingOf(run, id) {
  const { pick, rules } = run.findings.get(id);
  let unknown = false;
  for (const [rule, condition] of rules) {
    const truth = truthOf(run, condition, false);
    if (truth) return unknown && (pick === "first" || rule === "otherwise") ? null : rule;
    unknown = unknown || truth === null;
  }
  return null;
}

function possibleRules(run, id, wide) {
  const found = [];
  for (const [rule, condition] of run.findings.get(id).rules) {
    const truth = truthOf(run, condition, wide);
    if (truth !== false) found.push(rule);
    if (truth) break;
  }
  return found;
}

// Conditions

function truthOf(run, [head, ...rest], wide) {
  const [first, second] = rest;
  switch (head) {
    case "and":
    case "or": {
      const stop = head === "or", truths = rest.map((part) => truthOf(run, part, wide));
      return truths.includes(stop) ? stop : truths.includes(null) ? null : !stop;
    }
    case "not":
    case "sure": {
      const inner = truthOf(run, first, wide);
      if (head === "sure") return wide ? inner : inner === true;
      return inner === null ? null : !inner;
    }
    case "asked":
      return wide ? asks(run, first, wide)[0] : asks(run, first, false)[0] === true;
    case "answered":
      return wide ? asks(run, first, wide)[0] : answerOf(run, first) !== undefined;
    case "blank":
      return !wide && asks(run, first, false)[0] === true && !run.answers.has(first);
    case "is":
    case "has":
      return chosen(run, first, second, wide);
    case "band":
      return among(bandOf(run, first), () => possibleOutcomes(run, first, wide || true), second, wide);
    case "finding":
      return among(findingOf(run, first), () => possibleRules(run, first, wide || true), second, wide);
    default:
      return compared(head, quantity(run, first, wide), quantity(run, second, wide));
  }
}

function chosen(run, id, options, wide) {
  const state = asks(run, id, wide)[0];
  if (state === false) return false;
  const answer = answerOf(run, id);
  if (answer === undefined) return null;
  const held = [].concat(answer).some((part) => options.includes(part));
  return state || !held ? held : null;
}

function among(actual, possible, wanted, wide) {
  if (!wide && actual !== null) return wanted.includes(actual);
  const names = possible(), held = names.filter((name) => wanted.includes(name)).length;
  return held && held < names.length ? null : held > 0;
}

function quantity(run, of, wide) {
  if (typeof of === "number" || (typeof of === "string" && !/^[a-z]/.test(of))) return point(read(of));
  if (typeof of === "string") {
    const value = valueOf(run, of, wide);
    return value === "blank" ? valueOf(run, of, true) : value;
  }
  const [head, ...rest] = of;
  if (head === "ticks") return ticks(run, rest[0], wide);
  if (head !== "count") return gather({ op: head }, rest.map((part) => quantity(run, part, wide)));
  const truths = rest.map((condition) => truthOf(run, condition, wide));
  const sure = truths.filter((truth) => truth).length;
  return [read(sure), read(sure + truths.filter((truth) => truth === null).length), false];
}

function ticks(run, id, wide) {
  const { options, none } = run.questions.get(id), state = asks(run, id, wide)[0], answer = answerOf(run, id);
  if (state === false) return "absent";
  if (answer === undefined) return [read(0), read(options.length - (none === undefined ? 0 : 1)), state === null];
  const ticked = read(answer.filter((option) => option !== none).length);
  return [ticked, ticked, state === null];
}

function remembered(run, kind, id, wide, work) {
  const key = `${kind} ${wide} ${id}`;
  if (!run.known.has(key)) run.known.set(key, work());
  return run.known.get(key);
}

// Spans

function point(value) {
  return [value, value, false];
}

function bounds(item, maybe) {
  return [read(item.low), read(item.high), maybe];
}

/** The least span that holds all parts. */
function hull(parts) {
  const spans = parts.filter(Array.isArray);
  if (!spans.length) return "absent";
  return [least(spans.map((span) => span[0])), most(spans.map((span) => span[1])), spans.length < parts.length || spans.some((span) => span[2])];
}

/** A sum, count, mean, largest or smallest of spans, none of them blank. */
function gather(item, items) {
  const spans = items.filter(Array.isArray), sure = spans.filter((span) => !span[2]);
  if (!spans.length) return "absent";
  const lows = spans.map((span) => span[0]), highs = spans.map((span) => span[1]);
  let low = least(lows), high = most(highs);
  if (item.op === "max" && sure.length) low = most(sure.map((span) => span[0]));
  else if (item.op === "min" && sure.length) high = least(sure.map((span) => span[1]));
  else if (item.op === "sum" || item.op === "count") {
    const zero = read(0);
    const from = spans.map((span) => (span[2] ? least([span[0], zero]) : span[0])).reduce(plus, zero);
    const to = spans.map((span) => (span[2] ? most([span[1], zero]) : span[1])).reduce(plus, zero);
    // Where none of them is there it is absent, not 0.
    if (sure.length || from[0]) low = from;
    if (sure.length || to[0]) high = to;
    low = plus(low, read(item.plus || 0));
    high = plus(high, read(item.plus || 0));
  } else if (item.op === "mean" && sure.length === spans.length) {
    const share = ratio(1n, BigInt(spans.length));
    low = times(lows.reduce(plus), share);
    high = times(highs.reduce(plus), share);
  }
  return [low, high, !sure.length];
}

function counted(truth, wide) {
  if (truth === null) return wide ? [read(0), read(1), false] : "blank";
  return point(read(truth ? 1 : 0));
}

/** Whether a comparison of two spans holds; it does not where one is absent. */
function compared(sign, left, right) {
  if (!Array.isArray(left) || !Array.isArray(right)) return false;
  const [a, b, first] = left, [c, d, second] = right;
  const above = compare(a, d), below = compare(b, c);
  let truth;
  if (sign === ">=") truth = above >= 0 ? true : below < 0 ? false : null;
  else if (sign === ">") truth = above > 0 ? true : below <= 0 ? false : null;
  else {
    truth = below < 0 || above > 0 ? false : above === 0 && below === 0 ? true : null;
    if (sign === "!=" && truth !== null) truth = !truth;
  }
  return truth && (first || second) ? null : truth;
}

/** Whether a row [result, low, high, open] holds a number of the span. */
function meets([, low, high, open = 0], [from, to]) {
  const lower = low === null ? 1 : compare(to, read(low)), upper = high === null ? -1 : compare(from, read(high));
  return !(lower < 0 || (open & 1 && lower === 0) || upper > 0 || (open & 2 && upper === 0));
}

// Numbers

function ratio(above, below) {
  let a = above < 0n ? -above : above, b = below < 0n ? -below : below;
  while (b) [a, b] = [b, a % b];
  if (below < 0n) a = -a;
  return [above / a, below / a];
}

function plus(a, b) {
  return a[1] === 1n && b[1] === 1n ? [a[0] + b[0], 1n] : ratio(a[0] * b[1] + b[0] * a[1], a[1] * b[1]);
}

function times(a, b) {
  return ratio(a[0] * b[0], a[1] * b[1]);
}

function compare(a, b) {
  const difference = a[0] * b[1] - b[0] * a[1];
  return difference > 0n ? 1 : difference < 0n ? -1 : 0;
}

function least(values) {
  return values.reduce((a, b) => (compare(b, a) < 0 ? b : a));
}

function most(values) {
  return values.reduce((a, b) => (compare(b, a) > 0 ? b : a));
}

function floor(a) {
  return a[0] / a[1] - (a[0] < 0n && a[0] % a[1] ? 1n : 0n);
}

/** The multiple of a step that a number rounds to. */
function round(value, [how, to]) {
  const step = read(to), quotient = times(value, [step[1], step[0]]);
  const whole = how === "up" ? -floor([-quotient[0], quotient[1]]) : floor(how === "nearest" ? plus(quotient, [1n, 2n]) : quotient);
  return times([whole, 1n], step);
}

/** A number of a plan, or of an answer: an integer or a decimal. */
function read(number) {
  const [whole, decimals = ""] = String(number).split(".");
  return decimals ? ratio(BigInt(whole + decimals), 10n ** BigInt(decimals.length)) : [BigInt(whole), 1n];
}

/** A number of a result: its decimal, of 6 places, halves up. */
function written(value) {
  const scaled = floor(plus(times(value, [1000000n, 1n]), [1n, 2n]));
  const digits = String(scaled < 0n ? -scaled : scaled).padStart(6, "0");
  return Number(`${scaled < 0n ? "-" : ""}${digits.slice(0, -6)}.${digits.slice(-6)}`);
}

// Answers

function readAnswer(question, answer) {
  const { id, kind } = question, options = (question.options || []).map((option) => option[0]);
  if (kind === "one") {
    if (!options.includes(answer)) throw new Error(`The answer to ${id} is not one of its answers.`);
    return answer;
  }
  if (kind === "many") {
    if (!Array.isArray(answer) || !answer.every((part) => options.includes(part))) throw new Error(`The answer to ${id} is not a list of its answers.`);
    if (new Set(answer).size < answer.length) throw new Error(`The answer to ${id} holds one answer twice.`);
    if (answer.length > 1 && answer.includes(question.none)) throw new Error(`The answer to ${id} says none of them and another.`);
    return answer.length || question.none === undefined ? answer : undefined;
  }
  const value = kind === "number" ? readNumber(answer) : readTime(answer, kind);
  if (!value) throw new Error(`The answer to ${id} is not a ${kind === "number" ? "number" : "time"}.`);
  const low = read(question.from);
  const shifted = kind === "time" && compare(value, low) < 0 ? plus(value, [1440n, 1n]) : value;
  const above = plus(shifted, times(low, [-1n, 1n])), step = read(question.step);
  if (above[0] < 0n || compare(shifted, read(question.to)) > 0 || times(above, [step[1], step[0]])[1] !== 1n) {
    throw new Error(`The answer to ${id} is outside its range, or between its steps.`);
  }
  return value;
}

/** A number that JavaScript writes with an e is outside every range, or between the steps of it, as a third is. */
function readNumber(answer) {
  if (typeof answer !== "number" || !Number.isFinite(answer)) return null;
  const text = String(answer);
  return text.includes("e") ? [1n, 3n] : read(text);
}

function readTime(answer, kind) {
  const found = typeof answer === "string" && /^([0-9]{1,3}):([0-5][0-9])$/.exec(answer);
  return found && !(kind === "time" && found[1] > 23) ? [BigInt(found[1]) * 60n + BigInt(found[2]), 1n] : null;
}
