"""The schedule: what is due when, clock changes, missed runs, two schedulers, one that died while it wrote."""

from __future__ import annotations

import asyncio
import email
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from email.policy import default
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from contract.delivering import Clock, desk_in, rows, subscribed
from contract.postbox import postbox
from invented import briefing

from rag.catalogue import briefs, issues
from rag.deliver.desk import DeliverDesk
from rag.deliver.post import deliver
from rag.deliver.wishes import topic_key
from rag.models import BriefConstraints, Briefing, Cadence, Window
from rag.schedule import Timetable, attended, last_before, last_due, publish, run_due, tell_left_out, week_period
from rag.schedule.run import triggers

BERLIN = ZoneInfo("Europe/Berlin")
MONDAYS = Timetable("mon", time(7), UTC)  # type: ignore[arg-type]
SPRING = date(2026, 3, 29)  # 02:00 to 03:00 is skipped
AUTUMN = date(2026, 10, 25)  # 02:00 to 03:00 comes twice


def at(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


class Writer:
    """Writes invented briefs and keeps them, as the library does; it may take a while."""

    def __init__(self, desk: DeliverDesk, pause: float = 0.0) -> None:
        self.desk, self.pause = desk, pause
        self.asked: list[tuple[str | None, str | None, str | None]] = []

    async def brief(
        self,
        *,
        topic: str | None = None,
        week: str | None = None,
        since: str | None = None,
        until: str | None = None,
        constraints: BriefConstraints | None = None,
    ) -> Briefing:
        self.asked.append((topic, week, since))
        await asyncio.sleep(self.pause)
        window = Window(since=since, until=until)
        if week is not None:
            period = week_period(week)
            window = Window(since=period.since, until=period.until)
        made = briefing(id=f"brf_{id(self)}_{len(self.asked)}", topic=topic, week=week, window=window)
        created = datetime.fromtimestamp(self.desk.clock() + 1, UTC).isoformat().replace("+00:00", "Z")
        made = made.model_copy(update={"provenance": made.provenance.model_copy(update={"created": created})})
        await self.desk.catalogue.write(briefs.keep, made, series=topic or "", plan="{}", replies="{}")
        return made


@asynccontextmanager
async def scheduled(tmp_path: Path, clock: Clock, url: str | None = None) -> AsyncIterator[tuple[DeliverDesk, Writer]]:
    async with desk_in(tmp_path, clock, smtp_url=url) as desk:
        yield desk, Writer(desk)


@pytest.mark.parametrize(
    ("cadence", "today", "key", "since", "until"),
    [
        ("weekly", "2025-03-17", "2025-W11", "2025-03-10", "2025-03-16"),
        ("weekly", "2025-03-23", "2025-W11", "2025-03-10", "2025-03-16"),
        ("weekly", "2026-01-04", "2025-W52", "2025-12-22", "2025-12-28"),
        ("weekly", "2027-01-04", "2026-W53", "2026-12-28", "2027-01-03"),
        ("daily", "2025-03-01", "2025-02-28", "2025-02-28", "2025-02-28"),
        ("monthly", "2025-01-01", "2024-12", "2024-12-01", "2024-12-31"),
    ],
)
def test_the_last_period(cadence: Cadence, today: str, key: str, since: str, until: str) -> None:
    period = last_before(cadence, date.fromisoformat(today))
    assert (period.key, period.since, period.until) == (key, since, until)


def test_mondays_are_mondays() -> None:
    """APScheduler counts days from Monday, cron from Sunday; names mean the same to both."""
    daily, weekly = triggers(MONDAYS)
    after = datetime(2025, 3, 12, tzinfo=UTC)
    assert weekly.get_next_fire_time(None, after) == datetime(2025, 3, 17, 7, tzinfo=UTC)
    assert daily.get_next_fire_time(None, after) == datetime(2025, 3, 12, 7, tzinfo=UTC)
    assert last_due("weekly", MONDAYS, datetime(2025, 3, 17, 6, 59, tzinfo=UTC)).date() == date(2025, 3, 10)
    assert last_due("weekly", MONDAYS, datetime(2025, 3, 17, 7, 0, tzinfo=UTC)).date() == date(2025, 3, 17)


@pytest.mark.parametrize("change", [SPRING, AUTUMN])
@pytest.mark.parametrize("hour", [1, 2, 3, 7])
def test_on_the_day_of_a_clock_change_there_is_one_due_time(change: date, hour: int) -> None:
    table = Timetable("sun", time(hour, 30), BERLIN)
    moment = datetime.combine(change - timedelta(days=2), time(), UTC)
    seen = []
    while moment.date() < change + timedelta(days=3):
        moment += timedelta(minutes=10)
        due = last_due("weekly", table, moment)
        assert due.timestamp() <= moment.timestamp(), "never before its time"
        if not seen or seen[-1] != due:
            seen.append(due)
    assert [due.date() for due in seen] == [change - timedelta(days=7), change]
    # The clock wakes the schedule at that time at the latest an hour later; where it wakes twice, nothing is due.
    fire = triggers(table)[1].get_next_fire_time(None, datetime.combine(change - timedelta(days=1), time(), UTC))
    assert 0 <= fire.timestamp() - seen[1].timestamp() <= 3600


@pytest.mark.anyio
@pytest.mark.parametrize("start", ["2026-03-25T12:00Z", "2026-10-21T12:00Z"])
async def test_each_week_has_one_brief_across_a_clock_change(tmp_path: Path, start: str) -> None:
    clock = Clock(at(start))
    table = Timetable("sun", time(2, 30), BERLIN)
    async with scheduled(tmp_path, clock) as (desk, writer):
        for _ in range(14 * 24 * 2):
            await run_due(writer, desk, table) if clock.now % 7200 == 0 else None
            clock.now += 1800
        weeks = [week for _, week, _ in writer.asked]
        assert len(weeks) == len(set(weeks)) == 2


@pytest.mark.anyio
async def test_what_was_missed_is_caught_up_once_and_what_was_before_is_not(tmp_path: Path) -> None:
    clock = Clock(at("2025-03-12T12:00Z"))
    async with scheduled(tmp_path, clock) as (desk, writer):
        await run_due(writer, desk, MONDAYS)
        assert writer.asked == [], "the first start writes nothing of before"
        clock.now = at("2025-04-09T12:00Z")  # four Mondays later
        done = await run_due(writer, desk, MONDAYS)
        assert writer.asked == [(None, "2025-W14", None)]
        assert list(done.briefs) == ["2025-04-08", "2025-W14", "2025-03"]
        await run_due(writer, desk, MONDAYS)
        assert len(writer.asked) == 1


@pytest.mark.anyio
async def test_two_schedulers_write_one_brief_and_send_it_once(tmp_path: Path) -> None:
    clock = Clock(at("2025-03-12T12:00Z"))
    with postbox() as box:
        async with (
            scheduled(tmp_path, clock, box.url) as (desk, writer),
            scheduled(tmp_path, clock, box.url) as (other_desk, other),
        ):
            await subscribed(desk, "ada@example.org", "bob@example.org")
            await subscribed(desk, "cyd@example.org", topics=("Graphs",))
            await run_due(writer, desk, MONDAYS)
            clock.now = at("2025-03-17T07:00Z")
            writer.pause = other.pause = 0.05
            await asyncio.gather(run_due(writer, desk, MONDAYS), run_due(other, other_desk, MONDAYS))
            await run_due(writer, desk, MONDAYS)
            await run_due(other, other_desk, MONDAYS)
            assert sorted(str(topic) for topic, _, _ in writer.asked + other.asked) == ["Graphs", "None"]
            assert sorted(box.recipients) == ["ada@example.org", "bob@example.org", "cyd@example.org"]
            assert {row["owner"] for row in await rows(desk, "issues")} == {None}


@pytest.mark.anyio
async def test_a_brief_whose_writer_died_is_taken_over(tmp_path: Path) -> None:
    clock = Clock(at("2025-03-17T07:00Z"))
    period = week_period("2025-W11")
    async with scheduled(tmp_path, clock) as (desk, writer):
        claim = {"gone": (), "at": clock.now, "lease": 60.0, "day": "2025-03-17T07:00:00Z"}
        dead = await desk.catalogue.write(issues.claim, period.key, "", "dead", **claim)
        assert dead.state == "ours"
        assert await publish(writer, desk, period, None) is None, "another writes it"
        clock.now += 61
        made = await publish(writer, desk, period, None)
        assert made is not None
        assert (await publish(writer, desk, period, None)) == made
        assert len(writer.asked) == 1
        assert not await desk.catalogue.write(issues.written, period.key, "", "dead", "brf_x")


@pytest.mark.anyio
async def test_a_brief_that_was_written_and_not_noted_is_found(tmp_path: Path) -> None:
    clock = Clock(at("2025-03-17T07:00Z"))
    period = week_period("2025-W11")
    async with scheduled(tmp_path, clock) as (desk, writer):
        claim = {"gone": (), "at": clock.now, "lease": 60.0, "day": "2025-03-17T07:00:00Z"}
        await desk.catalogue.write(issues.claim, period.key, "", "dead", **claim)
        left = await writer.brief(week=period.key)
        clock.now += 61
        assert await publish(writer, desk, period, None) == left
        assert len(writer.asked) == 1


@pytest.mark.anyio
async def test_an_empty_week_is_sent_to_nobody(tmp_path: Path) -> None:
    class Empty(Writer):
        async def brief(self, **wanted: object) -> Briefing:  # type: ignore[override]
            made = await super().brief(**wanted)  # type: ignore[arg-type]
            return made.model_copy(update={"sections": ()})

    clock = Clock(at("2025-03-12T12:00Z"))
    async with scheduled(tmp_path, clock) as (desk, _):
        await subscribed(desk, "ada@example.org")
        writer = Empty(desk)
        await run_due(writer, desk, MONDAYS)
        clock.now = at("2025-03-17T07:00Z")
        done = await run_due(writer, desk, MONDAYS)
        assert len(writer.asked) == 1
        assert done.delivery.waiting == 0
        assert await rows(desk, "deliveries") == []


@pytest.mark.anyio
async def test_one_topic_however_it_is_written_is_one_brief(tmp_path: Path) -> None:
    clock = Clock(at("2025-03-12T12:00Z"))
    with postbox() as box:
        async with scheduled(tmp_path, clock, box.url) as (desk, writer):
            ways = ("Café  graphs", "CAFÉ GRAPHS", " cafe\u0301 graphs ")
            for number, way in enumerate(ways):
                await subscribed(desk, f"a{number}@example.org", topics=(way,))
            await run_due(writer, desk, MONDAYS)
            clock.now = at("2025-03-17T07:00Z")
            await run_due(writer, desk, MONDAYS)
            assert [topic_key(topic) for topic, _, _ in writer.asked] == ["", "café graphs"]
            assert sorted(box.recipients) == ["a0@example.org", "a1@example.org", "a2@example.org"]


@pytest.mark.anyio
async def test_topics_that_there_is_no_room_for_wait_and_who_wants_them_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock(at("2025-03-12T12:00Z"))
    with postbox() as box:
        async with scheduled(tmp_path, clock, box.url) as (made, writer):
            desk = replace(made, topics=2)
            await subscribed(desk, "old@example.org", topics=("first",))
            clock.now += 60
            await subscribed(desk, "one@example.org", topics=("second", "third & <last>"))
            await subscribed(desk, "two@example.org", topics=("second",))
            await run_due(writer, desk, MONDAYS)
            clock.now = at("2025-03-17T07:00Z")
            await run_due(writer, desk, MONDAYS)
            assert [topic for topic, _, _ in writer.asked] == [None, "second", "first"], (
                "what most want, then the oldest"
            )
            told = [text for to, text in box.arrived if b"not written on" in text]
            assert sorted(box.recipients) == ["old@example.org", *["one@example.org"] * 2, "two@example.org"]
            assert len(told) == 1
            assert b"List-Unsubscribe-Post" in told[0]
            shown = email.message_from_bytes(told[0], policy=default)
            text, html = shown.get_body(("plain",)), shown.get_body(("html",))
            assert text is not None
            assert html is not None
            assert "third & <last>" in text.get_content()
            assert "third &amp; &lt;last&gt;" in html.get_content()
            assert "PAPERBRIEF_SCHEDULE_TOPICS" in caplog.text
            clock.now = at("2025-03-24T07:00Z")
            await run_due(writer, desk, MONDAYS)
            assert sum(b"not written on" in text for _, text in box.arrived) == 1, "said once"
            await run_due(writer, replace(desk, topics=3), MONDAYS)
            clock.now = at("2025-03-31T07:00Z")
            await run_due(writer, replace(desk, topics=3), MONDAYS)
            assert writer.asked[-1][0] == "third & <last>", "nothing was forgotten"


@pytest.mark.anyio
async def test_a_notice_on_a_topic_that_nobody_wants_any_more_is_not_sent(tmp_path: Path) -> None:
    clock = Clock(at("2025-03-17T07:00Z"))
    with postbox() as box:
        async with scheduled(tmp_path, clock, box.url) as (made, _):
            desk = replace(made, topics=0)
            await subscribed(desk, "ada@example.org", topics=("graphs",))
            assert await tell_left_out(desk, week_period("2025-W11")) == 1
            await subscribed(desk, "ada@example.org", topics=("trees",))
            report = await deliver(desk)
            assert (report.sent, box.arrived) == (0, [])


@pytest.mark.anyio
async def test_the_clock_wakes_the_schedule_and_sends_when_told(tmp_path: Path) -> None:
    clock = Clock(at("2025-03-12T12:00Z"))
    with postbox() as box:
        async with scheduled(tmp_path, clock, box.url) as (desk, writer):
            await subscribed(desk, "ada@example.org")
            await run_due(writer, desk, MONDAYS)
            clock.now = at("2025-03-17T07:00Z")
            looked = asyncio.Event()
            async with attended(writer, replace(desk), MONDAYS, lambda _: looked.set()):
                async with asyncio.timeout(20):
                    await looked.wait()
            assert box.recipients == ["ada@example.org"]
