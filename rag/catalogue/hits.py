"""What a search shows of its hits: the papers with their passages.

On every query's path. Building a statement costs several times what SQLite needs for ten papers, so these three are
built once and only given their values.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Row, and_, bindparam, select
from sqlalchemy.orm import Session

from rag.catalogue.schema import IS_CURRENT, ListingRow, PaperRow, PassageRow, TagRow
from rag.models import Paper, PaperListing

Spans = tuple[tuple[int, int], ...]

_MOST = 1_000  # values of one statement

_PAPERS = (
    select(
        *(PaperRow.number, PaperRow.paper_id, PaperRow.title, PaperRow.abstract, PaperRow.authors),
        *(PaperRow.published, PaperRow.url, PaperRow.source, PaperRow.revision, PassageRow.spans),
    )
    .outerjoin(PassageRow, and_(PassageRow.number == PaperRow.number, PassageRow.revision == PaperRow.revision))
    .where(PaperRow.paper_id.in_(bindparam("ids", expanding=True)), IS_CURRENT)
)
_LISTINGS = (
    select(ListingRow.number, ListingRow.feed, ListingRow.day, ListingRow.upvotes)
    .where(ListingRow.number.in_(bindparam("numbers", expanding=True)))
    .order_by(ListingRow.day, ListingRow.feed)
)
_TAGS = (
    select(TagRow.number, TagRow.tag)
    .where(TagRow.number.in_(bindparam("numbers", expanding=True)))
    .order_by(TagRow.place)
)


_VECTORS = (
    select(PaperRow.paper_id, PaperRow.revision, PassageRow.passages, PassageRow.vectors)
    .join(PassageRow, and_(PassageRow.number == PaperRow.number, PassageRow.revision == PaperRow.revision))
    .where(PaperRow.paper_id.in_(bindparam("ids", expanding=True)), IS_CURRENT)
)
_NAMED = select(PaperRow.paper_id).where(
    PaperRow.paper_id.in_(bindparam("ids", expanding=True)), PaperRow.deleted_at.is_(None)
)


def paper_of(row: Row[*tuple[Any, ...]], listings: Iterable[PaperListing], tags: Iterable[str]) -> Paper:
    """A paper of its row's columns and of what stands in other tables."""
    return Paper(
        id=row.paper_id,
        title=row.title,
        abstract=row.abstract,
        authors=tuple(row.authors),
        published=row.published,
        url=row.url,
        source=row.source,
        listings=tuple(listings),
        revision=row.revision,
        tags=tuple(tags),
    )


def present(session: Session, ids: Sequence[str]) -> set[str]:
    """Those of `ids` that are the own identifiers of papers that are here."""
    connection = session.connection()
    pages = (list(ids[start : start + _MOST]) for start in range(0, len(ids), _MOST))
    return {paper_id for page in pages for (paper_id,) in connection.execute(_NAMED, {"ids": page})}


def matrices(session: Session, ids: Sequence[str]) -> list[tuple[str, int, int, bytes]]:
    """(paper, revision, number of passages, vectors) of the papers that search may show, in no order."""
    connection = session.connection()
    pages = (list(ids[start : start + _MOST]) for start in range(0, len(ids), _MOST))
    rows = (row for page in pages for row in connection.execute(_VECTORS, {"ids": page}))
    return [(paper_id, revision, passages, blob) for paper_id, revision, passages, blob in rows]


def read(
    session: Session, ids: Sequence[str], vectors_of: Collection[str]
) -> tuple[dict[str, Paper], dict[str, Spans], dict[str, bytes]]:
    """Papers by their own identifiers (aliases are not looked up), their passages' spans, and vectors of some of them.

    Only papers that search may show. Vectors are as in `rag.catalogue.indexing.IndexEntry`; they are most of what is
    read, so ask only for those that are needed.
    """
    papers: dict[str, Paper] = {}
    spans: dict[str, Spans] = {}
    connection = session.connection()
    for start in range(0, len(ids), _MOST):
        rows = connection.execute(_PAPERS, {"ids": list(ids[start : start + _MOST])}).all()
        numbers = {"numbers": [row.number for row in rows]}
        listings: dict[int, list[PaperListing]] = {}
        tags: dict[int, list[str]] = {}
        if rows:
            for number, feed, day, upvotes in connection.execute(_LISTINGS, numbers):
                listings.setdefault(number, []).append(PaperListing(feed=feed, day=day, upvotes=upvotes))
            for number, tag in connection.execute(_TAGS, numbers):
                tags.setdefault(number, []).append(tag)
        for row in rows:
            papers[row.paper_id] = paper_of(row, listings.get(row.number, ()), tags.get(row.number, ()))
            if row.spans is not None:
                spans[row.paper_id] = tuple((first, last) for first, last in json.loads(row.spans))
    vectors = {paper_id: blob for paper_id, _, _, blob in matrices(session, list(vectors_of))} if vectors_of else {}
    return papers, spans, vectors
