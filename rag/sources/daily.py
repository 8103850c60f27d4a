"""The answer of the Daily Papers API: an array of `{"paper": {…}}`, with votes and the day of the listing."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from functools import partial

from rag.models import Listing, PaperRecord, RefusedRecord
from rag.sources import fields
from rag.sources.entries import Entry, Refused, read_entries

FEED = "daily-papers"


def read_daily(chunks: Iterator[bytes], listed: datetime.date | None) -> Iterator[PaperRecord | RefusedRecord]:
    """The papers of `chunks`, one by one. `listed` is the day of those that do not give their own."""
    return read_entries(chunks, partial(_record, listed=listed))


def _record(number: int, entry: Entry, listed: datetime.date | None) -> PaperRecord:
    paper = entry.get("paper")
    if not isinstance(paper, dict):
        raise Refused("the record has no object `paper`")
    merged = {**{key: entry[key] for key in ("title", "summary", "submittedOnDailyAt") if key in entry}, **paper}
    arxiv = fields.arxiv_id(merged.get("id"))
    return PaperRecord(
        record=number,
        title=fields.title(merged),
        abstract=fields.abstract(merged, ("summary", "abstract")),
        identifier=arxiv or fields.identifier(merged.get("id")),
        authors=fields.authors(merged),
        published=fields.date(merged.get("publishedAt")),
        url=fields.url({}, arxiv),
        source="daily",
        listings=_listings(merged, listed),
        tags=fields.tags(merged, ("ai_keywords", "categories", "tags")),
    )


def _listings(paper: Entry, listed: datetime.date | None) -> tuple[Listing, ...]:
    # The API writes the day of the list as midnight UTC of that day: the day is taken as it is written.
    day = fields.whole_day(paper.get("submittedOnDailyAt")) or (listed.isoformat() if listed else None)
    return (Listing(FEED, day, fields.votes(paper.get("upvotes"))),) if day else ()
