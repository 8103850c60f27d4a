"""Figures in a text, made comparable: `890k`, `214K`, `52.93M`, `1.5 trillion`, `25,000`, `3.79x`, `28 times`, `30%`.

Pure. A figure is a value with a unit; digits inside names (`GPT-4`, `DNABERT-2`, `WMT16`) are none.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass


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


_SMALL = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_WORDS = {
    **{word: value for value, word in enumerate(_SMALL, 2)},
    **{"thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "twenty": 20, "thirty": 30, "forty": 40},
    **{"fifty": 50, "hundred": 100, "dozen": 12},
}
_FACTORS = {"half": 0.5, "twice": 2.0, "double": 2.0, "doubles": 2.0, "doubled": 2.0, "triple": 3.0, "thrice": 3.0}
_MAGNITUDES = {
    **dict.fromkeys(("k", "thousand"), 1e3),
    **dict.fromkeys(("m", "million", "millions"), 1e6),
    **dict.fromkeys(("b", "bn", "billion", "billions"), 1e9),
    **dict.fromkeys(("t", "trillion", "trillions"), 1e12),
}
_UNITS = {
    **dict.fromkeys(("%", "percent", "per cent", "percents"), "%"),
    **dict.fromkeys(("point", "points", "percentage point", "percentage points", "pp"), "points"),
    **dict.fromkeys(("x", "×", "times", "time", "fold", "-fold", "-times"), "x"),
    **dict.fromkeys(("hour", "hours", "hr", "hrs", "h"), "hours"),
    **dict.fromkeys(("minute", "minutes", "min", "mins"), "minutes"),
    **dict.fromkeys(("second", "seconds", "sec", "secs", "s"), "seconds"),
    **dict.fromkeys(("ms", "millisecond", "milliseconds"), "ms"),
    **dict.fromkeys(("day", "days"), "days"),
    **dict.fromkeys(("week", "weeks"), "weeks"),
    **dict.fromkeys(("month", "months"), "months"),
    **dict.fromkeys(("year", "years"), "years"),
    **{unit.lower(): unit for unit in ("KB", "MB", "GB", "TB", "FPS", "TFLOPS", "GFLOPS")},
    **dict.fromkeys(("dollar", "dollars", "usd"), "$"),
    **dict.fromkeys(("cent", "cents"), "cents"),
    **dict.fromkeys(("bit", "bits"), "bits"),
    **dict.fromkeys(("byte", "bytes"), "bytes"),
}
_UNIT_WORDS = "|".join(re.escape(u) for u in sorted(_UNITS, key=len, reverse=True) if u[0].isalpha() and len(u) > 1)
_MAGNITUDE_WORDS = "|".join(word for word in sorted(_MAGNITUDES, key=len, reverse=True) if len(word) > 2)

_DIGITS = re.compile(
    r"(?P<sign>[~<>≥≤±$€£]|>=|<=)?\s?"
    r"(?<![\w.^_])(?<![A-Za-z]-)(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
    r"(?:[\s-]?(?P<magnitude>" + _MAGNITUDE_WORDS + r")\b|(?P<suffix>bn|[kKMBT])(?![A-Za-z]))?"
    r"(?P<plus>\+)?"
    r"(?:\s?(?P<symbol>%|×)|\s?(?P<x>[xX])(?![A-Za-z0-9])|[\s-]?(?P<unit>(?i:" + _UNIT_WORDS + r"))\b"
    r"|(?P<glued>h|s)(?![A-Za-z]))?",
)
_WORD_FIGURE = re.compile(
    r"\b(?P<word>" + "|".join((*_WORDS, *_FACTORS)) + r")\b(?:[\s-](?P<magnitude>" + _MAGNITUDE_WORDS + r")\b)?"
    r"(?:[\s-](?P<unit>" + _UNIT_WORDS + r")\b)?",
    re.IGNORECASE,
)
_NAME_AFTER = re.compile(r"-?[A-Za-z]*[A-Z]|[-_][A-Za-z]*\d")


def figures(text: str) -> list[Figure]:
    """The figures of a text in order. Number words from two on count, `one` does not: it is mostly a pronoun."""
    found = [figure for match in _DIGITS.finditer(text) if (figure := _from_digits(text, match)) is not None]
    found += [_from_word(match) for match in _WORD_FIGURE.finditer(text)]
    return sorted(found, key=lambda figure: figure.start)


def _from_digits(text: str, match: re.Match[str]) -> Figure | None:
    start, end = match.start("number"), match.end()
    glued = text[:start].rpartition(" ")[2]
    if glued and glued[-1] not in "~<>≥≤±$€£=(" and any(c.isalpha() for c in glued):
        return None  # inside a name: "Llama-3.1-70B"
    bare = not any(match[group] for group in ("magnitude", "suffix", "symbol", "x", "unit", "glued"))
    if bare and text[end : end + 1].isalpha():
        return None  # "3D", "2nd"
    if bare and _NAME_AFTER.match(text, end) and text[end : end + 1] != " ":
        return None  # "7-Zip"
    value = float(match["number"].replace(",", ""))
    value *= _MAGNITUDES.get((match["magnitude"] or match["suffix"] or "").lower(), 1.0)
    spelled = (match["symbol"] or match["x"] or match["unit"] or match["glued"] or "").lower()
    unit = _UNITS.get(spelled, "")
    sign = match["sign"] or ""
    if sign in ("$", "€", "£") and not unit:
        unit = "$" if sign == "$" else sign
    bound = {"≥": ">", ">=": ">", ">": ">", "≤": "<", "<=": "<", "<": "<", "~": "~", "±": "~"}.get(sign, "")
    return Figure(value, unit, start, end, ">" if match["plus"] else bound)


def _from_word(match: re.Match[str]) -> Figure:
    word = match["word"].lower()
    if word in _FACTORS:
        return Figure(_FACTORS[word], "x" if word != "half" else "", match.start(), match.end())
    value = float(_WORDS[word]) * _MAGNITUDES.get((match["magnitude"] or "").lower(), 1.0)
    return Figure(value, _UNITS.get((match["unit"] or "").lower(), ""), match.start(), match.end())


def same_value(one: Figure, other: Figure) -> bool:
    """Equal values, whatever the units; `~` and bounds do not matter here."""
    return math.isclose(one.value, other.value, rel_tol=1e-9)


def agree(one: Figure, other: Figure) -> bool:
    """Equal values with units that do not contradict each other: equal, or one of them not said."""
    return same_value(one, other) and (one.unit == other.unit or not one.unit or not other.unit)
