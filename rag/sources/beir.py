"""BEIR's `corpus.jsonl`: `_id`, `title`, `text`, and whatever else stands there or under `metadata`."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from functools import partial

from rag.models import PaperRecord, RefusedRecord
from rag.sources import fields
from rag.sources.entries import Entry, Refused, read_entries


def read_beir(chunks: Iterator[bytes], listed: datetime.date | None) -> Iterator[PaperRecord | RefusedRecord]:
    """The papers of `chunks`, one by one, under their `_id` exactly, since relevance judgements name it."""
    return read_entries(chunks, partial(_record, listed=listed))


def _record(number: int, entry: Entry, listed: datetime.date | None) -> PaperRecord:
    identifier = fields.identifier(entry.get("_id"))
    if identifier is None:
        raise Refused("the record has no _id")
    metadata = entry.get("metadata")
    merged = {**metadata, **entry} if isinstance(metadata, dict) else entry
    return PaperRecord(
        record=number,
        title=fields.title(entry),
        abstract=fields.abstract(entry, ("text", "abstract")),
        identifier=identifier,
        authors=fields.authors(merged),
        published=fields.published(merged),
        url=fields.url(merged),
        source="beir",
        listings=fields.listings(merged, "beir", listed),
        tags=fields.tags(merged),
    )
