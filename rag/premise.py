"""The guard, turned on the question: does a stored paper contradict what the question takes for granted? Pure.

"Why does X reach only 1.2x on Y?" is answered with what the paper says about X on Y, and with a note, where the paper
gives another figure, points the other way, or denies what the question asserts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.agreement import check_negation
from rag.analysis import Analysed, analysed
from rag.question import Kind, Question
from rag.retrieve import Evidence
from rag.text.figures import Figure, figures, same_value
from rag.text.words import NEGATIONS, direction, stem

_SAME_MATTER = 0.5  # share of the question that a sentence (its title in view) must speak of to contradict it
_LOOKED_AT = 6  # sentences, most relevant first
_LARGE = 1_000.0  # a bare number from this size on is a statement, not a count of things asked for
_NEAR = 3  # words on either side that say what a directed word is said of

_TAKES_FOR_GRANTED = re.compile(r"\b(?:why|how come|what makes|since|given that|because|even though)\b", re.IGNORECASE)
_COMPARED = re.compile(r"\b(?:less|more) (?P<what>\w+)(?= than\b)", re.IGNORECASE)
_COUNTED = re.compile(r"[\s-]+(?:[a-z-]+[\s-]+){0,2}?(?P<thing>[a-z]{4,}s)\b")


@dataclass(frozen=True, slots=True)
class Conflict:
    """What the question takes for granted and the sentence that says otherwise."""

    evidence: Evidence
    detail: str


def conflict(question: Question, evidence: Sequence[Evidence]) -> Conflict | None:
    """The first contradiction between the question and the evidence, None where there is none.

    A question that asks whether something is so takes nothing for granted, and one that asks how much something is
    takes only its figures: "how much is not English" denies nothing.
    """
    if question.kind in (Kind.YES_NO, Kind.SURVEY, Kind.COMPARISON):
        return None
    able = [e for e in evidence if e.own] or [e for e in evidence if e.names or not question.names]
    near = [e for e in able[:_LOOKED_AT] if e.coverage >= _SAME_MATTER]
    asserted = [f for f in figures(question.text) if _states(f)]
    for figure in asserted:
        found = _other_figure(figure, near)
        if found is not None:
            return _conflicting(question, figure.start, figure.end, found)
    return _other_count(question, able[:_LOOKED_AT]) or _other_way(question, near)


def _conflicting(question: Question, start: int, end: int, found: Evidence) -> Conflict:
    said = question.text[start:end]
    return Conflict(found, f"The question says {said}; {found.paper.title!r} does not: “{found.text}”")


def _other_figure(figure: Figure, near: Sequence[Evidence]) -> Evidence | None:
    """The sentence with another figure of the same unit, in a paper that nowhere has the question's figure."""
    for candidate in near:
        own = figures(candidate.text)
        rivals = [f for f in own if f.unit == figure.unit and _states(f)]
        if rivals and not any(same_value(figure, f) for f in figures(candidate.paper.abstract)):
            return candidate
    return None


def _states(figure: Figure) -> bool:
    """Whether a figure says how much something is: with a unit, a fraction, or large, and no small count."""
    return bool(figure.unit) or figure.value >= _LARGE or figure.value != int(figure.value)


def _other_count(question: Question, near: Sequence[Evidence]) -> Conflict | None:
    """Another number of the things that the question counts, in the paper that it names: "5 tasks" against 13."""
    for figure, thing in _counts(question.text):
        for candidate in near:
            if not candidate.own:
                continue
            theirs = [f for f, other in _counts(candidate.text) if other == thing]
            everywhere = [f for f, other in _counts(candidate.paper.abstract) if other == thing]
            if theirs and not any(same_value(figure, other) for other in everywhere):
                return _conflicting(question, figure.start, figure.end, candidate)
    return None


def _counts(text: str) -> list[tuple[Figure, str]]:
    """The bare numbers of a text with the plural behind each: 13 and `task` of "13 distinct tasks"."""
    found = []
    for figure in figures(text):
        behind = _COUNTED.match(text, figure.end)
        if behind is not None and not figure.unit:
            found.append((figure, stem(behind["thing"])))
    return found


def _other_way(question: Question, near: Sequence[Evidence]) -> Conflict | None:
    """A sentence that says the opposite of what a "why" takes for granted, of the same thing."""
    if not _TAKES_FOR_GRANTED.search(question.text) or question.kind is Kind.FIGURE:
        return None
    asked = analysed(question.text)
    for candidate in near:
        said = analysed(candidate.text)
        denied = check_negation(asked, [said])
        opposite = _opposed(asked, said) or _levelled(question.text, candidate.text)
        if opposite or (denied is not None and denied.certain):
            return Conflict(candidate, f"{candidate.paper.title!r} says otherwise: “{candidate.text}”")
    return None


def _opposed(asked: Analysed, said: Analysed) -> bool:
    """Whether a word of the question points one way and its counterpart in the sentence the other, of one thing.

    A word that the sentence also points the question's way with, of the same thing, contradicts nothing.
    """
    theirs = _directed(said)
    for axis, sign, about in _directed(asked):
        of_same = [(len(about & near), other) for other_axis, other, near in theirs if other_axis == axis]
        nearest = max((shared for shared, _ in of_same), default=0)
        if nearest and all(other != sign for shared, other in of_same if shared == nearest):
            return True
    return False


def _directed(sentence: Analysed) -> list[tuple[int, int, frozenset[str]]]:
    """Each word that points somewhere: its axis, its sign, and the content words around it with the sentence's names.

    A negation just before it turns it round: "fails to speed up" points where "slow" does.
    """
    named = frozenset(name.casefold() for name in sentence.names)
    content = [word for word in sentence.words if word.content or word.text in NEGATIONS]
    found = []
    for place, word in enumerate(content):
        points = next((points for part in word.text.split("-") if (points := direction(stem(part)))), None)
        if points is None or word.text in NEGATIONS:
            continue
        before = content[max(0, place - _NEAR) : place]
        denied = any(other.text in NEGATIONS for other in before[-2:])
        around = {other.key for other in (*before, *content[place + 1 : place + 1 + _NEAR]) if other.content}
        found.append((points[0], -points[1] if denied else points[1], frozenset(around | named)))
    return found


def _levelled(question: str, sentence: str) -> bool:
    """Whether the question takes for less or more what the sentence says is the same: "as toxic as"."""
    return any(
        re.search(
            rf"\b(?:as {word}\w*(?: and \w+)? as|equally {word}|no (?:less|more) {word})", sentence, re.IGNORECASE
        )
        for word in map(re.escape, _COMPARED.findall(question))
    )
