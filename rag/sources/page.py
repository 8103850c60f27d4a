"""A text dump of a daily-papers page: page chrome, a date line, then titles and abstracts in turn, unmarked.

Nothing says which paragraph is a title, and titles may read like prose, so only length and order are trusted: a
title has under 300 characters, an abstract over 200. Where the order breaks, the line is reported and reading goes on
with the next title.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from typing import NamedTuple

from rag.errors import UnreadableSource
from rag.models import Listing, PaperRecord, RefusedRecord
from rag.sources.daily import FEED
from rag.sources.fields import MAX_ABSTRACT, MAX_TITLE, month_number
from rag.sources.stream import BOM, CutShort
from rag.text.clean import clean

MIN_ABSTRACT = 200
# A page of 70 papers has 0.1 MB. The whole text is decoded before the first record, so that a bad byte at its end
# does not leave half a page loaded.
MAX_PAGE_BYTES = 64 << 20

_DATE_LINE = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )?"
    r"([A-Z][a-z]{2,8})\.? ([0-9]{1,2})(?:st|nd|rd|th)?(?:,? ([0-9]{4}))?"
)
_LINE_END = re.compile(r"\r\n|\n|\r")
# The page's own words, which stand before each date line and may stand between two pages put in one file.
_CHROME = re.compile(
    r"new|subscribe|previous|next|daily papers|get trending papers in your email inbox!?|by ?.{0,40}research community",
    re.IGNORECASE,
)


class _Line(NamedTuple):
    number: int
    text: str


def date_line(text: str) -> re.Match[str] | None:
    """The parts of a line such as `Mar 12` or `Wednesday, March 12, 2025`: month, day, year; None for other lines."""
    # Cleaned, since invisible characters may cling to it; longer lines are never dates.
    match = _DATE_LINE.fullmatch(clean(text).text) if len(text) < 60 else None
    return match if match and month_number(match[1]) else None


def read_page(
    chunks: Iterator[bytes], listed: datetime.date | None, name: str = "The source"
) -> Iterator[PaperRecord | RefusedRecord]:
    """The papers of a page dump, listed on the page's date in the year that `listed` tells.

    Raises `UnreadableSource`, before the first record, for a byte that is not UTF-8 and for a text without a date line.
    """
    raw, damage = _all(chunks, name)
    lines = _lines(_decoded(raw, name, cut=damage is not None))
    if not any(date_line(line.text) for line in lines):
        raise UnreadableSource(
            f"{name} has no date line such as `Mar 12`, after which the papers of a page dump begin.",
            hint="Give the page as it was copied, with its date, or say with --format what the file is.",
        )
    yield from _pairs(lines, listed, damage)


def _all(chunks: Iterator[bytes], name: str) -> tuple[bytes, CutShort | None]:
    taken: list[bytes] = []
    try:
        for chunk in chunks:
            taken.append(chunk)
            if sum(map(len, taken)) > MAX_PAGE_BYTES:
                raise UnreadableSource(
                    f"{name} is larger than {MAX_PAGE_BYTES >> 20} MB, too large for a page dump.",
                    hint="Cut it into smaller files, or say with --format what it is.",
                )
    except CutShort as cut:
        return b"".join(taken), cut
    return b"".join(taken), None


def _decoded(raw: bytes, name: str, *, cut: bool) -> str:
    if cut:
        raw = raw[: raw.rfind(b"\n") + 1]  # the last line may end within a character
    try:
        return raw.removeprefix(BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        where = error.start + (len(BOM) if raw.startswith(BOM) else 0)
        byte = raw[where]
        line = raw.count(b"\n", 0, where) + 1
        raise UnreadableSource(
            f"{name} is not UTF-8: byte 0x{byte:02x} at position {where}, line {line}.",
            hint="Save it as UTF-8 and try again.",
        ) from error


def _lines(text: str) -> list[_Line]:
    split = enumerate(_LINE_END.split(text), start=1)
    stripped = [_Line(number, line.strip()) for number, line in split]
    # A line of nothing but invisible characters is blank.
    return [line for line in stripped if len(line.text) >= 60 or clean(line.text).text]


def _pairs(
    lines: list[_Line], listed: datetime.date | None, damage: CutShort | None
) -> Iterator[PaperRecord | RefusedRecord]:
    number = 0
    started = False
    listings: tuple[Listing, ...] = ()
    title: _Line | None = None
    for line in lines:
        block = date_line(line.text)
        if not started and block is None:
            continue
        if block is None and title is None and len(line.text) < MAX_TITLE:
            title = None if _CHROME.fullmatch(line.text) else line
            continue
        if block is None and title is not None and MIN_ABSTRACT < len(line.text) <= MAX_ABSTRACT:
            number += 1
            yield PaperRecord(number, title.text, line.text, source="page", listings=listings)
            title = None
            continue
        if block is None or title is not None:
            number += 1
            yield RefusedRecord(number, _broken(title, line, block is not None))
        if block is not None:
            started, title, listings = True, None, _listings(block, listed)
        else:
            title = line if title is not None and len(line.text) < MAX_TITLE else None
    if title is not None:
        number += 1
        yield RefusedRecord(number, f"line {title.number}: the file ends after a title, without its abstract.")
    if damage is not None:
        yield RefusedRecord(number + 1, f"{damage}.")


def _broken(title: _Line | None, line: _Line, at_date: bool) -> str:
    """Why `line` does not continue a pair; `title` is the title that waits for its abstract."""
    length = f"{len(line.text):,} characters"
    if title is None:
        return f"line {line.number}: a paragraph of {length} stands where a title (under {MAX_TITLE}) should."
    if at_date:
        return f"line {title.number}: the title is followed by a date line instead of its abstract."
    if len(line.text) > MAX_ABSTRACT:
        return f"line {line.number}: the abstract has {length}, more than {MAX_ABSTRACT:,}."
    return (
        f"line {title.number}: the title is followed, on line {line.number}, by {length} "
        f"instead of an abstract (over {MIN_ABSTRACT})."
    )


def _listings(block: re.Match[str], listed: datetime.date | None) -> tuple[Listing, ...]:
    """The listing of a date block. Without a year in the line or from the caller the day is unknown: no listing."""
    month, day = month_number(block[1]) or 0, int(block[2])
    # Around New Year a page's blocks lie in two years: the year is the one that brings the block nearest to `listed`.
    years = [int(block[3])] if block[3] else [listed.year + step for step in (0, -1, 1)] if listed else []
    days = []
    for year in years:
        try:
            days.append(datetime.date(year, month, day))
        except ValueError:
            continue  # 29 February
    if not days:
        return ()
    nearest = days[0] if listed is None else min(days, key=lambda candidate: abs((candidate - listed).days))
    return (Listing(FEED, nearest.isoformat()),)
