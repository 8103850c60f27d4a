"""Who may do what.

The rules stand in one table, `RULES`, by method and path, and what the table does not name needs a key: reading one
that may read, everything else one that may write. A new route is therefore closed until somebody opens it here.

On this machine's own address nobody needs a key. A service that others reach takes keys, and with
`PAPERBRIEF_PUBLIC_READ` lets everyone read and ask without one; the language model is for keys. Behind a proxy all
requests come from this machine: with a public URL, a key that was made is asked for from everyone, and without one
only who names this machine as the host is let in.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from enum import Enum
from typing import Literal
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.types import Scope

from api.shield.origins import is_loopback
from rag.config import Settings


class Need(Enum):
    """What a request needs."""

    NOTHING = "nothing"
    PUBLIC_READ = "a key that may read, or public reading"
    PUBLIC_ASK = "a key that may read, or public reading and subscribing"
    READ = "a key that may read"
    WRITE = "a key that may write"


@dataclass(frozen=True, slots=True)
class Rule:
    """Requests with one of these methods to a path that begins (with `*`), ends (`*` in front) or is as written."""

    methods: str
    path: str
    need: Need

    def covers(self, method: str, path: str) -> bool:
        """Whether a request falls under it."""
        if method not in self.methods.split():
            return False
        if self.path.endswith("*"):
            return path.startswith(self.path[:-1])
        return path.endswith(self.path[1:]) if self.path.startswith("*") else path == self.path


# The first that covers a request decides.
RULES: tuple[Rule, ...] = (
    Rule("GET", "/healthz", Need.NOTHING),
    Rule("GET", "/readyz", Need.NOTHING),
    Rule("GET", "/openapi.json", Need.NOTHING),
    # Pages hold no papers; what they show they ask for like everyone else.
    Rule("GET", "/", Need.NOTHING),
    Rule("GET", "/c/*", Need.NOTHING),
    Rule("GET", "/library", Need.NOTHING),
    Rule("GET", "/papers/*", Need.NOTHING),
    Rule("GET", "/assets/*", Need.NOTHING),
    Rule("GET", "/favicon.ico", Need.NOTHING),
    Rule("POST", "/login", Need.NOTHING),
    Rule("POST", "/logout", Need.NOTHING),
    # Who has a link of a mail may do what it says; there is no cookie and no key where mail programs send these.
    Rule("GET POST", "/v1/subscriptions/confirm", Need.NOTHING),
    Rule("GET POST", "/v1/subscriptions/unsubscribe", Need.NOTHING),
    Rule("POST", "/v1/subscriptions/erase", Need.NOTHING),
    Rule("POST", "/v1/subscriptions", Need.PUBLIC_ASK),
    Rule("GET POST", "/subscribe", Need.PUBLIC_ASK),
    Rule("GET", "/subscribe/asked", Need.PUBLIC_ASK),
    Rule("POST", "/v1/ask", Need.PUBLIC_READ),
    Rule("POST", "/v1/search", Need.PUBLIC_READ),
    # What others asked about a paper is not for everyone.
    Rule("GET", "*/answers", Need.READ),
    Rule("GET", "/v1/papers*", Need.PUBLIC_READ),
    Rule("GET", "/v1/corpus/*", Need.PUBLIC_READ),
    # An identifier of these cannot be guessed: who has one was given it.
    Rule("GET", "/v1/answers/*", Need.PUBLIC_READ),
    Rule("GET", "/answers/*", Need.PUBLIC_READ),
    Rule("GET", "/briefs*", Need.PUBLIC_READ),
    Rule("GET", "/v1/conversations/*", Need.PUBLIC_READ),
    Rule("DELETE", "/v1/conversations/*", Need.READ),
    Rule("GET", "/v1/jobs/*", Need.PUBLIC_READ),
    Rule("GET", "/v1/briefs*", Need.PUBLIC_READ),
    Rule("GET", "/feeds/*", Need.PUBLIC_READ),
    Rule("GET", "/v1/models*", Need.PUBLIC_READ),
    Rule("POST", "/v1/chat/completions", Need.PUBLIC_READ),
    # Every tool there only reads.
    Rule("GET POST DELETE", "/mcp*", Need.PUBLIC_READ),
)


def need_of(method: str, path: str) -> Need:
    """What a request needs."""
    for rule in RULES:
        if rule.covers(method, path):
            return rule.need
    return Need.READ if method in ("GET", "HEAD", "OPTIONS") else Need.WRITE


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a request: someone on this machine, the holder of a key, or anybody."""

    kind: Literal["local", "key", "public"]
    scopes: frozenset[str] = frozenset()
    key_id: str | None = None

    @property
    def may_spend(self) -> bool:
        """Whether the language model works for them."""
        return self.kind != "public"


LOCAL = Caller("local", frozenset({"read", "write"}))
PUBLIC = Caller("public")


BRIEF_PAGES = "/briefs/"
"""Where the page of a brief stands, which a link in a mail opens without a key."""


FEEDS = "/feeds/"
"""Where the feeds stand, which a signed address opens without a key."""


def by_link(scope: Scope) -> bool:
    """Whether the request passed because of the signed link that it followed, and of nothing else."""
    return bool(scope["state"].get("by_link", False))


def caller_of(request: Request) -> Caller:
    """Who sends the request of a route."""
    caller = request.scope["state"].get("caller", PUBLIC)
    assert isinstance(caller, Caller)
    return caller


def is_open(need: Need, settings: Settings) -> bool:
    """Whether the settings let everyone do what needs this, without a key."""
    if need is Need.PUBLIC_ASK:
        return settings.public_read and settings.public_subscribe
    return need is Need.NOTHING or (need is Need.PUBLIC_READ and settings.public_read)


def may_subscribe(caller: Caller, settings: Settings) -> bool:
    """Whether they may ask for briefs by mail."""
    return "read" in caller.scopes or is_open(Need.PUBLIC_ASK, settings)


def exposed(settings: Settings) -> bool:
    """Whether the service listens on an address that others than this machine can reach."""
    return not is_loopback(settings.host)


def published(settings: Settings) -> bool:
    """Whether others reach the service through something that stands before it, as its public URL says."""
    public = urlsplit(settings.public_url or "").hostname
    return public is not None and not is_loopback(public)


def from_this_machine(scope: Scope) -> bool:
    """Whether a request comes from this machine; one that a proxy passes on comes from where the proxy says."""
    client = scope.get("client")
    return client is None or is_loopback(str(client[0]))


def bearer(scope: Scope) -> str | None:
    """The key in the Authorization header, None where there is none."""
    for name, value in scope["headers"]:
        if name == b"authorization":
            kind, _, given = value.decode("latin-1").partition(" ")
            return given.strip() if kind.lower() == "bearer" else None
    return None


def same(one: str, other: str) -> bool:
    """Whether two secrets are the same, in a time that tells nothing."""
    return hmac.compare_digest(one.encode(), other.encode())
