"""Answers, hits and papers as text for an assistant; the same things are in the structured content. Pure.

Papers are named by their identifiers, which the other tools take.
"""

from __future__ import annotations

from rag.models import Answer, AnswerSentence, BriefPage, Citation, Hit, Paper, SearchReport
from rag.render.parts import marks


def answer_text(answer: Answer) -> str:
    """The sentences with their numbers, the papers with the quotes that show them, what is known beside them."""
    blocks = ["\n".join(map(_said, answer.sentences)) or answer.text, *map(_cited, answer.citations)]
    if answer.nearest and not answer.citations:
        near = [f"- {paper.title} ({paper.paper_id})" for paper in answer.nearest]
        blocks.append("\n".join(["Nearest papers:", *near]))
    blocks += [f"Note: {note.detail}" for note in answer.notes]
    if answer.dropped:
        blocks.append(f"Sentences left out because no abstract shows them: {len(answer.dropped)}.")
    return "\n\n".join([*blocks, _coverage(answer)])


def _said(sentence: AnswerSentence) -> str:
    subject = f"{sentence.subject}: " if sentence.subject else ""
    weak = " (weakly supported)" if sentence.support == "weak" else ""
    return f"{subject}{sentence.text} {marks(sentence)}{weak}"


def _cited(citation: Citation) -> str:
    head = f"[{citation.n}] {_named(citation.title, citation.paper_id, citation.published, citation.url)}"
    return "\n".join([head, *(f'    "{quote.quote}"' for quote in citation.quotes)])


def _coverage(answer: Answer) -> str:
    searched = answer.coverage.papers_searched
    papers = f"{searched:,} paper{'' if searched == 1 else 's'}"
    return f"Outcome: {answer.outcome}. Looked in {papers}, titles and abstracts only. Answer {answer.id}."


def hits_text(report: SearchReport) -> str:
    """The hits, best first, each with the passage that matched."""
    if not report.hits:
        return "No paper matches."
    return "\n\n".join(_hit(n, hit) for n, hit in enumerate(report.hits, start=1))


def _hit(number: int, hit: Hit) -> str:
    paper = hit.paper
    return f"{number}. {_named(paper.title, paper.id, paper.published, paper.url)}\n    {hit.passage.text}"


def paper_text(paper: Paper) -> str:
    """A paper: what is known of it, then its abstract."""
    listed = ", ".join(f"{listing.feed} {listing.day}" for listing in paper.listings)
    known = (("Authors", ", ".join(paper.authors)), ("Listed", listed), ("Tags", ", ".join(paper.tags)))
    head = [_named(paper.title, paper.id, paper.published, paper.url)]
    return "\n".join([*head, *(f"{name}: {value}" for name, value in known if value), "", paper.abstract])


def briefs_text(page: BriefPage) -> str:
    """The briefs of a page, the newest first."""
    if not page.briefs:
        return "No brief was written yet."
    lines = [f"- {_named(brief.title, brief.id, brief.created[:10], None)}" for brief in page.briefs]
    more = f"There are older ones: cursor {page.next}" if page.next else ""
    return "\n".join(filter(None, [*lines, more]))


def _named(title: str, paper_id: str, published: str | None, url: str | None) -> str:
    return f"{title} ({', '.join(filter(None, (paper_id, published, url)))})"
