"""The ruler's own reading of figures: where they stand, what they count, how they are hedged. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Hedge = Literal["none", "about", "least", "most"]

WORDS = {
    **{"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10},
    **{"eleven": 11, "twelve": 12},
}
SCALES = {"k": 1e3, "K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12, "million": 1e6, "billion": 1e9, "trillion": 1e12}

_NUMERAL = re.compile(
    rf"(?<![\w.^_/])(?:(?P<digits>\d{{1,3}}(?:,\d{{3}})+|\d+(?:\.\d+)?)"
    rf"(?P<glued>%|[kKMBT](?![\w^])|x(?![\w^]))?(?![\w^]|[GMTK]B\b)|(?P<digits2>\d+)(?P<bytes>[GMTK]B)\b|"
    rf"\b(?P<word>{'|'.join(WORDS)})\b)"
)
_AFTER = re.compile(r"(?P<dash>-?)\s?(?P<scale>million|billion|trillion|percent)?-?\s?(?P<noun>[A-Za-z]+)?")
_LEAST = re.compile(r"(?:more than|over|at least|exceed\w*|no fewer than|from|beyond|>=?) ?~?\$?$")
_MOST = re.compile(r"(?:up to|at most|less than|fewer than|under|below|within|almost|nearly|to|<=?) ?~?\$?$")
_ABOUT = re.compile(r"(?:about|approximately|around|roughly|circa|some|~) ?\$?$")


@dataclass(frozen=True, slots=True)
class Numeral:
    """A figure of a text: `text[start:end] == digits`, and what follows it is left out.

    `unit` is "%", "x", a scale such as "M" or "billion", "GB" and the like, or empty. `form` is the unit with what is
    counted and how it is written, so that two figures of one form can stand for each other. `hedge` is
    "least" behind "more than", where a smaller figure would be true as well, and "most" behind "up to".
    """

    start: int
    end: int
    digits: str
    unit: str
    form: str
    hedge: Hedge
    value: float
    scale: float

    @property
    def readings(self) -> tuple[float, float]:
        """The value as written and with its scale: `1.5` and `1.5e12` for "1.5 trillion"."""
        return (self.value, self.value * self.scale)


def numerals(text: str) -> list[Numeral]:
    """The figures of a text in order; numbers that are part of a name (`GPT-4`, `TREC 2019`, `10-K`) are none."""
    found = []
    for match in _NUMERAL.finditer(text):
        if not _in_a_name(text, match):
            found.append(_numeral(text, match))
    return found


def _in_a_name(text: str, match: re.Match[str]) -> bool:
    if match["word"]:
        return False
    before = re.search(r"[^\s(\[]*$", text[: match.start()])
    if before is not None and re.search(r"[A-Za-z=]", before[0]):
        return True  # Llama-3.1, A100-40GB, k>=3
    if re.match(r"-[A-Z]", text[match.end() :]):
        return True  # 10-K
    plain = not match["glued"] and not match["bytes"] and "." not in match[0]
    # "TREC 2019", "Llama 3", "Retro 48B" and "llama-2-chat 7B & 70B" are names.
    name = re.search(r"(?:^|[\s(])(?:([A-Z]\w*)|llama\S*|TriLM|FloatLM|Retro|& ?) ?$", text[: match.start()])
    if name is None:
        return False
    return plain or name[1] in ("TriLM", "FloatLM", "Retro", "Llama") or bool(re.search(r"llama|& ?$", name[0]))


def _numeral(text: str, match: re.Match[str]) -> Numeral:
    word = match["word"]
    digits = word or match["digits"] or match["digits2"]
    value = float(WORDS[word]) if word else float(digits.replace(",", ""))
    after = _AFTER.match(text, match.end())
    assert after is not None  # every part of the pattern may be empty
    unit = match["glued"] or match["bytes"] or ("%" if after["scale"] == "percent" else after["scale"]) or ""
    noun = (after["noun"] or "").casefold()
    if not unit and noun == "times" and not word:
        unit = "x"
    start = match.start()
    shape = "word" if word else "decimal" if "." in digits else "whole"
    form = unit if unit in ("%", "x") else f"{shape} {unit} {noun.rstrip('s')}".strip()
    return Numeral(
        start, start + len(digits), digits, unit, form, _hedge(text, start, match), value, SCALES.get(unit, 1.0)
    )


def _hedge(text: str, start: int, match: re.Match[str]) -> Hedge:
    before = text[max(0, start - 30) : start].casefold()
    if text[match.end() : match.end() + 1] == "+" or _LEAST.search(before):
        return "least"
    if _MOST.search(before):
        return "most"
    return "about" if _ABOUT.search(before) else "none"
