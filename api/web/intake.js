// The way in: drop a file or paste a page, watch it being loaded, see what was refused and why.

import { announce } from "./announce.js";
import { call, forgetPapers, Problem, request } from "./api.js";
import { button, el, fill, icon, words } from "./dom.js";
import * as wording from "./wording.js";

const POLL_MS = 400;
const FORMATS = [
  ["", "Told by the content"], ["page", "Text of a daily-papers page"], ["papers", "JSON or JSON lines"],
  ["daily", "Daily Papers API"], ["arxiv", "arXiv snapshot"], ["beir", "BEIR collection"],
];

/** The panel. `loaded()` is called when papers came in. */
export class Intake {
  #loaded;
  #stopped = new AbortController();
  #text = el("textarea", { id: "paste", rows: "6", spellcheck: "false" });
  #file = el("input", { type: "file", id: "file", hidden: true, onchange: () => this.#picked(this.#file.files) });
  #format = el("select", { id: "format" }, FORMATS.map(([value, label]) => el("option", { value }, label)));
  #listed = el("input", { type: "date", id: "listed" });
  #progress = el("div", { class: "progress" });
  #go = button("Add pasted text", () => this.#paste(), { class: "primary" });

  constructor(loaded, open) {
    this.#loaded = loaded;
    this.toggle = button([icon("add"), el("span", {}, "Add papers")], () => this.open(this.element.hidden), {
      "aria-expanded": "false", "aria-controls": "intake",
    });
    const choose = button("Choose a file", () => this.#file.click(), { class: "quiet" });
    const drop = el(
      "div",
      {
        class: "drop",
        ondragover: (event) => this.#over(event, true), ondragleave: (event) => this.#over(event, false),
        ondrop: (event) => this.#dropped(event),
      },
      el("p", {}, "Drop a file here, or ", choose, this.#file),
      el("p", { class: "hint" }, "JSON lines, a page’s text, an API answer or a snapshot; gzipped or not."),
    );
    this.element = el(
      "section",
      { id: "intake", class: "intake", "aria-label": "Add papers", hidden: true },
      drop,
      el("label", { for: "paste" }, "Or paste a page, or JSON"),
      this.#text,
      el(
        "div",
        { class: "options" },
        el("div", {}, el("label", { for: "format" }, "Format"), this.#format),
        el("div", {}, el("label", { for: "listed" }, "Listed on"), this.#listed),
        this.#go,
      ),
      this.#progress,
    );
    if (open) this.open(true);
  }

  /** Show or hide the panel. */
  open(on) {
    this.element.hidden = !on;
    this.toggle.setAttribute("aria-expanded", String(on));
    if (on && this.element.isConnected) this.#text.focus();
  }

  /** Watch no longer; what was sent goes on. */
  stop() {
    this.#stopped.abort();
  }

  #over(event, on) {
    event.preventDefault();
    event.currentTarget.classList.toggle("over", on);
  }

  #dropped(event) {
    this.#over(event, false);
    this.#picked(event.dataTransfer.files);
  }

  #picked(files) {
    if (files.length) this.#send(files[0], files[0].name);
  }

  #paste() {
    if (!this.#text.value.trim()) {
      this.#text.focus();
      return;
    }
    this.#send(new Blob([this.#text.value]), "the pasted text").then((done) => done && (this.#text.value = ""));
  }

  async #send(body, name) {
    const parameters = new URLSearchParams();
    if (this.#format.value) parameters.set("format", this.#format.value);
    if (this.#listed.value) parameters.set("listed", this.#listed.value);
    this.#go.disabled = true;
    this.#show(null, `Sending ${name}…`);
    try {
      const response = await request(`/v1/ingest?${parameters}`, {
        method: "POST", body, signal: this.#stopped.signal,
        headers: { "Content-Type": "application/octet-stream", Prefer: "respond-async" },
      });
      const told = await response.json();
      const report = response.status === 202 ? await this.#follow(response.headers.get("Location") ?? `/v1/jobs/${told.id}`) : told;
      this.#report(report, name);
      return true;
    } catch (error) {
      const problem = Problem.of(error);
      if (problem.name !== "AbortError") this.#failed(problem);
      return false;
    } finally {
      this.#go.disabled = false;
      this.#file.value = "";
    }
  }

  /** Poll the job until it is over; its report. */
  async #follow(address) {
    for (;;) {
      const job = await call(new URL(address, location.href).pathname, { signal: this.#stopped.signal });
      if (job.state === "done") return job.result;
      if (job.state !== "queued" && job.state !== "running") throw new Problem(job.problem ?? { detail: "The work was interrupted. Add the papers again; nothing is stored twice." });
      const { stage, done, total } = job.progress ?? {};
      this.#show(total ? done / total : null, stage ? `${stage}${total ? `: ${done} of ${total}` : done ? `: ${done}` : ""}` : "Waiting…");
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  #show(part, text) {
    const bar = el("progress", { max: "1", "aria-label": "Loading papers", ...(part === null ? {} : { value: part }) });
    fill(this.#progress, el("p", {}, text), bar);
  }

  #report({ added, updated, unchanged, refused }, name) {
    const counts = [`${added} added`, updated ? `${updated} updated` : null, unchanged ? `${unchanged} unchanged` : null, refused.length ? `${refused.length} refused` : null];
    const text = `${wording.list(counts.filter(Boolean))}.`;
    fill(
      this.#progress,
      el("p", { class: "done" }, el("strong", {}, text), " From ", words(name), "."),
      refused.length
        ? el(
            "details",
            { open: refused.length <= 5 },
            el("summary", {}, `Why ${wording.count(refused.length, "record was", "records were")} refused`),
            el("ul", {}, refused.slice(0, 200).map(({ record, reason }) => el("li", {}, `Record ${record}: `, words(reason)))),
          )
        : null,
    );
    announce(text);
    forgetPapers();
    this.#loaded();
  }

  #failed(problem) {
    fill(this.#progress, el("div", { class: "problem", role: "alert" }, el("strong", {}, words(problem.message)), " ", words(problem.hint)));
  }
}
