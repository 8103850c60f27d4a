"""One paper while a batch is worked out, and what each record of the batch changes about it."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, field
from typing import Any, Literal

from rag.catalogue.duplicates import Fingerprint
from rag.models import CleanPaper

_DATE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")

TEXT = ("title", "abstract", "raw_title", "raw_abstract", "cleaning")
COLUMNS = (
    *("number", "paper_id", "revision", "indexed_revision", "deleted_at", "written_at", "published", "source", "url"),
    *("authors", "title_key", *TEXT),
)


@dataclass(frozen=True, slots=True)
class Put:
    """What became of one record: the paper that it is now part of, and at which revision."""

    paper_id: str
    revision: int
    outcome: Literal["added", "updated", "unchanged"]


@dataclass(slots=True)
class Entry:
    """A paper while a batch is worked out: its row, and what will have to be written.

    `print` is the fingerprint of a new paper, until its text changes; `overwritten` is the stored (title, abstract)
    that gave way to another; `earlier` holds the rows of revisions.
    """

    number: int
    paper_id: str
    revision: int
    indexed_revision: int
    deleted_at: str | None
    written_at: str
    published: str | None
    source: str
    url: str | None
    authors: list[str]
    title_key: str
    title: str
    abstract: str
    raw_title: str | None
    raw_abstract: str | None
    cleaning: list[str]
    listings: dict[tuple[str, str], int | None] = field(default_factory=dict)
    tags: dict[str, int] = field(default_factory=dict)
    stored: bool = True
    row_changed: bool = False
    print: Fingerprint | None = None
    overwritten: tuple[str, str] | None = None
    earlier: list[dict[str, Any]] = field(default_factory=list)
    added_listings: set[tuple[str, str]] = field(default_factory=set)
    changed_listings: set[tuple[str, str]] = field(default_factory=set)
    added_tags: list[str] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Whether anything must be written."""
        details = self.added_listings or self.changed_listings or self.added_tags
        return bool(not self.stored or self.row_changed or details)

    def row(self) -> dict[str, Any]:
        """The row of `papers`."""
        first_day, last_day = published_days(self.published)
        return {name: getattr(self, name) for name in COLUMNS} | {"first_day": first_day, "last_day": last_day}


def new_entry(paper: CleanPaper, number: int, own: Fingerprint) -> Entry:
    """An entry without text: revision 0, which `merge` then raises."""
    return Entry(
        *(number, paper.paper_id, 0, 0, None, "", paper.published, paper.source, paper.url, list(paper.authors)),
        *("", "", "", None, None, []),
        stored=False,
        print=own,
    )


def merge(entry: Entry, paper: CleanPaper, now: str) -> Put:
    """Merge one record into its paper."""
    own = paper.paper_id == entry.paper_id
    new = entry.revision == 0
    back = entry.deleted_at is not None
    rewritten = new or (own and (paper.title, paper.abstract) != (entry.title, entry.abstract))
    if not new and (rewritten or back):
        entry.earlier.append({name: getattr(entry, name) for name in ("number", "revision", "written_at", *TEXT)})
    if rewritten:
        if not new:
            entry.print = None
            entry.overwritten = entry.overwritten or (entry.title, entry.abstract)
        entry.title, entry.abstract = paper.title, paper.abstract
        entry.raw_title = _raw(paper.raw_title, paper.title)
        entry.raw_abstract = _raw(paper.raw_abstract, paper.abstract)
        entry.cleaning = list(paper.cleaning)
    if rewritten or back:
        entry.revision += 1
        entry.written_at, entry.deleted_at, entry.indexed_revision = now, None, 0
        entry.row_changed = True
    _merge_details(entry, paper, own)
    outcome: Literal["added", "updated", "unchanged"] = "unchanged"
    if new or back:
        outcome = "added"
    elif rewritten:
        outcome = "updated"
    return Put(entry.paper_id, entry.revision, outcome)


def _raw(raw: str, clean: str) -> str | None:
    """None where cleaning changed nothing. Half a surrogate pair, which JSON can smuggle in, cannot be stored."""
    return None if raw == clean else raw.encode("utf-8", "replace").decode("utf-8")


def _merge_details(entry: Entry, paper: CleanPaper, own: bool) -> None:
    """Authors, address, date: a paper's own source replaces what it gave before, others fill what is missing."""
    replaces = own and paper.source == entry.source
    for name, given in (("authors", list(paper.authors)), ("url", paper.url), ("published", paper.published)):
        stored = getattr(entry, name)
        finer = name == "published" and given and str(given).startswith(str(stored))
        if given and given != stored and (replaces or not stored or finer):
            setattr(entry, name, given)
            entry.row_changed = True
    for listing in paper.listings:
        place = (listing.feed, listing.day)
        if place not in entry.listings:
            entry.added_listings.add(place)
        elif listing.upvotes is None or listing.upvotes == entry.listings[place]:
            continue
        elif place not in entry.added_listings:
            entry.changed_listings.add(place)
        entry.listings[place] = listing.upvotes
    for tag in paper.tags:
        if tag not in entry.tags:
            entry.tags[tag] = len(entry.tags)
            entry.added_tags.append(tag)


def published_days(published: str | None) -> tuple[str | None, str | None]:
    """The first and the last day that a date covers: `2024-02` is `2024-02-01` to `2024-02-29`."""
    found = _DATE.fullmatch(published or "")
    if not found:
        return None, None
    year, month, day = found.groups()
    if day:
        return published, published
    if not month:
        return f"{year}-01-01", f"{year}-12-31"
    days = calendar.monthrange(int(year), int(month))[1] if 1 <= int(month) <= 12 else 31
    return f"{year}-{month}-01", f"{year}-{month}-{days}"
