"""Server-sent events: an answer while it is being made.

Events of `/v1/ask` are `status`, `sentence`, `citation`, `note`, then `answer` with the whole Answer as the last, or
`error` with a problem document. Comments keep the connection alive while nothing happens.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event
from pydantic import BaseModel
from starlette.requests import Request

from api.admission import Admission
from api.problems import Refusal, refusal_of, request_id_of
from rag.errors import PaperbriefError
from rag.models import Answer

KEEP_ALIVE_SECONDS = 15.0
_log = logging.getLogger(__name__)


def described(events: tuple[str, ...], example: str) -> dict[str, Any]:
    """A stream of events in the description of a route: what each event is, and an example of a whole stream."""
    return {
        "text/event-stream": {
            "schema": {
                "type": "object",
                "description": "One event of the stream. `data` is JSON.",
                "properties": {"event": {"type": "string", "enum": list(events)}, "data": {"type": "string"}},
                "required": ["data"],
            },
            "example": example,
        }
    }


Put = Callable[[bytes], None]
"""Sends one event, as it goes over the wire."""
Send = Callable[[str, BaseModel | dict[str, object]], None]
"""Sends one event: its name and its data."""


class EventStream:
    """The events that some work puts out once it has its turn. It ends with the connection, whichever ends first."""

    def __init__(
        self,
        admission: Admission,
        seconds: float,
        work: Callable[[Put], Awaitable[None]],
        failed: Callable[[Refusal], bytes],
    ) -> None:
        self._admission, self._seconds, self._do, self._failed = admission, seconds, work, failed
        self._waiting: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._working: asyncio.Task[None] | None = None
        self._first: bytes | None = None
        self._error: Exception | None = None

    async def begun(self) -> None:
        """Wait for the first event; not longer than a client may be left without any.

        Raises what the work raises before it: such an error can still have a status of its own.
        """
        self._working = asyncio.create_task(self._work())
        try:
            async with asyncio.timeout(KEEP_ALIVE_SECONDS):
                self._first = await self._waiting.get()
        except TimeoutError:
            return
        except asyncio.CancelledError:
            self._working.cancel()
            raise
        if self._first is None and self._error is not None:
            raise self._error

    def response(self) -> EventSourceResponse:
        """The stream as a response."""
        return EventSourceResponse(self._events(), headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})

    async def _work(self) -> None:
        try:
            async with self._admission.turn(), asyncio.timeout(self._seconds):
                await self._do(self._waiting.put_nowait)
        except (PaperbriefError, Refusal, TimeoutError) as error:
            self._error = error
        except Exception as error:
            _log.exception("an answer failed while it was being streamed")
            self._error = error
            raise
        finally:
            self._waiting.put_nowait(None)

    async def _events(self) -> AsyncIterator[bytes]:
        working = self._working = self._working or asyncio.create_task(self._work())
        try:
            if self._first is not None:
                yield self._first
            while True:
                try:
                    event = await asyncio.wait_for(self._waiting.get(), KEEP_ALIVE_SECONDS)
                except TimeoutError:
                    yield KEEPALIVE_COMMENT
                    continue
                if event is None:
                    break
                yield event
            if self._error is not None:
                yield self._failed(refusal_of(self._error))
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)


def answer_stream(
    request: Request, admission: Admission, seconds: float, answer: Callable[[Send], Awaitable[Answer]]
) -> EventSourceResponse:
    """The events of one answer; whatever fails is an event too."""

    async def work(put: Put) -> None:
        def send(name: str, content: BaseModel | dict[str, object]) -> None:
            put(_event(name, content))

        send("answer", await answer(send))

    def failed(refusal: Refusal) -> bytes:
        return _event("error", refusal.document(request_id_of(request.scope)))

    return EventStream(admission, seconds, work, failed).response()


def _event(name: str, content: BaseModel | dict[str, object]) -> bytes:
    text = content.model_dump_json() if isinstance(content, BaseModel) else json.dumps(content, ensure_ascii=False)
    return format_sse_event(event=name, data_str=text)
