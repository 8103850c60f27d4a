"""Subscribers: who asked, who confirmed, who left. Addresses are given and taken away here, and nowhere else.

Whoever leaves keeps a row without address and topics: its `address_key`, a keyed hash, tells that nothing is to be sent
to an address that nobody remembers. Whoever asks to be erased keeps no row.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import delete, exists, func, insert, select, update
from sqlalchemy.orm import Session

from rag.catalogue.dialect import overwrite_what_is_deleted
from rag.catalogue.outgoing import DeliveryRow, SignUpRow, SubscriberRow, SubscriberTopicRow
from rag.models import Cadence, Channel, Subscriber

Confirmed = Literal["confirmed", "used", "gone"]
Ended = Literal["ended", "already"]
Kept = Literal["asked", "often", "full"]
_UNDONE = ("waiting", "failed", "claimed")


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks for. `address_key` is the keyed hash of the address, `topics` are by their keys."""

    subscriber_id: str
    sign_up_id: str
    channel: Channel
    address: str
    address_key: str
    topics: dict[str, str]
    cadence: Cadence
    at: float
    day: str
    """The same moment as it is shown."""


def ask(session: Session, asked: Asked, *, most: Sequence[tuple[float, int]], everyone: tuple[float, int]) -> Kept:
    """Keep what somebody asks for until they confirm it, and put the mail that asks them into the ledger.

    Nobody can have mails sent to others without end: nothing is kept where this address was asked as often as one of
    `most` says (a Unix time, and how often since then), or where all addresses were as often as `everyone` says.
    """
    connection = session.connection()
    since, limit = everyone
    if (session.scalar(select(func.count()).where(SignUpRow.created > since)) or 0) >= limit:
        return "full"
    row = session.scalar(select(SubscriberRow).where(SubscriberRow.address_key == asked.address_key))
    if row is None:
        subscriber_id = asked.subscriber_id
        connection.execute(insert(SubscriberRow).values(_new(asked, "pending")))
    else:
        subscriber_id = row.subscriber_id
        for since, limit in most:
            recent = select(func.count()).where(SignUpRow.subscriber_id == subscriber_id, SignUpRow.created > since)
            if (session.scalar(recent) or 0) >= limit:
                return "often"
        row.address = asked.address
        session.flush()
    connection.execute(
        insert(SignUpRow).values(
            sign_up_id=asked.sign_up_id,
            subscriber_id=subscriber_id,
            topics=list(asked.topics.values()),
            cadence=asked.cadence,
            created=asked.at,
        )
    )
    connection.execute(
        insert(DeliveryRow).values(
            subscriber_id=subscriber_id,
            subject=asked.sign_up_id,
            kind="confirm",
            state="waiting",
            next_try=asked.at,
            created=asked.at,
            attempts=0,
            doubtful=0,
        )
    )
    return "asked"


def confirm(session: Session, sign_up_id: str, topics: dict[str, str], at: float, day: str) -> Confirmed:
    """Begin what was asked for. A sign-up that was used, or whose subscriber left since, changes nothing."""
    sign_up = session.get(SignUpRow, sign_up_id)
    if sign_up is None:
        return "gone"
    used = update(SignUpRow).where(SignUpRow.sign_up_id == sign_up_id, SignUpRow.used.is_(None)).values(used=at)
    if not session.connection().execute(used).rowcount:
        return "used"
    _begin(session, sign_up.subscriber_id, topics, sign_up.cadence, day)
    return "confirmed"


def asked_topics(session: Session, sign_up_id: str) -> tuple[list[str], Cadence, bool] | None:
    """What a sign-up asked for, and whether it was used; None where there is none."""
    row = session.execute(
        select(SignUpRow.topics, SignUpRow.cadence, SignUpRow.used).where(SignUpRow.sign_up_id == sign_up_id)
    ).one_or_none()
    return None if row is None else (row.topics, row.cadence, row.used is not None)


def add(session: Session, asked: Asked) -> bool:
    """Begin at once, without asking; False where the address left before, which only it can take back."""
    row = session.scalar(select(SubscriberRow).where(SubscriberRow.address_key == asked.address_key))
    if row is not None and row.state == "ended":
        return False
    if row is None:
        session.connection().execute(insert(SubscriberRow).values(_new(asked, "active")))
    else:
        row.address = asked.address
        session.flush()
    _begin(session, row.subscriber_id if row else asked.subscriber_id, asked.topics, asked.cadence, asked.day)
    return True


def _new(asked: Asked, state: str) -> dict[str, object]:
    return {
        "subscriber_id": asked.subscriber_id,
        "channel": asked.channel,
        "address": asked.address,
        "address_key": asked.address_key,
        "state": state,
        "cadence": asked.cadence,
        "created": asked.day,
        "refusals": 0,
    }


def _begin(session: Session, subscriber_id: str, topics: dict[str, str], cadence: str, day: str) -> None:
    connection = session.connection()
    connection.execute(
        update(SubscriberRow)
        .where(SubscriberRow.subscriber_id == subscriber_id)
        .values(state="active", cadence=cadence, confirmed=day, refusals=0)
    )
    connection.execute(delete(SubscriberTopicRow).where(SubscriberTopicRow.subscriber_id == subscriber_id))
    connection.execute(
        insert(SubscriberTopicRow),
        [
            {"topic_key": key, "subscriber_id": subscriber_id, "topic": topic}
            for key, topic in (topics or {"": ""}).items()
        ],
    )


