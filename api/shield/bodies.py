"""How much a request may send, and how slowly: bytes are counted as they come, whatever the headers promise."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import SLOW_BODY, TOO_LARGE, Refusal

PATIENCE_SECONDS = 20.0
"""How long a body may stand still, and how long it may be slower than `SLOWEST_BYTES`."""
SLOWEST_BYTES = 4_096
"""Bytes a second that a body must reach on average."""
LINGER_SECONDS = 2.0
"""How long bytes of a refused body are still taken and thrown away, so that the client gets to read why."""

Limit = Callable[[Scope], int]
"""The most bytes that the request of a scope may send."""


class Bodies:
    """Refuse bodies that are too large or too slow, without reading on."""

    def __init__(self, app: ASGIApp, limit: Limit) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit(scope)
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isascii() and announced.isdigit() and (len(announced) > 18 or int(announced) > limit):
            await _refuse(_too_large(limit), scope, receive, send)
            return
        counted = _Counted(receive, limit)
        began = False

        async def sending(message: Message) -> None:
            nonlocal began
            if counted.refusal is None or began:
                began = True
                await send(message)

        try:
            await self._app(scope, counted, sending)
        except Exception:
            if counted.refusal is None or began:
                raise
        if counted.refusal is not None and not began:
            await _refuse(counted.refusal, scope, receive, send)


class _Counted:
    """The body as it comes, until there is too much of it or too little for too long."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._limit = limit
        self._bytes = 0
        self._began = time.monotonic()
        self._whole = False
        self.refusal: Refusal | None = None

    async def __call__(self) -> Message:
        if self._whole:
            return await self._receive()
        try:
            message = await asyncio.wait_for(self._receive(), PATIENCE_SECONDS)
        except TimeoutError:
            self.refusal = _too_slow()
            raise self.refusal from None
        if message["type"] == "http.disconnect":
            self._whole = True
            return message
        self._bytes += len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        if self._bytes > self._limit:
            self.refusal = _too_large(self._limit)
            raise self.refusal
        lasted = time.monotonic() - self._began
        if not self._whole and lasted > PATIENCE_SECONDS and self._bytes < lasted * SLOWEST_BYTES:
            self.refusal = _too_slow()
            raise self.refusal
        return message


def _too_large(limit: int) -> Refusal:
    return Refusal(
        TOO_LARGE,
        f"The body is larger than {limit:,} bytes.",
        hint="Send it in parts.",
        headers={"Connection": "close"},
    )


def _too_slow() -> Refusal:
    return Refusal(
        SLOW_BODY, "The body came too slowly.", hint="Send it again, faster.", headers={"Connection": "close"}
    )


async def _refuse(refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer, then take what still comes for a moment: closing at once would cost the client the answer."""
    response = refusal.response(scope)
    await send({"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers})
    await send({"type": "http.response.body", "body": response.body, "more_body": True})
    try:
        async with asyncio.timeout(LINGER_SECONDS):
            while (message := await receive())["type"] == "http.request" and message.get("more_body", False):
                pass
    except TimeoutError:
        pass  # it goes on sending; the connection is closed all the same
    await send({"type": "http.response.body", "body": b""})
