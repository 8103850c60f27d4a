"""Putting papers into the catalogue: new, changed, unchanged, or the same paper in other words.

A batch is worked out in memory on entries (`_Entry`), one for each paper that it touches, and written at the end with
a handful of bulk statements; no statement is sent for a single paper.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from rag.catalogue import duplicates, facts, fingerprints
from rag.catalogue.dialect import among
from rag.catalogue.duplicates import Fingerprint, jaccard, same_paper
from rag.catalogue.schema import AliasRow, ListingRow, PaperRow, PassageRow, RevisionRow, TagRow
from rag.models import CleanPaper

_DATE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")

_TEXT = ("title", "abstract", "raw_title", "raw_abstract", "cleaning")
_COLUMNS = (
    *("number", "paper_id", "revision", "indexed_revision", "deleted_at", "written_at", "published", "source", "url"),
    *("authors", *_TEXT),
)


@dataclass(frozen=True, slots=True)
class Put:
    """What became of one record: the paper that it is now part of, and at which revision."""

    paper_id: str
    revision: int
    outcome: Literal["added", "updated", "unchanged"]


@dataclass(slots=True)
class _Entry:
    """A paper while a batch is worked out: its row, and what will have to be written."""

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
    stored_print: Fingerprint | None = None
    earlier: list[dict[str, Any]] = field(default_factory=list)
    added_listings: set[tuple[str, str]] = field(default_factory=set)
    changed_listings: set[tuple[str, str]] = field(default_factory=set)
    added_tags: list[str] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        return bool(
            not self.stored or self.row_changed or self.added_listings or self.changed_listings or self.added_tags
        )

    def row(self) -> dict[str, Any]:
        assert self.print is not None
        first_day, last_day = published_days(self.published)
        columns = {name: getattr(self, name) for name in _COLUMNS}
        return columns | {"title_key": self.print.key, "first_day": first_day, "last_day": last_day}


def put(session: Session, papers: Sequence[CleanPaper]) -> list[Put]:
    """Store a batch and say what became of each record, in order.

    The same identifier and the same title and abstract: unchanged. The same identifier and other text: a new revision,
    the old one kept. Another identifier but the same paper: unchanged, its identifier kept as an alias, its text not
    taken over. New listings, tags and votes are merged in every case and make no new revision of the paper. A deleted
    paper that is put again comes back with its next revision. The catalogue's revision is raised by one if anything
    changed.
    """
    if not papers:
        return []
    catalogue_revision = facts.claim_papers(session)
    fingerprints.keep_scheme(session)
    entries, aliases = _resolve(session, papers)
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    outcomes = [_merge(entries[paper.paper_id], paper, now) for paper in papers]
    touched = {entry.number: entry for entry in entries.values() if entry.changed}
    if touched or aliases:
        _write(session, list(touched.values()), aliases)
        facts.put_value(session, facts.REVISION, str(catalogue_revision + 1))
    return outcomes


# ------------------------------------------------------------------------------------------------ which paper is it?


def _resolve(session: Session, papers: Sequence[CleanPaper]) -> tuple[dict[str, _Entry], dict[str, int]]:
    """The entry of each identifier in the batch, and the aliases that were found on the way (alias -> number)."""
    numbers = numbers_of(session, {paper.paper_id for paper in papers})
    unknown: dict[str, CleanPaper] = {}
    for paper in papers:
        if paper.paper_id not in numbers:
            unknown.setdefault(paper.paper_id, paper)
    records = [(name, paper.title, paper.abstract) for name, paper in unknown.items()]
    prints = dict(zip(unknown, duplicates.fingerprints(records), strict=True))
    aliases = _same_as_stored(session, prints)
    fresh: dict[str, _Entry] = {}
    next_number = (session.scalar(select(func.max(PaperRow.number))) or 0) + 1
    for name, number in _same_in_batch({name: each for name, each in prints.items() if name not in aliases}).items():
        if number is None:
            fresh[name] = _new_entry(unknown[name], next_number + len(fresh), prints[name])
        else:
            fresh[name] = fresh[number]
            aliases[name] = fresh[number].number
    stored = _load(session, {*numbers.values(), *aliases.values()})
    known = {name: stored[number] for name, number in (numbers | aliases).items() if number in stored}
    return known | fresh, aliases


def numbers_of(session: Session, identifiers: Iterable[str]) -> dict[str, int]:
    """The numbers of papers by identifier or alias, deleted ones too; unknown identifiers are left out."""
    wanted = set(identifiers)
    rows = select(PaperRow.paper_id, PaperRow.number).where(among(session, PaperRow.paper_id, wanted))
    found = dict(session.execute(rows).all())
    if missing := wanted - found.keys():
        rows = select(AliasRow.alias, AliasRow.number).where(among(session, AliasRow.alias, missing))
        found |= dict(session.execute(rows).all())
    return found


def _same_as_stored(session: Session, prints: dict[str, Fingerprint]) -> dict[str, int]:
    """Unknown identifiers that are stored papers in other words, with the papers' numbers."""
    if not prints:
        return {}
    same = {}
    for (name, own), found in zip(prints.items(), fingerprints.candidates(session, list(prints.values())), strict=True):
        matches = [(other.title == own.title, jaccard(own, other), -n) for n, other in found if same_paper(own, other)]
        if matches:
            same[name] = -max(matches)[2]
    return same


