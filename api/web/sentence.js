// A sentence with its citation numbers, and what opens the abstract: pointing at it, or reaching a number by keyboard.

import { el, words } from "./dom.js";
import { about } from "./pane.js";
import * as wording from "./wording.js";

const HOVER_MS = 140; // crossing a sentence on the way elsewhere opens nothing

/** A sentence as it stands in an answer or a brief. `citations` maps numbers to citations with `paper_id` and `title`. */
export function sentenceBlock(sentence, citations, pane) {
  const block = el("div", { class: `sentence ${sentence.support}` });
  const said = el("p", { dir: "auto" });
  if (sentence.subject) said.append(el("span", { class: "subject" }, words(`${sentence.subject}:`)), " ");
  said.append(words(sentence.text, "span", { class: "said" }));
  const sources = sentence.citations.map((n) => source(n, sentence, citations.get(n), block));
  // The space stands inside, where no line breaks: a number never stands alone.
  said.append(el("span", { class: "cites" }, "\u00a0", sources.map(({ trigger }) => trigger)));
  for (const grade of wording.grades(sentence)) said.append(" ", el("span", { class: "grade" }, grade));
  block.append(said);
  for (const one of sources) opensPane(one.trigger, () => one, pane);
  hoverOpens(said, () => (sources.some(({ trigger }) => pane.shows(trigger)) ? null : sources[0]), pane);
  return block;
}

function source(n, sentence, citation, block) {
  const title = citation?.title ?? "";
  const trigger = el(
    "button",
    {
      type: "button", class: "cite", "aria-expanded": "false", "aria-controls": "abstract",
      "aria-label": `Source ${n}: ${title}. Show it in the abstract`,
    },
    String(n),
  );
  const spans = sentence.evidence.filter((piece) => piece.citation === n);
  return { trigger, sentence: block, spans, paperId: citation?.paper_id, title, about: about(sentence) };
}

/** Let a button open a source: on a wide window by focus and pointing too, and Enter then goes into the pane. */
export function opensPane(trigger, sourceOf, pane) {
  trigger.addEventListener("focus", () => {
    if (pane.beside && !pane.returning && trigger.matches(":focus-visible")) pane.show(sourceOf());
  });
  trigger.addEventListener("click", (event) => {
    const byKeyboard = event.detail === 0;
    if (pane.shows(trigger) && !byKeyboard && !pane.beside) pane.close();
    else pane.show(sourceOf(), { enter: byKeyboard });
  });
  hoverOpens(trigger, sourceOf, pane);
}

/** Let pointing at an element open a source, where there is room beside the text. */
export function hoverOpens(element, sourceOf, pane) {
  let waiting = 0;
  element.addEventListener("pointerenter", (event) => {
    if (event.pointerType !== "mouse" || !pane.beside) return;
    waiting = setTimeout(() => {
      const source = sourceOf();
      if (source) pane.show(source);
    }, HOVER_MS);
  });
  element.addEventListener("pointerleave", () => clearTimeout(waiting));
}
