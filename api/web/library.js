// The library: what is stored, search while one types, and the way in for more.

import { announce } from "./announce.js";
import { call, Problem } from "./api.js";
import { button, el, fill, words } from "./dom.js";
import { encodePath } from "./exports.js";
import { Intake } from "./intake.js";
import { parametersOf, ScopeFilter, scopeOf, wanted } from "./scope.js";
import * as wording from "./wording.js";

const TYPING_MS = 220;
const MOST_HITS = 30;
const PAGE = 30;

/** The view of `/library`. */
export class Library {
  #shell;
  #query;
  #filter;
  #intake;
  #waiting = 0;
  #running = new AbortController();
  #results = el("div", { class: "results" });
  #told = el("p", { class: "told" }, "\u00a0");

  constructor(root, url, shell) {
    this.#shell = shell;
    shell.title("Library");
    this.#query = el("input", {
      type: "search", id: "query", autocomplete: "off", placeholder: "Search by meaning or by words", dir: "auto",
      maxlength: "1000", value: url.searchParams.get("q") ?? "", oninput: () => this.#later(),
    });
    this.#filter = new ScopeFilter(scopeOf(url.searchParams), "All days and tags", () => this.#find());
    this.#intake = new Intake(() => this.#find(), url.searchParams.has("add"));
    fill(
      root,
      el(
        "div",
        { class: "library" },
        el("header", { class: "page-head" }, el("h1", { tabindex: "-1" }, "Library"), this.#intake.toggle),
        this.#intake.element,
        el(
          "search",
          {},
          el(
            "form",
            { class: "find", onsubmit: (event) => this.#now(event), "aria-label": "Search the papers" },
            el("label", { for: "query", class: "off-screen" }, "Search the papers"),
            this.#query,
            this.#filter.element,
          ),
        ),
        this.#told,
        this.#results,
      ),
    );
    this.#find();
  }

  /** End what goes on; the view is left. */
  stop() {
    clearTimeout(this.#waiting);
    this.#running.abort();
    this.#intake.stop();
  }

  #now(event) {
    event.preventDefault();
    this.#find();
  }

  #later() {
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => this.#find(), TYPING_MS);
  }

  async #find() {
    clearTimeout(this.#waiting);
    this.#running.abort(); // an earlier answer must not come after a later question's
    const { signal } = (this.#running = new AbortController());
    const query = this.#query.value.trim();
    const parameters = parametersOf(this.#filter.scope);
    if (query) parameters.set("q", query);
    this.#shell.replace(`/library${parameters.size ? `?${parameters}` : ""}`);
    this.#results.setAttribute("aria-busy", "true");
    try {
      await (query ? this.#search(query, signal) : this.#list(signal));
    } catch (error) {
      const problem = Problem.of(error);
      if (problem.name === "AbortError") return;
      this.#tell("");
      fill(this.#results, el("div", { class: "problem", role: "alert" }, el("strong", {}, words(problem.message)), " ", words(problem.hint)));
    }
    this.#results.removeAttribute("aria-busy");
  }

  async #search(query, signal) {
    const json = { query, top_k: MOST_HITS, scope: wanted(this.#filter.scope) };
    const { hits } = await call("/v1/search", { method: "POST", json, signal });
    const items = hits.map(({ paper, passage }) => item(paper, passage.text));
    this.#tell(items.length ? `The ${wording.count(items.length, "nearest paper", "nearest papers")}, best first` : "No paper matches.");
    fill(this.#results, items.length ? el("ol", { class: "papers" }, items) : this.#nothing(query));
  }

  async #list(signal) {
    const list = el("ol", { class: "papers" });
    const more = button("Show more", () => next(), { class: "quiet" });
    let cursor = null;
    const next = async () => {
      more.disabled = true;
      const parameters = parametersOf(this.#filter.scope);
      parameters.set("limit", String(PAGE));
      rename(parameters, "paper", "paper_id");
      rename(parameters, "brief", "brief_id");
      if (cursor) parameters.set("cursor", cursor);
      const page = await call(`/v1/papers?${parameters}`, { signal });
      const focusAt = cursor ? list.childElementCount : -1;
      list.append(...page.papers.map((paper) => item(paper, firstWords(paper.abstract))));
      if (focusAt >= 0) list.children[focusAt]?.querySelector("a").focus();
      cursor = page.next_cursor;
      more.disabled = false;
      more.hidden = !cursor;
      this.#tell(list.childElementCount ? `${wording.count(list.childElementCount, "paper")}${cursor ? " shown" : ""}` : "");
    };
    await next();
    fill(this.#results, list.childElementCount ? [list, more] : this.#nothing(""));
  }

  #nothing(query) {
    if (this.#filter.narrowed) {
      return el("p", { class: "empty" }, "Nothing here under these filters. ", button("Clear the filters", () => this.#filter.set({}), { class: "link" }));
    }
    if (query) return el("p", { class: "empty" }, "Try other words, or fewer.");
    return el("p", { class: "empty" }, "The library is empty. ", button("Add papers", () => this.#intake.open(true), { class: "link" }));
  }

  #tell(text) {
    this.#told.textContent = text || "\u00a0";
    if (text && this.#query === document.activeElement) announce(text);
  }
}

function rename(parameters, from, to) {
  for (const value of parameters.getAll(from)) parameters.append(to, value);
  parameters.delete(from);
}

function firstWords(abstract) {
  return abstract.length > 260 ? `${abstract.slice(0, 260).replace(/\s\S*$/, "")} …` : abstract;
}

/** A paper in a list: title, what of it fits, when it was listed, its tags. */
function item(paper, text) {
  return el(
    "li",
    {},
    el("h2", {}, el("a", { href: `/papers/${encodePath(paper.id)}` }, words(paper.title))),
    words(text, "p", { class: "passage" }),
    el("p", { class: "meta" }, facts(paper)),
  );
}

/** What is known of a paper besides its text, in a line. */
export function facts(paper) {
  const listed = [...new Set(paper.listings.map(({ day }) => day))].sort();
  const parts = [
    paper.authors.length ? words(authors(paper.authors)) : null,
    paper.published ? `published ${wording.day(paper.published)}` : null,
    listed.length ? `listed ${wording.day(listed.at(-1))}` : null,
    paper.tags.length ? words(paper.tags.join(", ")) : null,
  ].filter(Boolean);
  return parts.flatMap((part, at) => (at ? [" · ", part] : [part]));
}

function authors(names) {
  return names.length > 3 ? `${names[0]} and ${names.length - 1} others` : wording.list(names);
}
