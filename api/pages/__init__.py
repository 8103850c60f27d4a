"""The web page: its shell, its files, and answers that can be read without JavaScript.

Everything comes from this service. Scripts and styles are files of their own, so the policy below can forbid all else;
`require-trusted-types-for` makes the browser itself refuse to parse text as markup.
"""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from api.access import by_link
from api.fields import MAX_ID
from api.house import HouseDep
from api.pages.answer import answer_page, brief_page
from api.pages.assets import NOT_MODIFIED, asset, modules
from api.pages.templates import rendered
from api.problems import NOT_FOUND, Refusal
from rag.render.svg import drawn

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
PAGES = ("/answers/", "/briefs")
"""Where pages begin that hold what a key may be needed for. The others ask for it by themselves, with scripts."""
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
async def briefs(house: HouseDep, cursor: Annotated[str | None, Query(max_length=MAX_CURSOR)] = None) -> Response:
    """The briefs, the newest first."""
    listed = await house.library.briefs(cursor, limit=_BRIEFS)
    return page("briefs.html", listed=listed, first=cursor is None, section="briefs", modules=modules("reader.js"))


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
