"""Asking: the flow of a question.

    question -> retrieve evidence -> enough to answer? -> choose sentences -> Answer

Every sentence is a span of an abstract, and every citation is put there by this code.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from rag import __version__
from rag.catalogue import Catalogue, answers, facts, papers
from rag.compose.extractive import choose, confidence, subject
from rag.embedding import Embedder
from rag.models import (
    Answer,
    AnswerSentence,
    Citation,
    Coverage,
    Latency,
    Nearest,
    Outcome,
    Paper,
    Provenance,
    Quote,
    Scope,
    SentenceEvidence,
    Usage,
    Window,
)
from rag.question import understand
from rag.retrieve import Evidence, Retriever, checked

_NEAREST = 3


async def ask(question: str, *, scope: Scope, retriever: Retriever, catalogue: Catalogue, embedder: Embedder) -> Answer:
    """Answer a question from the papers in scope, and keep the answer so that it can be read again.

    Raises QuestionError for a question that is empty or too long. Finding nothing is an outcome, not an error.
    """
    clock = _Clock()
    question = checked(question)
    understood = understand(question)
    retrieved = await retriever.evidence(understood, scope=scope)
    clock.stage("retrieve")
    chosen = choose(understood, retrieved.evidence)
    sentences, citations = cited(chosen)
    coverage = await _coverage(catalogue, scope)
    outcome: Outcome = "answered" if chosen else "insufficient_evidence"
    clock.stage("compose")
    answer = Answer(
        id=f"ans_{secrets.token_hex(8)}",
        question=question,
        standalone_question=question,
        outcome=outcome,
        text=" ".join(map(readable, sentences)) if chosen else _refusal(coverage, retrieved.papers),
        sentences=sentences,
        citations=citations,
        nearest=() if chosen else _nearest(retrieved.papers),
        confidence=round(confidence(chosen or retrieved.evidence[:1]), 4),
        coverage=coverage,
        provenance=Provenance(
            mode="extractive",
            embedding=embedder.identity,
            catalogue_revision=await catalogue.read(facts.catalogue_revision),
            version=__version__,
            created=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        ),
        usage=Usage(latency_ms=clock.latency()),
    )
    await catalogue.write(answers.keep, answer)
    return answer


def cited(chosen: Sequence[Evidence]) -> tuple[tuple[AnswerSentence, ...], tuple[Citation, ...]]:
    """The chosen sentences word for word, and their papers numbered in the order in which they are cited."""
    numbers: dict[str, int] = {}
    quotes: dict[str, list[Quote]] = {}
    cited_papers: dict[str, Paper] = {}
    sentences = []
    for piece in chosen:
        paper = cited_papers.setdefault(piece.paper.id, piece.paper)
        n = numbers.setdefault(paper.id, len(numbers) + 1)
        quotes.setdefault(paper.id, []).append(Quote(start=piece.start, end=piece.end, quote=piece.text))
        sentences.append(
            AnswerSentence(
                text=piece.text,
                subject=subject(paper, piece.text),
                citations=(n,),
                support="verbatim",
                evidence=(SentenceEvidence(citation=n, start=piece.start, end=piece.end, quote=piece.text),),
            )
        )
    citations = tuple(
        Citation(
            n=n,
            paper_id=paper_id,
            title=cited_papers[paper_id].title,
            url=cited_papers[paper_id].url,
            published=cited_papers[paper_id].published,
            quotes=tuple(quotes[paper_id]),
        )
        for paper_id, n in numbers.items()
    )
    return tuple(sentences), citations


def readable(sentence: AnswerSentence) -> str:
    """A sentence as it stands in an answer's text: the subject in front, the numbers of its citations behind."""
    name = f"{sentence.subject}: " if sentence.subject else ""
    return f"{name}{sentence.text} {''.join(f'[{n}]' for n in sentence.citations)}"


async def _coverage(catalogue: Catalogue, scope: Scope) -> Coverage:
    first, last = await catalogue.read(papers.days)
    return Coverage(
        papers_searched=await catalogue.read(papers.count, scope),
        window=Window(since=scope.since or first, until=scope.until or last),
    )


def _refusal(coverage: Coverage, found: Sequence[tuple[Paper, float]]) -> str:
    searched = coverage.papers_searched
    if not searched:
        return "There are no papers to search: load some first, or widen the scope."
    looked = (
        f"I looked through {searched:,} abstract{'s' if searched != 1 else ''} and found no sentence that answers this."
    )
    return f"{looked} The nearest papers are listed." if found else looked


def _nearest(found: Sequence[tuple[Paper, float]]) -> tuple[Nearest, ...]:
    return tuple(Nearest(paper_id=p.id, title=p.title, score=round(score, 4)) for p, score in found[:_NEAREST])


class _Clock:
    """Milliseconds by stage."""

    def __init__(self) -> None:
        self._start = self._last = time.perf_counter()
        self._stages: dict[str, float] = {}

    def stage(self, name: str) -> None:
        now = time.perf_counter()
        self._stages[name] = round((now - self._last) * 1000, 2)
        self._last = now

    def latency(self) -> Latency:
        return Latency(**self._stages, total=round((time.perf_counter() - self._start) * 1000, 2))
