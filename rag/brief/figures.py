"""The headline figures of a brief: a value as it stands, what it is a figure of, and the span that shows it. Pure.

The quantity is the figure's clause, with `…` in the place of the figure: "MAP improves … on the TREC 2019 queries"; a
row of a table is read by itself, so a clause without a comparison takes in the one beside it that says against what. Of
a long clause it is the words in front of the figure, or of the list that it stands in, and those right behind.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.brief.proposing import capital
from rag.brief.roles import MEASURED, Line
from rag.brief.wording import Called, worded
from rag.text.figures import Figure, figures

MOST = 3
"""Figures of one sentence that a table shows."""
_MAGNITUDE = re.compile(r"\d\s?(?:[kKMBT]\b|bn\b|million|billion|trillion)|^\d{2,3},\d{3}")
_SCORE = re.compile(
    r"\b(?:scores?|accuracy|accuracies|F1|BLEU[\w-]*|ROUGE[\w-]*|R1|EM|MAP|ARI|AUC|perplexity|recall|precision|IoU|"
    r"correlation|error|WER|PSNR|FID|mAP|nDCG)\b(?:[^.;]{0,40}|[^.;\d]{0,20}\bfrom \d+(?:\.\d+)?%? to )$",
    re.IGNORECASE,
)
_BOUND = (
    r"(?:up ?to|more than|less than|over|at least|at most|about|approximately|around|roughly|nearly|almost|under|only|"
    r"just|merely|a further|an additional|additional|as much as|by up to)"
)
_BOUND_BEFORE = re.compile(rf"(?<![\w-])({_BOUND} )+$", re.IGNORECASE)
_SIGNS = "~<>≥≤≈±+-–−$€£="
_CLAUSE = re.compile(
    r"[;:]\s|,\s(?=(?:and|while|whereas|which|but|compared|respectively|surpassing|achieving|outperforming|with)\b)|\s--\s"
)
_RANGE = re.compile(r"\s?[-–—−]\s?|%?\s?(?:to)\s")
_YEAR = re.compile(r"(?:19|20)\d\d")
_NAME_BEFORE = re.compile(r"\b[A-Z][\w-]*[A-Z\d][\w-]*\s$|\b[A-Z]{2,}\s$")
_LINKS = frozenset(("to", "by", "with", "over", "from", "against", "at", "of", "than", "in", "on", "for", "and", "is"))
_LOOSE = frozenset(
    ("it", "its", "which", "that", "the", "a", "an", "and", "while", "our", "we", "their", "this", "also", "is")
)
_NEAR = 8  # words on either side


@dataclass(frozen=True, slots=True)
class Headline:
    """A figure: `quote == abstract[start:end]`, and `value` stands in it. `weight` orders figures, more is better."""

    quantity: str
    value: str
    quote: str
    start: int
    end: int
    weight: float


@dataclass(frozen=True, slots=True)
class _Place:
    """A figure, or a range of two, in its sentence."""

    start: int
    end: int
    unit: str
    bare: float


def headlines(line: Line, *, most: int = MOST) -> list[Headline]:
    """The figures of a sentence that are worth a line in a table, in their order; the weightiest `most`."""
    places = _places(line.text)
    found = [made for place in places if (made := _headline(line, place, places)) is not None]
    best = sorted(found, key=lambda one: -one.weight)[:most]
    return [one for one in found if one in best]


def in_words(one: Headline, called: Called) -> str:
    """The quantity in the third person, by the system's name, and without openings: as a row of a table says it."""
    if "…" not in one.quantity:
        return one.quantity
    clause = capital(one.quantity.replace("…", one.value, 1))
    for text in worded(f"{clause}.", called):
        if text.count(one.value) == 1 and len(text.split()) >= min(_ENOUGH, len(clause.split())):
            return text.rstrip(".").replace(one.value, "…", 1)
    return one.quantity


def _places(text: str) -> list[_Place]:
    """The figures of a sentence; the ends of a range are one."""
    made: list[_Place] = []
    for figure in figures(text):
        if (
            made
            and figure.unit
            and _RANGE.fullmatch(text, made[-1].end, figure.start)
            and _ranges(text, made[-1], figure)
        ):
            made[-1] = _Place(made[-1].start, figure.end, figure.unit, figure.value)
        elif not _of_a_name(text, figure):
            made.append(_Place(figure.start, figure.end, figure.unit, figure.value))
    return made


def _ranges(text: str, first: _Place, second: Figure) -> bool:
    return text[first.end : second.start].strip() in ("-", "–", "—", "−") and first.unit in ("", second.unit)


