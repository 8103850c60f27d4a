// The abstract beside a sentence, with the words that show it marked. Words are found by their offsets, never by search.

import { paper } from "./api.js";
import { button, el, fill, icon, words } from "./dom.js";
import { encodePath } from "./exports.js";
import { agree, pieces } from "./spans.js";
import * as wording from "./wording.js";

const WIDE = matchMedia("(min-width: 64rem)");

/**
 * The pane. `home` is where it stands on a wide window; on a narrow one it opens below the sentence. A source is
 * `{ paperId, title, spans, about, sentence, trigger, known }`: the element of the sentence, the button that opens it, and,
 * where the page has the paper already, what gives it.
 */
export class Pane {
  #home;
  #shown = null;
  returning = false;
  #root = el("section", { id: "abstract", class: "pane", "aria-label": "Abstract", hidden: true });
  #idle;

  constructor(home, idle) {
    this.#home = home;
    this.#idle = idle;
    fill(home, idle, this.#root);
    const signal = (this.stopped = new AbortController()).signal;
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.#escape(event), { signal });
    WIDE.addEventListener("change", () => this.#place(), { signal });
  }

  /** Whether there is room beside the text. */
  get beside() {
    return WIDE.matches;
  }

  /** Take the pane away for good. */
  stop() {
    this.stopped.abort();
    this.close();
  }

  /** Whether this button's source is shown. */
  shows(trigger) {
    return this.#shown?.trigger === trigger;
  }

  /** Show a source; with `enter` the focus moves into the pane. */
  async show(source, { enter = false } = {}) {
    if (this.#shown?.trigger !== source.trigger) {
      this.#mark(false);
      this.#shown = source;
      this.#mark(true);
      this.#render(source);
      this.#place();
    }
    if (enter) this.#root.querySelector("h2").focus();
  }

  /** Close it; the focus goes back to the button where it was inside. */
  close() {
    const inside = this.#root.contains(document.activeElement);
    const trigger = this.#shown?.trigger;
    this.#mark(false);
    this.#shown = null;
    this.#root.hidden = true;
    this.#idle.hidden = false;
    fill(this.#root);
    if (!inside) return;
    this.returning = true; // the focus comes back to what opens the pane, and must not open it
    trigger?.focus();
    this.returning = false;
  }

  #escape(event) {
    if (!this.#shown || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    this.close();
  }

  #mark(on) {
    this.#shown?.sentence.classList.toggle("open", on);
    this.#shown?.trigger.setAttribute("aria-expanded", String(on));
  }

  #place() {
    const source = this.#shown;
    if (!source) return;
    if (this.beside) this.#home.append(this.#root);
    else source.sentence.append(this.#root);
    this.#root.hidden = false;
    this.#idle.hidden = true;
    this.#reveal();
  }

  #render(source) {
    const text = el("div", { class: "abstract loading", tabindex: "0", role: "group", "aria-label": "Abstract" });
    fill(
      this.#root,
      el(
        "header",
        {},
        el("h2", { tabindex: "-1" }, words(source.title)),
        button(icon("close"), () => this.close(), { class: "icon-button", "aria-label": "Close the abstract" }),
      ),
      el("p", { class: "about" }, source.about),
      text,
      el(
        "p",
        { class: "more" },
        el("a", { href: `/papers/${encodePath(source.paperId)}` }, "Open the paper’s page"),
      ),
    );
    (source.known?.() ?? paper(source.paperId))
      .then((found) => located(found, source.spans), (error) => unavailable(error, source.spans))
      .then((content) => {
        if (this.#shown !== source) return;
        text.classList.remove("loading");
        fill(text, content);
        this.#reveal();
      });
  }

  /** Bring the marked words into the pane's own view; the page moves only where the pane opens below the sentence. */
  #reveal() {
    const marked = this.#root.querySelector("mark");
    const box = marked?.closest(".abstract");
    if (!box) return;
    const above = marked.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop;
    box.scrollTop = Math.max(0, above - box.clientHeight / 4);
    if (!this.beside) this.#root.scrollIntoView({ block: "nearest" });
  }
}

/** The abstract with the spans marked: as it stands, or as it stood in the revision that was quoted. */
export function located(found, spans) {
  if (agree(found.abstract, spans)) return marked(found.abstract, spans);
  const earlier = (found.revisions ?? []).findLast(({ abstract }) => agree(abstract, spans));
  if (earlier) {
    const note = `The abstract has changed since. This is how it stood in revision ${earlier.revision}.`;
    return [el("p", { class: "aside-note" }, note), marked(earlier.abstract, spans)];
  }
  return kept("The abstract has changed since. These are the words that were quoted:", spans);
}

function unavailable(error, spans) {
  const gone = error.status === 404;
  return kept(
    gone ? "This paper is no longer in the library. These are the words that were quoted:" : `${error.message} The quoted words:`,
    spans,
  );
}

function kept(note, spans) {
  return [el("p", { class: "aside-note" }, note), ...spans.map(({ quote }) => words(quote, "blockquote"))];
}

function marked(text, spans) {
  const parts = pieces(text, spans).map((piece) => (piece.marked ? el("mark", {}, piece.text) : piece.text));
  return el("p", { dir: "auto" }, parts);
}

/** What is said above the abstract of a sentence. */
export function about(sentence) {
  return wording.support(sentence);
}
