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
from typing import Any

from sqlalchemy import Select, Text, and_, bindparam, case, func, insert, literal, select, tuple_, update
from sqlalchemy.orm import Session

from rag.catalogue.outgoing import DeliveryRow, SubscriberRow, SubscriberTopicRow
from rag.catalogue.subscribers import topic_mark
from rag.models import Cadence, Channel, Delivery, DeliveryKind, DeliveryState

MOST_REFUSALS = 3
"""So often in a row an address is refused for good before nothing more is sent to it."""
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
    refused: bool = False
    """Whether the address itself was refused for good; three times in a row suspend the subscriber."""


def enlist(session: Session, brief_id: str, cadence: Cadence, topic_key: str, at: float) -> int:
    """Put a brief into the ledger for everybody who wants it; how many were not there yet."""
    return _enlist(session, brief_id, "brief", cadence, topic_key, at, ("mail", "webhook"))


def enlist_notice(session: Session, cadence: Cadence, topic_key: str, at: float) -> int:
    """Have everybody who wants a topic told by mail, once, that it is not written on; how many were not told yet."""
    return _enlist(session, topic_mark(topic_key), "notice", cadence, topic_key, at, ("mail",))


def _enlist(
    session: Session,
    subject: str,
    kind: DeliveryKind,
    cadence: Cadence,
    topic_key: str,
    at: float,
    channels: Sequence[Channel],
) -> int:
    wanting = (
        select(
            SubscriberRow.subscriber_id,
            literal(subject),
            literal(kind),
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
            SubscriberRow.channel.in_(channels),
            ~select(DeliveryRow.subject)
            .where(DeliveryRow.subscriber_id == SubscriberRow.subscriber_id, DeliveryRow.subject == subject)
            .exists(),
        )
    )
    names = ["subscriber_id", "subject", "kind", "state", "next_try", "created", "attempts", "doubtful"]
    return session.connection().execute(insert(DeliveryRow).from_select(names, wanting)).rowcount


def rehearse(session: Session, brief_id: str, cadence: Cadence, topic_keys: Sequence[str], at: float) -> list[Claim]:
    """What would be sent if a brief were enlisted now, with what is due of it already; nothing is kept."""
    for topic_key in topic_keys:
        enlist(session, brief_id, cadence, topic_key, at)
    session.flush()
    due = _due("brief", at).where(DeliveryRow.subject == brief_id)
    claims = list(map(_claim, session.execute(due.order_by(DeliveryRow.subscriber_id))))
    session.rollback()
    return claims


def due_counts(session: Session, at: float) -> dict[str, int]:
    """How many deliveries are due, by channel."""
    due = (
        select(SubscriberRow.channel, func.count())
        .join(DeliveryRow, SubscriberRow.subscriber_id == DeliveryRow.subscriber_id)
        .where(DeliveryRow.state.in_(_OPEN), DeliveryRow.next_try <= at)
        .group_by(SubscriberRow.channel)
    )
    return dict(session.execute(due).all())


def claim(
    session: Session, owner: str, *, kind: DeliveryKind, channel: Channel, at: float, lease: float, most: int
) -> list[Claim]:
    """Take up to `most` deliveries that are due, until `at + lease`; the first that came first.

    One whose owner let the lease run out is taken over. If it was `sending`, nobody knows whether it arrived.
    """
    due = _due(kind, at).where(SubscriberRow.channel == channel).limit(most)
    claims = list(map(_claim, session.execute(due.with_for_update(skip_locked=True, of=DeliveryRow))))
    if claims:
        keys = [(one.subscriber_id, one.subject) for one in claims]
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
    return claims


def _due(kind: DeliveryKind, at: float) -> Select[str, str, str, int, float, str, str | None, str]:
    return (
        select(
            DeliveryRow.subscriber_id,
            DeliveryRow.subject,
            DeliveryRow.kind,
            DeliveryRow.attempts,
            DeliveryRow.created,
            SubscriberRow.channel,
            SubscriberRow.address,
            SubscriberRow.state,
        )
        .join(SubscriberRow, SubscriberRow.subscriber_id == DeliveryRow.subscriber_id)
        .where(DeliveryRow.kind == kind, DeliveryRow.state.in_(_OPEN), DeliveryRow.next_try <= at)
    )


def _claim(row: Any) -> Claim:
    return Claim(*row)  # the columns of _due are the fields of Claim, in their order


# These run once for each of thousands of deliveries, and putting a statement together takes longer than running it.
_THIS = and_(
    DeliveryRow.subscriber_id == bindparam("this_subscriber"),
    DeliveryRow.subject == bindparam("this_subject"),
    DeliveryRow.owner == bindparam("this_owner"),
)
_BEGIN = (
    update(DeliveryRow)
    .where(_THIS, DeliveryRow.state == "claimed")
    .values(state="sending", next_try=bindparam("until"))
)
_NOTE = (
    update(DeliveryRow)
    .where(_THIS)
    .values(
        state=bindparam("new_state"),
        next_try=bindparam("new_next_try"),
        reason=bindparam("new_reason"),
        owner=None,
        attempts=DeliveryRow.attempts + bindparam("more_attempts"),
        doubtful=DeliveryRow.doubtful + bindparam("more_doubt"),
        sent=func.coalesce(bindparam("new_sent", type_=Text), DeliveryRow.sent),
    )
)
_FORGIVE = (
    update(SubscriberRow)
    .where(SubscriberRow.subscriber_id == bindparam("this_subscriber"), SubscriberRow.refusals > 0)
    .values(refusals=0)
)


def begin(session: Session, claims: Sequence[Claim], done: Sequence[Noted], owner: str, until: float) -> list[Claim]:
    """Note what is done and that these are being handed over now, in one; those that are still this owner's.

    One that another took over, because this owner seemed dead, must not be sent by it any more.
    """
    note(session, done, owner)
    connection = session.connection()
    return [
        one
        for one in claims
        if connection.execute(_BEGIN, {**_this(one.subscriber_id, one.subject, owner), "until": until}).rowcount
    ]


def note(session: Session, done: Sequence[Noted], owner: str) -> None:
    """Note what became of deliveries, where they are still this owner's. What arrived ends a row of refusals."""
    connection = session.connection()
    for one in done:
        values = {
            "new_state": one.state,
            "new_next_try": one.next_try,
            "new_reason": one.reason,
            "more_attempts": int(one.counted),
            "more_doubt": int(one.doubtful),
            "new_sent": _shown(one.at) if one.state == "sent" else None,
        }
        connection.execute(_NOTE, _this(one.subscriber_id, one.subject, owner) | values)
        if one.state == "sent":
            connection.execute(_FORGIVE, {"this_subscriber": one.subscriber_id})
        if one.refused:
            _count_refusal(session, one.subscriber_id)


def _this(subscriber_id: str, subject: str, owner: str) -> dict[str, object]:
    return {"this_subscriber": subscriber_id, "this_subject": subject, "this_owner": owner}


def _count_refusal(session: Session, subscriber_id: str) -> None:
    theirs = update(SubscriberRow).where(SubscriberRow.subscriber_id == subscriber_id)
    enough = and_(SubscriberRow.refusals + 1 >= MOST_REFUSALS, SubscriberRow.state == "active")
    values = {
        "refusals": SubscriberRow.refusals + 1,
        "state": case((enough, "suspended"), else_=SubscriberRow.state),
    }
    session.connection().execute(theirs.values(values))


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


def _shown(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
