"""Whether a text holds what a gold key says, and where a gold quote stands in an abstract. Pure.

Both sides are written alike first, so that `3.79 times`, `3.79x` and `3.79×` are one figure and `30 percent` is `30%`.
A key is then looked for as it begins: `quantiz` finds "quantization" but not "dequantized", `2%` does not find `12%`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from rag.text.clean import clean

_DASHES = re.compile(r"[‐-―−]")
_QUOTES = str.maketrans("’‘“”", "''\"\"")
_PERCENT = re.compile(r"(?<=\d)\s*(?:%|percent\b|per cent\b)")
_TIMES = re.compile(r"(?<=\d)\s?(?:times\b|×|x\b)")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_SHORT = 3  # letters: a key as short as this is a whole word, or its plural
_MARKERS = re.compile(r"\s*\[\d+\](?:\[\d+\])*")


@lru_cache(maxsize=4096)
def alike(text: str) -> str:
    """The text as it is compared: compatibility forms, case, dashes, quotation marks, `%`, `x` and thousands."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = _DASHES.sub("-", plain).translate(_QUOTES)
    plain = _THOUSANDS.sub("", plain)
    plain = _TIMES.sub("x", _PERCENT.sub("%", plain))
    return " ".join(plain.split())


def says(text: str, key: str) -> bool:
    """Whether the text holds the key, from the beginning of a word or figure on."""
    return _pattern(key).search(alike(text)) is not None


@lru_cache(maxsize=4096)
def _pattern(key: str) -> re.Pattern[str]:
    plain = alike(key)
    before = after = ""
    if plain[:1].isdigit():
        before = r"(?<![\w])(?<!\d[.,])"
    elif plain[:1].isalnum():
        before = r"(?<!\w)"
    if plain[-1:].isdigit():
        after = r"(?!\d|[.,]\d)"
    elif plain.isalpha() and len(plain) <= _SHORT:
        after = r"(?!(?!s\b)\w)"
    return re.compile(before + re.escape(plain) + after)


def missing_keys(text: str, keys: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    """The groups of alternatives of which the text holds none."""
    return [group for group in keys if not any(says(text, key) for key in group)]


def without_markers(text: str) -> str:
    """An answer's text without its citation marks, which a key of one figure could be found in."""
    return _MARKERS.sub("", text)


def quote_span(abstract: str, quote: str) -> tuple[int, int] | None:
    """Where a quote stands in a stored abstract, `[start, end)`; None when it does not.

    A quote of a page as it was read is cleaned as the abstract was; what differs in white space and case still counts.
    """
    for wanted in (quote, clean(quote).text):
        start = abstract.find(wanted)
        if start >= 0:
            return start, start + len(wanted)
        loose = re.compile(r"\s+".join(map(re.escape, wanted.split())), re.IGNORECASE)
        if wanted.split() and (found := loose.search(abstract)):
            return found.span()
    return None
