"""What is due now, done once; and the clock that asks for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import get_args
from zoneinfo import ZoneInfo

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

from rag.catalogue import deliveries, facts
from rag.config import Settings
from rag.deliver.desk import DeliverDesk
from rag.deliver.post import Report, deliver
from rag.deliver.subscribe import sweep
from rag.errors import PaperbriefError
from rag.models import Briefing, Cadence, DeliveryReport
from rag.schedule.periods import Timetable, last_before, last_due
from rag.schedule.publish import Writes, publish_all, tell_left_out, wanted

SEND_SECONDS = 60
LOOK_SECONDS = 600
_SINCE = "schedule_since"
_log = logging.getLogger("paperbrief.schedule")


@dataclass(frozen=True, slots=True)
class Scheduled:
    """What was due: the briefs of each period by its key, and what became of their delivery."""

    briefs: dict[str, tuple[Briefing, ...]]
    delivery: DeliveryReport


def timetable(settings: Settings) -> Timetable:
    """The timetable that the settings describe."""
    return Timetable(settings.schedule_day, time.fromisoformat(settings.schedule_time), ZoneInfo(settings.time_zone))


async def run_due(library: Writes, desk: DeliverDesk, table: Timetable, *, progress: Report | None = None) -> Scheduled:
    """Write what is due and was not written yet, and send all that is to be sent.

    Of periods that were missed the last one is caught up, once; what was due before the first run ever is not.
    """
    made = await write_due(library, desk, table)
    return Scheduled(made, await send_due(desk, progress))


async def write_due(library: Writes, desk: DeliverDesk, table: Timetable) -> dict[str, tuple[Briefing, ...]]:
    """Write and enlist what is due; the briefs of each period by its key."""
    now = datetime.fromtimestamp(desk.clock(), UTC)
    since = await desk.catalogue.write(facts.first_value, _SINCE, str(now.timestamp()))
    made: dict[str, tuple[Briefing, ...]] = {}
    # What was due before the first run ever is not caught up.
    for cadence in get_args(Cadence):
        due = last_due(cadence, table, now)
        period = last_before(cadence, due.date())
        name = f"schedule_{cadence}"
        if due.timestamp() < float(since) or await desk.catalogue.read(facts.value, name) == period.key:
            continue
        topics = await wanted(desk, period)
        await tell_left_out(desk, period)
        written, complete = await publish_all(library, desk, period, topics)
        made[period.key] = tuple(written.values())
        if complete:
            await desk.catalogue.write(facts.put_value, name, period.key)
    return made


async def send_due(desk: DeliverDesk, progress: Report | None = None) -> DeliveryReport:
    """Forget who never confirmed, and send what is to be sent."""
    await sweep(desk)
    return await deliver(desk, progress=progress)


@asynccontextmanager
async def attended(
    library: Writes, desk: DeliverDesk, table: Timetable | None, on: Callable[[Scheduled], None] | None = None
) -> AsyncIterator[Callable[[], None]]:
    """Keep the schedule for the time of a `with` block, and send what is to be sent; without a `table`, only send.

    Gives a function that has what is to be sent looked at now. `on` is told what each look at the schedule did.
    """

    async def look() -> None:
        assert table is not None
        with _logged():
            done = await run_due(library, desk, table)
            if on is not None:
                on(done)

    async def send() -> None:
        with _logged():
            due = await desk.catalogue.read(deliveries.due_counts, desk.clock())
            if due.get("webhook") or (due and desk.smtp_url is not None):
                await send_due(desk)

    clock = AsyncIOScheduler(
        timezone=UTC if table is None else table.zone,
        # However long the machine slept: once, and as soon as it can be.
        job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
    )
    now = datetime.now(UTC)
    sending = clock.add_job(send, "interval", seconds=SEND_SECONDS, next_run_time=now)
    if table is not None:
        for trigger in triggers(table):
            clock.add_job(look, trigger)
        # What failed, or was another's who died, is looked at again.
        clock.add_job(look, "interval", seconds=LOOK_SECONDS, next_run_time=now)
    clock.start()
    try:
        yield lambda: sending.modify(next_run_time=datetime.now(UTC))
    finally:
        clock.shutdown(wait=False)
        await asyncio.sleep(0)


def triggers(table: Timetable) -> list[CronTrigger]:
    """When the clock wakes the schedule. Days go by their names: APScheduler counts from Monday, cron from Sunday."""
    at = {"hour": table.at.hour, "minute": table.at.minute, "timezone": table.zone}
    return [CronTrigger(**at), CronTrigger(day_of_week=table.day, **at)]


@contextmanager
def _logged() -> Iterator[None]:
    try:
        yield
    except PaperbriefError as error:
        _log.warning("%s", error)
