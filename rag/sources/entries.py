"""JSON objects of a source, one at a time, each with its number: JSON Lines, an array, or objects laid out for reading.

Strict where leniency would invent something: duplicate keys, NaN, half surrogates and bytes that are not UTF-8 refuse
the record that holds them, and only that one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping

from rag.models import PaperRecord, RefusedRecord
from rag.sources.stream import BOM, CHUNK, MAX_RECORD_BYTES, CutShort, Piece, elements, lines, peek

Entry = Mapping[str, object]


class Refused(ValueError):
    """A record cannot be loaded; the message is the reason given to the user."""


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    entry = dict(pairs)
    if len(entry) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise Refused(f"the key {twice[:40]!r} stands twice in one object")
    return entry


def _no_constant(name: str) -> object:
    raise Refused(f"{name} is not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant)


def parsed(piece: Piece) -> Entry:
    """The JSON object in `piece`. Raises `Refused` with the reason when it holds none."""
    if piece.raw is None:
        raise Refused(f"the record is larger than {MAX_RECORD_BYTES >> 20} MB")
    try:
        value = _DECODER.decode(piece.raw.rstrip().decode("utf-8"))
    except UnicodeDecodeError as error:
        where = piece.offset + error.start
        raise Refused(f"the byte 0x{piece.raw[error.start]:02x} at position {where} is not UTF-8") from error
    except json.JSONDecodeError as error:
        what = error.msg.removesuffix(" at")
        raise Refused(f"not valid JSON: {what} at character {error.pos + 1} of the record") from error
    except RecursionError as error:
        raise Refused("the JSON is nested too deeply") from error
    except Refused:
        raise
    except ValueError as error:  # an integer of more digits than Python converts
        raise Refused(f"not usable JSON: {error}") from error
    if not isinstance(value, dict):
        raise Refused(f"the record is {_kind(value)}, not a JSON object")
    return value


def _kind(value: object) -> str:
    names = {list: "an array", str: "a string", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def layout(head: bytes) -> Callable[[Iterator[bytes]], Iterator[Piece]]:
    """How the JSON that begins with `head` is cut into records: by lines, or by brackets."""
    start = head.lstrip(BOM + b" \t\r\n")
    first_line, _, more = start.partition(b"\n")
    last_sign = first_line.rstrip()[-1:]
    if start.startswith(b"[") and not (last_sign == b"]" and more.lstrip().startswith(b"{")):
        return lambda chunks: elements(chunks, array=True)
    if start.startswith(b"{") and more.strip() and last_sign in (b"{", b"[", b","):
        return lambda chunks: elements(chunks, array=False)
    return lines


def read_entries(
    chunks: Iterator[bytes], record_of: Callable[[int, Entry], PaperRecord]
) -> Iterator[PaperRecord | RefusedRecord]:
    """Turn each JSON object of `chunks` into a record by `record_of`, which raises `Refused` where it cannot."""
    head, chunks = peek(chunks, CHUNK)
    number = 0
    try:
        for number, piece in enumerate(layout(head)(chunks), start=1):
            try:
                yield record_of(number, parsed(piece))
            except Refused as refused:
                yield RefusedRecord(number, f"{refused}.")
    except CutShort as cut:
        yield RefusedRecord(number + 1, f"{cut}.")
