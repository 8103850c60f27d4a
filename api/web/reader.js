// Pages that are whole without scripts: with them, a sentence opens its abstract beside it as in the chat.

import { el } from "./dom.js";
import { Pane } from "./pane.js";
import { hoverOpens, opensPane } from "./sentence.js";
import { site } from "./site.js";

site();
const aside = document.querySelector("aside.beside");
if (aside) {
  aside.hidden = false;
  const pane = new Pane(aside, el("p", { class: "idle" }, "Point at a sentence, or move to its number, to see where it stands in its abstract."));
  for (const block of document.querySelectorAll(".sentence")) enliven(block, pane);
}

/** Links to sources become buttons that open the pane. */
function enliven(block, pane) {
  const sources = [...block.querySelectorAll("a.cite[data-spans]")].map((link) => {
    const { paper, title, about, spans } = link.dataset;
    const trigger = el(
      "button",
      {
        type: "button", class: "cite", "aria-expanded": "false", "aria-controls": "abstract",
        "aria-label": `${link.getAttribute("aria-label")}. Show it in the abstract`,
      },
      link.textContent,
    );
    link.replaceWith(trigger);
    const known = () => standing(link.hash.slice(1));
    // In a row of a table the abstract opens in a cell.
    const source = { trigger, sentence: block.cells?.[1] ?? block, spans: JSON.parse(spans), paperId: paper, title, about, known };
    opensPane(trigger, () => source, pane);
    return source;
  });
  const said = block.querySelector("p");
  if (sources.length) hoverOpens(said, () => (sources.some(({ trigger }) => pane.shows(trigger)) ? null : sources[0]), pane);
}

/** The abstract that stands further down on this page, as the service would give it: nothing need be asked for. */
async function standing(id) {
  const { gone, revision } = document.getElementById(id).dataset;
  const abstract = document.querySelector(`#${id} .abstract-text`)?.textContent ?? "";
  if (gone !== undefined) throw { status: 404 };
  return revision ? { abstract: "", revisions: [{ abstract, revision }] } : { abstract };
}
