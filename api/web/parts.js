// Parts of answers and briefs: notes, references, what was left out, what can be taken along.

import { announce } from "./announce.js";
import { paper } from "./api.js";
import { button, el, icon, outwardLink, words } from "./dom.js";
import { bibtex, encodePath, markdown } from "./exports.js";
import * as wording from "./wording.js";

/** What was looked at, how sure it is, and how it came to be. */
export function foot(answer) {
  const confidence = `Confidence ${wording.confidence(answer.confidence)} (${answer.confidence.toFixed(2)}).`;
  return el(
    "p",
    { class: "coverage" },
    el("span", {}, `${wording.coverage(answer.coverage)}.`),
    " ",
    answer.sentences.length ? [el("span", {}, confidence), " "] : null,
    el("span", {}, `${capital(wording.origin(answer.provenance))}.`),
  );
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A paper's title as a link to its page here. */
export function paperLink({ paper_id: id, title }) {
  return el("a", { href: `/papers/${encodePath(id)}` }, words(title));
}

/** What should be known beside the sentences. */
export function notes(list) {
  if (!list.length) return null;
  const items = list.map((note) =>
    el("li", { class: note.kind }, el("strong", {}, wording.noteHeading(note.kind)), " ", words(note.detail)),
  );
  return el("ul", { class: "notes", "aria-label": "Notes" }, items);
}

/** The cited papers by number. */
export function references(citations) {
  const items = citations.map((citation) =>
    el(
      "li",
      {},
      el("span", { class: "number", "aria-hidden": "true" }, String(citation.n)),
      el(
        "span",
        {},
        paperLink(citation),
        citation.published ? el("span", { class: "when" }, ` ${wording.day(citation.published)}`) : null,
        citation.url ? [" ", outwardLink(citation.url, host(citation.url))] : null,
      ),
    ),
  );
  return el("section", { class: "references" }, el("h3", {}, "Papers"), el("ol", {}, items));
}

function host(address) {
  try {
    return new URL(address).host;
  } catch {
    return address;
  }
}

/** What was left out, and why, for those who want to know. */
export function dropped(list) {
  if (!list.length) return null;
  const items = list.map((one) =>
    el("li", {}, words(one.text, "q"), " ", el("span", { class: "why" }, `– ${wording.reason(one.reason)}.`), " ", words(one.detail)),
  );
  const summary = `${wording.count(list.length, "sentence")} left out, because no abstract shows ${list.length === 1 ? "it" : "them"}`;
  return el("details", { class: "dropped" }, el("summary", {}, summary), el("ul", {}, items));
}

/** What can be done with an answer: take it along, or link to it. */
export function actions(answer) {
  return el(
    "div",
    { class: "actions" },
    copyButton("copy", "Copy as Markdown", () => markdown(answer, location.origin)),
    answer.citations.length ? copyButton("book", "Copy BibTeX", () => bibtexOf(answer.citations)) : null,
    el("a", { href: `/answers/${answer.id}`, class: "button" }, icon("link"), el("span", {}, "Link to this answer")),
  );
}

/** A button that copies a text, which may take a moment to make, and says that it did. */
export function copyButton(drawing, label, text) {
  const shown = el("span", {}, label);
  let back = 0;
  const said = (outcome) => {
    shown.textContent = outcome;
    announce(outcome);
    clearTimeout(back);
    back = setTimeout(() => (shown.textContent = label), 2000);
  };
  return button([icon(drawing), shown], async () => {
    try {
      await copy(await text());
      said("Copied");
    } catch {
      said("Could not copy");
    }
  });
}

async function copy(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  // Without https, on another machine than this, browsers know only the old way.
  const before = document.activeElement;
  const field = el("textarea", { class: "off-screen", "aria-hidden": "true" });
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  before?.focus();
  if (!done) throw new Error("the browser did not copy");
}

/** The cited papers in BibTeX; of one that was deleted since, what the citation kept. */
async function bibtexOf(citations) {
  const found = await Promise.allSettled(citations.map((citation) => paper(citation.paper_id)));
  return bibtex(
    found.map(({ value }, at) => value ?? { ...citations[at], id: citations[at].paper_id, authors: [] }),
  );
}
