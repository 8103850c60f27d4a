"""`/mcp`: the tools over streamable HTTP, each request by itself, behind the same layers as every other address."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Receive, Send
from starlette.types import Scope as Asked

from api.access import caller_of
from api.house import House
from api.mcp.shelf import LibraryShelf, Shelf
from rag.models import Answer, Scope, SearchReport

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

PATH = "/mcp"


class HouseShelf(LibraryShelf):
    """The library of this service, for the sender of one request: what costs work waits for its turn."""

    def __init__(self, house: House, request: Request) -> None:
        super().__init__(house.library)
        self._house = house
        self._request = request

    async def search(self, query: str, *, top_k: int, scope: Scope) -> SearchReport:
        """See `Shelf`."""
        self._house.note_question(self._request, query)
        async with self._house.quick.turn(), asyncio.timeout(self._house.settings.request_seconds):
            return await self._library.search(query, top_k=top_k, scope=scope)

    async def ask(self, question: str, *, scope: Scope) -> Answer:
        """See `Shelf`."""
        self._house.note_question(self._request, question)
        mode = self._house.mode(caller_of(self._request), None)
        async with self._house.admission(mode).turn(), asyncio.timeout(self._house.settings.request_seconds):
            return self._house.measured(await self._library.ask(question, scope=scope, mode=mode))


class Door:
    """The tools of one service. Nothing is imported before somebody comes, and nothing is remembered between requests.

    No session is kept, so there is nothing to subscribe to (GET) or to end (DELETE): only POST is answered.
    """

    def __init__(self, house: House) -> None:
        self._house = house
        self._running: asyncio.Task[None] | None = None
        self._ready: asyncio.Future[StreamableHTTPSessionManager] | None = None
        self._stop = asyncio.Event()

    async def __call__(self, scope: Asked, receive: Receive, send: Send) -> None:
        """Serve one request."""
        _ = self._house.library
        if self._ready is None:
            self._ready = asyncio.get_running_loop().create_future()
            self._running = asyncio.create_task(self._run(self._ready))
        manager = await asyncio.shield(self._ready)
        await manager.handle_request(scope, receive, send)

    async def _run(self, ready: asyncio.Future[StreamableHTTPSessionManager]) -> None:
        """Hold the SDK's own tasks until the service stops: they end in the task in which they began."""
        try:
            tools = await asyncio.to_thread(import_module, "api.mcp.tools")
            server = tools.server(self._lend)
            # Hosts and origins were looked at by the layer before.
            server.streamable_http_app(stateless_http=True, transport_security=_checked_before())
            async with server.session_manager.run():
                ready.set_result(server.session_manager)
                await self._stop.wait()
        except Exception as error:
            self._ready = None
            if ready.done():
                raise
            ready.set_exception(error)

    @asynccontextmanager
    async def _lend(self, context: Any) -> AsyncIterator[Shelf]:
        request = context.request_context.request
        assert isinstance(request, Request), "over HTTP every call has its request"
        yield HouseShelf(self._house, request)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """End what runs when the service does."""
        try:
            yield
        finally:
            self._stop.set()
            if self._running is not None:
                await asyncio.gather(self._running, return_exceptions=True)


def _checked_before() -> Any:
    from mcp.server.transport_security import TransportSecuritySettings

    return TransportSecuritySettings(enable_dns_rebinding_protection=False)


def route(door: Door) -> Route:
    """The address of the door."""
    return Route(PATH, door, methods=["POST"], include_in_schema=False)
