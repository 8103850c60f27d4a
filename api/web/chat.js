// The chat: `/` begins a conversation, `/c/{id}` is one that can be left and come back to.

import { announce } from "./announce.js";
import { call, paper, Problem, request } from "./api.js";
import { Composer } from "./composer.js";
import { confirmed } from "./dialogs.js";
import { button, el, fill, icon, words } from "./dom.js";
import { Pane } from "./pane.js";
import { forget, remember } from "./recent.js";
import { parametersOf, ScopeFilter, scopeOf, wanted } from "./scope.js";
import { events } from "./stream.js";
import { spoken, Turn } from "./turn.js";
import { welcome } from "./welcome.js";
import * as wording from "./wording.js";

const SLOW_MS = 1500; // an answer that takes longer is announced while it is awaited

/** The view. `shell` moves between addresses: `replace(path)`, `go(path)`, `title(text)`. */
export class Chat {
  #shell;
  #id;
  #running = null;
  #pane;
  #filter;
  #composer;
  #talk = el("section", { class: "talk", "aria-label": "Conversation" });
  #head = el("div", { class: "talk-head" });

  constructor(root, url, shell) {
    this.#shell = shell;
    this.#id = /^\/c\/([^/]+)$/.exec(url.pathname)?.[1] ?? null;
    const idle = el("p", { class: "idle" }, "Point at a sentence, or move to its number, to see where it stands in its abstract.");
    const aside = el("aside", { class: "beside", "aria-label": "Source" });
    this.#pane = new Pane(aside, idle);
    this.#filter = new ScopeFilter(scopeOf(url.searchParams), "All papers", () => this.#moved());
    this.#composer = new Composer({
      ask: (question) => this.#ask(question), stop: () => this.#running?.abort(), below: this.#filter.element,
    });
    this.element = el("div", { class: "chat" }, el("div", { class: "column" }, this.#talk, this.#composer.element), aside);
    fill(root, this.element);
    if (this.#id) this.#load();
    else this.#welcome();
  }

  /** End what goes on; the view is left. */
  stop() {
    this.#running?.abort();
    this.#pane.stop();
  }

  #welcome() {
    this.element.classList.add("home");
    const { element, below } = welcome((question) => this.#ask(question), this.#filter.scope);
    fill(this.#talk, element);
    this.#composer.element.after(below);
    this.#shell.title("");
    if (matchMedia("(hover: hover)").matches) this.#composer.focus();
  }

  async #load() {
    fill(this.#talk, el("p", { class: "loading-line" }, "Opening the conversation…"));
    try {
      const conversation = await this.#page();
      fill(this.#talk);
      this.#begin(conversation.turns[0]?.question ?? "Conversation");
      this.#earlier(conversation);
      for (const answer of conversation.turns) this.#talk.append(this.#told(answer));
      this.#talk.lastElementChild?.scrollIntoView({ block: "start", behavior: "instant" });
    } catch (problem) {
      if (problem.status === 404) forget(this.#id);
      this.#lost(problem);
    }
  }

  #page(before = null) {
    return call(`/v1/conversations/${encodeURIComponent(this.#id)}${before ? `?before=${before}` : ""}`);
  }

  #lost(problem) {
    fill(
      this.#talk,
      el("div", { class: "problem", role: "alert" }, el("p", {}, el("strong", {}, words(problem.message))), words(problem.hint ?? "", "p")),
      el("p", {}, el("a", { href: "/" }, "Begin a new conversation")),
    );
    this.#composer.element.hidden = true;
  }

  /** A button for turns that are not shown yet; a conversation of hundreds opens with its last ones. */
  #earlier({ first }) {
    if (!(first > 1)) return;
    const show = async () => {
      more.disabled = true;
      try {
        const page = await this.#page(first);
        more.replaceWith(...page.turns.map((answer) => this.#told(answer)));
        this.#earlier(page);
      } catch (problem) {
        more.disabled = false;
        announce(problem.message);
      }
    };
    const more = button(`Show ${wording.count(first - 1, "earlier question")}`, show, { class: "quiet earlier-turns" });
    this.#head.after(more);
  }

  #told(answer) {
    const turn = this.#turn(answer.question);
    turn.answer(answer);
    return turn.element;
  }

  #turn(question) {
    return new Turn(question, this.#pane, {
      ask: (other) => this.#ask(other),
      askAbout: (near) => {
        this.#filter.set({ paper_ids: [near.paper_id] });
        this.#composer.text = question;
        this.#composer.focus();
      },
      widen: () => (this.#filter.narrowed ? () => this.#widen(question) : null),
    });
  }

  #widen(question) {
    this.#filter.set({});
    this.#ask(question);
  }

  /** From the welcome to a conversation. */
  #begin(title) {
    if (!this.#head.isConnected) {
      this.element.classList.remove("home");
      this.element.querySelector(".below")?.remove();
      const remove = button([icon("bin"), el("span", {}, "Delete")], () => this.#delete(), { class: "link delete" });
      fill(this.#head, el("h1", {}, "Conversation"), el("a", { href: "/", class: "button" }, icon("add"), el("span", {}, "New")), remove);
      fill(this.#talk, this.#head);
    }
    this.#shell.title(title);
  }

  async #ask(question) {
    if (this.#running) return;
    if (!this.#head.isConnected) this.#begin(question);
    this.#pane.close();
    const turn = this.#turn(question);
    this.#talk.querySelector(".turn.latest")?.classList.remove("latest");
    turn.element.classList.add("latest");
    this.#talk.append(turn.element);
    turn.status("searching");
    turn.element.scrollIntoView({ block: "start" });
    this.#composer.text = "";
    this.#composer.busy = true;
    this.#running = new AbortController();
    const slow = setTimeout(() => announce("Searching."), SLOW_MS);
    try {
      await this.#follow(turn, question, this.#running.signal);
    } catch (error) {
      const problem = Problem.of(error);
      if (problem.name === "AbortError") {
        turn.stopped();
        announce("Stopped.");
      } else turn.failed(problem, () => this.#again(turn, question));
    } finally {
      clearTimeout(slow);
      this.#running = null;
      this.#composer.busy = false;
    }
  }

  #again(turn, question) {
    turn.element.remove();
    this.#ask(question);
  }

  async #follow(turn, question, signal) {
    const json = { question, stream: true, conversation_id: this.#id ?? "new", scope: wanted(this.#filter.scope) };
    const response = await request("/v1/ask", { method: "POST", json, headers: { Accept: "text/event-stream" }, signal });
    for await (const { name, data } of events(response)) {
      if (name === "status") turn.status(data.stage);
      else if (name === "citation") {
        turn.citation(data);
        paper(data.paper_id).catch(() => undefined); // so that pointing shows it at once; the pane says what is wrong
      }
      else if (name === "sentence") turn.sentence(data);
      else if (name === "error") throw new Problem(data);
      else if (name === "answer") {
        turn.answer(data);
        this.#answered(data);
        return;
      }
    }
    throw new Problem({ detail: "The connection broke before the answer was complete." });
  }

  #answered(answer) {
    announce(spoken(answer));
    if (this.#id || !answer.conversation_id) return;
    this.#id = answer.conversation_id;
    remember(this.#id, answer.question);
    this.#moved();
  }

  /** Keep the address true: conversation and scope stand in it. */
  #moved() {
    const parameters = parametersOf(this.#filter.scope).toString();
    const path = this.#id ? `/c/${encodeURIComponent(this.#id)}` : "/";
    this.#shell.replace(path + (parameters ? `?${parameters}` : ""));
  }

  async #delete() {
    if (!this.#id) {
      this.#shell.go("/");
      return;
    }
    const text = "Its questions and answers are removed for good. The papers stay.";
    if (!(await confirmed("Delete this conversation?", text, "Delete"))) return;
    try {
      await call(`/v1/conversations/${encodeURIComponent(this.#id)}`, { method: "DELETE" });
    } catch (problem) {
      if (problem.status !== 404) {
        announce(problem.message);
        return;
      }
    }
    forget(this.#id);
    announce("The conversation was deleted.");
    this.#shell.go("/");
  }
}
