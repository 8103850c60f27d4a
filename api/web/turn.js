// One turn of a conversation: the question, then the answer, whole or while it comes.

import { call } from "./api.js";
import { button, el, fill, words } from "./dom.js";
import { actions, dropped, foot, notes, paperLink, references } from "./parts.js";
import { sentenceBlock } from "./sentence.js";
import * as wording from "./wording.js";

let latest = 0;

/**
 * A turn on the page. `asks` is what its buttons do: `ask(question)`, `askAbout(paper)`, and `widen()`,
 * which gives null where nothing is narrowed.
 */
export class Turn {
  #pane;
  #asks;
  #citations = new Map();
  #state = el("p", { class: "state" });
  #sentences = el("div", { class: "sentences" });
  #rest = el("div", { class: "rest" });

  constructor(question, pane, asks) {
    this.#pane = pane;
    this.#asks = asks;
    latest += 1;
    const name = `question-${latest}`;
    this.element = el(
      "article",
      { class: "turn", "aria-labelledby": name },
      words(question, "h2", { id: name, class: "question" }),
      this.#state,
      this.#sentences,
      this.#rest,
    );
    this.question = question;
  }

  /** Show what is being done. */
  status(stage) {
    this.element.classList.add("busy");
    this.#state.textContent = wording.stage(stage);
  }

  /** Know a citation before the first sentence that needs it. */
  citation(citation) {
    this.#citations.set(citation.n, citation);
  }

  /** Show a sentence as it comes. */
  sentence(sentence) {
    this.#sentences.append(sentenceBlock(sentence, this.#citations, this.#pane));
  }

  /** Show the whole answer; what came before it stays where it is. */
  answer(answer) {
    this.element.classList.remove("busy");
    const { sentences } = answer;
    for (const citation of answer.citations) this.citation(citation);
    for (const sentence of sentences.slice(this.#sentences.childElementCount)) this.sentence(sentence);
    this.#state.textContent = sentences.length ? wording.standing(sentences) : wording.declined(answer.outcome);
    this.element.classList.toggle("declined", !sentences.length);
    fill(
      this.#rest,
      sentences.length ? null : words(answer.text, "p", { class: "plain" }),
      // Below what came before it, so that nothing moves.
      answer.standalone_question !== answer.question ? understood(answer.standalone_question) : null,
      notes(answer.notes),
      sentences.length ? references(answer.citations) : this.#helpful(answer.nearest),
      dropped(answer.dropped),
      foot(answer),
      actions(answer),
    );
  }

  /** Show that the answer stopped short. */
  stopped() {
    this.element.classList.remove("busy");
    const some = this.#sentences.childElementCount > 0;
    this.#state.textContent = some ? "Stopped. The answer is not complete and was not kept." : "Stopped.";
    this.element.classList.add("cut");
  }

  /** Show why there is no answer, with a way to try again. */
  failed(problem, again) {
    this.stopped();
    this.#state.textContent = "There is no answer.";
    const wait = problem.retryAfter ? `Try again in ${wording.count(problem.retryAfter, "second")}.` : null;
    fill(
      this.#rest,
      el(
        "div",
        { class: "problem", role: "alert" },
        el("p", {}, el("strong", {}, words(problem.message)), " ", wait ?? words(problem.hint)),
        button("Ask again", again),
      ),
    );
  }

  /** What helps when the abstracts do not answer: papers that are near, and other ways to ask. */
  #helpful(nearest) {
    const { askAbout } = this.#asks;
    const items = nearest.map((near) => {
      const limit = button("Ask this paper alone", () => askAbout(near), {
        class: "link", "aria-label": `Ask this paper alone: ${near.title}`,
      });
      return el("li", {}, paperLink(near), limit);
    });
    return [
      items.length ? el("section", {}, el("h3", {}, "Nearest papers"), el("ul", { class: "papers" }, items)) : null,
      this.#otherWays(nearest),
    ];
  }

  #otherWays(nearest) {
    const { ask, widen } = this.#asks;
    const wider = widen();
    const questions = nearest.map(({ title }) => nameIn(title)).filter(Boolean).map((name) => `How does ${name} work?`);
    const ways = questions.map((question) => button(words(question), () => ask(question), { class: "way" }));
    if (wider) ways.unshift(button("Search all papers", wider, { class: "way" }));
    const list = el("ul", {}, ways.map((way) => el("li", {}, way)));
    if (!ways.length) this.#answered().then((questions) => fill(list, questions));
    return el(
      "section",
      { class: "suggestions" },
      el("h3", {}, "What may help"),
      list,
      el(
        "p",
        { class: "hint" },
        "Name the method or the task, ask for one thing at a time, or ",
        el("a", { href: `/library?q=${encodeURIComponent(this.question)}` }, "search the library"),
        ".",
      ),
    );
  }

  /** Questions that are known to have an answer, where nothing nearer can be suggested. */
  async #answered() {
    const { questions } = await call("/v1/corpus/examples", { aside: true }).catch(() => ({ questions: [] }));
    return questions.map((question) => el("li", {}, button(words(question), () => this.#asks.ask(question), { class: "way" })));
  }
}

function understood(question) {
  return el("p", { class: "understood" }, "Understood as: ", words(question));
}

/** `SpecDec++: Boosting …`: the name before a title's colon, where it is a single word. */
function nameIn(title) {
  return /^(\S{2,30}):\s/.exec(title)?.[1] ?? null;
}

/** What a screen reader is told when an answer is there: all of it, once. */
export function spoken(answer) {
  if (!answer.sentences.length) return `${wording.declined(answer.outcome)}. ${answer.text}`;
  const text = answer.sentences.map((s) => (s.subject ? `${s.subject}: ${s.text}` : s.text)).join(" ");
  const noted = answer.notes.length ? ` ${wording.count(answer.notes.length, "note")}.` : "";
  return `${text} ${wording.count(answer.citations.length, "source")}.${noted}`;
}
