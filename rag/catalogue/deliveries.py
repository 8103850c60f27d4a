"""The ledger of deliveries: one row for each subscriber and what is sent to them, from the wish to the end.

    waiting -> claimed -> sending -> sent
                  ^           |
                  +- failed <-+-> dead       cancelled, where the subscriber left before it was sent

A row is written before anything is sent, so nothing is forgotten; it is the only one for its subscriber and subject, so
nothing is sent again. Between `sending` and `sent` stands the one moment that no ledger can cover: see
docs/decisions/0015-delivery.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Update, case, func, insert, literal, select, tuple_, update
from sqlalchemy.orm import Session

from rag.catalogue.outgoing import DeliveryRow, SubscriberRow, SubscriberTopicRow
from rag.models import Cadence, Channel, Delivery, DeliveryKind, DeliveryState

_OPEN = ("waiting", "failed", "claimed", "sending")


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery in a sender's hand. `state` is the subscriber's."""

    subscriber_id: str
    subject: str
    kind: DeliveryKind
    attempts: int
    created: float
    channel: Channel
    address: str | None
    state: str

    @property
    def deliverable(self) -> bool:
        """Whether it may still be sent: the mail that asks to confirm also goes to who is not active."""
        return self.address is not None and (self.kind == "confirm" or self.state == "active")


@dataclass(frozen=True, slots=True)
class Noted:
    """What became of a delivery. `next_try` is the Unix time of the next attempt of one that failed."""

    subscriber_id: str
    subject: str
    state: DeliveryState
    at: float
    reason: str | None = None
    next_try: float = 0.0
    counted: bool = True
    """Whether it was an attempt: not where the server could not be reached at all."""
    doubtful: bool = False


def enlist(session: Session, brief_id: str, cadence: Cadence, topic_key: str, at: float) -> int:
    """Put a brief into the ledger for everybody who wants it; how many were not there yet."""
    wanting = (
        select(
            SubscriberRow.subscriber_id,
            literal(brief_id),
            literal("brief"),
            literal("waiting"),
            literal(at),
            literal(at),
            literal(0),
            literal(0),
        )
        .join(SubscriberTopicRow, SubscriberTopicRow.subscriber_id == SubscriberRow.subscriber_id)
        .where(
            SubscriberTopicRow.topic_key == topic_key,
            SubscriberRow.state == "active",
            SubscriberRow.cadence == cadence,
            ~select(DeliveryRow.subject)
            .where(DeliveryRow.subscriber_id == SubscriberRow.subscriber_id, DeliveryRow.subject == brief_id)
            .exists(),
        )
    )
    names = ["subscriber_id", "subject", "kind", "state", "next_try", "created", "attempts", "doubtful"]
    return session.connection().execute(insert(DeliveryRow).from_select(names, wanting)).rowcount


def wanting(session: Session, brief_id: str, cadence: Cadence, topic_key: str, at: float) -> list[Claim]:
    """What `enlist` and `claim` would give for a brief that nobody has yet; nothing is kept."""
    rows = session.execute(
        select(SubscriberRow)
        .join(SubscriberTopicRow, SubscriberTopicRow.subscriber_id == SubscriberRow.subscriber_id)
        .where(
            SubscriberTopicRow.topic_key == topic_key,
            SubscriberRow.state == "active",
            SubscriberRow.cadence == cadence,
        )
        .order_by(SubscriberRow.subscriber_id)
    ).scalars()
    return [
        Claim(row.subscriber_id, brief_id, "brief", 0, at, _channel(row.channel), row.address, row.state)
        for row in rows
    ]


def claim(
    session: Session, owner: str, *, kind: DeliveryKind, channel: Channel, at: float, lease: float, most: int
) -> list[Claim]:
    """Take up to `most` deliveries that are due, until `at + lease`; the first that came first.

    One whose owner let the lease run out is taken over. If it was `sending`, nobody knows whether it arrived.
    """
    due = (
        select(DeliveryRow, SubscriberRow.channel, SubscriberRow.address, SubscriberRow.state)
        .join(SubscriberRow, SubscriberRow.subscriber_id == DeliveryRow.subscriber_id)
        .where(
            DeliveryRow.kind == kind,
            DeliveryRow.state.in_(_OPEN),
            DeliveryRow.next_try <= at,
            SubscriberRow.channel == channel,
        )
        .limit(most)
        .with_for_update(skip_locked=True, of=DeliveryRow)
    )
    rows = session.execute(due).all()
    if not rows:
        return []
    keys = [(row.DeliveryRow.subscriber_id, row.DeliveryRow.subject) for row in rows]
    session.connection().execute(
        update(DeliveryRow)
        .where(tuple_(DeliveryRow.subscriber_id, DeliveryRow.subject).in_(keys))
        .values(
            doubtful=DeliveryRow.doubtful + case((DeliveryRow.state == "sending", 1), else_=0),
            state="claimed",
            owner=owner,
            next_try=at + lease,
        )
    )
    return [
        Claim(
            row.DeliveryRow.subscriber_id,
            row.DeliveryRow.subject,
            kind,
            row.DeliveryRow.attempts,
            row.DeliveryRow.created,
            _channel(row.channel),
            row.address,
            row.state,
        )
        for row in rows
    ]


