"""Who is asked, and by which page.

A page on another site can make a browser send requests here, and a name of its own can be made to point to this
machine (DNS rebinding). So the host name must be one of ours (an address is always one: a page cannot rebind that),
and what changes or spends anything must not come from another site's page, with a key or without.
"""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.problems import CROSS_SITE, MISDIRECTED, Refusal
from rag.config import Settings

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Origins:
    """Refuse unknown host names, and unsafe requests of other sites' pages."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._hosts = _known_hosts(settings)
        self._allowed = frozenset(settings.cors_origins)
        public = urlsplit(settings.public_url or "")
        self._own = {f"{public.scheme}://{public.netloc}".lower()} if public.netloc else set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it."""
        if scope["type"] == "http" and (refusal := self._refusal(scope)):
            await refusal.response(scope)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _refusal(self, scope: Scope) -> Refusal | None:
        headers = Headers(scope=scope)
        named = headers.getlist("host")
        if len(named) != 1 or not self._knows(named[0]):
            return Refusal(
                MISDIRECTED,
                "The service does not answer under this host name.",
                hint="Add the name to PAPERBRIEF_ALLOWED_HOSTS, or set PAPERBRIEF_PUBLIC_URL.",
            )
        if scope["method"] in _SAFE or not self._foreign(headers, f"{scope['scheme']}://{named[0]}".lower()):
            return None
        return Refusal(
            CROSS_SITE,
            "A page of another site may not send this.",
            hint="Add the page's origin to PAPERBRIEF_CORS_ORIGINS if it is yours.",
        )

    def _knows(self, host: str) -> bool:
        name = _name_of(host)
        return name is not None and (name in self._hosts or _is_address(name))

    def _foreign(self, headers: Headers, own: str) -> bool:
        """Whether a browser says that another site's page sends this. What is no browser says nothing."""
        origin = headers.get("origin")
        if origin is not None:
            return origin.lower() != own and origin.lower() not in self._own | self._allowed
        return headers.get("sec-fetch-site", "none") not in ("none", "same-origin")


def _known_hosts(settings: Settings) -> frozenset[str]:
    names = {"localhost", socket.gethostname().lower(), settings.host.lower(), *map(str.lower, settings.allowed_hosts)}
    if public := urlsplit(settings.public_url or "").hostname:
        names.add(public.lower())
    return frozenset(names)


def _name_of(host: str) -> str | None:
    """The host name in a Host header, without its port; None for what is not one."""
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port  # a ValueError where it is no number
    except ValueError:
        return None
    if parts.path or parts.query or parts.fragment or parts.username is not None:
        return None
    return (parts.hostname or "").rstrip(".") or None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Whether an address or name is reached from this machine only."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"
