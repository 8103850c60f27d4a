"""Putting papers into the catalogue: new, changed, unchanged, or the same paper in other words.

A batch is worked out in memory on entries (`Entry`), one for each paper that it touches, and written at the end with
a handful of bulk statements; no statement is sent for a single paper.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from rag.catalogue import duplicates, facts, fingerprints
from rag.catalogue.dialect import among
from rag.catalogue.duplicates import Fingerprint, jaccard, same_paper
from rag.catalogue.entries import COLUMNS, Entry, Put, merge, new_entry
from rag.catalogue.schema import AliasRow, ListingRow, PaperRow, PassageRow, RevisionRow, TagRow
from rag.models import CleanPaper


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
    outcomes = [merge(entries[paper.paper_id], paper, now) for paper in papers]
    touched = {entry.number: entry for entry in entries.values() if entry.changed}
    if touched or aliases:
        _write(session, list(touched.values()), aliases)
        facts.put_value(session, facts.REVISION, str(catalogue_revision + 1))
    return outcomes


# ------------------------------------------------------------------------------------------------ which paper is it?


def _resolve(session: Session, papers: Sequence[CleanPaper]) -> tuple[dict[str, Entry], dict[str, int]]:
    """The entry of each identifier in the batch, and the aliases that were found on the way (alias -> number)."""
    numbers = numbers_of(session, {paper.paper_id for paper in papers})
    unknown: dict[str, CleanPaper] = {}
    for paper in papers:
        if paper.paper_id not in numbers:
            unknown.setdefault(paper.paper_id, paper)
    records = [(name, paper.title, paper.abstract) for name, paper in unknown.items()]
    prints = dict(zip(unknown, duplicates.fingerprints(records), strict=True))
    aliases = _same_as_stored(session, prints)
    fresh: dict[str, Entry] = {}
    next_number = (session.scalar(select(func.max(PaperRow.number))) or 0) + 1
    for name, same in _same_in_batch({name: each for name, each in prints.items() if name not in aliases}).items():
        if same is None:
            fresh[name] = new_entry(unknown[name], next_number + len(fresh), prints[name])
        else:
            fresh[name] = fresh[same]
            aliases[name] = fresh[same].number
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


def _load(session: Session, numbers: set[int]) -> dict[int, Entry]:
    """The entries of stored papers by number."""
    if not numbers:
        return {}
    columns = [getattr(PaperRow, name) for name in COLUMNS]
    rows = session.execute(select(*columns).where(among(session, PaperRow.number, numbers)))
    entries = {row.number: Entry(**row._mapping) for row in rows}
    listings = select(ListingRow.number, ListingRow.feed, ListingRow.day, ListingRow.upvotes)
    for number, feed, day, upvotes in session.execute(listings.where(among(session, ListingRow.number, numbers))):
        entries[number].listings[feed, day] = upvotes
    tags = select(TagRow.number, TagRow.tag, TagRow.place).where(among(session, TagRow.number, numbers))
    for number, tag, place in session.execute(tags):
        entries[number].tags[tag] = place
    return entries


# -------------------------------------------------------------------------------------------------- write it all down


def _write(session: Session, entries: list[Entry], aliases: dict[str, int]) -> None:
    _write_keys(session, [entry for entry in entries if entry.overwritten or not entry.stored])
    _write_rows(session, entries)
    if again := [entry.number for entry in entries if entry.stored and entry.earlier]:
        stale = update(PassageRow).where(among(session, PassageRow.number, again)).values(stale=1)
        session.connection().execute(stale)
    for table, rows in (
        (RevisionRow, [earlier for entry in entries for earlier in entry.earlier]),
        (AliasRow, [{"alias": alias, "number": number} for alias, number in aliases.items()]),
        (ListingRow, [_listing(entry, place) for entry in entries for place in sorted(entry.added_listings)]),
        (TagRow, [{"number": e.number, "tag": tag, "place": e.tags[tag]} for e in entries for tag in e.added_tags]),
    ):
        if rows:
            session.connection().execute(insert(table), rows)
    if votes := [_listing(entry, place) for entry in entries for place in sorted(entry.changed_listings)]:
        its: dict[str, Any] = {name: bindparam(f"its_{name}") for name in votes[0]}
        where = (getattr(ListingRow, name) == its[name] for name in ("number", "feed", "day"))
        vote = update(ListingRow).where(*where).values(upvotes=its["upvotes"])
        session.connection().execute(vote, [{f"its_{name}": value for name, value in row.items()} for row in votes])


def _write_keys(session: Session, entries: list[Entry]) -> None:
    """The keys by which near-duplicates of these papers, new or rewritten, will be found."""
    lacking = [entry for entry in entries if entry.print is None]
    made = duplicates.fingerprints([(entry.paper_id, entry.title, entry.abstract) for entry in lacking])
    for entry, own in zip(lacking, made, strict=True):
        entry.print = own
    new = {entry.number: entry.print for entry in entries if entry.print}
    for entry in entries:
        entry.title_key = new[entry.number].key
    texts = {
        entry.number: (entry.paper_id, *entry.overwritten) for entry in lacking if entry.stored and entry.overwritten
    }
    old = dict(zip(texts, duplicates.fingerprints(list(texts.values())), strict=True))
    fingerprints.store(session, new, old)


def _write_rows(session: Session, entries: list[Entry]) -> None:
    if fresh := [entry.row() for entry in entries if not entry.stored]:
        session.connection().execute(insert(PaperRow), fresh)
    if kept := [entry.row() for entry in entries if entry.stored and entry.row_changed]:
        new: dict[str, Any] = {name: bindparam(f"new_{name}") for name in kept[0]}
        change = update(PaperRow).where(PaperRow.number == new.pop("number")).values(new)
        session.connection().execute(change, [{f"new_{name}": value for name, value in row.items()} for row in kept])


def _listing(entry: Entry, place: tuple[str, str]) -> dict[str, Any]:
    return {"number": entry.number, "feed": place[0], "day": place[1], "upvotes": entry.listings[place]}
