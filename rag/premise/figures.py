"""Another figure than the one that a question takes for granted, and another count of the same things. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.retrieve import Evidence
from rag.text.figures import Figure, figures, same_value
from rag.text.words import stem

_LARGE = 1_000.0  # a bare number from this size on is a statement, not a count of things asked for
_COUNTED = re.compile(r"[\s-]+(?:[a-z-]+[\s-]+){0,2}?(?P<thing>[a-z]{4,}s)\b")


def other_figure(text: str, near: Sequence[Evidence]) -> tuple[Figure, Evidence] | None:
    """A figure of the text, and the sentence with another of its unit, in a paper that nowhere has the text's."""
    for figure in figures(text):
        found = _rival(figure, near) if _states(figure) else None
        if found is not None:
            return figure, found
    return None


def _rival(figure: Figure, near: Sequence[Evidence]) -> Evidence | None:
    for candidate in near:
        rivals = [f for f in figures(candidate.text) if f.unit == figure.unit and _states(f)]
        if rivals and not any(same_value(figure, f) for f in figures(candidate.paper.abstract)):
            return candidate
    return None


def _states(figure: Figure) -> bool:
    """Whether a figure says how much something is: with a unit, a fraction, or large, and no small count."""
    return bool(figure.unit) or figure.value >= _LARGE or figure.value != int(figure.value)


def other_count(text: str, near: Sequence[Evidence]) -> tuple[Figure, Evidence] | None:
    """Another number of the things that the text counts, in the paper that it names: "5 tasks" against 13."""
    for figure, thing in _counts(text):
        for candidate in near:
            if not candidate.own:
                continue
            theirs = [f for f, other in _counts(candidate.text) if other == thing]
            everywhere = [f for f, other in _counts(candidate.paper.abstract) if other == thing]
            if theirs and not any(same_value(figure, other) for other in everywhere):
                return figure, candidate
    return None


def _counts(text: str) -> list[tuple[Figure, str]]:
    """The bare numbers of a text with the plural behind each: 13 and `task` of "13 distinct tasks"."""
    found = []
    for figure in figures(text):
        behind = _COUNTED.match(text, figure.end)
        if behind is not None and not figure.unit:
            found.append((figure, stem(behind["thing"])))
    return found
