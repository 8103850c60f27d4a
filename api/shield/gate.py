"""The gate: who sends this, may they, and have they sent too much? Asked before the body is read."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.access import (
    BRIEF_PAGES,
    FEEDS,
    LOCAL,
    PUBLIC,
    Caller,
    Need,
    bearer,
    from_this_machine,
    is_open,
    need_of,
    published,
    same,
)
from api.house import House
from api.limits import address_of
from api.pages import PAGES, login_page
from api.problems import BAD_LINK, FORBIDDEN, OLD_LINK, UNAUTHORIZED, Refusal, refusal_of
from api.sessions import COOKIE
from api.shield.origins import is_loopback
from rag import keys
from rag.catalogue import keys as stored
from rag.errors import TokenError


class Gate:
    """Refuse who may not, and who sends too much."""

    def __init__(self, app: ASGIApp, house: House) -> None:
        self._app = app
        self._house = house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it."""
        if scope["type"] == "http" and scope["method"] != "OPTIONS":
            try:
                await self._pass(scope)
            except Refusal as refusal:
                await _answer_to(scope, refusal)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _pass(self, scope: Scope) -> None:
        need = need_of(scope["method"], scope["path"])
        if need is Need.NOTHING:
            return
        caller = await self._caller(scope)
        scope["state"]["caller"] = caller
        if caller.key_id:
            scope["state"].setdefault("logged", {})["key"] = caller.key_id
        if not await self._opened_by_link(scope, caller, need):
            self._require(caller, need)
        if caller is not LOCAL or self._house.settings.rate_limit:
            await self._house.limits.count(caller.key_id or address_of(scope.get("client")))

    async def _caller(self, scope: Scope) -> Caller:
        """Who it is. A wrong key is refused, where others might pass without one."""
        given = bearer(scope)
        trusted = await self._trusted(scope)
        if given is not None:
            if same(given, self._house.own_token):
                return LOCAL
            if key := await keys.check(self._house.library.catalogue, given):
                return Caller("key", frozenset(key.scopes), key.id)
            # Clients of other services send a key whether one is wanted or not.
            if not trusted or given.startswith(keys.PREFIX):
                await self._house.limits.count_failure(address_of(scope.get("client")))
                raise Refusal(UNAUTHORIZED, "This key is not known here, or was revoked.", hint=_HOW)
        if trusted:
            return LOCAL
        return await self._by_cookie(scope) or PUBLIC

    async def _trusted(self, scope: Scope) -> bool:
        """Whether a request may do everything because it comes from this machine."""
        house = self._house
        if house.exposed or not from_this_machine(scope):
            return False
        if not published(house.settings):
            return True
        named = urlsplit(f"//{HTTPConnection(scope).headers.get('host', '')}").hostname or ""
        return is_loopback(named) and not await house.library.catalogue.read(stored.any_valid)

    async def _by_cookie(self, scope: Scope) -> Caller | None:
        cookie = HTTPConnection(scope).cookies.get(COOKIE)
        key_id = self._house.sessions.key_id(cookie) if cookie else None
        found = await self._house.library.catalogue.read(stored.find, key_id) if key_id else None
        return Caller("key", frozenset(found[0].scopes), found[0].id) if found else None

    async def _opened_by_link(self, scope: Scope, caller: Caller, need: Need) -> bool:
        """Whether a link from a mail opens this page to who may not read otherwise. Refuses one that is not good."""
        may = caller.kind != "public" or is_open(need, self._house.settings)
        token = HTTPConnection(scope).query_params.get("token")
        path = scope["path"]
        if may or token is None or scope["method"] != "GET" or not path.startswith((BRIEF_PAGES, FEEDS)):
            return False
        tokens = await asyncio.to_thread(lambda: self._house.tokens)
        try:
            opens = tokens.read("feed" if path.startswith(FEEDS) else "brief", token)
        except TokenError as error:
            await self._house.limits.count_failure(address_of(scope.get("client")))
            raise refusal_of(error) from None
        if path.startswith(FEEDS):
            await self._require_reader(opens)
        elif path != BRIEF_PAGES + opens:
            raise Refusal(BAD_LINK, "This link is for another brief.", hint="Copy the whole link from the mail.")
        scope["state"]["by_link"] = True
        return True

    async def _require_reader(self, key_id: str) -> None:
        """Refuse the feed's address of a key that was revoked, or may not read."""
        found = await self._house.library.catalogue.read(stored.find, key_id)
        if found is None or "read" not in found[0].scopes:
            raise Refusal(
                OLD_LINK, "The key of this feed's address was revoked.", hint="Ask for a key and take its address."
            )

    def _require(self, caller: Caller, need: Need) -> None:
        if caller.kind == "public":
            if is_open(need, self._house.settings):
                return
            raise Refusal(UNAUTHORIZED, "This needs a key.", hint=_HOW)
        wanted = "write" if need is Need.WRITE else "read"
        if wanted not in caller.scopes:
            raise Refusal(
                FORBIDDEN, f"The key may not {wanted}.", hint="`paperbrief keys create --scope` makes one that may."
            )


_HOW = "Send Authorization: Bearer <key>; the operator makes keys with `paperbrief keys create`."


_ASKS = (UNAUTHORIZED, BAD_LINK, OLD_LINK)
"""What a page answers with a form for a key: there is none, or the link that was followed opens nothing."""


def _answer_to(scope: Scope, refusal: Refusal) -> Response:
    """The problem document; for a browser that opens a page which needs a key, a form that asks for one."""
    wants_page = scope["method"] == "GET" and scope["path"].startswith(PAGES)
    if refusal.kind not in _ASKS or not wants_page or "text/html" not in Headers(scope=scope).get("accept", ""):
        return refusal.response(scope)
    query = scope["query_string"].decode("latin-1")
    return login_page(scope["path"] + (f"?{query}" if query else ""), refusal)
