"""Conditional requests (RFC 9110): who has it already is told so, and nothing is made."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from starlette.requests import Request
from starlette.responses import Response

_NOT_MODIFIED = 304
_TAG = re.compile(r'(?:W/)?("[^"]*")')


def unchanged(request: Request, tag: str, modified: datetime | None = None) -> bool:
    """Whether the client holds what this entity tag names; by time only where it sent no tag."""
    given = request.headers.get("if-none-match")
    if given is not None:
        return given.strip() == "*" or tag in _TAG.findall(given)
    since = request.headers.get("if-modified-since")
    if since is None or modified is None:
        return False
    try:
        return modified <= parsedate_to_datetime(since).astimezone(UTC)
    except (ValueError, OverflowError):
        return False


def not_modified(headers: Mapping[str, str]) -> Response:
    """The answer to who holds it, with the headers that what is held would have."""
    return Response(status_code=_NOT_MODIFIED, headers=headers)


def instant(text: str) -> datetime:
    """A time of RFC 3339."""
    return datetime.fromisoformat(text).astimezone(UTC)


def http_date(moment: datetime) -> str:
    """A time as headers carry it."""
    return format_datetime(moment, usegmt=True)
