// A result as text, as data, and as a FHIR R4 QuestionnaireResponse. What is made here goes into a file of the reader's own.

import { all, fill, get } from "./dom.js";

/** A moment by the clock of this device, as in 2026-11-24T03:12:00-05:00. */
export function isoTime(date) {
  const offset = -date.getTimezoneOffset(), two = (number) => String(Math.floor(number)).padStart(2, "0");
  const local = new Date(date.getTime() + offset * 60000).toISOString().slice(0, 19);
  return `${local}${offset < 0 ? "-" : "+"}${two(Math.abs(offset) / 60)}:${two(Math.abs(offset) % 60)}`;
}

/** What the reader sees of the result, as lines of text. */
export function asText({ plan }, words) {
  const line = (shown) => shown.textContent.replace(/\s+/g, " ").trim();
  const lines = (selector) => all(selector).filter((each) => each.offsetParent && line(each)).map(line).join("\n");
  const rows = all("#scored .answers div").map((row) => {
    const [question, answer, points] = [...row.children].map(line);
    return `${question} ${answer}${points ? ` (${points})` : ""}`;
  });
  return [
    lines("h1,#when"), fill(words.version, plan), lines("#flags h3"), lines(".res>h3,.res>h4,.gist,figcaption,.out .name,.why"),
    rows.join("\n"), lines("#about>p:not(.review):not(.cited)"),
  ].filter(Boolean).join("\n\n");
}

/** The answers and the result, as the scorer gives it. */
export function asJson({ plan, answers, result }, words, made) {
  const { id, version } = plan, title = document.querySelector("h1").textContent;
  const given = Object.fromEntries(result.asked.map((question) => [question, answers[question]]));
  return `${JSON.stringify({ id, version, title, made: isoTime(made), answers: given, result }, null, 2)}\n`;
}

/** The answers as a FHIR R4 QuestionnaireResponse to the Questionnaire that stands beside the page. */
export function asFhir({ plan, answers, result, asking }, words, made) {
  const page = document.querySelector("link[rel=canonical]"), address = page ? page.href : location.href;
  const canonical = /^http/.test(address) && `${address.replace(/(index\.html)?([?#].*)?$/, "").replace(/\/$/, "")}.fhir.json|${plan.version}`;
  const response = {
    resourceType: "QuestionnaireResponse",
    language: document.documentElement.lang,
    ...(canonical ? { questionnaire: canonical } : {}),
    status: "completed",
    authored: isoTime(made),
    item: result.asked.map((id) => {
      const answer = answers[id], item = { linkId: id, text: asking(id) };
      if (answer === null) return { ...item, extension: [{ url: "http://hl7.org/fhir/StructureDefinition/data-absent-reason", valueCode: "asked-declined" }] };
      const given = fhirAnswers(plan.questions.find((each) => each.id === id), answer, page);
      return given.length ? { ...item, answer: given } : item;
    }),
  };
  return `${JSON.stringify(response, null, 2)}\n`;
}

/** Codes are those of the Questionnaire; their system is the place on the page where they are explained. */
function fhirAnswers(item, answer, page) {
  const { id, kind, from, step } = item;
  if (kind === "number") return [Number.isInteger(+from) && Number.isInteger(+step) ? { valueInteger: answer } : { valueDecimal: answer }];
  if (kind === "time") return [{ valueTime: `${answer}:00` }];
  if (kind === "duration") {
    const [hours, minutes] = answer.split(":");
    return [{ valueInteger: hours * 60 + +minutes }];
  }
  const ticked = [].concat(answer);
  return all("input", get(`q-${id}`)).filter((field) => ticked.includes(field.value))
    .map((field) => ({ valueCoding: { system: page ? `${page.href}#q-${id}` : undefined, code: field.value, display: field.parentNode.textContent.trim() } }));
}

/** Offers a text as a file to be saved. */
export function save(name, text) {
  const link = document.createElement("a");
  const type = name.endsWith(".txt") ? "text/plain;charset=utf-8" : name.endsWith(".fhir.json") ? "application/fhir+json" : "application/json";
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}
