// What is said to people, in one place. Pure: values in, English out.

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `2025-03-12` as `12 Mar 2025`; a month, a year or anything else as far as it goes. */
export function day(value) {
  const [, year, month, date] = /^(\d{4})(?:-(\d\d))?(?:-(\d\d))?/.exec(value ?? "") ?? [];
  if (!year) return value ?? "";
  return [date && Number(date), month && MONTHS[Number(month) - 1], year].filter(Boolean).join(" ");
}

/** `1 paper`, `1,204 papers`. */
export function count(number, one, many = `${one}s`) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function list(items) {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}

/** Days from one to another, either of which may be open. */
export function days(since, until) {
  if (since && since === until) return day(since);
  if (since && until) return `${day(since)} to ${day(until)}`;
  return since ? `from ${day(since)}` : until ? `until ${day(until)}` : "";
}

/** What an answer looked at: `70 papers, listed 12 Mar 2025; abstracts only`. */
export function coverage({ papers_searched: papers, window, incomplete_days: incomplete }) {
  const when = days(window.since, window.until);
  const parts = [count(papers, "paper") + (when ? `, listed ${when}` : ""), "abstracts only"];
  if (incomplete?.length) parts.push(`incomplete: ${list(incomplete.map(day))}`);
  return parts.join("; ");
}

/** How an answer came to be. */
export function origin({ mode, model }) {
  return mode === "extractive" ? "quoted, without a language model" : `written by ${model}, each sentence checked`;
}

/** A confidence between 0 and 1 in a word. */
export function confidence(value) {
  return value >= 0.75 ? "high" : value >= 0.5 ? "fair" : value >= 0.25 ? "low" : "very low";
}

const SUPPORT = {
  verbatim: "Word for word from the abstract.",
  close: "Reworded; every figure, name and direction agrees with the marked words.",
  weak: "Weakly supported: figures and names agree, but the marked words do not cover all of it.",
};

/** How well the marked words carry a sentence, as a sentence. */
export function support(sentence) {
  const parts = [SUPPORT[sentence.support] ?? ""];
  if (sentence.replaced_wording) parts.push("The draft could not be shown, so the abstract’s own words stand here.");
  if (sentence.corrected_citation) parts.push("The draft named another paper; the citation was corrected.");
  return parts.filter(Boolean).join(" ");
}

/** The same in a word or two, for beside the sentence; nothing where there is nothing to warn of. */
export function grades(sentence) {
  const words = { close: ["reworded"], weak: ["weakly supported"] }[sentence.support] ?? [];
  if (sentence.replaced_wording) words.push("abstract’s own words");
  if (sentence.corrected_citation) words.push("citation corrected");
  return words;
}

/** What the sentences of an answer rest on, all together. */
export function standing(sentences) {
  const quoted = sentences.filter(({ support: grade }) => grade === "verbatim").length;
  const papers = new Set(sentences.flatMap(({ citations }) => citations)).size;
  const from = count(papers, "abstract");
  if (quoted === sentences.length) return `Quoted word for word from ${from}`;
  if (quoted === 0) return `Reworded from ${from}`;
  return `From ${from}; ${quoted} of ${sentences.length} sentences quoted word for word`;
}

const NOTES = {
  premise_conflict: "The question takes something for granted that a paper contradicts.",
  figure_not_given: "Not given in the abstract.",
  conflicting_papers: "The papers disagree.",
  injection_ignored: "Instructions inside a paper were ignored.",
  truncated: "Something was cut short.",
  model_unavailable: "The language model was not available.",
};

/** The heading of a note of this kind. */
export function noteHeading(kind) {
  return NOTES[kind] ?? "Note";
}

const REASONS = {
  unsupported: "no abstract shows it",
  number_not_in_evidence: "a figure does not stand in the cited abstract",
  unit: "the unit differs from the abstract’s",
  name_not_in_evidence: "a name does not stand in the cited abstract",
  negation: "the abstract says the opposite",
  direction: "the direction differs from the abstract’s",
  attribution: "it belongs to another paper or system",
  unknown_citation: "it cites a paper that does not exist",
};

/** Why a sentence was left out. */
export function reason(name) {
  return REASONS[name] ?? name.replaceAll("_", " ");
}

const STAGES = {
  understanding: "Reading the question…",
  searching: "Searching the abstracts…",
  retrieve: "Searching the abstracts…",
  writing: "Choosing sentences…",
};

/** What is being done for a question just now. */
export function stage(name) {
  return STAGES[name] ?? "Working…";
}

/** The heading of an answer that has no sentences, by outcome. */
export function declined(outcome) {
  return outcome === "out_of_scope" ? "Not a question for these papers" : "The abstracts do not answer this";
}
