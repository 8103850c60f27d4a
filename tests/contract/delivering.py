"""A desk of deliveries in a folder of its own, and a clock that a test sets, for the tests of delivery."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from contract.papers import settings
from sqlalchemy import text
from sqlalchemy.orm import Session

from rag.deliver import subscribe
from rag.deliver.desk import DeliverDesk
from rag.library import open_deliveries
from rag.models import Cadence

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
