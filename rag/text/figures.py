"""Figures in a text, made comparable: `890k`, `214K`, `52.93M`, `1.5 trillion`, `25,000`, `3.79x`, `28 times`, `30%`.

Pure. A figure is a value with a unit; digits inside names (`GPT-4`, `DNABERT-2`, `WMT16`) are none.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as it stands in a text: `text[start:end]`. `unit` is normalised, "" for a bare number.

    `value` has its magnitude applied (890k is 890000). `bound` is "", or how the figure is bounded: "<", ">", "~".
    """

    value: float
    unit: str
    start: int
    end: int
    bound: str = ""


_ONES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WORDS = {
    **{word: value for value, word in enumerate((*_ONES, *_TEENS), 1)},
    **{word: 10 * value for value, word in enumerate(_TENS, 2)},
}
_FACTORS = {
    **{"half": 0.5, "twice": 2.0, "thrice": 3.0},
    **dict.fromkeys(("double", "doubles", "doubled", "doubling"), 2.0),
    **dict.fromkeys(("triple", "triples", "tripled", "tripling"), 3.0),
    **dict.fromkeys(("quadruple", "quadruples", "quadrupled", "quadrupling"), 4.0),
}
_MAGNITUDES = {
    **{"dozen": 12.0, "hundred": 1e2},
    **dict.fromkeys(("k", "thousand"), 1e3),
    **dict.fromkeys(("m", "million", "millions"), 1e6),
    **dict.fromkeys(("b", "bn", "billion", "billions"), 1e9),
    **dict.fromkeys(("t", "trillion", "trillions"), 1e12),
}
_ORDINALS = ("st", "nd", "rd", "th")
_UNITS = {
    **dict.fromkeys(("%", "percent", "per cent", "percents"), "%"),
    **dict.fromkeys(("point", "points", "percentage point", "percentage points", "pp"), "points"),
    **dict.fromkeys(("x", "×", "times", "time", "fold"), "x"),
    **dict.fromkeys(("hour", "hours", "hr", "hrs", "h"), "hours"),
    **dict.fromkeys(("minute", "minutes", "min", "mins"), "minutes"),
    **dict.fromkeys(("second", "seconds", "sec", "secs", "s"), "seconds"),
    **dict.fromkeys(("ms", "millisecond", "milliseconds"), "ms"),
    **dict.fromkeys(("day", "days"), "days"),
    **dict.fromkeys(("week", "weeks"), "weeks"),
    **dict.fromkeys(("month", "months"), "months"),
    **dict.fromkeys(("year", "years"), "years"),
    **{unit.lower(): unit for unit in ("KB", "MB", "GB", "TB", "PB", "FPS", "TFLOPS", "GFLOPS")},
    **{unit.lower(): unit for unit in ("Hz", "kHz", "MHz", "GHz", "W", "kW", "kWh", "V", "J", "dB")},
    **{unit: unit for unit in ("ns", "km", "m", "cm", "mm", "kg", "g", "mg")},
    **dict.fromkeys(("dollar", "dollars", "usd"), "$"),
    **dict.fromkeys(("cent", "cents"), "cents"),
    **dict.fromkeys(("bit", "bits"), "bits"),
    **dict.fromkeys(("byte", "bytes"), "bytes"),
    **dict.fromkeys(_ORDINALS, "th"),
}
_BOUNDS = {"≥": ">", ">=": ">", ">": ">", "≤": "<", "<=": "<", "<": "<", "~": "~", "≈": "~", "±": "~"}


def _longest_first(words: list[str]) -> str:
    return "|".join(re.escape(word).replace(r"\ ", r"[\s-]") for word in sorted(words, key=len, reverse=True))


_UNIT_WORDS = _longest_first([unit for unit in _UNITS if len(unit) > 1 and unit not in _ORDINALS])
_MAGNITUDE_WORDS = _longest_first([word for word in _MAGNITUDES if len(word) > 2])
_ALONE = "dozen|hundred|thousand|million|billion|trillion"  # "a million rows"; "millions of rows" gives no figure

