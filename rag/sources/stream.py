"""Bytes of a source in pieces: gzip undone by its magic bytes, lines and JSON elements cut out with their offsets.

Nothing here holds more than one record, so a source may be larger than memory. Offsets count bytes of the plain
(unzipped) text from 0, a byte order mark included.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO, NamedTuple

from rag.errors import UnreadableSource

CHUNK = 1 << 18
# No record of titles and abstracts comes near; what does is not one, and must not fill the memory.
MAX_RECORD_BYTES = 16 << 20
_GZIP = b"\x1f\x8b"
BOM = b"\xef\xbb\xbf"


class CutShort(Exception):
    """The bytes end before the source does. What came before them is sound."""


class Piece(NamedTuple):
    """The bytes of one record and their offset; `raw` is None for a record that is larger than `MAX_RECORD_BYTES`."""

    offset: int
    raw: bytes | None


def plain_chunks(source: Path | BinaryIO, name: str) -> Iterator[bytes]:
    """The bytes of `source` in chunks, unzipped where they are gzip.

    Raises `UnreadableSource` when the file cannot be read, `CutShort` after the last sound byte of a damaged gzip.
    A path is opened and closed here; a stream belongs to the caller.
    """
    try:
        if isinstance(source, Path):
            with source.open("rb") as stream:
                yield from _unzipped(_chunks(stream))
        else:
            yield from _unzipped(_chunks(source))
    except OSError as error:
        reason = error.strerror or str(error)
        raise UnreadableSource(
            f"{name} cannot be read: {reason}.", hint="Check that it is a file and that you may read it."
        ) from error


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk


def _unzipped(chunks: Iterator[bytes]) -> Iterator[bytes]:
    first = next(chunks, b"")
    # A pipe may give a single byte at first.
    while len(first) == 1 and (more := next(chunks, b"")):
        first += more
    joined = chain((first,), chunks)
    yield from _gunzip(joined) if first.startswith(_GZIP) else joined


def _gunzip(chunks: Iterator[bytes]) -> Iterator[bytes]:
    member = zlib.decompressobj(wbits=31)
    for chunk in chunks:
        pending, more = chunk, True
        while pending or more:
            if member.eof:
                # Several members may follow one another; zeros behind the last are padding.
                pending = pending.lstrip(b"\0")
                if not pending:
                    break
                member = zlib.decompressobj(wbits=31)
            try:
                plain = member.decompress(pending, CHUNK)
            except zlib.error as error:
                raise CutShort(f"the gzip stream is damaged here ({error})") from error
            if plain:
                yield plain
            # A little input can be very much output: what is left waits in the input, or inside zlib.
            pending = member.unused_data if member.eof else member.unconsumed_tail
            more = len(plain) == CHUNK
    if not member.eof:
        raise CutShort("the gzip stream ends before its end: the file was cut short")


def peek(chunks: Iterator[bytes], size: int) -> tuple[bytes, Iterator[bytes]]:
    """The first `size` bytes or a little more, and all chunks again. Damage is left to whoever reads on."""
    taken: list[bytes] = []
    have = 0
    damage: CutShort | None = None
    while have < size:
        try:
            chunk = next(chunks, None)
        except CutShort as cut:
            damage = cut
            break
        if chunk is None:
            break
        taken.append(chunk)
        have += len(chunk)
    head = b"".join(taken)
    return head, _again(head, chunks, damage)


def _again(head: bytes, chunks: Iterator[bytes], damage: CutShort | None) -> Iterator[bytes]:
    yield head
    if damage is not None:
        raise damage
    yield from chunks


def lines(chunks: Iterator[bytes]) -> Iterator[Piece]:
    """The lines of a source that are not blank, without line feeds and without a byte order mark at the start."""
    first = next(chunks, b"")
    offset = len(BOM) if first.startswith(BOM) else 0
    rest, skipping = b"", False
    for chunk in chain((first[offset:],), chunks):
        parts = (rest + chunk).split(b"\n")
        rest = parts.pop()
        for part in parts:
            if not skipping and part.strip():
                yield Piece(offset, part)
            offset += len(part) + 1
            skipping = False
        if len(rest) > MAX_RECORD_BYTES and not skipping:
            yield Piece(offset, None)
            skipping = True
        if skipping:
            offset += len(rest)
            rest = b""
    if rest.strip():
        yield Piece(offset, rest)


_OUTSIDE = re.compile(rb'["{}\[\],]')
_INSIDE = re.compile(rb'["\\]')


def elements(chunks: Iterator[bytes], *, array: bool) -> Iterator[Piece]:
    """The elements of one JSON array, or JSON objects one after another, cut out by their brackets.

    Cutting by brackets instead of parsing from one element to the next lets the rest be read when one is malformed.
    Raises `CutShort` when the array is not closed, after its last element.
    """
    buffer = bytearray()
    offset = start = cursor = depth = 0
    in_string = False
    for chunk in chunks:
        buffer += chunk
        if offset == 0 and start == 0 and buffer.startswith(BOM):
            start = cursor = len(BOM)
        while match := (_INSIDE if in_string else _OUTSIDE).search(buffer, cursor):
            sign, cursor = match[0], match.end()
            if in_string:
                if sign == b"\\":
                    if cursor == len(buffer):
                        cursor -= 1  # what is escaped comes with the next chunk
                        break
                    cursor += 1
                else:
                    in_string = False
                continue
            in_string = sign == b'"'
            depth += {b"{": 1, b"[": 1, b"}": -1, b"]": -1}.get(sign, 0)
            if array and depth == 1 and sign == b"[":
                start = cursor
            closes_object = not array and depth == 0 and sign == b"}"
            if closes_object or (array and ((depth == 1 and sign == b",") or (depth == 0 and sign == b"]"))):
                end = cursor if closes_object else match.start()
                yield from _piece(offset, buffer, start, end)
                start = cursor
        else:
            cursor = len(buffer)
        if len(buffer) - start > MAX_RECORD_BYTES:
            yield Piece(offset + start, None)
            raise CutShort("no end of the record before it was found within 16 MB; what follows was not read")
        del buffer[:start]
        offset, cursor, start = offset + start, cursor - start, 0
    yield from _piece(offset, buffer, 0, len(buffer))
    if depth > 0 or in_string:
        raise CutShort("the JSON ends before it is closed: the file seems to be cut short")


def _piece(offset: int, buffer: bytearray, start: int, end: int) -> Iterator[Piece]:
    raw = bytes(buffer[start:end])
    if raw.strip():
        yield Piece(offset + start, raw)
