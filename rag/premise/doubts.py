"""All sentences that may contradict what a question takes for granted. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.premise.another import of_another
from rag.premise.claims import How, claims
from rag.premise.direction import other_way
from rag.premise.doubt import Doubt
from rag.premise.figures import other_figures
from rag.premise.instead import another_of_its_kind
from rag.premise.matter import Matter, matter
from rag.premise.without import denied, done_without, turned_round
from rag.question import Kind, Question
from rag.retrieve import Evidence

_LONGEST = 1_000  # characters of a question that are looked at: what is longer is no question but a text


def doubts(question: Question, evidence: Sequence[Evidence]) -> Iterator[Doubt]:
    """What may contradict the claims of a question in the papers that it names, or else in the one found first."""
    papers = _papers(evidence) if evidence else []
    several = len(papers) > 1
    for claim in claims(question.text[:_LONGEST]):
        about_each = [matter(claim, sentences) for sentences in papers]
        if several:
            about_each = sorted((m for m in about_each if _named_at(m) is not None), key=lambda m: _named_at(m) or 0)
        for place, about in enumerate(about_each):
            if not (about.topic or about.said.figures):
                continue
            if question.kind in (Kind.SURVEY, Kind.COMPARISON) and not _stands_alone(about, several=several):
                continue
            if place:  # what is named second is what the first is compared with
                yield from other_way(about)
                continue
            yield from of_another(about, evidence)
            if claim.how is not How.WHETHER:
                yield from _in_own(about)


def _named_at(about: Matter) -> int | None:
    """Where a claim names the paper's system."""
    return next((word.start for word in about.said.words if word.stems & about.system), None)


def _stands_alone(about: Matter, *, several: bool) -> bool:
    """Whether a claim of a survey or a comparison says something by itself: only "why …" does of two systems."""
    return about.named and (not several or about.claim.how is How.REASON)


def _in_own(about: Matter) -> Iterator[Doubt]:
    """What contradicts a claim in the paper that it is about.

    What is only asked ranks nothing: "which … does X beat".
    """
    yield from other_figures(about)
    if about.claim.how is not How.ASKED:
        yield from other_way(about)
    yield from another_of_its_kind(about)
    yield from done_without(about)
    yield from denied(about)
    yield from turned_round(about)


def _papers(evidence: Sequence[Evidence]) -> list[list[Evidence]]:
    """The sentences of each paper that is named, or of the one that the most relevant sentence is of."""
    named = list(dict.fromkeys(e.paper.id for e in evidence if e.own)) or [evidence[0].paper.id]
    return [[e for e in evidence if e.paper.id == paper] for paper in named]