_DIGITS = re.compile(
    r"(?P<bound>[~<>≥≤≈±]|>=|<=)?\s?(?P<currency>[$€£])?\s?"
    r"(?:(?<![\w.^_])|(?<=\d[xX]))(?P<number>\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
    r"(?:e(?P<exponent>[+-]?\d{1,3})(?!\w)|\^\{?(?P<power>[-−]?\d{1,2})\}?(?!\w))?"
    r"(?:[\s-]?(?P<magnitude>" + _MAGNITUDE_WORDS + r")\b|(?P<suffix>bn|[kKMBTb])(?![A-Za-z0-9]))?"
    r"(?P<plus>\+)?"
    # "3.79x" and "3.79 x" are factors, the x of "16x16" and "3 x 4" is none.
    r"(?:\s?(?P<symbol>%)|(?P<x>[xX](?![A-Za-z0-9])|×(?!\d)|\s[xX×](?!\s?\d)(?!\w))"
    r"|[\s-]?(?P<unit>(?i:"
    + _UNIT_WORDS
    + r"))\b|\s?(?P<letter>[hsmgWVJ])(?![\w-])|(?P<ordinal>st|nd|rd|th)(?![A-Za-z]))?",
)
_WORD_FIGURE = re.compile(
    r"\b(?:(?P<factor>" + "|".join(_FACTORS) + r")\b|(?:"
    r"(?P<tens>" + "|".join(_TENS) + r")(?:-(?P<ones>" + "|".join(_ONES) + r")\b)?"
    r"|(?P<small>" + "|".join((*_ONES[1:], *_TEENS)) + r")|(?P<alone>" + _ALONE + r"))"
    r"(?=fold\b|\b)(?:[\s-](?P<hundred>hundred|dozen)\b)?(?:[\s-](?P<magnitude>" + _MAGNITUDE_WORDS + r")\b)?)"
    r"(?:(?P<fold>fold)\b|[\s-](?P<unit>" + _UNIT_WORDS + r")\b)?",
    re.IGNORECASE,
)
# What may stand before a number within a word, as in "Llama-3.1-70B" and "nDCG@10"; dimensions as in "16x16" may too.
_GLUED_BEFORE = re.compile(r"[\w.^+/@-]*\Z")
_LONGEST_NAME = 60
_DIMENSIONS = re.compile(r"(?:\d+(?:\.\d+)?[xX])+")
_NAME_AFTER = re.compile(r"-?[A-Za-z]*[A-Z]|_[A-Za-z]*\d|-[A-Za-z]+\d")
_RANGE = re.compile(r"\s?[-–—−]\s?")


def figures(text: str) -> list[Figure]:
    """The figures of a text in order. Number words from two on count, `one` does not: it is mostly a pronoun."""
    found = [figure for match in _DIGITS.finditer(text) if (figure := _from_digits(text, match)) is not None]
    taken = {place for figure in found for place in range(figure.start, figure.end)}
    found += [_from_word(match) for match in _WORD_FIGURE.finditer(text) if match.start() not in taken]
    return _with_units_of_ranges(text, sorted(found, key=lambda figure: figure.start))


def _from_digits(text: str, match: re.Match[str]) -> Figure | None:
    start, end = match.start("number"), match.end()
    spelled = match["symbol"] or match["x"] or match["unit"] or match["letter"] or match["ordinal"] or ""
    unit = _UNITS[_plain(spelled)] if spelled else match["currency"] or ""
    if unit != "%" and _inside_name(text, start):
        return None
    bare = not any(match[group] for group in ("exponent", "power", "magnitude", "suffix")) and not spelled
    dimension = text[end : end + 1] in ("x", "X") and text[end + 1 : end + 2].isdigit()
    if bare and not dimension and (text[end : end + 1].isalpha() or _NAME_AFTER.match(text, end)):
        return None  # "3D", "7-Zip"
    value = _value(match) * _MAGNITUDES.get((match["magnitude"] or match["suffix"] or "").lower(), 1.0)
    return Figure(value, unit, start, end, ">" if match["plus"] else _BOUNDS.get(match["bound"] or "", ""))


def _inside_name(text: str, start: int) -> bool:
    glued = _GLUED_BEFORE.search(text[max(0, start - _LONGEST_NAME) : start])
    before = glued[0] if glued else ""
    return any(c.isalpha() for c in before) and not _DIMENSIONS.fullmatch(before)


def _value(match: re.Match[str]) -> float:
    number = match["number"].replace(",", "")
    if match["exponent"]:
        return float(f"{number}e{match['exponent']}")
    value = float(number)
    if match["power"] and 0 < value <= 1_000:
        return float(value ** int(match["power"].replace("−", "-")))
    return value


def _from_word(match: re.Match[str]) -> Figure:
    start, end = match.span()
    if match["factor"]:
        word = match["factor"].lower()
        return Figure(_FACTORS[word], "" if word == "half" else "x", start, end)
    counted = [word for word in (match["tens"], match["ones"], match["small"]) if word]
    value = float(sum(_WORDS[word.lower()] for word in counted)) or 1.0
    for word in (match["alone"], match["hundred"], match["magnitude"]):
        value *= _MAGNITUDES[word.lower()] if word else 1.0
    spelled = match["fold"] or match["unit"] or ""
    return Figure(value, _UNITS[_plain(spelled)] if spelled else "", start, end)


def _plain(unit: str) -> str:
    """A unit as `_UNITS` knows it: `percentage-point` is `percentage point`."""
    return " ".join(unit.lower().replace("-", " ").split())


def _with_units_of_ranges(text: str, found: list[Figure]) -> list[Figure]:
    """In `30-50%` the first figure has the unit of the second; the sign between them is never a minus."""
    for place, (first, second) in reversed(list(enumerate(pairwise(found)))):
        if not first.unit and _RANGE.fullmatch(text, first.end, second.start):
            found[place] = replace(first, unit=found[place + 1].unit)
    return found


def same_value(one: Figure, other: Figure) -> bool:
    """Equal values, whatever the units; `~` and bounds do not matter here."""
    return math.isclose(one.value, other.value, rel_tol=1e-9)


def agree(one: Figure, other: Figure) -> bool:
    """Equal values with units that do not contradict each other: equal, or one of them not said."""
    return same_value(one, other) and (one.unit == other.unit or not one.unit or not other.unit)
