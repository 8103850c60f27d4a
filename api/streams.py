"""Server-sent events: an answer while it is being made.

Events are `status`, `sentence`, `citation`, `note`, then `answer` with the whole Answer as the last, or `error` with a
problem document. Comments keep the connection alive while nothing happens.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable

from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event
from pydantic import BaseModel
from starlette.requests import Request

from api.admission import Admission
from api.problems import refusal_of, request_id_of
from rag.errors import PaperbriefError
from rag.models import Answer

KEEP_ALIVE_SECONDS = 15.0
_log = logging.getLogger(__name__)

Send = Callable[[str, BaseModel | dict[str, object]], None]
"""Sends one event: its name and its data."""


def answer_stream(
    request: Request, admission: Admission, seconds: float, answer: Callable[[Send], Awaitable[Answer]]
) -> EventSourceResponse:
    """The events of one answer. The work ends with the connection, whichever ends first."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return EventSourceResponse(_events(request, admission, seconds, answer), headers=headers)


async def _events(
    request: Request, admission: Admission, seconds: float, answer: Callable[[Send], Awaitable[Answer]]
) -> AsyncIterator[bytes]:
    waiting: asyncio.Queue[bytes | None] = asyncio.Queue()

    def send(name: str, content: BaseModel | dict[str, object]) -> None:
        text = content.model_dump_json() if isinstance(content, BaseModel) else json.dumps(content, ensure_ascii=False)
        waiting.put_nowait(format_sse_event(event=name, data_str=text))

    async def work() -> None:
        try:
            async with admission.turn(), asyncio.timeout(seconds):
                send("answer", await answer(send))
        except (PaperbriefError, TimeoutError) as error:
            send("error", refusal_of(error).document(request_id_of(request.scope)))
        except Exception as error:
            _log.exception("an answer failed while it was being streamed")
            send("error", refusal_of(error).document(request_id_of(request.scope)))
            raise
        finally:
            waiting.put_nowait(None)

    working = asyncio.create_task(work())
    try:
        while True:
            try:
                event = await asyncio.wait_for(waiting.get(), KEEP_ALIVE_SECONDS)
            except TimeoutError:
                yield KEEPALIVE_COMMENT
                continue
            if event is None:
                return
            yield event
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
