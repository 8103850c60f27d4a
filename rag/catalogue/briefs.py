"""Briefs, kept as they were written, with what they were made of: they are read again, searched in, and rebuilt.

A brief never changes. Beside it stand its papers at the revisions that it read, so that a scope can name it and the
next one knows what was reported, and its plan and the model's replies, from which it can be made again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, insert, or_, select
from sqlalchemy.orm import Session, defer

from rag.catalogue.dialect import among
from rag.catalogue.intake import numbers_of
from rag.catalogue.schema import BriefPaperRow, BriefRow, PaperRow, RevisionRow
from rag.errors import InputError
from rag.models import Briefing, BriefListing, BriefPage, Window


@dataclass(frozen=True, slots=True)
class KeptBrief:
    """A brief with its plan and replies, both JSON that the use case wrote."""

    briefing: Briefing
    plan: str
    replies: str


def keep(session: Session, briefing: Briefing, *, series: str, plan: str, replies: str) -> None:
    """Keep a brief that is not kept yet."""
    connection = session.connection()
    connection.execute(
        insert(BriefRow),
        [
            {
                "brief_id": briefing.id,
                "created": briefing.provenance.created,
                "series": series,
                "week": briefing.week,
                "since": briefing.window.since,
                "until": briefing.window.until,
                "title": briefing.title,
                "topic": briefing.topic,
                "papers": briefing.coverage.papers_reported,
                "brief": briefing.model_dump_json(),
                "plan": plan,
                "replies": replies,
            }
        ],
    )
    numbers = numbers_of(session, [paper.paper_id for paper in briefing.papers])
    rows = [
        {"brief_id": briefing.id, "number": numbers[paper.paper_id], "revision": paper.revision}
        for paper in briefing.papers
        if paper.paper_id in numbers
    ]
    if rows:
        connection.execute(insert(BriefPaperRow), rows)


def get(session: Session, brief_id: str) -> Briefing | None:
    """The brief with this identifier, None where there is none."""
    text = session.scalar(select(BriefRow.brief).where(BriefRow.brief_id == brief_id))
    return None if text is None else Briefing.model_validate_json(text)


def kept(session: Session, brief_id: str) -> KeptBrief | None:
    """The same with what it was made of."""
    row = session.execute(
        select(BriefRow.brief, BriefRow.plan, BriefRow.replies).where(BriefRow.brief_id == brief_id)
    ).one_or_none()
    return None if row is None else KeptBrief(Briefing.model_validate_json(row.brief), row.plan, row.replies)


def exists(session: Session, brief_id: str) -> bool:
    """Whether there is a brief with this identifier."""
    return session.scalar(select(BriefRow.brief_id).where(BriefRow.brief_id == brief_id)) is not None


def page(session: Session, *, after: str | None = None, limit: int = 50) -> BriefPage:
    """Up to `limit` briefs, the newest first, and the cursor of the next page.

    Raises InputError: `after` is not a cursor that this function gave.
    """
    # A brief is large, and a list of them shows none of it.
    listed = select(BriefRow).options(defer(BriefRow.brief), defer(BriefRow.plan), defer(BriefRow.replies))
    chosen = listed.order_by(BriefRow.created.desc(), BriefRow.brief_id.desc()).limit(limit + 1)
    if after is not None:
        created, _, brief_id = after.partition("~")
        if not brief_id:
            raise InputError(f"{after!r} is not a cursor.", hint="Pass the cursor of the page before, or none.")
        older = and_(BriefRow.created == created, BriefRow.brief_id < brief_id)
        chosen = chosen.where(or_(BriefRow.created < created, older))
    rows = list(session.scalars(chosen))
    shown = rows[:limit]
    following = f"{shown[-1].created}~{shown[-1].brief_id}" if len(rows) > limit and shown else None
    return BriefPage(briefs=tuple(map(_listing, shown)), next=following)


def _listing(row: BriefRow) -> BriefListing:
    return BriefListing(
        id=row.brief_id,
        topic=row.topic,
        week=row.week,
        window=Window(since=row.since, until=row.until),
        title=row.title,
        papers=row.papers,
        created=row.created,
    )


def latest(session: Session, series: str, since: str | None, until: str | None) -> str | None:
    """The newest brief of a series over exactly this window, None where there is none."""
    return session.scalar(
        select(BriefRow.brief_id)
        .where(BriefRow.series == series, BriefRow.since.is_not_distinct_from(since))
        .where(BriefRow.until.is_not_distinct_from(until))
        .order_by(BriefRow.created.desc(), BriefRow.brief_id.desc())
        .limit(1)
    )


def reported_before(session: Session, series: str, until: str | None) -> dict[str, int]:
    """The papers that earlier briefs of a series reported, with the newest revision that they read.

    Earlier are those whose window ended before this one does; without an end, none is.
    """
    if until is None:
        return {}
    rows = session.execute(
        select(PaperRow.paper_id, BriefPaperRow.revision)
        .join(BriefPaperRow, BriefPaperRow.number == PaperRow.number)
        .join(BriefRow, BriefRow.brief_id == BriefPaperRow.brief_id)
        .where(BriefRow.series == series, BriefRow.until < until)
    ).all()
    reported: dict[str, int] = {}
    for paper_id, revision in rows:
        reported[paper_id] = max(revision, reported.get(paper_id, 0))
    return reported


def texts(session: Session, papers: Sequence[tuple[str, int]]) -> dict[str, tuple[str, str]]:
    """Title and abstract of papers at the revisions given, deleted ones too; what is not there is left out."""
    names = [paper_id for paper_id, _ in papers]
    wanted = dict(papers)
    found: dict[str, tuple[str, str]] = {}
    current = select(PaperRow.paper_id, PaperRow.revision, PaperRow.title, PaperRow.abstract)
    for paper_id, revision, title, abstract in session.execute(current.where(among(session, PaperRow.paper_id, names))):
        if wanted[paper_id] == revision:
            found[paper_id] = title, abstract
    if missing := wanted.keys() - found.keys():
        earlier = (
            select(PaperRow.paper_id, RevisionRow.revision, RevisionRow.title, RevisionRow.abstract)
            .join(RevisionRow, RevisionRow.number == PaperRow.number)
            .where(among(session, PaperRow.paper_id, missing))
        )
        for paper_id, revision, title, abstract in session.execute(earlier):
            if wanted[paper_id] == revision:
                found[paper_id] = title, abstract
    return found
