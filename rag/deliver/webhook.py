"""A brief as JSON to a webhook: signed, to an address that was checked, with a bounded reply. Blocks.

A webhook's address is somebody's wish, and this service stands where they do not: a request to a private address
would let them reach what only this machine may. So the name is resolved once, every address it has must be a public
one, and the connection goes to the very address that was checked. No redirect is followed.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from rag import __version__
from rag.deliver.outcome import SENT, Outcome, reason_of

SECONDS = 15.0
"""How long each step may take; all of them together, twice as long."""
MOST_REPLY = 64 << 10
_NOT_NOW = frozenset({408, 423, 425, 429})
_GONE = 410
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Refused(Exception):
    """The address may not be called."""


def signature(secret: str, at: int, body: bytes) -> str:
    """What proves that a body is ours and new: `t=<Unix time>,v1=<HMAC-SHA256 of "<time>.<body>" in hexadecimal>`."""
    signed = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={signed}"


def headers(secret: str, delivery: str, body: bytes, at: float) -> dict[str, str]:
    """The headers of a delivery; its identifier is the same for each try, so that a receiver can drop a second copy."""
    return {
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "User-Agent": f"paperbrief/{__version__}",
        "Paperbrief-Delivery": delivery,
        "Paperbrief-Signature": signature(secret, int(at), body),
    }


def call(url: str, body: bytes, head: Mapping[str, str], *, private: bool, seconds: float = SECONDS) -> Outcome:
    """Send one delivery, once. What goes wrong is an outcome, never an error."""
    deadline = time.monotonic() + 2 * seconds
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    try:
        place = _checked_place(parts.hostname or "", port, private=private)
    except Refused as refused:
        return Outcome("permanent", "recipient", str(refused))
    except OSError:
        return Outcome("temporary", "recipient", "the host name is not known")
    connection = _Connection(parts.hostname or "", port, place, secure=secure, seconds=seconds)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    sent = False
    try:
        connection.request("POST", path, body, dict(head))
        sent = True
        reply = connection.getresponse()
        _read(reply, connection, deadline)
        return _outcome(reply)
    except (OSError, http.client.HTTPException) as error:
        kind = "no answer in time" if isinstance(error, TimeoutError) else type(error).__name__
        return Outcome("temporary", "recipient", f"no answer ({kind})", doubtful=sent)
    finally:
        connection.close()


def _checked_place(host: str, port: int, *, private: bool) -> tuple[socket.AddressFamily, tuple[str, int]]:
    """The address to connect to. Raises Refused where one of the host's is not public, OSError where it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    places = [(family, (str(place[0]), port)) for family, _, _, _, place in found]
    if not places:
        raise OSError
    if not private and not all(is_public(place[0]) for _, place in places):
        raise Refused("its address is private, and PAPERBRIEF_WEBHOOK_PRIVATE is not set")
    return places[0]


def is_public(text: str) -> bool:
    """Whether an address is one of the whole Internet, also where one kind of address is put into another."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address.teredo is not None:
            return False
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            address = inner
    return address.is_global and not address.is_multicast


class _Connection(http.client.HTTPConnection):
    """A connection to an address that was resolved and checked before; the name is for TLS and the Host header."""

    def __init__(
        self, host: str, port: int, place: tuple[socket.AddressFamily, tuple[str, int]], *, secure: bool, seconds: float
    ) -> None:
        super().__init__(host, port, timeout=seconds)
        self._place = place
        self._secure = secure
        self.default_port = 443 if secure else 80

    def connect(self) -> None:
        """Connect to the checked address, nowhere else."""
        family, place = self._place
        plain = socket.socket(family, socket.SOCK_STREAM)
        try:
            plain.settimeout(self.timeout)
            plain.connect(place)
            if self._secure:
                self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)
            else:
                self.sock = plain
        except BaseException:
            plain.close()
            raise


def _read(reply: http.client.HTTPResponse, connection: _Connection, deadline: float) -> None:
    """Read what is said, as far as it is worth reading."""
    left = MOST_REPLY
    while left > 0:
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            return  # the status was read; the rest is talk
        if connection.sock is not None:
            connection.sock.settimeout(remaining)
        chunk = reply.read1(min(left, 8_192))
        if not chunk:
            return
        left -= len(chunk)


def _outcome(reply: http.client.HTTPResponse) -> Outcome:
    status = reply.status
    if 200 <= status < 300:
        return SENT
    reason = reason_of(reply.reason or "", status)
    if status >= 500 or status in _NOT_NOW:
        return Outcome("temporary", "recipient", reason, after=_asked_wait(reply.headers.get("Retry-After")))
    if 300 <= status < 400:
        reason = f"{status} redirects are not followed"
    return Outcome("permanent", "recipient", reason)


def _asked_wait(text: str | None) -> float | None:
    """Seconds that `Retry-After` asks for, as a number or as a date."""
    if text is None:
        return None
    if text.strip().isascii() and text.strip().isdigit():
        return float(text.strip()[:9])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, TypeError):
        return None
