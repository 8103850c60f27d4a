"""The guard, turned on the question: does a stored paper contradict what the question takes for granted? Pure.

    question -> claims (what it states, gives as a reason, or says in asking)
             -> doubts (sentences that differ: in a figure, a direction, one of a kind, what is done without)
             -> a probability each -> the surest, from a threshold on

"Why does X reach only 1.2x on Y?" is answered with what the paper says about X on Y, and with a note.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.premise.doubt import By, Doubt
from rag.premise.doubts import doubts
from rag.premise.weigh import Weights, packaged
from rag.question import Question
from rag.retrieve import Evidence

__all__ = ["Conflict", "conflict"]


@dataclass(frozen=True, slots=True)
class Conflict:
    """What the question takes for granted and the sentence that says otherwise."""

    evidence: Evidence
    detail: str
    instead: bool = False
    """Whether the sentence is all there is to say, being of another paper than the one that was asked about."""
    further: tuple[Evidence, ...] = ()
    """Another sentence of the same paper that says otherwise, where there is one."""


def conflict(question: Question, evidence: Sequence[Evidence], weights: Weights | None = None) -> Conflict | None:
    """The surest contradiction between the question and the evidence, None where none is sure enough.

    A question that asks whether something is so takes that for no fact; see `rag.premise.claims`.
    """
    weights = weights or packaged()
    judged = [(weights.probability(doubt), doubt) for doubt in doubts(question, evidence)]
    sure = sorted(
        ((p, doubt) for p, doubt in judged if p >= weights.threshold),
        key=lambda found: (-found[0], found[1].evidence.paper.id, found[1].evidence.start),
    )
    if not sure:
        return None
    first = sure[0][1]
    other = [d.evidence for _, d in sure if d.by is not By.ANOTHER and d.evidence != first.evidence]
    same_paper = tuple(e for e in other if e.paper.id == first.evidence.paper.id)[:1]
    return Conflict(
        first.evidence,
        _detail(first),
        instead=first.by is By.ANOTHER,
        further=same_paper if first.by is not By.ANOTHER else (),
    )


def _detail(doubt: Doubt) -> str:
    """The note: what the question says, and the sentence that says otherwise."""
    title, text = doubt.evidence.paper.title, doubt.evidence.text
    if doubt.by is By.ANOTHER:
        return f"That is of another paper, {title!r}: “{text}”"
    if doubt.by in (By.FIGURE, By.INSTEAD):
        return f"The question says {doubt.said}; {title!r} does not: “{text}”"
    return f"{title!r} says otherwise: “{text}”"
