"""Subscribing, confirming, leaving, being erased.

Nobody gets briefs who did not say so twice: once by asking, once from the mail that the address received. What a
stranger is told never depends on whether an address is known here. The link that confirms works once; one that was
used, or whose subscription ended since, changes nothing and says so.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal

from rag.catalogue import subscribers
from rag.catalogue.subscribers import Asked, Confirmed, Ended, Kept
from rag.deliver.address import mail_address, same_address, webhook_address
from rag.deliver.desk import DeliverDesk
from rag.deliver.tokens import LASTS
from rag.deliver.wishes import checked_topics, topic_key
from rag.errors import InputError, NotFound, TooManyAsked
from rag.models import Cadence, Channel, Subscriber

MOST_ASKED = 3
"""So often a day an address is asked to confirm, whoever asks for it."""
MOST_ASKED_WEEK = 6
_DAY = 24 * 3600.0

_log = logging.getLogger("paperbrief.delivery")

Left = Literal["ended", "already", "gone"]


async def subscribe(desk: DeliverDesk, email: str, topics: Sequence[str] = (), cadence: Cadence = "weekly") -> None:
    """Ask an address to confirm a subscription; also the way to change one. Says nothing of what was there before.

    Raises InputError for an address, a topic or a number of topics that cannot be, TooManyAsked where nobody can ask.
    """
    asked = _asked(desk, "mail", mail_address(email), topics, cadence)
    # Nothing is said of an address that was asked often enough: it would tell that it is known.
    if await _ask(desk, asked) == "full":
        _log.warning("no more mails that ask to confirm", extra={"a_day": desk.sign_ups})
        raise TooManyAsked("So many asked for briefs today that no more can.", hint="Try again tomorrow.")


async def _ask(desk: DeliverDesk, asked: Asked) -> Kept:
    most = ((asked.at - _DAY, MOST_ASKED), (asked.at - 7 * _DAY, MOST_ASKED_WEEK))
    return await desk.catalogue.write(subscribers.ask, asked, most=most, everyone=(asked.at - _DAY, desk.sign_ups))


async def asked_for(desk: DeliverDesk, token: str) -> tuple[tuple[str, ...], Cadence, bool] | None:
    """What the holder of a confirming link asked for, and whether it was used; None where that is gone. TokenError."""
    sign_up_id = desk.tokens.read("confirm", token, now=desk.clock())
    found = await desk.catalogue.read(subscribers.asked_topics, sign_up_id)
    return None if found is None else (tuple(found[0]), found[1], found[2])


async def without_room(desk: DeliverDesk, topics: Sequence[str], cadence: Cadence) -> list[str]:
    """Those of the topics that no brief would be written on now, since others are wanted by more people."""
    wanted = [topic_key(topic) for topic in await desk.catalogue.read(subscribers.wanted_topics, cadence)]
    written = wanted[: desk.topics]
    return [topic for topic in topics if len(written) == desk.topics and topic_key(topic) not in written]


async def confirm(desk: DeliverDesk, token: str) -> Confirmed:
    """Begin what was asked for: `used` where that was done before, `gone` where it ended since. Raises TokenError."""
    sign_up_id = desk.tokens.read("confirm", token, now=desk.clock())
    found = await desk.catalogue.read(subscribers.asked_topics, sign_up_id)
    if found is None:
        return "gone"
    topics, at = checked_topics(found[0]), desk.clock()
    return await desk.catalogue.write(subscribers.confirm, sign_up_id, topics, at, _shown(at))


async def unsubscribe(desk: DeliverDesk, token: str) -> Left:
    """End the subscription of a link; the address goes with it. Raises TokenError."""
    subscriber_id = desk.tokens.read("unsubscribe", token, now=desk.clock())
    return await leave(desk, subscriber_id)


async def leave(desk: DeliverDesk, subscriber_id: str) -> Left:
    """End a subscription; `gone` where nothing is known of it."""
    if await desk.catalogue.read(subscribers.get, subscriber_id) is None:
        return "gone"
    ended: Ended = await desk.catalogue.write(subscribers.end, subscriber_id)
    return ended


async def erase(desk: DeliverDesk, token: str) -> None:
    """End the subscription of a link and forget that it ever was, the keyed hash too. Raises TokenError."""
    subscriber_id = desk.tokens.read("unsubscribe", token, now=desk.clock())
    await desk.catalogue.write(subscribers.erase, subscriber_id)


# ------------------------------------------------------------------------------------------------ for the operator


async def add(
    desk: DeliverDesk, address: str, topics: Sequence[str], cadence: Cadence, *, confirmed: bool
) -> Subscriber | None:
    """Add a subscriber: one that is asked to confirm, or with `confirmed` one who said so elsewhere, and webhooks.

    None where an address is asked. Raises InputError, also for who unsubscribed here before: only they can come back.
    """
    webhook = "://" in address
    given = webhook_address(address) if webhook else mail_address(address)
    asked = _asked(desk, "webhook" if webhook else "mail", given, topics, cadence)
    if not webhook and not confirmed:
        kept = await _ask(desk, asked)
        if kept != "asked":
            told = "This address was" if kept == "often" else "So many addresses were"
            raise InputError(f"{told} asked to confirm often enough for now.", hint="Try again tomorrow.")
        return None
    if not await desk.catalogue.write(subscribers.add, asked):
        raise InputError(
            "Whoever has this address unsubscribed, and only they can come back.",
            hint="Add it without --confirmed, and they are asked.",
        )
    return await desk.catalogue.read(subscribers.find, asked.address_key)


async def named(desk: DeliverDesk, name: str) -> Subscriber:
    """The subscriber with this identifier or address. Raises NotFound."""
    found = await desk.catalogue.read(subscribers.get, name)
    if found is None and ("@" in name or "://" in name):
        address = webhook_address(name) if "://" in name else mail_address(name)
        found = await desk.catalogue.read(subscribers.find, _key(desk, address))
    if found is None:
        raise NotFound("There is no such subscriber.", hint="`paperbrief subscribers list` names them.")
    return found


async def erase_named(desk: DeliverDesk, name: str) -> Subscriber:
    """Forget a subscriber wholly; what was known of them. Raises NotFound."""
    found = await named(desk, name)
    await desk.catalogue.write(subscribers.erase, found.id)
    return found


async def sweep(desk: DeliverDesk) -> int:
    """Forget who never confirmed while the link was good; how many addresses that were."""
    return await desk.catalogue.write(subscribers.sweep, desk.clock() - LASTS["confirm"])


def webhook_secret(desk: DeliverDesk, subscriber_id: str) -> str:
    """What a webhook's deliveries are signed with. It is computed, so that no catalogue holds it."""
    return f"whs_{desk.tokens.keyed('webhook', subscriber_id)}"


def _asked(desk: DeliverDesk, channel: Channel, address: str, topics: Sequence[str], cadence: Cadence) -> Asked:
    at = desk.clock()
    return Asked(
        subscriber_id=f"sub_{secrets.token_hex(8)}",
        sign_up_id=f"sgn_{secrets.token_hex(8)}",
        channel=channel,
        address=address,
        address_key=_key(desk, address),
        topics=checked_topics(topics, desk.own_topics),
        cadence=cadence,
        at=at,
        day=_shown(at),
    )


def _key(desk: DeliverDesk, address: str) -> str:
    return desk.tokens.keyed("address", address if "://" in address else same_address(address))


def _shown(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
