"""Texts that an assistant wrote earlier, ours or anybody's, read for the titles that may stand in them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

MOST = 40
"""Titles that are looked up for one text."""

_SHORTEST, _LONGEST = 8, 300  # characters of a title
_MARK = re.compile(r"^[\s*_>•–-]*(?:\[\d+\]|\d+[.)])?[\s*_>•–-]*")
_ADDRESS = re.compile(r"\s*[(<\[]?https?://\S+$")
_YEAR = re.compile(r"\s*\(\d{4}[^)]{0,12}\)[.,]?$")
_QUOTED = re.compile(r"[“\"*]{1,2}([^“”\"*\n]{8,300})[”\"*]{1,2}|\[([^\]\n]{8,300})\]\(")


def titles(text: str) -> tuple[str, ...]:
    """What could be a paper's title in a text, in order: lines of lists and footnotes, what is quoted or linked."""
    return tuple(dict.fromkeys(_candidates(text)))[:MOST]


def _candidates(text: str) -> Iterator[str]:
    for line in text.splitlines():
        plain = _YEAR.sub("", _ADDRESS.sub("", _MARK.sub("", line)).rstrip(" .,;:")).rstrip(" .,;:*_")
        if _SHORTEST <= len(plain) <= _LONGEST:
            yield plain
        for found in _QUOTED.finditer(line):
            yield (found[1] or found[2]).strip(" .,;:")