def begin(session: Session, claims: Sequence[Claim], done: Sequence[Noted], owner: str, until: float) -> list[Claim]:
    """Note what is done and that these are being handed over now, in one; those that are still this owner's.

    One that another took over, because this owner seemed dead, must not be sent by it any more.
    """
    note(session, done, owner)
    connection = session.connection()
    ours = []
    for one in claims:
        mine = _row(one.subscriber_id, one.subject).where(DeliveryRow.owner == owner, DeliveryRow.state == "claimed")
        if connection.execute(mine.values(state="sending", next_try=until)).rowcount:
            ours.append(one)
    return ours


def note(session: Session, done: Sequence[Noted], owner: str) -> None:
    """Note what became of deliveries, where they are still this owner's."""
    connection = session.connection()
    for one in done:
        values: dict[str, object] = {
            "state": one.state,
            "next_try": one.next_try,
            "reason": one.reason,
            "owner": None,
            "attempts": DeliveryRow.attempts + int(one.counted),
            "doubtful": DeliveryRow.doubtful + int(one.doubtful),
        }
        if one.state == "sent":
            values["sent"] = _shown(one.at)
        connection.execute(_row(one.subscriber_id, one.subject).where(DeliveryRow.owner == owner).values(values))
        if one.state == "sent":
            _forgive(session, one.subscriber_id)


def _forgive(session: Session, subscriber_id: str) -> None:
    """What arrived ends the row of refusals."""
    some = update(SubscriberRow).where(SubscriberRow.subscriber_id == subscriber_id, SubscriberRow.refusals > 0)
    session.connection().execute(some.values(refusals=0))


def release(session: Session, owner: str, at: float) -> int:
    """Give back what an owner that is gone had in hand; how many that were."""
    theirs = update(DeliveryRow).where(DeliveryRow.owner == owner, DeliveryRow.state.in_(("claimed", "sending")))
    back = theirs.values(
        doubtful=DeliveryRow.doubtful + case((DeliveryRow.state == "sending", 1), else_=0),
        state=case((DeliveryRow.attempts > 0, "failed"), else_="waiting"),
        owner=None,
        next_try=at,
    )
    return session.connection().execute(back).rowcount


def retry(session: Session, at: float, *, subscriber_id: str | None = None) -> int:
    """Try dead deliveries once more from the beginning, all or those of one subscriber; how many."""
    dead = update(DeliveryRow).where(DeliveryRow.state == "dead")
    if subscriber_id is not None:
        dead = dead.where(DeliveryRow.subscriber_id == subscriber_id)
    return session.connection().execute(dead.values(state="waiting", attempts=0, next_try=at, created=at)).rowcount


def counts(session: Session, subject: str | None = None) -> dict[str, int]:
    """How many deliveries there are in each state, of one brief or of all."""
    counted = select(DeliveryRow.state, func.count()).group_by(DeliveryRow.state)
    if subject is not None:
        counted = counted.where(DeliveryRow.subject == subject)
    return dict(session.execute(counted).all())


def next_due(session: Session) -> float | None:
    """The Unix time from which something is to be sent, None where there is nothing."""
    return session.scalar(select(func.min(DeliveryRow.next_try)).where(DeliveryRow.state.in_(_OPEN)))


def listed(session: Session, states: Sequence[DeliveryState], limit: int = 1_000) -> list[Delivery]:
    """Deliveries in these states with their addresses, the oldest first."""
    rows = session.execute(
        select(DeliveryRow, SubscriberRow.address)
        .join(SubscriberRow, SubscriberRow.subscriber_id == DeliveryRow.subscriber_id)
        .where(DeliveryRow.state.in_(states))
        .order_by(DeliveryRow.created, DeliveryRow.subscriber_id, DeliveryRow.subject)
        .limit(limit)
    ).all()
    return [
        Delivery.model_validate(
            {
                "subscriber_id": row.DeliveryRow.subscriber_id,
                "subject": row.DeliveryRow.subject,
                "kind": row.DeliveryRow.kind,
                "state": row.DeliveryRow.state,
                "attempts": row.DeliveryRow.attempts,
                "doubtful": row.DeliveryRow.doubtful,
                "next_try": _shown(row.DeliveryRow.next_try) if row.DeliveryRow.state in _OPEN else None,
                "reason": row.DeliveryRow.reason,
                "sent": row.DeliveryRow.sent,
                "address": row.address,
            }
        )
        for row in rows
    ]


def _row(subscriber_id: str, subject: str) -> Update:
    return update(DeliveryRow).where(DeliveryRow.subscriber_id == subscriber_id, DeliveryRow.subject == subject)


def _channel(name: str) -> Channel:
    assert name in ("mail", "webhook")
    return "mail" if name == "mail" else "webhook"


def _shown(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
