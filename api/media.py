"""Media types: a route that takes JSON refuses what says that it is something else."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from api.problems import MEDIA, Refusal

_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


def media_type(request: Request) -> str:
    """The media type of the body in small letters, without parameters; empty where none is named."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


class JsonRoute(APIRoute):
    """A route whose body, where it has one, is JSON; anything else gets a 415, not a puzzle about fields."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The framework's handler behind a look at the media type."""
        handle = super().get_route_handler()

        async def checked(request: Request) -> Response:
            if request.method in _WITH_BODY:
                given = media_type(request)
                if given != "application/json" and not (given.startswith("application/") and given.endswith("+json")):
                    raise Refusal(
                        MEDIA,
                        f"The body is {given[:100] or 'of no named type'}, and JSON is wanted.",
                        hint="Send it with Content-Type: application/json.",
                        headers={"Accept": "application/json"},
                    )
            return await handle(request)

        return checked
