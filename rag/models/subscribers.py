"""Who gets briefs, and what became of what was sent to them."""

from __future__ import annotations

from typing import Literal

from rag.models.contract import Contract

Cadence = Literal["daily", "weekly", "monthly"]
Channel = Literal["mail", "webhook"]
SubscriberState = Literal["pending", "active", "suspended", "ended"]
DeliveryKind = Literal["brief", "confirm", "notice"]
DeliveryState = Literal["waiting", "claimed", "sending", "sent", "failed", "dead", "cancelled"]


class Subscriber(Contract):
    """Somebody who wants briefs. `address` is a mail address or a webhook's, None once it was erased.

    `pending` has not confirmed, `suspended` was refused by its own mail server too often, `ended` unsubscribed. No
    `topics` means everything that is new.
    """

    id: str
    channel: Channel
    address: str | None
    state: SubscriberState
    topics: tuple[str, ...] = ()
    cadence: Cadence = "weekly"
    created: str
    confirmed: str | None = None


class Delivery(Contract):
    """One thing on its way to one subscriber: a brief, the mail that asks to confirm, a notice of what is not sent.

    `waiting` is to be sent, `claimed` is in a sender's hand, `sending` was being handed over when last heard of,
    `failed` is tried again at `next_try`, `dead` is not. `doubtful` counts the times after which nobody could know
    whether it had been accepted. `address` is the subscriber's, where it is known.
    """

    subscriber_id: str
    subject: str
    kind: DeliveryKind
    state: DeliveryState
    attempts: int = 0
    doubtful: int = 0
    next_try: str | None = None
    reason: str | None = None
    sent: str | None = None
    address: str | None = None


class DeliveryReport(Contract):
    """What a run of deliveries did; `waiting` are still to be tried, `stopped` says why it ended early."""

    sent: int = 0
    failed: int = 0
    dead: int = 0
    cancelled: int = 0
    waiting: int = 0
    stopped: str | None = None
