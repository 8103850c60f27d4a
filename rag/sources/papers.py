"""Papers as JSON Lines or a JSON array, with the usual names for the usual fields."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from functools import partial

from rag.models import PaperRecord, RefusedRecord
from rag.sources import fields
from rag.sources.entries import Entry, read_entries

_ARXIV_KEYS = ("arxiv_id", "arxivId", "arxiv")
_KEYS = ("id", "paper_id", "paperId", "identifier", "_id", "doc_id")


def read_papers(chunks: Iterator[bytes], listed: datetime.date | None) -> Iterator[PaperRecord | RefusedRecord]:
    """The papers of `chunks`, one by one; each is added to the listing of `listed` under the feed `papers`."""
    return read_entries(chunks, partial(_record, listed=listed))


def _record(number: int, entry: Entry, listed: datetime.date | None) -> PaperRecord:
    identifier, arxiv = _identifier(entry)
    return PaperRecord(
        record=number,
        title=fields.title(entry),
        abstract=fields.abstract(entry),
        identifier=identifier,
        authors=fields.authors(entry),
        published=fields.published(entry),
        url=fields.url(entry, arxiv),
        source="papers",
        listings=fields.listings(entry, "papers", listed),
        tags=fields.tags(entry),
    )


def _identifier(entry: Entry) -> tuple[str | None, str | None]:
    """The identifier and the arXiv identifier: arXiv's wins, from wherever the record gives it."""
    given = next((entry[key] for key in _KEYS if entry.get(key) not in (None, "")), None)
    addresses = (entry.get(key) for key in ("url", "pdf_url", "link"))
    places = (*(entry.get(key) for key in _ARXIV_KEYS), given, *addresses)
    arxiv = next((found for place in places if (found := fields.arxiv_id(place))), None)
    return (arxiv or fields.identifier(given)), arxiv
