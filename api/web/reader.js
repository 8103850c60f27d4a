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
    const source = { trigger, sentence: block, spans: JSON.parse(spans), paperId: paper, title, about };
    opensPane(trigger, () => source, pane);
    return source;
  });
  const said = block.querySelector("p");
  if (sources.length) hoverOpens(said, () => (sources.some(({ trigger }) => pane.shows(trigger)) ? null : sources[0]), pane);
}
