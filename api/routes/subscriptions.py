"""`/v1/subscriptions`: ask for briefs by mail, confirm, leave.

Programs get JSON. Who opens a link of a mail in a browser gets a page with a button, since programs that look through
mails follow links: a GET changes nothing. Nothing here tells whether an address is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from api.fields import NO_QUERY, Strict
from api.house import House, HouseDep
from api.limits import address_of
from api.media import JsonRoute
from api.pages import page
from api.pages.assets import modules
from api.problems import BAD_LINK, INVALID, NO_MAIL, NOT_READY, OLD_LINK, TOO_MANY, Refusal, documented, refusal_of
from api.replies import json_reply
from rag.deliver import subscribe
from rag.deliver.address import MAX_ADDRESS
from rag.deliver.tokens import MOST_CHARACTERS
from rag.deliver.wishes import MAX_TOPIC, MOST_TOPICS
from rag.errors import TokenError
from rag.models import Cadence

router = APIRouter(tags=["subscriptions"])
asking = APIRouter(tags=["subscriptions"], route_class=JsonRoute)

Topic = Annotated[str, Field(min_length=1, max_length=MAX_TOPIC, examples=["speculative decoding"])]


class SubscriptionRequest(Strict):
    """Who wants briefs, on what, how often."""

    email: Annotated[str, Field(min_length=3, max_length=MAX_ADDRESS, examples=["ada@example.org"])]
    topics: Annotated[list[Topic], Field(max_length=MOST_TOPICS)] = Field(
        default=[], description="Topics, a brief on each; none is everything that is new."
    )
    cadence: Cadence = "weekly"


class Asked(BaseModel):
    """What everybody is told who asks."""

    status: Literal["asked"] = "asked"
    detail: str


class Confirmation(BaseModel):
    """`used`: the link was used before; `gone`: what it confirmed ended since. Neither changes anything."""

    status: Literal["confirmed", "used", "gone"]


class Farewell(BaseModel):
    """Said of every link that was ours, whatever was there before."""

    status: Literal["unsubscribed", "erased"]


class Link(Strict):
    """What the link of a mail carries."""

    token: Annotated[str, Field(min_length=1, max_length=MOST_CHARACTERS, description="The link's signed part.")]


LinkQuery = Annotated[Link, Query()]
_LINKS = documented(BAD_LINK, OLD_LINK, NOT_READY)
_PAGE: dict[int | str, dict[str, Any]] = {
    200: {"description": "A page with a button.", "content": {"text/html": {"schema": {"type": "string"}}}}
}
_DETAIL = "If the address can be written to, it is asked to confirm by mail."


@asking.post(
    "/v1/subscriptions",
    summary="Ask for briefs by mail",
    status_code=202,
    response_model=Asked,
    responses=documented(NOT_READY, NO_MAIL),
    dependencies=NO_QUERY,
)
async def ask(wanted: SubscriptionRequest, house: HouseDep, request: Request) -> Response:
    """Have an address asked, by mail, whether it wants briefs; also the way to change what it gets.

    The reply is the same for every address. Nothing is sent to it besides that mail, three times a day and
    six times a week at most, until somebody opens the link in it and presses the button there.
    """
    await sign_up(house, request, wanted.email, wanted.topics, wanted.cadence)
    return json_reply(Asked(detail=_DETAIL), status=202)


async def sign_up(house: House, request: Request, email: str, topics: Sequence[str], cadence: Cadence) -> None:
    """Have an address asked. A Refusal or InputError says what is wrong, and never whether the address is known."""
    if not house.mails:
        raise Refusal(NO_MAIL, "This service sends no mails.", hint="Its operator can set PAPERBRIEF_SMTP_URL.")
    await house.limits.count_sign_up(address_of(request.scope.get("client")))
    await subscribe.subscribe(house.post, email, topics, cadence)
    house.send_soon()


@router.get(
    "/v1/subscriptions/confirm",
    summary="The page that confirms",
    response_class=Response,
    responses={**_PAGE, **_LINKS},
)
async def confirm_page(link: LinkQuery, house: HouseDep, request: Request) -> Response:
    """Show what was asked for and a button that confirms it. Opening the page changes nothing."""
    try:
        found = await subscribe.asked_for(house.post, link.token)
    except TokenError as error:
        return await _no_link(house, request, error)
    if found is None or found[2]:
        return _page(house, "gone" if found is None else "used")
    topics, cadence, _ = found
    crowded = await subscribe.without_room(house.post, topics, cadence)
    return _page(house, "confirm", token=link.token, topics=topics, cadence=cadence, crowded=crowded)


@router.post("/v1/subscriptions/confirm", summary="Confirm", response_model=Confirmation, responses=_LINKS)
async def confirm(link: LinkQuery, house: HouseDep, request: Request) -> Response:
    """Begin a subscription. A link works once; one that was used changes nothing and says so."""
    try:
        status = await subscribe.confirm(house.post, link.token)
    except TokenError as error:
        return await _no_link(house, request, error)
    return _page(house, status) if _is_browser(request) else json_reply(Confirmation(status=status))


@router.get(
    "/v1/subscriptions/unsubscribe", summary="The page to leave", response_class=Response, responses={**_PAGE, **_LINKS}
)
async def unsubscribe_page(link: LinkQuery, house: HouseDep, request: Request) -> Response:
    """Show a button that ends the subscription, and one that erases it. Opening the page changes nothing."""
    try:
        house.tokens.read("unsubscribe", link.token)
    except TokenError as error:
        return await _no_link(house, request, error)
    return _page(house, "leave", token=link.token)


@router.post("/v1/subscriptions/unsubscribe", summary="Leave", response_model=Farewell, responses=_LINKS)
async def unsubscribe(link: LinkQuery, house: HouseDep, request: Request) -> Response:
    """End a subscription, in one click as RFC 8058 has it: no cookie, no key, whatever the body.

    The address is erased; a keyed hash of it stays, so that nothing is sent to it again. Done twice, it is done.
    """
    try:
        await subscribe.unsubscribe(house.post, link.token)
    except TokenError as error:
        return await _no_link(house, request, error)
    if _is_browser(request):
        return _page(house, "left", token=link.token)
    return json_reply(Farewell(status="unsubscribed"))


@router.post("/v1/subscriptions/erase", summary="Be forgotten", response_model=Farewell, responses=_LINKS)
async def erase(link: LinkQuery, house: HouseDep, request: Request) -> Response:
    """End the subscription of an unsubscribing link and forget that it ever was, the keyed hash too."""
    try:
        await subscribe.erase(house.post, link.token)
    except TokenError as error:
        return await _no_link(house, request, error)
    return _page(house, "erased") if _is_browser(request) else json_reply(Farewell(status="erased"))


def _is_browser(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


async def _no_link(house: House, request: Request, error: TokenError) -> Response:
    """A link that cannot be used: a page for a browser, a problem for a program; guesses are counted."""
    refusal = refusal_of(error)
    try:
        await house.limits.count_failure(address_of(request.scope.get("client")))
    except Refusal as too_many:
        refusal = too_many
    if not _is_browser(request):
        raise refusal
    return _bad_link(house, request, refusal)


def broken_link(house: House, request: Request) -> Response | None:
    """What a browser is shown that opens a link of a mail of which a part is missing; None for everything else."""
    if not request.url.path.startswith("/v1/subscriptions/") or not _is_browser(request):
        return None
    return _bad_link(house, request, Refusal(INVALID, "This link is not whole."))


def _bad_link(house: House, request: Request, refusal: Refusal) -> Response:
    shown = page(
        "subscription.html",
        status=refusal.status_code,
        state="old link" if refusal.kind is OLD_LINK else "bad link",
        why=refusal.detail,
        wait=refusal.kind is TOO_MANY,
        confirming=request.url.path.endswith("/confirm"),
        mails=house.mails,
        modules=modules("reader.js"),
    )
    if refusal.retry_after is not None:
        shown.headers["Retry-After"] = str(refusal.retry_after)
    return shown


def _page(house: House, state: str, **values: Any) -> Response:
    return page("subscription.html", state=state, mails=house.mails, modules=modules("reader.js"), **values)
