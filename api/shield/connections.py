"""Connections: below HTTP, where a client can hold one open without ever sending a whole request.

uvicorn waits for headers without an end, and for a client that does not read as well. Here both have one, headers have
a size, and connections a number; whatever is refused at this level gets a problem document too.
"""

from __future__ import annotations

import asyncio
import json
import socket
from contextlib import suppress
from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

from api.problems import BUSY, HEADERS, MALFORMED, MEDIA_TYPE, SLOW_HEADERS, Kind, Refusal

HEADER_SECONDS = 10.0
"""How long the headers of a request may take."""
MOST_HEADER_BYTES = 64 << 10
"""How much may come before they are complete."""
READ_SECONDS = 60.0
"""How long a client may leave a response unread."""
MOST_CONNECTIONS = 1_000

_Base: Any = AutoHTTPProtocol  # uvicorn's own choice: httptools where it is installed, else h11


class Connection(_Base):  # type: ignore[misc]
    """uvicorn's protocol with limits."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._waiting: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None
        self._header_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Take a connection, or turn it away where there are too many."""
        super().connection_made(transport)
        if (plain := transport.get_extra_info("socket")) is not None and hasattr(socket, "TCP_USER_TIMEOUT"):
            with suppress(OSError):  # not a TCP socket
                plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(READ_SECONDS * 1000))
        if len(self.connections) > MOST_CONNECTIONS:
            self._turn_away(Refusal(BUSY, "Too many connections are open.", retry_after=5))
            return
        self._wait_for_headers()

    def data_received(self, data: bytes) -> None:
        """Pass bytes on, and count those that come before a request is complete."""
        before = self.cycle
        super().data_received(data)
        if self.cycle is not before:
            self._stop_waiting()
        elif self.cycle is None or self.cycle.response_complete:
            self._header_bytes += len(data)
            if self._header_bytes > MOST_HEADER_BYTES:
                self._turn_away(Refusal(HEADERS, f"The headers are larger than {MOST_HEADER_BYTES:,} bytes."))
            elif self._waiting is None:
                self._wait_for_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timers."""
        self._stop_waiting()
        self.resume_writing()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The client does not read: it has a while to begin."""
        super().pause_writing()
        if self._unread is None:
            self._unread = self.loop.call_later(READ_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """The client reads again."""
        super().resume_writing()
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP gets a problem document, as everything else does."""
        self._turn_away(Refusal(MALFORMED, "This is not HTTP/1.1 as it should be."))

    def _wait_for_headers(self) -> None:
        self._waiting = self.loop.call_later(HEADER_SECONDS, self._too_slow)

    def _stop_waiting(self) -> None:
        self._header_bytes = 0
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _too_slow(self) -> None:
        self._waiting = None
        if self._header_bytes:
            self._turn_away(Refusal(SLOW_HEADERS, "The headers came too slowly."))
        else:
            self.transport.close()  # nothing was asked

    def _turn_away(self, refusal: Refusal) -> None:
        self._stop_waiting()
        if not self.transport.is_closing():
            self.transport.write(_raw(refusal.kind, json.dumps(refusal.document(None)).encode(), refusal.retry_after))
            self.transport.close()


def _raw(kind: Kind, body: bytes, retry_after: int | None) -> bytes:
    again = f"retry-after: {retry_after}\r\n" if retry_after else ""
    head = (
        f"HTTP/1.1 {kind.status} {kind.title}\r\ncontent-type: {MEDIA_TYPE}\r\ncontent-length: {len(body)}\r\n"
        f"{again}connection: close\r\n\r\n"
    )
    return head.encode() + body
