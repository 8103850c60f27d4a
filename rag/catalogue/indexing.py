"""The state of the two derived indexes: what they lack, what they hold too much, what search may show.

The order is always `store_passages`, then the indexes, then `mark_indexed`; and for what must go the indexes, then
`forget_passages`. A crash between two of these leaves a paper pending or a revision to remove, never one that is lost
or half visible.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import ColumnElement, Select, and_, bindparam, delete, func, insert, select, true, update
from sqlalchemy.orm import Session

from rag.catalogue import facts
from rag.catalogue.dialect import among, dialect_name, is_listed, listed
from rag.catalogue.intake import numbers_of
from rag.catalogue.papers import selected
from rag.catalogue.schema import IS_CURRENT, IS_PENDING, IS_STALE, PaperRow, PassageRow
from rag.errors import NotFound
from rag.models import Paper

Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """One revision of a paper as it goes into the indexes.

    `spans` are the offsets of its passages in the abstract; `vectors` holds a vector for each, little-endian float16,
    passages x dimension.
    """

    paper_id: str
    revision: int
    spans: Spans
    vectors: bytes


# ------------------------------------------------------------------------------------------------- filling the indexes


def pending(session: Session, limit: int) -> list[Paper]:
    """Up to `limit` papers whose current text the indexes do not hold, in the order in which they came."""
    return list(selected(session, IS_PENDING, limit=limit).values())


def pending_count(session: Session) -> int:
    """How many papers wait to be indexed."""
    return session.scalar(select(func.count()).select_from(PaperRow).where(IS_PENDING)) or 0


def store_passages(session: Session, entries: Sequence[IndexEntry]) -> None:
    """Keep the spans and vectors of revisions that are about to be indexed, in the place of earlier ones.

    A revision that was overtaken in the meantime is kept too, as one to remove: the caller is about to index it.

    Raises:
        NotFound: the catalogue has no paper with one of these identifiers.
    """
    if not entries:
        return
    numbers = numbers_of(session, [entry.paper_id for entry in entries])
    for entry in entries:
        if entry.paper_id not in numbers:
            raise NotFound(f"There is no paper {entry.paper_id!r} to store passages for.")
    model = index_identity(session) or ""
    rows = [
        {
            "number": numbers[entry.paper_id],
            "revision": entry.revision,
            "passages": len(entry.spans),
            "stale": 0,
            "model": model,
            "spans": json.dumps(entry.spans, separators=(",", ":")),
            "vectors": entry.vectors,
        }
        for entry in entries
    ]
    connection = session.connection()
    earlier = delete(PassageRow).where(PassageRow.number == bindparam("n"), PassageRow.revision == bindparam("r"))
    connection.execute(earlier, [{"n": row["number"], "r": row["revision"]} for row in rows])
    connection.execute(insert(PassageRow), rows)
    living = select(PaperRow.number).where(
        PaperRow.number == PassageRow.number, PaperRow.revision == PassageRow.revision, PaperRow.deleted_at.is_(None)
    )
    overtaken = update(PassageRow).where(
        among(session, PassageRow.number, [int(str(row["number"])) for row in rows]), ~living.exists()
    )
    connection.execute(overtaken.values(stale=1))


def mark_indexed(session: Session, pairs: Sequence[tuple[str, int]]) -> None:
    """Say that both indexes hold these (paper, revision); one that is no longer current stays unmarked."""
    if pairs:
        marked = update(PaperRow).where(
            PaperRow.paper_id == bindparam("p"), PaperRow.revision == bindparam("r"), PaperRow.deleted_at.is_(None)
        )
        rows = [{"p": paper_id, "r": revision} for paper_id, revision in pairs]
        session.connection().execute(marked.values(indexed_revision=bindparam("r")), rows)


# ------------------------------------------------------------------------------------------------ emptying the indexes


def to_remove(session: Session, limit: int) -> list[tuple[str, int, int]]:
    """Up to `limit` (paper, revision, passages) that may stand in the indexes and should not: old, or deleted."""
    rows = select(PaperRow.paper_id, PassageRow.revision, PassageRow.passages).join(
        PassageRow, PassageRow.number == PaperRow.number
    )
    ordered = rows.where(IS_STALE).order_by(PassageRow.number, PassageRow.revision).limit(limit)
    return [(paper_id, revision, passages) for paper_id, revision, passages in session.execute(ordered)]


def forget_passages(session: Session, pairs: Sequence[tuple[str, int]]) -> None:
    """Forget (paper, revision) that the indexes no longer hold. What is still current is never forgotten."""
    numbers = numbers_of(session, [paper_id for paper_id, _ in pairs])
    rows = [{"n": numbers[paper_id], "r": revision} for paper_id, revision in pairs if paper_id in numbers]
    if rows:
        gone = delete(PassageRow).where(
            PassageRow.number == bindparam("n"), PassageRow.revision == bindparam("r"), IS_STALE
        )
        session.connection().execute(gone, rows)


def unmark_all(session: Session) -> None:
    """Call every paper pending, and keep its vectors: for indexes that are being made again from them."""
    session.connection().execute(update(PaperRow).where(PaperRow.indexed_revision != 0).values(indexed_revision=0))


def unmark(session: Session, paper_ids: Collection[str]) -> None:
    """Call these papers pending, and keep their vectors: for papers that an index has lost."""
    lost = update(PaperRow).where(among(session, PaperRow.paper_id, paper_ids))
    session.connection().execute(lost.values(indexed_revision=0))


def drop_vectors(session: Session) -> None:
    """Call every paper pending, and forget all spans and vectors: for another embedding model.

    With them goes what `to_remove` knows, so the caller must empty both indexes as a whole.
    """
    unmark_all(session)
    session.connection().execute(delete(PassageRow))


# ----------------------------------------------------------------------------------------------------- asking, quickly


def current(session: Session, paper_ids: Collection[str]) -> dict[str, int]:
    """The revision of each paper that search may show: not deleted, and indexed as it is now. Aliases do not count."""
    name = dialect_name(session)
    return dict(session.connection().execute(_current(name), {"values": listed(name, paper_ids)}).all())


@lru_cache
def _current(dialect: str) -> Select[str, int]:
    """Made once: every search asks this, and making the statement would take longer than running it."""
    return select(PaperRow.paper_id, PaperRow.revision).where(is_listed(dialect, PaperRow.paper_id), IS_CURRENT)


def vectors(session: Session, paper_ids: Collection[str]) -> list[tuple[str, int, Spans, bytes]]:
    """(paper, revision, spans, vectors) of the papers that search may show, in no order; see `IndexEntry`."""
    return _vectors(session, paper_ids, IS_CURRENT)


def stored_vectors(session: Session, paper_ids: Collection[str]) -> list[tuple[str, int, Spans, bytes]]:
    """The same for papers that are not marked yet, where the index's own model made their vectors: for a reindex."""
    made_by_this_model = PassageRow.model == (index_identity(session) or "")
    return _vectors(session, paper_ids, and_(PaperRow.deleted_at.is_(None), made_by_this_model))


