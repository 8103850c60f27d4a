"""The guard, turned on the question: does a stored paper contradict what the question takes for granted? Pure.

"Why does X reach only 1.2x on Y?" is answered with what the paper says about X on Y, and with a note, where the paper
gives another figure, points the other way, denies what the question asserts, or does without what it has the system do;
and where what it asks of one system is another paper's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.premise.direction import other_way
from rag.premise.exclusion import excluded, of_another
from rag.premise.figures import other_count, other_figure
from rag.question import Kind, Question
from rag.retrieve import Evidence
from rag.text.figures import Figure

__all__ = ["Conflict", "conflict"]

_SAME_MATTER = 0.5  # share of the question that a sentence (its title in view) must speak of to contradict it
_LOOKED_AT = 6  # sentences, most relevant first

_WHY = re.compile(r"\b(?:why|how come|what makes|what (?:is|was) the reason|explains?)\b", re.IGNORECASE)
_GIVEN = re.compile(
    r"^(?:since|given(?: that)?|because|as|even though|although|considering(?: that)?|if)\b(?P<what>[^,?]+),",
    re.IGNORECASE,
)
_SO = re.compile(r"^(?P<what>[^?]+?), (?:so|and so|then|hence)\b", re.IGNORECASE)
_TAG = re.compile(
    r"^(?P<what>.+?),? (?:right|correct|yes|no|true|"
    r"(?:is|are|was|were|do|does|did|has|have|can)n['’]?t (?:it|they|he|she|that))\s*\?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Conflict:
    """What the question takes for granted and the sentence that says otherwise."""

    evidence: Evidence
    detail: str
    instead: bool = False
    """Whether the sentence is all there is to say, being of another paper than the one that was asked about."""


def conflict(question: Question, evidence: Sequence[Evidence]) -> Conflict | None:
    """The first contradiction between the question and the evidence, None where there is none.

    A question that asks whether something is so takes nothing for granted, and one that asks how much something is
    takes only its figures: "how much is not English" denies nothing.
    """
    if question.kind in (Kind.YES_NO, Kind.SURVEY, Kind.COMPARISON):
        return None
    able = [e for e in evidence if e.own] or [e for e in evidence if e.names or not question.names]
    near = [e for e in able[:_LOOKED_AT] if e.coverage >= _SAME_MATTER]
    figure = other_figure(question.text, near) or other_count(question.text, able[:_LOOKED_AT])
    if figure is not None:
        return _conflicting(question, *figure)
    claimed = granted(question.text)
    found = other_way(claimed, near) if claimed is not None else None
    found = found or excluded(claimed or question.text, evidence)
    if found is not None:
        return Conflict(found, f"{found.paper.title!r} says otherwise: “{found.text}”")
    theirs = of_another(question.text, evidence)
    if theirs is None:
        return None
    return Conflict(theirs, f"That is of another paper, {theirs.paper.title!r}: “{theirs.text}”", instead=True)


def granted(text: str) -> str | None:
    """What a question states and does not ask: "why …", "since …, how", "…, doesn't it?"; None where it states nothing.

    Of a "why" the statement is all the rest of the question.
    """
    for pattern in (_TAG, _GIVEN, _SO):
        found = pattern.match(text)
        if found is not None:
            return found["what"]
    return text if _WHY.search(text) else None


def _conflicting(question: Question, figure: Figure, found: Evidence) -> Conflict:
    said = question.text[figure.start : figure.end]
    return Conflict(found, f"The question says {said}; {found.paper.title!r} does not: “{found.text}”")