def end(session: Session, subscriber_id: str) -> Ended:
    """End a subscription: the address, the topics and what was asked for go, and nothing more is sent."""
    overwrite_what_is_deleted(session)
    connection = session.connection()
    connection.execute(
        update(DeliveryRow)
        .where(DeliveryRow.subscriber_id == subscriber_id, DeliveryRow.state.in_(_UNDONE))
        .values(state="cancelled", owner=None, reason="the subscriber left")
    )
    for table in (SignUpRow, SubscriberTopicRow):
        connection.execute(delete(table).where(table.subscriber_id == subscriber_id))
    ended = (
        update(SubscriberRow)
        .where(SubscriberRow.subscriber_id == subscriber_id, SubscriberRow.state != "ended")
        .values(state="ended", address=None, confirmed=None)
    )
    if connection.execute(ended).rowcount:
        return "ended"
    # One who left and asked again without confirming has an address once more.
    again = update(SubscriberRow).where(SubscriberRow.subscriber_id == subscriber_id).values(address=None)
    connection.execute(again)
    return "already"


def erase(session: Session, subscriber_id: str) -> bool:
    """Remove all that is known of a subscriber, the keyed hash and the ledger's rows too; False where there is none."""
    overwrite_what_is_deleted(session)
    connection = session.connection()
    for table in (DeliveryRow, SignUpRow, SubscriberTopicRow):
        connection.execute(delete(table).where(table.subscriber_id == subscriber_id))
    gone = delete(SubscriberRow).where(SubscriberRow.subscriber_id == subscriber_id)
    return bool(connection.execute(gone).rowcount)


def sweep(session: Session, before: float) -> int:
    """Forget who asked before `before` and never confirmed; how many addresses that were."""
    overwrite_what_is_deleted(session)
    connection = session.connection()
    asked = exists().where(SignUpRow.subscriber_id == SubscriberRow.subscriber_id, SignUpRow.created >= before)
    stale = session.scalars(
        select(SubscriberRow.subscriber_id).where(
            SubscriberRow.state.in_(("pending", "ended")), SubscriberRow.address.is_not(None), ~asked
        )
    ).all()
    for subscriber_id in stale:
        left = update(SubscriberRow).where(SubscriberRow.subscriber_id == subscriber_id, SubscriberRow.state == "ended")
        if connection.execute(left.values(address=None)).rowcount:
            connection.execute(delete(SignUpRow).where(SignUpRow.subscriber_id == subscriber_id))
        else:
            erase(session, subscriber_id)
    return len(stale)


def find(session: Session, address_key: str) -> Subscriber | None:
    """The subscriber with this address, None where there is none."""
    row = session.scalar(select(SubscriberRow).where(SubscriberRow.address_key == address_key))
    return None if row is None else _subscribers(session, [row])[0]


def get(session: Session, subscriber_id: str) -> Subscriber | None:
    """The subscriber with this identifier, None where there is none."""
    row = session.get(SubscriberRow, subscriber_id)
    return None if row is None else _subscribers(session, [row])[0]


def every(session: Session) -> list[Subscriber]:
    """All subscribers in the order in which they came, those who left too."""
    rows = session.scalars(select(SubscriberRow).order_by(SubscriberRow.created, SubscriberRow.subscriber_id)).all()
    return _subscribers(session, rows)


def _subscribers(session: Session, rows: Sequence[SubscriberRow]) -> list[Subscriber]:
    wanted = select(SubscriberTopicRow)
    if len(rows) == 1:
        wanted = wanted.where(SubscriberTopicRow.subscriber_id == rows[0].subscriber_id)
    topics: dict[str, list[str]] = {}
    for one in session.scalars(wanted.order_by(SubscriberTopicRow.topic_key)):
        if one.topic_key:
            topics.setdefault(one.subscriber_id, []).append(one.topic)
    return [
        Subscriber.model_validate(
            {
                "id": row.subscriber_id,
                "channel": row.channel,
                "address": row.address,
                "state": row.state,
                "topics": topics.get(row.subscriber_id, ()),
                "cadence": row.cadence,
                "created": row.created,
                "confirmed": row.confirmed,
            }
        )
        for row in rows
    ]


def wanted_topics(session: Session, cadence: Cadence) -> list[str]:
    """The topics that active subscribers of this cadence want, one wording of each; not the one of everything.

    What most want comes first; among equals, what was wanted first.
    """
    rows = session.execute(
        select(SubscriberTopicRow.topic_key, func.min(SubscriberTopicRow.topic))
        .join(SubscriberRow, SubscriberRow.subscriber_id == SubscriberTopicRow.subscriber_id)
        .where(SubscriberRow.state == "active", SubscriberRow.cadence == cadence, SubscriberTopicRow.topic_key != "")
        .group_by(SubscriberTopicRow.topic_key)
        .order_by(func.count().desc(), func.min(SubscriberRow.confirmed), SubscriberTopicRow.topic_key)
    ).all()
    return [topic for _, topic in rows]


def topic_mark(topic_key: str) -> str:
    """What stands for a topic in the ledger, where it is told that nothing is written on it."""
    return f"not_{hashlib.sha256(topic_key.encode()).hexdigest()[:16]}"


def topic_of(session: Session, subscriber_id: str, mark: str) -> str | None:
    """A subscriber's topic that goes by this mark; None where they do not want it any more."""
    theirs = select(SubscriberTopicRow).where(SubscriberTopicRow.subscriber_id == subscriber_id)
    return next((row.topic for row in session.scalars(theirs) if topic_mark(row.topic_key) == mark), None)


def any_active(session: Session, cadence: Cadence, topic_key: str) -> bool:
    """Whether somebody of this cadence wants this topic."""
    return (
        session.scalar(
            select(SubscriberRow.subscriber_id)
            .join(SubscriberTopicRow, SubscriberTopicRow.subscriber_id == SubscriberRow.subscriber_id)
            .where(
                SubscriberRow.state == "active",
                SubscriberRow.cadence == cadence,
                SubscriberTopicRow.topic_key == topic_key,
            )
            .limit(1)
        )
        is not None
    )
