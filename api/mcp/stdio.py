"""`paperbrief mcp`: the tools over standard input and output, for an assistant that starts programs of its own.

Such a program runs as long as the assistant does, mostly idle. It therefore owns the data folder only while it is being
asked: the folder is opened at the first call and closed when no call came for a while, so that a service, an ingest or
another assistant can have it. Where a service owns it, calls are passed on to that.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from api.logs import log_to_standard_error
from api.mcp.service import ServiceShelf
from api.mcp.shelf import LibraryShelf, Shelf
from api.mcp.tools import server
from rag.beacon import seen

if TYPE_CHECKING:
    from rag.config import Settings
    from rag.library import Library

IDLE_SECONDS = 60.0
Opener = Callable[["Settings"], AbstractAsyncContextManager["Library"]]


async def serve(settings: Settings, opener: Opener, *, idle_seconds: float = IDLE_SECONDS) -> None:
    """Serve until standard input ends. Nothing but the protocol goes to standard output, the log to standard error."""
    log_to_standard_error()
    async with Folder(settings, opener, idle_seconds) as folder:

        @asynccontextmanager
        async def lend(_: object) -> AsyncIterator[Shelf]:
            beacon = await asyncio.to_thread(seen, settings.data_dir)
            if beacon is not None:
                yield ServiceShelf(beacon)
                return
            async with folder.lend() as shelf:
                yield shelf

        await server(lend).run_stdio_async()


class Folder:
    """The library of a data folder, open while it is asked and a while longer. Closed at the end of a `with` block."""

    def __init__(self, settings: Settings, opener: Opener, idle_seconds: float) -> None:
        self._settings, self._opener, self._idle_seconds = settings, opener, idle_seconds
        self._lock = asyncio.Lock()
        self._opened: AsyncExitStack | None = None
        self._library: Library | None = None
        self._readers = 0
        self._idle: asyncio.TimerHandle | None = None
        self._closing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Folder:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stay_open()
        await self._close()

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[Shelf]:
        """The library for one call. Raises what opening it raises."""
        self._readers += 1
        self._stay_open()
        try:
            yield LibraryShelf(await self._open())
        finally:
            self._readers -= 1
            if not self._readers:
                self._idle = asyncio.get_running_loop().call_later(self._idle_seconds, self._begin_to_close)

    def _stay_open(self) -> None:
        if self._idle is not None:
            self._idle.cancel()

    def _begin_to_close(self) -> None:
        self._closing = asyncio.create_task(self._close())

    async def _open(self) -> Library:
        async with self._lock:
            if self._library is None:
                stack = AsyncExitStack()
                self._library = await stack.enter_async_context(self._opener(self._settings))
                self._opened = stack
            return self._library

    async def _close(self) -> None:
        """Close the library, unless somebody has come to read in it."""
        async with self._lock:
            if self._opened is not None and not self._readers:
                stack, self._opened, self._library = self._opened, None, None
                await stack.aclose()
