"""The outermost layer: each request gets an identifier and a line in the log, each response its security headers.

Nothing that fails below leaves without a problem document. The line has neither the query string nor the body, and so
neither questions nor keys.
"""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import HEADERS, Refusal, refusal_of
from api.replies import CLIENT_GONE, ClientGone
from rag.errors import PaperbriefError

MOST_HEADER_BYTES = 32 << 10
_SANE_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")
_PAGES = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_NOTHING = "default-src 'none'; frame-ancestors 'none'"
_log = logging.getLogger("paperbrief.requests")

Measure = Callable[[Scope, int, float], None]
"""Told of each finished request: its scope, its status, the seconds it took."""


class RequestLine:
    """See the module. `measure` hears of every request."""

    def __init__(self, app: ASGIApp, measure: Measure) -> None:
        self._app = app
        self._measure = measure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        began = time.perf_counter()
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _add_headers(MutableHeaders(scope=message), scope, request_id)
            await send(message)

        if scope["method"] == "HEAD":
            # Every GET answers HEAD too; the server below keeps the body to itself.
            scope = {**scope, "method": "GET"}
        try:
            await self._serve(scope, receive, sending)
        except ClientGone:
            status = status or CLIENT_GONE
        except Exception as error:
            if not isinstance(error, PaperbriefError):
                _log.exception("request failed", extra={"request_id": request_id})
            if status:
                raise  # the response has begun: the server can only cut the connection
            await refusal_of(error).response(scope)(scope, receive, sending)
        finally:
            seconds = time.perf_counter() - began
            self._measure(scope, status or CLIENT_GONE, seconds)
            _write_line(scope, status or CLIENT_GONE, seconds)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        if sum(len(name) + len(value) for name, value in scope["headers"]) > MOST_HEADER_BYTES:
            refusal = Refusal(HEADERS, f"The headers are larger than {MOST_HEADER_BYTES:,} bytes.")
            refusal.headers = {"Connection": "close"}
            await refusal.response(scope)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _request_id(scope: Scope) -> str:
    """The caller's own X-Request-ID where it is fit for a log, else a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _SANE_ID.fullmatch(value):
            return str(value.decode("ascii"))
    return secrets.token_hex(8)


def _add_headers(headers: MutableHeaders, scope: Scope, request_id: str) -> None:
    headers["X-Request-ID"] = request_id
    headers["X-Content-Type-Options"] = "nosniff"
    is_page = headers.get("content-type", "").startswith("text/html")
    headers.setdefault("Content-Security-Policy", _PAGES if is_page else _NOTHING)
    # Under "no-referrer" a browser sends a page's own forms with "Origin: null", as if they were another site's.
    headers.setdefault("Referrer-Policy", "same-origin" if is_page else "no-referrer")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Cache-Control", "no-store")
    if is_page:
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if scope.get("scheme") == "https":
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")


def _write_line(scope: Scope, status: int, seconds: float) -> None:
    state = scope["state"]
    client = scope.get("client") or ("",)
    _log.info(
        "request",
        extra={
            "request_id": state["request_id"],
            "method": scope["method"],
            "path": scope["path"][:200],
            "status": status,
            "ms": round(seconds * 1000, 2),
            "client": client[0],
            **state.get("logged", {}),
        },
    )
