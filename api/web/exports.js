// An answer to take away: Markdown with references, BibTeX. Pure.

import * as wording from "./wording.js";

/** Text as Markdown shows it: what would be markup, a link or HTML is escaped. */
export function escapeMarkdown(text) {
  const inline = text.replace(/[\\`*_[\]<>&|~$]/g, "\\$&").replace(/\s*\n\s*/g, " ");
  return inline.replace(/^(\s*\d*)([#+.)=-])/, "$1\\$2"); // at its start: a heading, a list, a rule
}

/** An answer in Markdown: question, sentences with their numbers, notes, references with the words that show them. */
export function markdown(answer, site) {
  const parts = [`**${escapeMarkdown(answer.question)}**`];
  if (answer.sentences.length) parts.push(answer.sentences.map(sentenceMarkdown).join(" "));
  else parts.push(escapeMarkdown(answer.text));
  for (const note of answer.notes) parts.push(`> ${escapeMarkdown(note.detail)}`);
  const references = answer.citations.map((citation) => {
    const quotes = citation.quotes.map(({ quote }) => `“${escapeMarkdown(quote)}”`).join(" … ");
    const when = citation.published ? ` (${wording.day(citation.published)})` : "";
    return `${citation.n}. ${titleMarkdown(citation, site)}${when}. ${quotes}`;
  });
  if (references.length) parts.push(references.join("\n"));
  const nearest = (answer.citations.length ? [] : answer.nearest).map((near) => `- ${titleMarkdown(near, site)}`);
  if (nearest.length) parts.push(["Nearest papers:", "", ...nearest].join("\n"));
  parts.push(`*${wording.coverage(answer.coverage)}; ${wording.origin(answer.provenance)}.*`);
  return `${parts.join("\n\n")}\n`;
}

function sentenceMarkdown(sentence) {
  const subject = sentence.subject ? `${escapeMarkdown(sentence.subject)}: ` : "";
  const weak = sentence.support === "weak" ? " (weakly supported)" : "";
  const numbers = sentence.citations.map((n) => `[${n}]`).join("");
  return `${subject}${escapeMarkdown(sentence.text)}${weak} ${numbers}`;
}

function titleMarkdown({ title, url, paper_id: id }, site) {
  const own = `${site}/papers/${encodePath(id)}`;
  const target = /^https?:\/\/[^\s<>()\\]+$/i.test(url ?? "") ? url : own;
  return `[${escapeMarkdown(title)}](<${target}>)`;
}

/** A paper's identifier in an address: old arXiv identifiers hold a slash. */
export function encodePath(id) {
  return id.split("/").map(encodeURIComponent).join("/");
}

const LATEX = {
  "\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}",
  "{": "\\{", "}": "\\}", "&": "\\&", "%": "\\%", "$": "\\$", "#": "\\#", _: "\\_",
};

function escapeLatex(text) {
  return text.replace(/[\\~^{}&%$#_]/g, (character) => LATEX[character]).replace(/\s+/g, " ").trim();
}

/** BibTeX entries of papers, one each, with keys that are all different. */
export function bibtex(papers) {
  const taken = new Set();
  return papers.map((paper) => entry(paper, freeKey(paper, taken))).join("\n");
}

function entry(paper, key) {
  const [, year, month] = /^(\d{4})(?:-(\d\d))?/.exec(paper.published ?? "") ?? [];
  const isArxiv = /^(\d{4}\.\d{4,5}|[a-z-]+(\.[A-Z]{2})?\/\d{7})$/.test(paper.id);
  const fields = [
    ["title", `{${escapeLatex(paper.title)}}`],
    ["author", paper.authors.map(escapeLatex).join(" and ")],
    ["year", year],
    ["month", month && String(Number(month))],
    ["eprint", isArxiv ? paper.id : null],
    ["archivePrefix", isArxiv ? "arXiv" : null],
    ["url", /^https?:\/\/[^\s{}\\]+$/i.test(paper.url ?? "") ? paper.url : null],
  ];
  const lines = fields.filter(([, value]) => value).map(([name, value]) => `  ${name} = {${value}},`);
  return `@misc{${key},\n${lines.join("\n")}\n}\n`;
}

function freeKey(paper, taken) {
  const plain = (text) => text.normalize("NFKD").replace(/[^A-Za-z0-9]/g, "").toLowerCase();
  const family = (paper.authors[0] ?? "").split(",")[0].trim().split(/\s+/).at(-1) ?? "";
  const year = /^\d{4}/.exec(paper.published ?? "")?.[0] ?? "";
  const first = paper.title.split(/[\s:]+/).find((word) => plain(word).length > 3) ?? paper.title;
  const stem = `${plain(family)}${year}${plain(first)}` || plain(paper.id) || "paper";
  let key = stem;
  for (let n = 2; taken.has(key); n += 1) key = `${stem}${n}`;
  taken.add(key);
  return key;
}