def _same_in_batch(prints: dict[str, Fingerprint]) -> dict[str, str | None]:
    """For each new identifier the earlier one in this batch that is the same paper, or None."""
    by_mark: dict[int | str, list[str]] = {}
    same: dict[str, str | None] = {}
    for name, own in prints.items():
        marks: tuple[int | str, ...] = (own.key, *own.bands)
        others = dict.fromkeys(other for mark in marks for other in by_mark.get(mark, ()))
        same[name] = next((other for other in others if same_paper(own, prints[other])), None)
        if same[name] is None:
            for mark in marks:
                by_mark.setdefault(mark, []).append(name)
    return same


def _load(session: Session, numbers: set[int]) -> dict[int, _Entry]:
    """The entries of stored papers by number."""
    if not numbers:
        return {}
    columns = [getattr(PaperRow, name) for name in _COLUMNS]
    rows = session.execute(select(*columns).where(among(session, PaperRow.number, numbers)))
    entries = {row.number: _Entry(**row._mapping) for row in rows}
    listings = select(ListingRow.number, ListingRow.feed, ListingRow.day, ListingRow.upvotes)
    for number, feed, day, upvotes in session.execute(listings.where(among(session, ListingRow.number, numbers))):
        entries[number].listings[feed, day] = upvotes
    tags = select(TagRow.number, TagRow.tag, TagRow.place).where(among(session, TagRow.number, numbers))
    for number, tag, place in session.execute(tags):
        entries[number].tags[tag] = place
    return entries


def _new_entry(paper: CleanPaper, number: int, own: Fingerprint) -> _Entry:
    """An entry without text: revision 0, which `_merge` then raises."""
    return _Entry(
        *(number, paper.paper_id, 0, 0, None, "", paper.published, paper.source, paper.url, list(paper.authors)),
        *("", "", None, None, []),
        stored=False,
        print=own,
    )


# ------------------------------------------------------------------------------------------------ what does it change?


def _merge(entry: _Entry, paper: CleanPaper, now: str) -> Put:
    """Merge one record into its paper."""
    own = paper.paper_id == entry.paper_id
    new = entry.revision == 0
    back = entry.deleted_at is not None
    rewritten = own and (paper.title, paper.abstract) != (entry.title, entry.abstract)
    if not new and (rewritten or back):
        entry.earlier.append({name: getattr(entry, name) for name in ("number", "revision", "written_at", *_TEXT)})
    if rewritten:
        if not new:
            if entry.stored and entry.stored_print is None:
                entry.stored_print = _print(entry)
            entry.print = None
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


def _merge_details(entry: _Entry, paper: CleanPaper, own: bool) -> None:
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


# -------------------------------------------------------------------------------------------------- write it all down


def _write(session: Session, entries: list[_Entry], aliases: dict[str, int]) -> None:
    connection = session.connection()
    for entry in entries:
        if entry.print is None:
            entry.print = _print(entry)
    fresh = [entry for entry in entries if not entry.stored]
    kept = [entry for entry in entries if entry.stored and entry.row_changed]
    again = [entry.number for entry in kept if entry.earlier]
    rewritten = [entry for entry in kept if entry.stored_print]
    if fresh:
        connection.execute(insert(PaperRow), [entry.row() for entry in fresh])
    if kept:
        changes: dict[str, Any] = {
            name: bindparam(f"new_{name}") for name in kept[0].row() if name not in ("number", "paper_id")
        }
        change = update(PaperRow).where(PaperRow.number == bindparam("new_number")).values(changes)
        rows = [{f"new_{name}": value for name, value in entry.row().items() if name != "paper_id"} for entry in kept]
        connection.execute(change, rows)
    if again:
        stale = update(PassageRow).where(among(session, PassageRow.number, again)).values(stale=1)
        connection.execute(stale)
    fingerprints.store(
        session,
        {entry.number: entry.print for entry in (*fresh, *rewritten) if entry.print},
        {entry.number: entry.stored_print for entry in rewritten if entry.stored_print},
    )
    for table, rows in (
        (RevisionRow, [earlier for entry in entries for earlier in entry.earlier]),
        (AliasRow, [{"alias": alias, "number": number} for alias, number in aliases.items()]),
        (ListingRow, [_listing(entry, place) for entry in entries for place in sorted(entry.added_listings)]),
        (TagRow, [{"number": e.number, "tag": tag, "place": e.tags[tag]} for e in entries for tag in e.added_tags]),
    ):
        if rows:
            connection.execute(insert(table), rows)
    if votes := [_listing(entry, place) for entry in entries for place in sorted(entry.changed_listings)]:
        vote = update(ListingRow).where(
            *(getattr(ListingRow, name) == bindparam(f"its_{name}") for name in ("number", "feed", "day"))
        )
        rows = [
            {"upvotes" if name == "upvotes" else f"its_{name}": value for name, value in row.items()} for row in votes
        ]
        connection.execute(vote.values(upvotes=bindparam("upvotes")), rows)


def _print(entry: _Entry) -> Fingerprint:
    return duplicates.fingerprints([(entry.paper_id, entry.title, entry.abstract)])[0]


def _listing(entry: _Entry, place: tuple[str, str]) -> dict[str, Any]:
    return {"number": entry.number, "feed": place[0], "day": place[1], "upvotes": entry.listings[place]}
