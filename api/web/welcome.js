// The first thing to see: what the corpus holds, and questions that it answers.

import { call } from "./api.js";
import { button, el, fill, words } from "./dom.js";
import { forget, recent } from "./recent.js";
import * as wording from "./wording.js";

const OPENING_MS = 1500;
const OF_ONE_PAPER = ["What is this paper about?", "How does it work?", "What are its main results?"];

/**
 * The welcome. `ask(question)` asks an example. Examples are of all papers, or of the one that is asked alone; under
 * other filters nobody knows what has an answer.
 */
export function welcome(ask, { paper_ids: papers, ...others }) {
  const narrowed = papers.length > 0 || Object.values(others).flat().some(Boolean);
  const holds = el("p", { class: "holds" }, "\u00a0");
  const examples = el("div", { class: "examples" });
  const element = el(
    "section",
    { class: "welcome", "aria-label": "Welcome" },
    el("h1", { tabindex: "-1" }, "What do you want to know?"),
    holds,
  );
  const below = el("div", { class: "below" }, examples, earlier());
  tell(holds, () => {
    if (!narrowed) call("/v1/corpus/examples").then(({ questions }) => show(examples, questions, ask), () => undefined);
    else if (papers.length === 1) show(examples, OF_ONE_PAPER, ask);
  });
  return { element, below };
}

/** Say what the corpus holds, and `then` go on where it holds anything. A library that is being opened is waited for. */
async function tell(place, then) {
  try {
    const health = await call("/v1/corpus/health");
    fill(place, summary(health));
    if (health.papers) then();
  } catch (problem) {
    fill(place, words(problem.message), " ", words(problem.hint ?? ""));
    if (problem.status === 503) setTimeout(() => place.isConnected && tell(place, then), OPENING_MS);
  }
}

function summary({ papers, days }) {
  if (!papers) return ["There are no papers yet. ", el("a", { href: "/library?add" }, "Add some"), " to begin."];
  const listed = days.map(({ day }) => day).sort();
  const when = wording.days(listed[0], listed.at(-1));
  return `${wording.count(papers, "paper")}${when ? `, listed ${when}` : ""}. Every sentence of an answer is shown in an abstract, or left out.`;
}

function show(place, questions, ask) {
  const items = questions.map((question) => el("li", {}, button(words(question), () => ask(question), { class: "example" })));
  if (items.length) fill(place, el("h2", {}, "For example"), el("ul", {}, items));
}

function earlier() {
  const list = recent();
  if (!list.length) return null;
  const items = list.map(({ id, question }) =>
    el("li", {}, el("a", { href: `/c/${encodeURIComponent(id)}` }, words(question))),
  );
  const section = el(
    "section",
    { class: "earlier" },
    el("h2", {}, "Earlier in this browser"),
    el("ul", {}, items),
    button("Forget this list", () => {
      forget(null);
      section.remove();
    }, { class: "link" }),
  );
  return section;
}
