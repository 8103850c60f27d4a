// Where questions are written: a field that grows, one button that asks and, while an answer comes, stops.

import { el, fill, icon } from "./dom.js";

const MOST = 4000; // characters that the service takes

/** The form. `ask(question)` is called with what was written, `stop()` while an answer comes. */
export class Composer {
  #ask;
  #stop;
  #busy = false;
  #field = el("textarea", {
    id: "question", rows: "1", maxlength: String(MOST), dir: "auto", enterkeyhint: "send", "aria-describedby": "question-keys",
    placeholder: "Ask about the papers", onkeydown: (event) => this.#key(event), oninput: () => this.#grow(),
  });
  #button = el("button", { type: "submit", class: "send" });

  constructor({ ask, stop, below }) {
    this.#ask = ask;
    this.#stop = stop;
    this.element = el(
      "form",
      { class: "composer", onsubmit: (event) => this.#submit(event), "aria-label": "Ask" },
      el(
        "div",
        { class: "field" },
        el("label", { for: "question", class: "off-screen" }, "Your question"),
        this.#field,
        this.#button,
      ),
      el("span", { id: "question-keys", class: "off-screen" }, "Enter asks; Shift and Enter begins a new line."),
      below,
    );
    this.busy = false;
  }

  /** While an answer comes the button stops it. */
  set busy(on) {
    this.#busy = on;
    this.#button.setAttribute("aria-label", on ? "Stop" : "Ask");
    this.#button.classList.toggle("stop", on);
    fill(this.#button, icon(on ? "stop" : "send"));
  }

  /** Write a question into the field, or clear it with "". */
  set text(question) {
    this.#field.value = question;
    this.#grow();
  }

  /** Put the focus into the field. */
  focus() {
    this.#field.focus();
  }

  #submit(event) {
    event.preventDefault();
    if (this.#busy) {
      this.#stop();
      return;
    }
    const question = this.#field.value.trim();
    if (question) this.#ask(question);
    else this.#field.focus();
  }

  #key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (!this.#busy) this.element.requestSubmit();
  }

  #grow() {
    // The browser sizes the field by itself where it knows how (field-sizing in the stylesheet).
    if (CSS.supports("field-sizing", "content")) return;
    this.#field.rows = Math.min(8, this.#field.value.split("\n").length);
  }
}
