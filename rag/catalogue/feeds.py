"""Briefs as feeds and pages show them: what came last, and what stands before and after a brief."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from sqlalchemy import Select, and_, func, or_, select, true
from sqlalchemy.orm import Session

from rag.catalogue import facts
from rag.catalogue.schema import BriefRow, FactRow
from rag.models import Briefing

IDENTITY = "feed_identity"
_NEWEST = (BriefRow.created.desc(), BriefRow.brief_id.desc())


@dataclass(frozen=True, slots=True)
class FeedState:
    """A feed's identifier, how many briefs it has, and the newest; the latter's time, else that of the beginning."""

    id: str
    briefs: int
    newest: str | None
    updated: str


def begin(session: Session) -> None:
    """Give the feed of this catalogue its identifier, once: it stays when the service moves to another address."""
    if facts.value(session, IDENTITY) is None:
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        facts.put_value(session, IDENTITY, f"{uuid.uuid4().urn} {now}")


def state(session: Session) -> FeedState | None:
    """How the feed stands, without reading a brief; None before it has begun."""
    row = session.execute(_state_query()).one_or_none()
    if row is None:
        return None
    feed_id, _, began = row.value.partition(" ")
    return FeedState(feed_id, row.briefs, row.brief_id, row.created or began)


@cache
def _state_query() -> Select[tuple[str, int, str | None, str | None]]:
    """One statement, made once: feed readers poll."""
    last = select(BriefRow.brief_id, BriefRow.created).where(BriefRow.papers > 0).order_by(*_NEWEST).limit(1).subquery()
    count = select(func.count()).select_from(BriefRow).where(BriefRow.papers > 0).scalar_subquery()
    return (
        select(FactRow.value, count.label("briefs"), last.c.brief_id, last.c.created)
        .select_from(FactRow)
        .outerjoin(last, true())
        .where(FactRow.name == IDENTITY)
    )


def recent(session: Session, limit: int) -> list[Briefing]:
    """The newest briefs that report something, the newest first."""
    rows = select(BriefRow.brief).where(BriefRow.papers > 0).order_by(*_NEWEST).limit(limit)
    return [Briefing.model_validate_json(text) for text in session.scalars(rows)]


def beside(session: Session, brief_id: str) -> tuple[tuple[str, str] | None, tuple[str, str] | None]:
    """The briefs before and after a brief in its series, each as identifier and title."""
    here = session.execute(select(BriefRow.series, BriefRow.created).where(BriefRow.brief_id == brief_id)).one_or_none()
    if here is None:
        return None, None
    chosen = select(BriefRow.brief_id, BriefRow.title).where(BriefRow.series == here.series).limit(1)
    same = BriefRow.created == here.created
    earlier = or_(BriefRow.created < here.created, and_(same, BriefRow.brief_id < brief_id))
    later = or_(BriefRow.created > here.created, and_(same, BriefRow.brief_id > brief_id))
    before = chosen.where(earlier).order_by(*_NEWEST)
    after = chosen.where(later).order_by(BriefRow.created, BriefRow.brief_id)
    found = [session.execute(one).one_or_none() for one in (before, after)]
    return tuple((one.brief_id, one.title) if one else None for one in found)  # type: ignore[return-value]
