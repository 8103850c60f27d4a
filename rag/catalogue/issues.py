"""Which brief of a period is written, and by whom: one for each period and topic, however many want to write it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from rag.catalogue.outgoing import IssueRow


@dataclass(frozen=True, slots=True)
class Issue:
    """What a claim found: `ours` to write, `theirs` that write it now, or `written` already.

    `begun` is when it was claimed first: one that was taken over may have been written since, and not been noted.
    """

    state: Literal["ours", "theirs", "written"]
    brief_id: str | None = None
    begun: str = ""


def claim(
    session: Session,
    period: str,
    topic_key: str,
    owner: str,
    *,
    gone: Collection[str],
    at: float,
    lease: float,
    day: str,
) -> Issue:
    """Claim the brief of a period on a topic until `at + lease`, unless another has, who is not `gone`.

    The row's key decides between two at once: only one can insert it.
    """
    row = session.get(IssueRow, (period, topic_key), with_for_update=True)
    if row is None:
        try:
            with session.begin_nested():
                session.execute(
                    insert(IssueRow).values(
                        period=period, topic_key=topic_key, created=day, owner=owner, lease=at + lease
                    )
                )
        except IntegrityError:
            return Issue("theirs")
        return Issue("ours", begun=day)
    if row.brief_id is not None:
        return Issue("written", row.brief_id)
    if row.owner in gone or row.owner == owner or row.owner is None or row.lease <= at:
        row.owner, row.lease = owner, at + lease
        return Issue("ours", begun=row.created)
    return Issue("theirs")


def written(session: Session, period: str, topic_key: str, owner: str, brief_id: str) -> bool:
    """Note the brief of a claim; False where another took it over in the meantime."""
    mine = update(IssueRow).where(
        IssueRow.period == period,
        IssueRow.topic_key == topic_key,
        IssueRow.owner == owner,
        IssueRow.brief_id.is_(None),
    )
    return bool(session.connection().execute(mine.values(brief_id=brief_id, owner=None)).rowcount)


def brief_of(session: Session, period: str, topic_key: str) -> str | None:
    """The brief that was written, None where none was yet."""
    return session.scalar(select(IssueRow.brief_id).where(IssueRow.period == period, IssueRow.topic_key == topic_key))
