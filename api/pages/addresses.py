"""Addresses in pages."""

from __future__ import annotations

import re
from urllib.parse import quote

_WEB = re.compile(r"https?://[^\s]+", re.IGNORECASE)


def in_path(identifier: str) -> str:
    """An identifier as part of an address; old arXiv identifiers hold a slash, and keep it."""
    return quote(identifier, safe="/")


def web_address(url: str | None) -> str | None:
    """The address where it is one of the web; anything else (`javascript:`) is nothing to link to."""
    return url if url and _WEB.fullmatch(url) else None