def _of_a_name(text: str, figure: Figure) -> bool:
    """A version, a size in a name (`TriLM 3.9B`), a year, `10-shot`: figures that measure nothing by themselves."""
    if re.match(r"-(?:shot|hop|way|gram|fold cross|bit|th)\b", text[figure.end :]):
        return True
    if figure.unit:
        return False
    behind_name = _NAME_BEFORE.search(text[: figure.start]) is not None
    return behind_name or _YEAR.fullmatch(text[figure.start : figure.end]) is not None


def _headline(line: Line, place: _Place, places: Sequence[_Place]) -> Headline | None:
    text = line.text
    start, end = _widened(text, *_clause(text, place))
    weight = _weight(text, start, place)
    if not weight:
        return None
    inside = [p for p in places if start <= p.start and p.end <= end and _weight(text, start, p)]
    start, end = _shrunk(text, start, end, place)
    value = _value(text, place, start)
    inside = [p for p in inside if start <= p.start and p.end <= end]
    whole = _clause_around(text, start, end, place, value)
    quantity = whole or _quantity(text, start, end, place, inside)
    weight += 0.1 * (line.concludes > 0)
    return Headline(quantity, value, text[start:end], line.start + start, line.start + end, weight)


def _weight(text: str, clause: int, place: _Place) -> float:
    """How much a figure says: a measure, a score by the name in front of it, a large count; 0 for any other."""
    if place.unit in MEASURED:
        return 1.0
    if not place.unit and text[place.start].isdigit() and _SCORE.search(text[clause : place.start]):
        return 0.7
    return 0.5 if _MAGNITUDE.search(text[place.start : place.end]) else 0.0


def _clause(text: str, place: _Place) -> tuple[int, int]:
    """The span around a figure between semicolons, and commas that open another clause; brackets stay whole."""
    cuts = [match.span() for match in _CLAUSE.finditer(text) if not _in_brackets(text, match.start())]
    start = max((end for _, end in cuts if end <= place.start), default=0)
    end = min((first for first, _ in cuts if first >= place.end), default=len(text))
    while end > place.end and text[end - 1] in " .,;":
        end -= 1
    return start, end


LONGEST = 26
"""Words of a clause that is shown whole."""
_AGAINST = re.compile(
    r"\b(?:than|over|compared|against|baselines?|versus|vs|relative to|beats?|outperform\w*|surpass\w*)\b"
)
_LEADS = re.compile(r"^(?:and|but|while|whereas|which|that|with|so)\s+")


def unled(clause: str) -> str:
    """A clause without the word that joins it to the one before."""
    return _LEADS.sub("", clause)


def _widened(text: str, start: int, end: int) -> tuple[int, int]:
    """The clause with its neighbour, where it says too little by itself: no verb, or not against what."""
    if len(text[start:end].split()) >= _ENOUGH and _AGAINST.search(text, start, end):
        return start, end
    cuts = [match.span() for match in _CLAUSE.finditer(text) if not _in_brackets(text, match.start())]
    before = max((last for first, last in cuts if last < start), default=0)
    after = next((first for first, last in cuts if first > end), len(text.rstrip(" .")))
    poor = len(unled(text[start:end]).split()) < _ENOUGH
    for first, last in ((before, end), (start, after)):
        wide = text[first:last]
        if (first, last) != (start, end) and len(wide.split()) <= LONGEST and (poor or _AGAINST.search(wide)):
            return first, last
    return start, end


_ENOUGH = 6  # words
_BEGINS = re.compile(r"[,:]\s(?:and\s)?|\s(?:that|which|where)\s|\s--?\s")


def _shrunk(text: str, start: int, end: int, place: _Place) -> tuple[int, int]:
    """Of a long clause the part around a figure that a table can hold, from where a part begins to where one ends."""
    if len(text[start:end].split()) <= LONGEST:
        return start, end
    cuts = [match.span() for match in _BEGINS.finditer(text, start, end) if not _in_brackets(text, match.start())]
    firsts = [start, *(last for _, last in cuts if last <= place.start)]
    ends = [*(first for first, _ in cuts if first >= place.end), end][::-1]
    for last in ends:
        for first in firsts:
            if _ENOUGH <= len(text[first:last].split()) <= LONGEST:
                return first, last
    return start, end


def _clause_around(text: str, start: int, end: int, place: _Place, value: str) -> str:
    """The clause with `…` for the figure; empty where it is too long to be read in a table."""
    at = place.end - len(value)
    whole = unled(f"{text[start:at]}…{text[place.end : end]}").strip(" ,")
    return whole if len(whole.split()) <= LONGEST else ""


