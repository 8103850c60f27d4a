"""`/feeds`: the newest briefs for feed readers; one that polls and has seen them costs a look into the catalogue."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from api.access import by_link
from api.conditional import http_date, instant, not_modified, unchanged
from api.fields import Strict
from api.house import House, HouseDep
from api.problems import BAD_LINK, NOT_READY, OLD_LINK, documented
from rag import __version__
from rag.catalogue import feeds
from rag.deliver.letters import page_token
from rag.deliver.tokens import MOST_CHARACTERS
from rag.holdings import feed_state
from rag.models import Briefing
from rag.render import Feed, atom, json_feed

SHOWN = 20
"""Briefs in a feed."""
_FRESH = "public, max-age=60"
_PRIVATE = "private, max-age=60"

router = APIRouter(tags=["briefs"])


@dataclass(frozen=True, slots=True)
class Form:
    """A form of the feed: its media type, and what writes it."""

    media_type: str
    write: Callable[[Sequence[Briefing], Feed], str]


class FeedQuery(Strict):
    """What stands behind a feed's address."""

    token: Annotated[str, Field(min_length=1, max_length=MOST_CHARACTERS)] | None = Field(
        default=None, description="The signed part of an address that needs no key; the page of briefs shows it."
    )


_ATOM = Form("application/atom+xml", atom)
_JSON = Form("application/feed+json", json_feed)
_HELD = {
    304: {"description": "The client has it already (`If-None-Match`, else `If-Modified-Since`)."},
    **documented(NOT_READY, BAD_LINK, OLD_LINK),
}


@router.get(
    "/feeds/briefs.atom",
    summary="Follow the briefs (Atom)",
    response_class=Response,
    responses={200: {"content": {_ATOM.media_type: {"schema": {"type": "string"}}}}, **_HELD},
)
async def atom_feed(query: Annotated[FeedQuery, Query()], request: Request, house: HouseDep) -> Response:
    """Follow the newest briefs with a feed reader; identifiers of entries stay when the service moves.

    A brief that reports nothing is left out. Poll as often as you like: what has not changed is answered with 304.
    """
    return await _feed(_ATOM, request, house)


@router.get(
    "/feeds/briefs.json",
    summary="Follow the briefs (JSON Feed)",
    response_class=Response,
    responses={200: {"content": {_JSON.media_type: {"schema": {"type": "object"}}}}, **_HELD},
)
async def json_feed_of_briefs(query: Annotated[FeedQuery, Query()], request: Request, house: HouseDep) -> Response:
    """Follow the newest briefs as JSON Feed 1.1; the same entries as in the Atom feed."""
    return await _feed(_JSON, request, house)


async def _feed(form: Form, request: Request, house: House) -> Response:
    state = await feed_state(house.library.catalogue)
    site = house.site(request)
    guest = by_link(request.scope)
    seen = f"{form.media_type} {__version__} {site} {state}{' by link' if guest else ''}"
    tag = f'"{hashlib.sha256(seen.encode()).hexdigest()[:24]}"'
    modified = instant(state.updated)
    headers = {
        "ETag": tag,
        "Last-Modified": http_date(modified),
        "Cache-Control": _FRESH if house.settings.public_read else _PRIVATE,
    }
    if unchanged(request, tag, modified):
        return not_modified(headers)
    content = house.feeds.get(tag)
    if content is None:
        briefs = await house.library.catalogue.read(feeds.recent, SHOWN)
        # Who reads the feed without a key can open what it tells of as from a mail.
        tokens = await asyncio.to_thread(lambda: house.tokens) if guest else None
        opens = {one.id: page_token(tokens, one) for one in briefs} if tokens else {}
        feed = Feed(state.id, state.updated, site, opens)
        content = (await asyncio.to_thread(form.write, briefs, feed)).encode()
        house.keep_feed(tag, content)
    return Response(content, headers=headers, media_type=form.media_type)
