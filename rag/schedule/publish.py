"""Publishing: the briefs of a period are written once, whoever asks, and go into the ledger for who wants them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol

from rag.brief import requested
from rag.catalogue import briefs, deliveries, issues, subscribers
from rag.deliver.desk import DeliverDesk
from rag.deliver.owner import gone, owner_in
from rag.deliver.wishes import topic_key
from rag.errors import InputError
from rag.models import BriefConstraints, Briefing
from rag.schedule.periods import Period

LEASE_SECONDS = 1_800.0
"""How long one on another machine may write before it is taken for dead."""
_log = logging.getLogger("paperbrief.schedule")


class Writes(Protocol):
    """What writes briefs: the library of a data folder, or the service that owns it."""

    async def brief(
        self,
        *,
        topic: str | None = None,
        week: str | None = None,
        since: str | None = None,
        until: str | None = None,
        constraints: BriefConstraints | None = None,
    ) -> Briefing:
        """Write a brief."""


async def publish(library: Writes, desk: DeliverDesk, period: Period, topic: str | None) -> Briefing | None:
    """The brief of a period on a topic: the one that was written, or else a new one. None while another writes it."""
    key = topic_key(topic)
    with owner_in(desk.folder) as owner:
        at = desk.clock()
        found = await desk.catalogue.write(
            issues.claim,
            period.key,
            key,
            owner,
            gone=gone(desk.folder),
            at=at,
            lease=LEASE_SECONDS,
            day=datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        )
        if found.state == "theirs":
            return None
        if found.brief_id is not None:
            return await desk.catalogue.read(briefs.get, found.brief_id)
        made = await _unnoted(desk, period, topic, found.begun) or await _written(library, period, topic)
        if not await desk.catalogue.write(issues.written, period.key, key, owner, made.id):
            return None
    _log.info("brief written", extra={"period": period.key, "brief": made.id})
    return made


async def _written(library: Writes, period: Period, topic: str | None) -> Briefing:
    if period.week is not None:
        return await library.brief(topic=topic, week=period.week)
    # A day's or a month's brief tells what it has, whatever those of the weeks told.
    everything = BriefConstraints(repeat=True)
    return await library.brief(topic=topic, since=period.since, until=period.until, constraints=everything)


async def _unnoted(desk: DeliverDesk, period: Period, topic: str | None, begun: str) -> Briefing | None:
    """What one that died between writing and noting left."""
    series = requested(topic, None, period.since, period.until, None).series
    brief_id = await desk.catalogue.read(briefs.latest, series, period.since, period.until)
    made = await desk.catalogue.read(briefs.get, brief_id) if brief_id else None
    return made if made is not None and made.week == period.week and made.provenance.created > begun else None


async def wanted(desk: DeliverDesk, period: Period) -> list[str | None]:
    """The topics that briefs of a period are written on; None is everything that is new, which each week has.

    Of more topics than the settings allow, those that most subscribers want; `tell_left_out` tells the others.
    """
    topics = (await desk.catalogue.read(subscribers.wanted_topics, period.cadence))[: desk.topics]
    everything = period.week is not None or await desk.catalogue.read(subscribers.any_active, period.cadence, "")
    return [*([None] if everything else []), *topics]


async def tell_left_out(desk: DeliverDesk, period: Period) -> int:
    """Have who wants a topic that there is no room for told so, once each; how many topics those are."""
    left_out = (await desk.catalogue.read(subscribers.wanted_topics, period.cadence))[desk.topics :]
    if left_out:
        _log.warning(
            "more topics are wanted than PAPERBRIEF_SCHEDULE_TOPICS allows",
            extra={"period": period.key, "allowed": desk.topics, "left_out": len(left_out)},
        )
    for topic in left_out:
        await desk.catalogue.write(deliveries.enlist_notice, period.cadence, topic_key(topic), desk.clock())
    return len(left_out)


async def enlist(desk: DeliverDesk, period: Period, topic: str | None, made: Briefing) -> int:
    """Put a brief into the ledger for who wants it; one with nothing in it goes to nobody."""
    if made.empty:
        return 0
    return await desk.catalogue.write(deliveries.enlist, made.id, period.cadence, topic_key(topic), desk.clock())


async def publish_all(
    library: Writes, desk: DeliverDesk, period: Period, topics: Sequence[str | None]
) -> tuple[dict[str | None, Briefing], bool]:
    """Write and enlist the briefs of a period; those by topic, and whether none is still another's to write.

    A topic that cannot be written on is left out.
    """
    made: dict[str | None, Briefing] = {}
    complete = True
    for topic in topics:
        try:
            one = await publish(library, desk, period, topic)
        except InputError as error:
            _log.warning("no brief on a topic", extra={"period": period.key, "reason": error.message})
            continue
        if one is None:
            complete = False
        else:
            made[topic] = one
            await enlist(desk, period, topic, one)
    return made, complete
