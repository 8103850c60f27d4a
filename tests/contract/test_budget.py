"""The day's budget of model tokens over a real catalogue: counted, kept, and not passed by replies of one moment."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from contract.serving import opened
from pydantic import BaseModel

from rag.catalogue import spending
from rag.errors import BudgetSpent, ModelUnavailable
from rag.llm import Completion
from rag.llm.budget import Budgeted
from rag.prompting import Message

pytestmark = pytest.mark.anyio

ASKED = [Message("user", "x" * 300)]  # holds 100 tokens, and 50 for the reply


class Slow:
    """A model that answers when it is let, 90 tokens a reply, and knows how many it was asked for at most at once."""

    name = "slow"

    def __init__(self) -> None:
        self.let = asyncio.Event()
        self.begun = 0
        self.starts = asyncio.Semaphore(0)
        self.now = self.most = 0
        self.fails = False

    async def complete(
        self, messages: Sequence[Message], *, schema: type[BaseModel] | None = None, max_tokens: int
    ) -> Completion:
        self.begun += 1
        self.starts.release()
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await self.let.wait()
        finally:
            self.now -= 1
        if self.fails:
            raise ModelUnavailable("It is away.", hint="Wait.")
        return Completion("{}", self.name, False, 80, 10)


async def settled(model: Slow, more: int) -> None:
    """Wait until so many more replies have been begun, and give any further one the time to begin too."""
    for _ in range(more):
        await model.starts.acquire()
    await asyncio.sleep(0.2)


async def test_replies_of_one_moment_do_not_pass_the_limit_together(tmp_path: Path) -> None:
    async with opened(tmp_path / "data") as (library, _):
        model = Slow()
        budgeted = Budgeted(model, library.catalogue, 200)
        asking = [asyncio.create_task(budgeted.complete(ASKED, max_tokens=50)) for _ in range(8)]
        await settled(model, 2)
        assert model.begun == 2, "the first holds 150 of 200, the second the rest and more"
        model.let.set()
        ended = await asyncio.gather(*asking, return_exceptions=True)
        assert [type(one) for one in ended].count(Completion) == 3, "2 x 90 are less than 200, 3 x 90 are more"
        assert [type(one) for one in ended].count(BudgetSpent) == 5
        assert model.most == 2
        assert await library.catalogue.read(spending.on, datetime.now(UTC).date().isoformat()) == 270


@pytest.mark.parametrize("how", ["fails", "cancelled"])
async def test_what_a_reply_held_is_free_when_it_does_not_come(tmp_path: Path, how: str) -> None:
    async with opened(tmp_path / "data") as (library, _):
        model = Slow()
        budgeted = Budgeted(model, library.catalogue, 100)
        first = asyncio.create_task(budgeted.complete(ASKED, max_tokens=50))
        await settled(model, 1)
        second = asyncio.create_task(budgeted.complete(ASKED, max_tokens=50))
        await settled(model, 0)
        assert model.begun == 1
        if how == "fails":
            model.fails = True
            model.let.set()
            with pytest.raises(ModelUnavailable):
                await first
        else:
            first.cancel()
            with pytest.raises(asyncio.CancelledError):
                await first
        await settled(model, 1)
        model.fails = False
        model.let.set()
        if how == "cancelled":
            assert (await second).prompt_tokens == 80
        else:
            with pytest.raises(ModelUnavailable):
                await second


async def test_one_who_waits_may_leave_and_the_next_has_its_turn(tmp_path: Path) -> None:
    async with opened(tmp_path / "data") as (library, _):
        model = Slow()
        budgeted = Budgeted(model, library.catalogue, 100)
        first, second, third = (asyncio.create_task(budgeted.complete(ASKED, max_tokens=50)) for _ in range(3))
        await settled(model, 1)
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        model.let.set()
        assert (await first).completion_tokens == 10
        assert (await third).completion_tokens == 10, "90 of 100 are used: one more may pass the limit"
        with pytest.raises(BudgetSpent, match="budget of 100 model tokens is spent"):
            await budgeted.complete(ASKED, max_tokens=50)


async def test_without_a_limit_none_waits_and_all_is_counted(tmp_path: Path) -> None:
    async with opened(tmp_path / "data") as (library, _):
        model = Slow()
        budgeted = Budgeted(model, library.catalogue, None)
        asking = [asyncio.create_task(budgeted.complete(ASKED, max_tokens=50)) for _ in range(4)]
        await settled(model, 4)
        model.let.set()
        await asyncio.gather(*asking)
        assert model.most == 4
        assert await library.catalogue.read(spending.on, datetime.now(UTC).date().isoformat()) == 360
