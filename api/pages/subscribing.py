"""The page on which somebody asks for briefs by mail; it works without scripts.

What it answers never depends on whether an address is known here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast, get_args

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.forms import form
from api.house import House, HouseDep
from api.pages import page
from api.pages.assets import modules
from api.problems import NO_MAIL, TOO_MANY, Refusal, refusal_of
from api.routes.subscriptions import sign_up
from rag.deliver.address import MAX_ADDRESS, mail_address
from rag.deliver.wishes import MAX_TOPIC, checked_topics
from rag.errors import InputError, TooManyAsked
from rag.models import Cadence

PAGE = "/subscribe"
_ASKED = "/subscribe/asked"
_FORM_FIELDS = 10
_CADENCES: tuple[Cadence, ...] = get_args(Cadence)

router = APIRouter(include_in_schema=False)


@router.get(PAGE)
async def ask_page(house: HouseDep, request: Request) -> Response:
    """The form."""
    return _form(house, {}, {})


@router.post(PAGE)
async def ask(house: HouseDep, request: Request) -> Response:
    """Have the address of the form asked, and lead to a page that says the same to everyone."""
    given = await form(request, most_fields=_FORM_FIELDS)
    topics = [line for line in given.get("topics", "").splitlines() if line.strip()]
    cadence = given.get("cadence", "weekly")
    if wrong := _faults(given, topics, cadence, house):
        return _form(house, given, wrong)
    try:
        await sign_up(house, request, given.get("email", ""), topics, cast(Cadence, cadence))
    except (Refusal, TooManyAsked) as error:
        refusal = refusal_of(error)
        if refusal.kind not in (NO_MAIL, TOO_MANY):
            raise
        return _form(house, given, {"all": f"{refusal.detail} {refusal.hint}".strip()}, refusal)
    return Response(status_code=303, headers={"Location": _ASKED})


@router.get(_ASKED)
async def asked() -> Response:
    """What everybody reads who asked."""
    return page("subscription.html", state="asked", section="briefs", modules=modules("reader.js"))


def _faults(given: Mapping[str, str], topics: Sequence[str], cadence: str, house: House) -> dict[str, str]:
    """What is wrong, by the field that it is wrong in."""
    wrong: dict[str, str] = {}
    try:
        mail_address(given.get("email", ""))
    except InputError as error:
        wrong["email"] = str(error)
    try:
        checked_topics(topics, house.settings.subscriber_topics)
    except InputError as error:
        wrong["topics"] = str(error)
    if cadence not in _CADENCES:
        wrong["cadence"] = "Choose one of these."
    return wrong


def _form(house: House, given: Mapping[str, str], wrong: Mapping[str, str], refusal: Refusal | None = None) -> Response:
    values: dict[str, Any] = {
        "given": given,
        "wrong": wrong,
        "mails": house.mails,
        "most": house.settings.subscriber_topics,
        "max_address": MAX_ADDRESS,
        "max_topic": MAX_TOPIC,
        "cadences": _CADENCES,
    }
    status = refusal.status_code if refusal else 422 if wrong else 200 if house.mails else NO_MAIL.status
    shown = page("subscribe.html", status=status, section="briefs", modules=modules("reader.js"), **values)
    if refusal is not None and refusal.retry_after is not None:
        shown.headers["Retry-After"] = str(refusal.retry_after)
    return shown
