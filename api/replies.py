"""What routes answer with: contract objects as they are, without validating them a second time."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

T = TypeVar("T")

CLIENT_GONE = 499
"""The status in the log of a request whose client did not wait; nobody sees it."""


class ClientGone(Exception):
    """The client closed the connection before the answer was there."""


def json_reply(contract: BaseModel, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A contract object as JSON. It was made by this program: nothing in it needs checking again."""
    return Response(contract.model_dump_json(), status, headers, media_type="application/json")


async def while_connected(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """What `work` gives; it is cancelled when the client leaves, and ClientGone is raised. The body must be read."""
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_left(request))
    try:
        await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientGone
        return working.result()
    finally:
        for task in (working, leaving):
            if not task.done():
                task.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
