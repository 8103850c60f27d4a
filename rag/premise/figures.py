"""Another figure than the one that a claim has, of the same thing. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.analysis import Analysed, Word
from rag.premise.doubt import By, Doubt
from rag.premise.matter import Matter, Told, meets, of_the_same, whole
from rag.text.figures import Figure, figures, same_value
from rag.text.words import FUNCTION

_LARGE = 1_000.0  # a bare number from this size on is a statement, whatever it counts
_FRACTIONS = re.compile(
    r"\b(?:(?:a |one )?(?P<half>half)|(?:a |one )(?P<part>third|quarter|fifth|tenth))\b(?=,? (?:of|its|the|as)\b)", re.I
)
_PARTS = {"half": 50.0, "third": 100 / 3, "quarter": 25.0, "fifth": 20.0, "tenth": 10.0}
_UNIT_BEHIND = re.compile(r"[\s-]+(?:(?:[\w-]+[\s-]+)?(?P<points>points?)|(?P<x>times|fold))\b", re.IGNORECASE)
_OF_A_NAME = re.compile(r"(?:[A-Z][\w.+-]*|[a-z]+(?:-\w+)+)[\s-]$")
_SIZE = re.compile(r"\d+(?:\.\d+)?[BM]\b")
_NEARLY = re.compile(
    r"\b(?:about|around|approximately|roughly|nearly|almost|some|close to)\s+(?:\w+\s)?$|~\s?$", re.IGNORECASE
)
_MORE = re.compile(r"(?:\b(?:more than|over|at least|above|exceed\w*)\s+|[>≥]\s?)$", re.IGNORECASE)
_OTHERS = re.compile(
    r"\b(?:than|against|versus|compared (?:to|with)|surpass\w*|outperform\w*|beats?|exceeds?)\b[^;]*$"
    r"|\b(?:after|from|below|above)\s+(?:\w+\s+){0,3}$",
    re.IGNORECASE,
)
_ENDS = re.compile(
    r"[,.;:()]|\b(?:of|on|for|in|over|at|by|and|or|but|than|is|are|was|were|does|do|did|that|which|with|to|from)\b"
)
_SHARE_OF = re.compile(r"\s+of\s+(?:(?:the|its|these|those|all)\s+)?")
_REACH = 3
_SCORES = frozenset(("", "%", "points"))  # units that a score is given in, now with and now without


@dataclass(frozen=True, slots=True)
class _Count:
    """A figure with the words that say what it is a figure of: behind it, or before its "of"."""

    figure: Figure
    things: tuple[Word, ...]
    nearly: bool
    more: bool
    of_others: bool


def other_figures(about: Matter) -> Iterator[Doubt]:
    """Each figure of the claim, with each sentence that gives another of the same thing."""
    for count in _counts(about.said, fractions=True):
        elsewhere = [other for told in about.told for other in _counts(told.said)]
        if any(_agree(count, other) and (_alike(count, other) or not count.things) for other in elsewhere):
            continue
        known = any(same_value(count.figure, other.figure) for other in elsewhere)
        if known and _states(count):
            continue
        for told in about.told:
            doubt = _rival(about, count, told, known=known)
            if doubt is not None:
                yield doubt


def _rival(about: Matter, count: _Count, told: Told, *, known: bool) -> Doubt | None:
    best = 0.0
    for other in _counts(told.said):
        alike = _alike(count, other)
        scores = alike > 0 and {other.figure.unit, count.figure.unit} <= _SCORES
        if same_value(count.figure, other.figure) or not (other.figure.unit == count.figure.unit or scores):
            continue
        if known and not _same_head(count, other):
            continue
        large = min(count.figure.value, other.figure.value) >= _LARGE
        strength = alike or (0.5 if count.figure.unit or large or not count.figure.value.is_integer() else 0.0)
        best = max(best, strength * (0.6 if other.of_others else 1.0))
    if not best:
        return None
    said = about.said.text[count.figure.start : count.figure.end]
    return Doubt(
        about.claim,
        By.FIGURE,
        told.evidence,
        best,
        of_the_same(about, told, {count.figure.start}),
        float(known),
        said,
        told.own,
        about.named,
    )


def _same_head(one: _Count, other: _Count) -> bool:
    """Whether what two figures count is called the same: the last word right behind each."""
    return bool(other.things) and any(meets(w, whole(other.things[-1])) == 1 for w in one.things[:2])


def _states(count: _Count) -> bool:
    """Whether a figure tells by its value alone what it is a figure of: with a unit, a fraction, or large."""
    figure = count.figure
    return bool(figure.unit) or figure.value >= _LARGE or not figure.value.is_integer()


def _agree(one: _Count, other: _Count) -> bool:
    if same_value(one.figure, other.figure):
        return True
    if one.figure.unit != other.figure.unit:
        return False
    if one.nearly or other.nearly:
        return abs(one.figure.value - other.figure.value) <= 0.2 * max(one.figure.value, other.figure.value)
    return one.more and other.figure.value >= one.figure.value


def _alike(one: _Count, other: _Count) -> float:
    """How far two figures are of one thing."""
    keys = frozenset(key for word in other.things for key in word.stems | word.parts)
    return max((meets(word, keys) for word in one.things), default=0.0)


def _counts(sentence: Analysed, *, fractions: bool = False) -> list[_Count]:
    text = sentence.text
    found = [f for f in figures(text) if not _named(text, f) and (f.unit or f.value > 1)]
    if fractions:
        for match in _FRACTIONS.finditer(text):
            value = _PARTS[(match["half"] or match["part"]).casefold()]
            found = [f for f in found if not match.start() <= f.start < match.end()]
            part = text[match.end() :].lstrip(", ").casefold().startswith("of")
            found.append(Figure(value if part else 100 / value, "%" if part else "x", match.start(), match.end()))
    return [_count(sentence, figure) for figure in found]


def _named(text: str, figure: Figure) -> bool:
    """`TriLM 3.9B`, `Mistral-7B`: a size behind a name is a part of it; `2024` is a year."""
    size = _SIZE.match(text, figure.start) is not None
    before = text[: figure.start].split()
    size = size and bool(before) and before[-1].casefold() not in FUNCTION
    year = not figure.unit and 1_900 <= figure.value < 2_100 and text[figure.start : figure.end].isdigit()
    return year or (size and _OF_A_NAME.search(text[: figure.start]) is not None)


def _count(sentence: Analysed, figure: Figure) -> _Count:
    text = sentence.text
    behind = _UNIT_BEHIND.match(text, figure.end) if not figure.unit else None
    if behind is not None:
        unit = "points" if behind["points"] else "x"
        figure = Figure(figure.value, unit, figure.start, figure.end, figure.bound)
    share_of = _SHARE_OF.match(text, figure.end)  # "five of the models"
    ends = _ENDS.search(text, share_of.end() if share_of else figure.end)
    stop = ends.start() if ends else len(text)
    things = [w for w in sentence.words if w.content and figure.end <= w.start < stop][:_REACH]
    if text[figure.end : figure.end + 1] == "-" and not figure.unit and not figure.value >= _LARGE:
        things = things[:1]
    before = text[: figure.start]
    if re.search(r"\b(?:of|to|is|at|by)\s+(?:\w+\s+)?$", before):
        further = [w for w in sentence.words if w.content and w.start < figure.start]
        things = [*further[-4 if re.search(r"\bby\s+$", before) else -2 :], *things]
    return _Count(
        figure,
        tuple(things),
        figure.bound == "~" or _NEARLY.search(before) is not None,
        figure.bound == ">" or _MORE.search(before) is not None,
        _OTHERS.search(before) is not None,
    )