def _vectors(
    session: Session, paper_ids: Collection[str], condition: ColumnElement[bool]
) -> list[tuple[str, int, Spans, bytes]]:
    chosen = select(PaperRow.paper_id, PaperRow.revision, PassageRow.spans, PassageRow.vectors).join(
        PassageRow, and_(PassageRow.number == PaperRow.number, PassageRow.revision == PaperRow.revision)
    )
    rows = session.connection().execute(chosen.where(among(session, PaperRow.paper_id, paper_ids), condition)).all()
    # One call of the JSON reader for all: five hundred calls take longer than the query.
    every = json.loads(f"[{','.join(spans for _, _, spans, _ in rows)}]")
    return [
        (paper_id, revision, _pairs(spans), blob)
        for (paper_id, revision, _, blob), spans in zip(rows, every, strict=True)
    ]


def _pairs(spans: list[list[int]]) -> Spans:
    return tuple((start, end) for start, end in spans)


def spans(session: Session, paper_id: str, revision: int) -> Spans:
    """The offsets of the passages of one revision; empty where none are stored."""
    row = select(PassageRow.spans).join(PaperRow, PaperRow.number == PassageRow.number)
    stored = session.scalar(row.where(PaperRow.paper_id == paper_id, PassageRow.revision == revision))
    return () if stored is None else _pairs(json.loads(stored))


def indexed_papers(session: Session, after: str | None, limit: int) -> list[tuple[str, int, int]]:
    """A page of (paper, revision, passages) that the indexes should hold, by identifier, after the given one."""
    rows = select(PaperRow.paper_id, PaperRow.revision, func.coalesce(PassageRow.passages, 0)).outerjoin(
        PassageRow, and_(PassageRow.number == PaperRow.number, PassageRow.revision == PaperRow.revision)
    )
    page = rows.where(IS_CURRENT, PaperRow.paper_id > after if after is not None else true())
    ordered = session.execute(page.order_by(PaperRow.paper_id).limit(limit))
    return [(paper_id, revision, passages) for paper_id, revision, passages in ordered]


# ------------------------------------------------------------------------------------------------ which model made it


def index_identity(session: Session) -> str | None:
    """Name, dimension and digest of the embedding that made the indexes; None where there is none yet."""
    return facts.value(session, facts.INDEX_IDENTITY)


def set_index_identity(session: Session, identity: str | None) -> None:
    """Say which embedding makes the indexes from now on."""
    facts.put_value(session, facts.INDEX_IDENTITY, identity)
