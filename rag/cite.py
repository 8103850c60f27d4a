"""Citing: grounded sentences as an answer's sentences, with their papers numbered. Pure.

Numbers, titles and spans are put here, by code; no model ever writes one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rag.compose.extractive import subject
from rag.ground import Grounded
from rag.models import AnswerSentence, Citation, Paper, Quote, SentenceEvidence


def cited(
    sentences: Sequence[Grounded], papers: Mapping[str, Paper]
) -> tuple[tuple[AnswerSentence, ...], tuple[Citation, ...]]:
    """The sentences with their citations, papers numbered in the order in which they are cited first."""
    numbers: dict[str, int] = {}
    quotes: dict[str, dict[tuple[int, int], Quote]] = {}
    made = []
    for said in sentences:
        for piece in said.evidence:
            numbers.setdefault(piece.paper_id, len(numbers) + 1)
            quote = Quote(start=piece.start, end=piece.end, quote=piece.text)
            quotes.setdefault(piece.paper_id, {}).setdefault((piece.start, piece.end), quote)
        made.append(
            AnswerSentence(
                text=said.text,
                subject=subject(papers[said.evidence[0].paper_id], said.text),
                citations=tuple(dict.fromkeys(numbers[piece.paper_id] for piece in said.evidence)),
                support=said.support,
                corrected_citation=said.corrected_citation,
                replaced_wording=said.replaced_wording,
                evidence=tuple(
                    SentenceEvidence(citation=numbers[p.paper_id], start=p.start, end=p.end, quote=p.text)
                    for p in said.evidence
                ),
            )
        )
    return tuple(made), tuple(
        _citation(n, papers[paper_id], tuple(quotes[paper_id].values())) for paper_id, n in numbers.items()
    )


def _citation(n: int, paper: Paper, quotes: tuple[Quote, ...]) -> Citation:
    return Citation(n=n, paper_id=paper.id, title=paper.title, url=paper.url, published=paper.published, quotes=quotes)


def readable(sentence: AnswerSentence) -> str:
    """A sentence as it stands in an answer's text: the subject in front, the numbers of its citations behind."""
    name = f"{sentence.subject}: " if sentence.subject else ""
    return f"{name}{sentence.text} {''.join(f'[{n}]' for n in sentence.citations)}"
