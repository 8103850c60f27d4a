"""The web page: its shell, its files, and answers that can be read without JavaScript.

Everything comes from this service. Scripts and styles are files of their own, so the policy below can forbid all else;
`require-trusted-types-for` makes the browser itself refuse to parse text as markup.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from api.access import by_link, caller_of, may_subscribe
from api.fields import MAX_ID
from api.forms import form
from api.house import House, HouseDep
from api.pages.answer import answer_page, brief_page
from api.pages.assets import NOT_MODIFIED, asset, modules
from api.pages.templates import rendered
from api.problems import NOT_FOUND, Refusal
from api.routes.briefs import BriefRequest, begun, in_time
from rag.brief.request import MAX_TOPIC
from rag.errors import InputError
from rag.render.svg import drawn

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
PAGES = ("/answers/", "/briefs", "/subscribe")
"""Where pages begin that hold what a key may be needed for. The others ask for it by themselves, with scripts."""
_FORM_FIELDS = 10
_BRIEFS = 30  # in a page of their list
MAX_CURSOR = 100
_FRESH = {"Cache-Control": "no-cache"}

router = APIRouter(include_in_schema=False)


@router.get("/")
@router.get("/c/{conversation_id}")
@router.get("/library")
@router.get("/papers/{paper_id:path}")
async def shell() -> Response:
    """The page that the scripts fill; they read from the address what is to be shown."""
    return page("shell.html", modules=modules("app.js"))


@router.get("/answers/{answer_id}")
async def answer(answer_id: Annotated[str, Path(max_length=MAX_ID)], house: HouseDep) -> Response:
    """An answer with the abstracts that show it, whole in one page."""
    shown = await answer_page(answer_id, house.library)
    if shown is None:
        return page("missing.html", status=404, what="answer", modules=modules("reader.js"))
    return page("answer.html", shown=shown, modules=modules("reader.js"))


@router.get("/briefs")
async def briefs(
    house: HouseDep, request: Request, cursor: Annotated[str | None, Query(max_length=MAX_CURSOR)] = None
) -> Response:
    """The briefs, the newest first, and a form to write one for who may."""
    return await _briefs(house, request, cursor)


@router.post("/briefs")
async def write_brief(house: HouseDep, request: Request) -> Response:
    """Write the brief that the form asks for, and show it; it works without scripts."""
    given = await form(request, most_fields=_FORM_FIELDS)
    try:
        wanted = BriefRequest(topic=given.get("topic", "").strip() or None, week=given.get("week", "").strip() or None)
        made = await in_time(await begun(wanted, house, request), house)
    except ValidationError:
        wrong = f"A topic is words, of at most {MAX_TOPIC} characters; a week is written as 2025-W11."
        return await _briefs(house, request, None, wrong=wrong, given=given)
    except InputError as error:
        return await _briefs(house, request, None, wrong=f"{error.message} {error.hint}".strip(), given=given)
    # One that takes long stands in the list once it is written.
    return Response(status_code=303, headers={"Location": f"/briefs/{made.id}" if made else "/briefs"})


async def _briefs(
    house: House, request: Request, cursor: str | None, *, wrong: str = "", given: Mapping[str, str] | None = None
) -> Response:
    caller, token = caller_of(request), ""
    if caller.key_id is not None and not house.settings.public_read and "read" in caller.scopes:
        token = (await asyncio.to_thread(lambda: house.tokens)).sign("feed", caller.key_id)
    return page(
        "briefs.html",
        feed_token=token,
        status=422 if wrong else 200,
        listed=await house.library.briefs(cursor, limit=_BRIEFS),
        first=cursor is None,
        may_write="write" in caller_of(request).scopes,
        mails=house.mails and may_subscribe(caller_of(request), house.settings),
        wrong=wrong,
        given=given or {},
        section="briefs",
        modules=modules("reader.js"),
    )


@router.get("/briefs/{brief_id}")
async def brief(brief_id: Annotated[str, Path(max_length=MAX_ID)], house: HouseDep, request: Request) -> Response:
    """A brief with the abstracts that show it. Who came by a link from a mail is offered what the link opens."""
    shown = await brief_page(brief_id, house.library)
    if shown is None:
        return page("missing.html", status=404, what="brief", section="briefs", modules=modules("reader.js"))
    # A brief of a hundred papers takes a while to fill in.
    return await asyncio.to_thread(
        page,
        "brief.html",
        shown=shown,
        drawing=drawn(shown.brief.changes),
        guest=by_link(request.scope),
        section="briefs",
        modules=modules("reader.js"),
    )


@router.get("/assets/{name}")
async def file(name: str, request: Request) -> Response:
    """A script, the stylesheet or the icon. Browsers keep it and ask whether it is still the same."""
    found = asset(name)
    if found is None:
        raise Refusal(NOT_FOUND, f"There is no file {name[:100]!r}.")
    headers = {**_FRESH, "ETag": found.tag}
    if found.tag in request.headers.get("if-none-match", ""):
        return Response(status_code=NOT_MODIFIED, headers=headers)
    return Response(found.content, headers=headers, media_type=found.media_type)


def login_page(address: str, refusal: Refusal) -> Response:
    """A form that asks for a key and then leads to the page of this address."""
    return page(
        "login.html", status=refusal.status_code, address=address, why=refusal.detail, modules=modules("reader.js")
    )


def nothing_here() -> Response:
    """What a browser is shown at an address where nothing is."""
    return page("missing.html", status=404, what="page", modules=modules("reader.js"))


def page(template: str, *, status: int = 200, **values: object) -> Response:
    """A template as a response under the page's policy."""
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
    return Response(rendered(template, **values), status, headers, media_type="text/html; charset=utf-8")
