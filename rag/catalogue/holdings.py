"""What the catalogue tells about a paper's past, and about the corpus as a whole."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rag.catalogue.intake import numbers_of
from rag.catalogue.schema import ListingRow, PaperRow, RevisionRow

_ALIVE = PaperRow.deleted_at.is_(None)


class Revision(NamedTuple):
    """A text of a paper that is no longer its current one, and when it was written."""

    revision: int
    written: str
    title: str
    abstract: str


class Raw(NamedTuple):
    """A paper's text as the source gave it, and what cleaning did to it."""

    title: str
    abstract: str
    cleaning: list[str]


class ListedDay(NamedTuple):
    """How many papers a feed listed on a day."""

    feed: str
    day: str
    papers: int


def revisions(session: Session, paper_id: str) -> list[Revision]:
    """The earlier revisions of a paper, oldest first."""
    number = numbers_of(session, [paper_id]).get(paper_id)
    columns = (RevisionRow.revision, RevisionRow.written_at, RevisionRow.title, RevisionRow.abstract)
    rows = session.execute(select(*columns).where(RevisionRow.number == number).order_by(RevisionRow.revision))
    return [Revision(*row) for row in rows]


def raw(session: Session, paper_id: str) -> Raw | None:
    """The current revision as the source gave it; None where there is no such paper."""
    number = numbers_of(session, [paper_id]).get(paper_id)
    title = func.coalesce(PaperRow.raw_title, PaperRow.title)
    abstract = func.coalesce(PaperRow.raw_abstract, PaperRow.abstract)
    row = session.execute(select(title, abstract, PaperRow.cleaning).where(PaperRow.number == number, _ALIVE)).first()
    return None if row is None else Raw(*row)


def listed_days(session: Session) -> list[ListedDay]:
    """Every day on which a feed listed papers that are here, in order."""
    rows = (
        select(ListingRow.feed, ListingRow.day, func.count())
        .join(PaperRow, PaperRow.number == ListingRow.number)
        .where(_ALIVE)
        .group_by(ListingRow.feed, ListingRow.day)
        .order_by(ListingRow.day, ListingRow.feed)
    )
    return [ListedDay(*row) for row in session.execute(rows)]
