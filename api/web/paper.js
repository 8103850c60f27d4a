// A paper's page: what it says, how it changed, where it was listed, which answers cite it.

import { announce } from "./announce.js";
import { call, forgetPapers, paperPath } from "./api.js";
import { confirmed } from "./dialogs.js";
import { button, el, fill, icon, outwardLink, words } from "./dom.js";
import { bibtex } from "./exports.js";
import { copyButton } from "./parts.js";
import * as wording from "./wording.js";

/** The view of `/papers/{id}`. */
export class PaperPage {
  #shell;
  #id;
  #root;
  #running = new AbortController();

  constructor(root, url, shell) {
    this.#shell = shell;
    this.#root = root;
    this.#id = url.pathname.slice("/papers/".length).split("/").map(decodeURIComponent).join("/");
    fill(root, el("div", { class: "paper" }, el("p", { class: "loading-line" }, "Opening the paper…")));
    this.#load();
  }

  /** End what goes on; the view is left. */
  stop() {
    this.#running.abort();
  }

  async #load() {
    const { signal } = this.#running;
    try {
      const paper = await call(paperPath(this.#id), { signal });
      this.#shell.title(paper.title);
      this.#show(paper);
      const { answers } = await call(`${paperPath(this.#id)}/answers`, { signal, aside: true });
      this.#root.querySelector(".citing")?.replaceWith(citing(answers));
    } catch (problem) {
      if (problem.name !== "AbortError") this.#lost(problem);
    }
  }

  #lost(problem) {
    if (this.#root.querySelector(".citing")) {
      this.#root.querySelector(".citing").remove(); // the paper is there; what cites it could not be told
      return;
    }
    this.#shell.title("Paper");
    fill(
      this.#root,
      el(
        "div",
        { class: "paper" },
        el("h1", { tabindex: "-1" }, problem.status === 404 ? "There is no such paper" : "The paper cannot be shown"),
        el("div", { class: "problem", role: "alert" }, el("strong", {}, words(problem.message)), " ", words(problem.hint ?? "")),
        el("p", {}, el("a", { href: "/library" }, "To the library")),
      ),
    );
  }

  #show(paper) {
    fill(
      this.#root,
      el(
        "article",
        { class: "paper" },
        el("p", { class: "crumb" }, el("a", { href: "/library" }, "Library")),
        words(paper.title, "h1", { tabindex: "-1" }),
        paper.authors.length ? words(paper.authors.join(", "), "p", { class: "authors" }) : null,
        words(paper.abstract, "p", { class: "abstract-text" }),
        el(
          "div",
          { class: "actions" },
          el("a", { href: `/?paper=${encodeURIComponent(paper.id)}`, class: "button primary" }, "Ask about this paper"),
          copyButton("book", "Copy BibTeX", () => bibtex([paper])),
          button([icon("bin"), el("span", {}, "Delete")], () => this.#delete(paper), { class: "link delete" }),
        ),
        particulars(paper),
        revisions(paper),
        el("section", { class: "citing" }),
      ),
    );
  }

  async #delete(paper) {
    const text = `“${paper.title}” is removed from the library and from search. Answers that were given before keep what they quote.`;
    if (!(await confirmed("Delete this paper?", text, "Delete"))) return;
    try {
      await call(paperPath(paper.id), { method: "DELETE" });
    } catch (problem) {
      announce(problem.message);
      fill(this.#root.querySelector(".citing"), el("div", { class: "problem", role: "alert" }, words(problem.message)));
      return;
    }
    forgetPapers();
    announce("The paper was deleted.");
    this.#shell.go("/library");
  }
}

function particulars(paper) {
  const rows = [
    ["Published", paper.published ? wording.day(paper.published) : "not known"],
    ["Listed", paper.listings.length ? listings(paper.listings) : null],
    ["Tags", paper.tags.length ? tags(paper.tags) : null],
    ["Address", paper.url ? outwardLink(paper.url) : null],
    ["Identifier", words(paper.id, "code")],
    ["Source", paper.source ? words(paper.source) : null],
    ["Revision", String(paper.revision)],
  ];
  return el("dl", { class: "particulars" }, rows.filter(([, value]) => value).map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
}

function tags(list) {
  return list.flatMap((tag, at) => [at ? ", " : null, el("a", { href: `/library?tag=${encodeURIComponent(tag)}` }, words(tag))]);
}

function listings(list) {
  const items = list.map(({ feed, day, upvotes }) =>
    el("li", {}, wording.day(day), ", ", words(feed), upvotes === null ? null : `, ${wording.count(upvotes, "upvote")}`),
  );
  return el("ul", {}, items);
}

function revisions({ revisions: earlier = [] }) {
  if (!earlier.length) return null;
  const items = earlier.toReversed().map((one) =>
    el(
      "details",
      {},
      el("summary", {}, `Revision ${one.revision}, until ${wording.day(one.written)}`),
      words(one.title, "h3"),
      words(one.abstract, "p", { class: "abstract-text" }),
    ),
  );
  return el("section", { class: "revisions" }, el("h2", {}, "Earlier texts"), items);
}

function citing(answers) {
  const items = answers.map((answer) => el("li", {}, el("a", { href: `/answers/${answer.id}` }, words(answer.question))));
  return el(
    "section",
    { class: "citing" },
    el("h2", {}, "Answers that cite it"),
    items.length ? el("ul", {}, items) : el("p", { class: "empty" }, "None yet."),
  );
}
