"""The guard, turned on the question: does a stored paper contradict what the question takes for granted? Pure.

"Why does X reach only 1.2x on Y?" is answered with what the paper says about X on Y, and with a note, where the paper
gives another figure, points the other way, or denies what the question asserts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.agreement import check_direction, check_negation
from rag.analysis import analysed
from rag.question import Kind, Question
from rag.retrieve import Evidence
from rag.text.figures import Figure, figures, same_value

_SAME_MATTER = 0.5  # share of the question that a sentence (its title in view) must speak of to contradict it
_LOOKED_AT = 6  # sentences, most relevant first
_LARGE = 1_000.0  # a bare number from this size on is a statement, not a count of things asked for


@dataclass(frozen=True, slots=True)
class Conflict:
    """What the question takes for granted and the sentence that says otherwise."""

    evidence: Evidence
    detail: str


def conflict(question: Question, evidence: Sequence[Evidence]) -> Conflict | None:
    """The first contradiction between the question and the evidence, None where there is none.

    A question that asks whether something is so takes nothing for granted.
    """
    if question.kind is Kind.YES_NO or question.kind is Kind.SURVEY:
        return None
    near = [e for e in evidence[:_LOOKED_AT] if e.coverage >= _SAME_MATTER and (e.names or not question.names)]
    asserted = [f for f in figures(question.text) if f.unit or f.value >= _LARGE]
    for figure in asserted:
        found = _other_figure(figure, near)
        if found is not None:
            said = question.text[figure.start : figure.end]
            return Conflict(found, f"The question says {said}; {found.paper.title!r} does not: “{found.text}”")
    if asserted:
        return None
    return _other_way(question, near)


def _other_figure(figure: Figure, near: Sequence[Evidence]) -> Evidence | None:
    """The sentence with another figure of the same unit, in a paper that nowhere has the question's figure."""
    for candidate in near:
        own = figures(candidate.text)
        rivals = [f for f in own if f.unit == figure.unit and (f.unit or f.value >= _LARGE)]
        if rivals and not any(same_value(figure, f) for f in figures(candidate.paper.abstract)):
            return candidate
    return None


def _other_way(question: Question, near: Sequence[Evidence]) -> Conflict | None:
    asked = analysed(question.text)
    for candidate in near:
        said = [analysed(candidate.text)]
        for disagreement in (check_direction(asked, said), check_negation(asked, said)):
            if disagreement is not None and disagreement.certain:
                detail = f"{candidate.paper.title!r} says otherwise: “{candidate.text}”"
                return Conflict(candidate, detail)
    return None
