"""The tables of what goes out: subscribers, the ledger of deliveries, the briefs that are due. See schema.py."""

from __future__ import annotations

from sqlalchemy import JSON, Double, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from rag.catalogue.base import Base


class SubscriberRow(Base):
    """Somebody who gets briefs. `address` goes when they unsubscribe; `address_key`, a keyed hash of it, stays.

    `refusals` counts how often in a row the address was refused for good.
    """

    __tablename__ = "subscribers"

    subscriber_id: Mapped[str] = mapped_column(Text, primary_key=True)
    channel: Mapped[str] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(Text)
    address_key: Mapped[str] = mapped_column(Text, unique=True)
    state: Mapped[str] = mapped_column(Text)
    cadence: Mapped[str] = mapped_column(Text)
    created: Mapped[str] = mapped_column(Text)
    confirmed: Mapped[str | None] = mapped_column(Text)
    refusals: Mapped[int]


class SubscriberTopicRow(Base):
    """A topic of a subscriber; `topic_key` is the topic as it is compared, empty for everything that is new."""

    __tablename__ = "subscriber_topics"
    __table_args__ = (Index("subscriber_topics_subscriber", "subscriber_id"), {"sqlite_with_rowid": False})

    topic_key: Mapped[str] = mapped_column(Text, primary_key=True)
    subscriber_id: Mapped[str] = mapped_column(ForeignKey("subscribers.subscriber_id"), primary_key=True)
    topic: Mapped[str] = mapped_column(Text)


class SignUpRow(Base):
    """What somebody asked for, to be confirmed once; `created` and `used` are Unix times."""

    __tablename__ = "sign_ups"
    __table_args__ = (Index("sign_ups_subscriber", "subscriber_id", "created"),)

    sign_up_id: Mapped[str] = mapped_column(Text, primary_key=True)
    subscriber_id: Mapped[str] = mapped_column(ForeignKey("subscribers.subscriber_id"))
    topics: Mapped[list[str]] = mapped_column(JSON)
    cadence: Mapped[str] = mapped_column(Text)
    created: Mapped[float] = mapped_column(Double)
    used: Mapped[float | None] = mapped_column(Double)


class DeliveryRow(Base):
    """A brief, or a mail that asks to confirm, on its way to a subscriber.

    `next_try` is the Unix time from which a sender may take it: for one that is `claimed` or `sending`, the time at
    which its `owner` is taken for dead.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("deliveries_due", "kind", "state", "next_try"),
        Index("deliveries_subject", "subject", "state"),
    )

    subscriber_id: Mapped[str] = mapped_column(ForeignKey("subscribers.subscriber_id"), primary_key=True)
    subject: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    next_try: Mapped[float] = mapped_column(Double)
    created: Mapped[float] = mapped_column(Double)
    attempts: Mapped[int]
    doubtful: Mapped[int]
    owner: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    sent: Mapped[str | None] = mapped_column(Text)


class IssueRow(Base):
    """The brief of a period on a topic, claimed by its `owner` until `lease` (a Unix time), then written."""

    __tablename__ = "issues"
    __table_args__ = ({"sqlite_with_rowid": False},)

    period: Mapped[str] = mapped_column(Text, primary_key=True)
    topic_key: Mapped[str] = mapped_column(Text, primary_key=True)
    created: Mapped[str] = mapped_column(Text)
    owner: Mapped[str | None] = mapped_column(Text)
    lease: Mapped[float] = mapped_column(Double)
    brief_id: Mapped[str | None] = mapped_column(Text)
