"""A desk of deliveries in a folder of its own, and a clock that a test sets, for the tests of delivery."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from contract.papers import settings
from invented import briefing
from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from rag.catalogue import briefs, deliveries
from rag.catalogue.outgoing import SubscriberRow, SubscriberTopicRow
from rag.deliver import subscribe
from rag.deliver.desk import DeliverDesk
from rag.library import open_deliveries
from rag.models import Briefing, Cadence

NOW = 1_764_201_600.0  # 2025-11-27, midnight UTC
DAY = 24 * 3600.0


class Clock:
    """A clock that stands until a test moves it."""

    def __init__(self, now: float = NOW) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def desk_in(folder: Path, clock: Clock | None = None, **given: Any) -> AsyncIterator[DeliverDesk]:
    """A desk with settings `given`."""
    async with open_deliveries(settings(folder / "data").model_copy(update=given)) as desk:
        yield desk if clock is None else replace(desk, clock=clock)


async def rows(desk: DeliverDesk, table: str) -> list[dict[str, Any]]:
    """All rows of a table."""

    def read(session: Session) -> list[dict[str, Any]]:
        return [dict(row) for row in session.execute(text(f"SELECT * FROM {table}")).mappings()]

    return await desk.catalogue.read(read)


async def link(desk: DeliverDesk, place: int = -1) -> str:
    """The token of a confirming link, by default the newest."""
    asked = sorted(await rows(desk, "sign_ups"), key=lambda row: row["created"])
    return desk.tokens.sign("confirm", asked[place]["sign_up_id"], now=desk.clock())


async def subscribed(
    desk: DeliverDesk, *emails: str, topics: tuple[str, ...] = (), cadence: Cadence = "weekly"
) -> None:
    """Active subscribers."""
    for email in emails:
        await subscribe.add(desk, email, topics, cadence, confirmed=True)


async def issued(desk: DeliverDesk, brief_id: str = "brf_1", topic: str = "", **changed: object) -> Briefing:
    """A kept brief that is in the ledger for everybody who wants it weekly."""
    made = briefing(id=brief_id, **changed)
    await desk.catalogue.write(briefs.keep, made, series=topic, plan="{}", replies="{}")
    await desk.catalogue.write(deliveries.enlist, brief_id, "weekly", topic, desk.clock())
    return made


def many(count: int) -> list[str]:
    """So many addresses."""
    return [f"reader{number:05d}@example.org" for number in range(count)]


async def subscribe_many(desk: DeliverDesk, emails: Sequence[str]) -> None:
    """Active subscribers of everything, in one transaction."""
    ids = [f"sub_{number:016x}" for number in range(len(emails))]
    shared = {
        "channel": "mail",
        "state": "active",
        "cadence": "weekly",
        "created": "2025-11-27T00:00:00Z",
        "refusals": 0,
    }

    def add_all(session: Session) -> None:
        session.execute(
            insert(SubscriberRow),
            [
                {"subscriber_id": one, "address": email, "address_key": email, **shared}
                for one, email in zip(ids, emails, strict=True)
            ],
        )
        topics = [{"subscriber_id": one, "topic_key": "", "topic": ""} for one in ids]
        session.execute(insert(SubscriberTopicRow), topics)

    await desk.catalogue.write(add_all)
