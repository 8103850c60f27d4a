"""The folder of `paperbrief mcp`: open while it is asked, closed when it is not, and never twice open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from api.mcp.stdio import Folder
from rag.config import Settings
from rag.errors import FolderInUse

pytestmark = pytest.mark.anyio

A_MOMENT = 0.05


class Opening:
    """Opens nothing, and keeps a record of it."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.in_use = False

    @asynccontextmanager
    async def __call__(self, settings: Settings) -> AsyncIterator[Any]:
        if self.in_use:
            raise FolderInUse("The data folder is in use by process 7.")
        self.told.append("open")
        await asyncio.sleep(0)
        yield self
        await asyncio.sleep(0)
        self.told.append("closed")


@pytest.fixture
def own(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path)


async def test_it_is_opened_at_the_first_call_and_closed_at_the_end(own: Settings) -> None:
    opening = Opening()
    async with Folder(own, opening, 60) as folder:
        assert opening.told == []
        for _ in range(2):
            async with folder.lend():
                assert opening.told == ["open"]
    assert opening.told == ["open", "closed"]


async def test_calls_at_the_same_time_share_it(own: Settings) -> None:
    opening = Opening()

    async def call(folder: Folder) -> None:
        async with folder.lend():
            await asyncio.sleep(A_MOMENT)
            assert opening.told == ["open"]

    async with Folder(own, opening, 0) as folder:
        await asyncio.gather(*(call(folder) for _ in range(5)))


async def test_it_is_closed_when_nobody_asks_and_opened_again_when_somebody_does(own: Settings) -> None:
    opening = Opening()
    async with Folder(own, opening, A_MOMENT / 10) as folder:
        for times in (1, 2):
            async with folder.lend():
                await asyncio.sleep(A_MOMENT)
                assert opening.told == ["open", "closed"] * (times - 1) + ["open"]
            await asyncio.sleep(A_MOMENT * 4)
            assert opening.told == ["open", "closed"] * times


async def test_a_folder_that_is_in_use_can_be_had_later(own: Settings) -> None:
    opening = Opening()
    async with Folder(own, opening, 60) as folder:
        opening.in_use = True
        with pytest.raises(FolderInUse):
            async with folder.lend():
                pytest.fail("somebody else has it")
        opening.in_use = False
        async with folder.lend():
            assert opening.told == ["open"]