def _in_brackets(text: str, place: int) -> bool:
    return text.count("(", 0, place) > text.count(")", 0, place)


def _value(text: str, place: _Place, clause: int) -> str:
    """The figure as it stands, with the sign or the words that bound it."""
    start = place.start
    while start > clause and text[start - 1] in _SIGNS:
        start -= 1
    bound = _BOUND_BEFORE.search(text[clause:start])
    return text[clause + bound.start() if bound else start : place.end]


def _quantity(text: str, start: int, end: int, place: _Place, inside: Sequence[_Place]) -> str:
    """What the figure is of: the words in front of it, or of the list that it stands in, and those right behind it."""
    here = list(inside).index(place)
    ahead, link = _ahead(text, start, inside, here)
    until = inside[here + 1].start if here + 1 < len(inside) else end
    behind = _behind(text[place.end : until], cut=until != end)
    same = [p for p in inside[here + 1 :] if p.unit == place.unit]
    if (
        not behind and len(same) == len(inside) - here - 1 > 0 and not link
    ):  # "21.7 and 17.6 on WMT16": what stands behind the last is said of all
        behind = _behind(text[inside[-1].end : end], cut=False)
    while ahead and ahead[0].casefold() in _LOOSE:
        ahead = ahead[1:]
    words = [*_tail(ahead), *link]
    if behind and words and words[-1] in ("a", "an", "the") and behind[0].casefold() not in _LINKS:
        return " ".join(behind[:_NEAR])  # "achieves a … speedup on Alpaca": the noun says it all
    return " ".join([*words, "…", *behind[:_NEAR]] if behind else words).strip()


def _tail(ahead: Sequence[str]) -> list[str]:
    """The last words in front of a figure, from where a clause or a phrase begins, if one does near by."""
    if len(ahead) <= _NEAR:
        return list(ahead)
    places = range(len(ahead) - _NEAR - 2, len(ahead) - 2)
    clause = [at for at in places if at > 0 and (ahead[at - 1][-1:] in ",:;" or ahead[at - 1].casefold() in _OPENS)]
    phrase = [at for at in places if at >= 0 and ahead[at].casefold() in _PHRASE]
    found = list(ahead[(clause or phrase or [len(ahead) - _NEAR])[-1 if clause else 0] :])
    while len(found) > 2 and found[0].casefold() in _LOOSE:
        found = found[1:]
    return found


_OPENS = frozenset(("that", "which", "while", "whereas", "but", "where", "when", "and"))
_PHRASE = frozenset(("on", "in", "for", "with", "from", "across", "at", "under", "of"))
_JOINS = re.compile(r"(?:,\s|\s)(?:and|or|but|while|whereas)\s|,\s|\s\(")


def _ahead(text: str, start: int, inside: Sequence[_Place], here: int) -> tuple[list[str], list[str]]:
    """The words in front of a figure, and the preposition that joins it to a list where it stands in one."""
    if not here:
        return _bare(text[start : inside[0].start]), []
    between = text[inside[here - 1].end : inside[here].start]
    joins = list(_JOINS.finditer(between))
    if joins and joins[-1][0].endswith("(") and not between[joins[-1].end() :].strip(_SIGNS + " "):
        front = between[: joins[-1].start()]
        mine = _bare(front[joins[-2].end() :] if len(joins) > 1 else front)
        return mine or _ahead(text, start, inside, here - 1)[0], []
    tail = _bare(between[joins[-1].end() :] if joins else between)
    if len(tail) > 1 or (tail and tail[0].casefold() not in _LINKS):
        return (tail, []) if joins else (_bare(between), [])
    ahead, _ = _ahead(text, start, inside, here - 1)
    if tail and ahead and ahead[-1].casefold() in _LINKS:
        ahead = ahead[:-1]
    return ahead, tail


def _bare(text: str) -> list[str]:
    """The words in front of a figure without what bounds it and without its sign."""
    text = _BOUND_BEFORE.sub("", text.rstrip(_SIGNS + "( ") + " ")
    return text.replace("(", "").replace(")", "").strip(" ,").split()


def _behind(text: str, *, cut: bool) -> list[str]:
    """The words behind a figure, up to a comma or a bracket; before a further figure, without what leads to it."""
    words = re.split(r"[,;()]", text.lstrip("-"), maxsplit=1)[0]
    found = _BOUND_BEFORE.sub("", f"{words.rstrip(_SIGNS + ' ')} " if cut else words).split()
    while cut and found and found[-1].casefold() in _LINKS:
        found = found[:-1]
    return found
