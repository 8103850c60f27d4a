"""The arXiv metadata snapshot: lines with `id`, `title`, `abstract`, `categories`, `authors_parsed`, `versions`."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from functools import partial

from rag.models import PaperRecord, RefusedRecord
from rag.sources import fields
from rag.sources.entries import Entry, Refused, read_entries


def read_arxiv(chunks: Iterator[bytes], listed: datetime.date | None) -> Iterator[PaperRecord | RefusedRecord]:
    """The papers of `chunks`, one by one; each is added to the listing of `listed` under the feed `arxiv`."""
    return read_entries(chunks, partial(_record, listed=listed))


def _record(number: int, entry: Entry, listed: datetime.date | None) -> PaperRecord:
    identifier = fields.arxiv_id(entry.get("id"))
    if identifier is None:
        raise Refused("the id is not an arXiv identifier")
    return PaperRecord(
        record=number,
        title=fields.title(entry),
        abstract=fields.abstract(entry, ("abstract",)),
        identifier=identifier,
        authors=_authors(entry),
        published=_first_version(entry),
        url=fields.url({}, identifier),
        source="arxiv",
        listings=fields.listings(entry, "arxiv", listed),
        tags=fields.tags(entry, ("categories",)),
    )


def _authors(entry: Entry) -> tuple[str, ...]:
    """`authors_parsed` holds [last, first, suffix] for each; `authors` is the same as free text."""
    parsed = entry.get("authors_parsed")
    if not isinstance(parsed, list):
        return fields.authors(entry)
    names = []
    for parts in parsed:
        if isinstance(parts, list) and all(isinstance(part, str) for part in parts):
            last, first, suffix = (*parts, "", "", "")[:3]
            names.append(f"{first} {last} {suffix}")
    return fields.authors({"authors": names})


def _first_version(entry: Entry) -> str | None:
    """The day of the first version. `update_date` is the day of the last one, and no publication date."""
    versions = entry.get("versions")
    for version in versions if isinstance(versions, list) else []:
        if isinstance(version, Mapping) and version.get("version") == "v1":
            return fields.date(version.get("created"))
    return None
