"""Readers of sources: each turns one format into a stream of papers as they were given, and of records refused.

    page     text dump of a daily-papers page          daily    answer of the Daily Papers API
    papers   papers as JSON Lines or a JSON array      arxiv    arXiv metadata snapshot
    beir     corpus.jsonl of a BEIR collection

The format is told by content, never by file name; gzip is undone for any of them.
"""

from __future__ import annotations

import datetime
import re
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from rag.errors import UnreadableSource
from rag.models import PaperRecord, RefusedRecord
from rag.sources.arxiv import read_arxiv
from rag.sources.beir import read_beir
from rag.sources.daily import read_daily
from rag.sources.entries import Refused, layout, parsed
from rag.sources.page import date_line, read_page
from rag.sources.papers import read_papers
from rag.sources.stream import BOM, CHUNK, CutShort, peek, plain_chunks

FORMATS: tuple[str, ...] = ("page", "papers", "daily", "arxiv", "beir")
_JSON_READERS = {"papers": read_papers, "daily": read_daily, "arxiv": read_arxiv, "beir": read_beir}
_HINT = "Say which of them it is with --format."


def read(
    path: Path | BinaryIO, *, fmt: str | None = None, listed: datetime.date | None = None, name: str | None = None
) -> Iterator[PaperRecord | RefusedRecord]:
    """The records of a source in order, lazily: what cannot be loaded comes as a `RefusedRecord`, the rest goes on.

    `fmt` forces one of `FORMATS`; `listed` is the day on which the papers stood on the page or feed; `name` stands for
    the source in error messages. Text is returned raw. Raises `UnreadableSource` at the first record when the source
    as a whole cannot be read or is none of the formats. A stream is read to its end and not closed.
    """
    name = name or (path.name if isinstance(path, Path) else "The source")
    if fmt is not None and fmt not in FORMATS:
        raise UnreadableSource(f"There is no format {fmt!r}.", hint=f"The formats are {', '.join(FORMATS)}.")
    return _records(path, fmt, listed, name)


def _records(
    path: Path | BinaryIO, fmt: str | None, listed: datetime.date | None, name: str
) -> Iterator[PaperRecord | RefusedRecord]:
    head, chunks = peek(plain_chunks(path, name), CHUNK)
    kind = fmt or _detect(head, name)
    if kind == "page":
        yield from read_page(chunks, listed, name)
    else:
        yield from _JSON_READERS[kind](chunks, listed)


def detect(head: bytes) -> str:
    """The format of a source that begins with `head` (some 10,000 bytes or more), one of `FORMATS`.

    Raises `UnreadableSource` when it is none of them.
    """
    if head.startswith(b"\x1f\x8b"):
        try:
            head = zlib.decompressobj(wbits=31).decompress(head, CHUNK)
        except zlib.error as error:
            raise UnreadableSource(f"The gzip stream is damaged: {error}.", hint="Fetch the file again.") from error
    return _detect(head, "The source")


def _detect(head: bytes, name: str) -> str:
    plain = head.removeprefix(BOM).strip()
    if not plain:
        raise UnreadableSource(f"{name} is empty.", hint="Give a file with papers in it.")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableSource(f"{name} is UTF-16.", hint="Save it as UTF-8 and try again.")
    found = _json_format(head)
    if found is None and b"\n{" not in plain and plain[:1] not in (b"{", b"["):
        text = head.decode("utf-8", "replace")
        found = "page" if any(map(date_line, text.splitlines())) else None
    if found is None:
        formats = ", ".join(FORMATS)
        raise UnreadableSource(f"{name} is none of the formats that can be read ({formats}).", hint=_HINT)
    return found


def _json_format(head: bytes) -> str | None:
    """The format by the keys of the first object that parses, else by the keys that can be seen."""
    try:
        for number, piece in enumerate(layout(head)(iter((head,)))):
            try:
                entry = parsed(piece)
            except Refused:
                entry = {}
            if found := _by_keys(entry):
                return found
            if number == 20:
                break
    except CutShort:
        pass  # the head ends within a record
    if head.lstrip(BOM + b" \t\r\n")[:1] not in (b"{", b"["):
        return None
    seen = {key.decode(): None for key in re.findall(rb'(?<!\\)"([A-Za-z_]{2,20})"\s*:', head)}
    return _by_keys({**seen, "paper": {}} if "paper" in seen else seen)


def _by_keys(entry: Mapping[str, object]) -> str | None:
    if isinstance(entry.get("paper"), dict):
        return "daily"
    if "title" not in entry:
        return "beir" if {"_id", "text"} <= entry.keys() else None
    if "authors_parsed" in entry or {"update_date", "categories"} <= entry.keys():
        return "arxiv"
    if {"_id", "text"} <= entry.keys():
        return "beir"
    return "papers" if entry.keys() & {"abstract", "summary", "text"} else None
