// Which papers are searched: days, tags, single papers, one brief. It stands in the address, so it survives a reload.

import { call, paper } from "./api.js";
import { button, el, fill, icon, words } from "./dom.js";
import * as wording from "./wording.js";

const EMPTY = { since: null, until: null, tags: [], paper_ids: [], brief_id: null };
const IN_ADDRESS = { since: "since", until: "until", tags: "tag", paper_ids: "paper", brief_id: "brief" };

/** The scope that an address names. */
export function scopeOf(parameters) {
  const scope = {};
  for (const [name, empty] of Object.entries(EMPTY)) {
    const parameter = IN_ADDRESS[name];
    scope[name] = Array.isArray(empty) ? parameters.getAll(parameter).filter(Boolean) : parameters.get(parameter) || null;
  }
  return scope;
}

/** The scope as parameters of an address; those that say something only. */
export function parametersOf(scope) {
  const parameters = new URLSearchParams();
  for (const [name, parameter] of Object.entries(IN_ADDRESS)) {
    for (const value of [scope[name]].flat()) if (value) parameters.append(parameter, value);
  }
  return parameters;
}

/** The scope as the service takes it; undefined when it restricts nothing. */
export function wanted(scope) {
  const given = Object.entries(scope).filter(([, value]) => (Array.isArray(value) ? value.length : value));
  return given.length ? Object.fromEntries(given) : undefined;
}

/** The filters: what is in force as chips that can be taken away, and a form to narrow. `changed` is told of each change. */
export class ScopeFilter {
  #scope;
  #changed;
  #all;
  #chips = el("ul", { class: "chips", "aria-label": "Filters in force" });
  #since = el("input", { type: "date", id: "since", onchange: () => this.#read() });
  #until = el("input", { type: "date", id: "until", onchange: () => this.#read() });
  #tag = el("input", { type: "text", id: "tag", list: "known-tags", autocomplete: "off", onkeydown: (event) => this.#addTag(event) });
  #known = el("datalist", { id: "known-tags" });
  #form;
  #toggle;

  constructor(scope, all, changed) {
    this.#scope = scope;
    this.#all = all;
    this.#changed = changed;
    this.#toggle = button([icon("filter"), el("span", {}, "Narrow")], () => this.#open(this.#form.hidden), {
      class: "link", "aria-expanded": "false", "aria-controls": "narrow",
    });
    this.#form = el(
      "fieldset",
      { id: "narrow", class: "narrow", hidden: true },
      el("legend", { class: "off-screen" }, "Narrow the papers"),
      el("div", {}, el("label", { for: "since" }, "Listed from"), this.#since),
      el("div", {}, el("label", { for: "until" }, "to"), this.#until),
      el("div", {}, el("label", { for: "tag" }, "Tag"), this.#tag, this.#known),
      button("Add tag", () => this.#addTag(null), { class: "quiet" }),
    );
    this.element = el("div", { class: "scope" }, el("div", { class: "scope-line" }, this.#chips, this.#toggle), this.#form);
    this.#show();
  }

  /** The scope in force. */
  get scope() {
    return this.#scope;
  }

  /** Whether anything is restricted. */
  get narrowed() {
    return wanted(this.#scope) !== undefined;
  }

  /** Put another scope in force, `{}` for all papers. */
  set(scope) {
    this.#scope = { ...EMPTY, ...scope };
    this.#show();
    this.#changed(this.#scope);
  }

  #open(on) {
    this.#form.hidden = !on;
    this.#toggle.setAttribute("aria-expanded", String(on));
    if (!on) return;
    this.#since.focus();
    if (this.#known.childElementCount) return;
    call("/v1/corpus/tags", { aside: true }).then(
      ({ tags }) => fill(this.#known, tags.map(({ tag }) => el("option", { value: tag }))),
      () => undefined, // a tag can be typed all the same
    );
  }

  #read() {
    this.set({ ...this.#scope, since: this.#since.value || null, until: this.#until.value || null });
  }

  #addTag(event) {
    if (event && event.key !== "Enter") return;
    event?.preventDefault();
    const tag = this.#tag.value.trim();
    if (!tag || this.#scope.tags.includes(tag)) return;
    this.#tag.value = "";
    this.set({ ...this.#scope, tags: [...this.#scope.tags, tag] });
  }

  #show() {
    const { since, until, tags, paper_ids: papers, brief_id: brief } = this.#scope;
    this.#since.value = since ?? "";
    this.#until.value = until ?? "";
    const without = (name, value) => this.#scope[name].filter((one) => one !== value);
    const chips = [];
    if (since || until) chips.push(this.#chip(`listed ${wording.days(since, until)}`, { since: null, until: null }));
    for (const tag of tags) chips.push(this.#chip(`tag ${tag}`, { tags: without("tags", tag) }));
    for (const id of papers) chips.push(this.#paperChip(id, { paper_ids: without("paper_ids", id) }));
    if (brief) chips.push(this.#briefChip(brief));
    if (chips.length > 1) chips.push(el("li", {}, button("Clear all", () => this.#cleared({ ...EMPTY }), { class: "link" })));
    fill(this.#chips, chips.length ? chips : el("li", { class: "all" }, this.#all));
  }

  #chip(text, without) {
    const take = button(icon("close"), () => this.#cleared(without), { "aria-label": `Remove the filter: ${text}` });
    return el("li", { class: "chip" }, words(text), take);
  }

  #paperChip(id, without) {
    return this.#titled(this.#chip(`paper ${id}`, without), paper(id), (title) => [title, `only the paper ${title}`]);
  }

  #briefChip(id) {
    const found = call(`/v1/briefs/${encodeURIComponent(id)}`, { aside: true });
    return this.#titled(this.#chip("one brief", { brief_id: null }), found, (title) => [`brief ${title}`, `only the brief ${title}`]);
  }

  /** A chip that gets a title once it is known; an identifier says enough where it cannot be read. */
  #titled(chip, found, texts) {
    const show = ({ title }) => {
      const [shown, spoken] = texts(title);
      chip.firstChild.textContent = shown;
      chip.lastChild.setAttribute("aria-label", `Remove the filter: ${spoken}`);
    };
    found.then(show, () => undefined);
    return chip;
  }

  #cleared(change) {
    this.set({ ...this.#scope, ...change });
    this.#toggle.focus();
  }
}
