"""`/v1/briefs`: write a brief, list them, read one in each of its forms."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field, StrictBool, WithJsonSchema
from starlette.responses import Response

from api.access import caller_of
from api.conditional import not_modified, unchanged
from api.fields import MAX_ID, NO_QUERY, WHOLE, Id, ListingDay, Strict, Tag
from api.house import House, HouseDep
from api.jobs import Running
from api.media import JsonRoute
from api.problems import BUDGET, NO_MODEL, NOT_FOUND, NOT_READY, UPSTREAM, documented
from api.replies import json_reply
from api.routes.jobs import ACCEPTED, PREFER, accepted, begin, prefers_async
from rag import __version__
from rag.ask import Mode
from rag.brief import requested
from rag.brief.request import MAX_TOPIC
from rag.models import BriefConstraints, Briefing, BriefPage
from rag.render import document, markdown, plain
from rag.render.document import policy

router = APIRouter(tags=["briefs"], route_class=JsonRoute)

_USUAL = BriefConstraints()
_KEPT = {"Cache-Control": "private, max-age=3600"}
"""A brief never changes; only another version of this program could show it otherwise."""


class Constraints(Strict):
    """How a brief is made. What is left out is as usual."""

    max_papers: Annotated[
        int, Field(strict=True, ge=1, le=100, description="Papers with a sentence at most."), WHOLE
    ] = _USUAL.max_papers
    max_words: Annotated[
        int, Field(strict=True, ge=60, le=5_000, description="About so many words at most."), WHOLE
    ] = _USUAL.max_words
    popularity: Annotated[float, Field(strict=True, ge=0, le=1)] = Field(
        default=_USUAL.popularity, description="How much votes weigh against relevance: 0 knows none, 1 nothing else."
    )
    quiet: Annotated[
        int, Field(strict=True, ge=0, le=10, description="Relevant papers with few votes besides."), WHOLE
    ] = _USUAL.quiet
    tags: Annotated[list[Tag], Field(max_length=100)] = Field(default=[], description="Only papers with all of these.")
    paper_ids: Annotated[list[Id], Field(max_length=1_000)] = Field(default=[], description="Only these papers.")
    repeat: StrictBool = Field(default=False, description="Report papers that an earlier brief of the series reported.")

    def taken(self) -> BriefConstraints:
        """The constraints as the library takes them."""
        return BriefConstraints(**self.model_dump())


Week = Annotated[
    str,
    Field(max_length=8),
    # Some years have a week 53, which no pattern can say; the library knows which.
    WithJsonSchema({"type": "string", "pattern": "^[1-8][0-9]{3}-W(0[1-9]|[1-4][0-9]|5[0-2])$"}),
]


class BriefRequest(Strict):
    """What a brief is to be about: a topic, a week or a window of listing days, or both; the newest week with none."""

    topic: Annotated[str, Field(min_length=1, max_length=MAX_TOPIC, pattern=r"[^\W_]")] | None = Field(
        default=None, description="A topic in words.", examples=["speculative decoding"]
    )
    week: Week | None = Field(default=None, description="An ISO week of listing days.", examples=["2025-W11"])
    since: ListingDay | None = Field(default=None, description="Only papers listed on or after it; not with `week`.")
    until: ListingDay | None = Field(default=None, description="Only papers listed on or before it; not with `week`.")
    constraints: Constraints | None = None
    mode: Mode | None = Field(
        default=None, description="With the language model, without it, or with it where it works (`auto`)."
    )


async def begun(wanted: BriefRequest, house: House, request: Request) -> Running:
    """The job that writes a brief; what cannot be understood is refused before it becomes one."""
    library = house.library
    constraints = wanted.constraints.taken() if wanted.constraints else None
    requested(wanted.topic, wanted.week, wanted.since, wanted.until, constraints)
    mode = house.mode(caller_of(request), wanted.mode)

    async def write(_: object) -> Briefing:
        return await library.brief(
            topic=wanted.topic,
            week=wanted.week,
            since=wanted.since,
            until=wanted.until,
            constraints=constraints,
            mode=mode,
        )

    return await begin(house, "brief", write, house.admission(mode))


async def in_time(running: Running, house: House) -> Briefing | None:
    """The brief; None where writing takes longer than a request may, and goes on."""
    try:
        async with asyncio.timeout(house.settings.request_seconds):
            made = await running.outcome()
    except TimeoutError:
        if running.task is not None and running.task.done():
            raise  # it was the work that took too long, not the waiting
        return None
    assert isinstance(made, Briefing)
    return made


@router.post(
    "/v1/briefs",
    summary="Write a brief",
    response_model=Briefing,
    responses={**ACCEPTED, **documented(NOT_FOUND, NOT_READY, NO_MODEL, UPSTREAM, BUDGET)},
    openapi_extra=PREFER,
    dependencies=NO_QUERY,
)
async def write_brief(wanted: BriefRequest, house: HouseDep, request: Request) -> Response:
    """Write a brief of what is new: each sentence carries the span of an abstract that shows it.

    A brief that has nothing to report is a brief too: `sections` is empty and `notes` says why. It is kept, and never
    changes. One that takes longer than a request may goes on as a job.
    """
    running = await begun(wanted, house, request)
    if prefers_async(request):
        return accepted(running)
    made = await in_time(running, house)
    if made is None:
        return accepted(running)
    return json_reply(made, headers={"Content-Location": f"/v1/briefs/{made.id}"})


class BriefsQuery(Strict):
    """Which briefs to list, and from where on."""

    cursor: Annotated[str, Field(pattern="^[0-9TZ:.+-]{1,40}~[A-Za-z0-9_]{1,60}$")] | None = Field(
        default=None, description="Where the page before ended: its `next`."
    )
    limit: Annotated[int, Field(ge=1, le=200)] = Field(default=50, description="At most so many briefs.")


@router.get("/v1/briefs", summary="List briefs", response_model=BriefPage, responses=documented(NOT_READY))
async def list_briefs(query: Annotated[BriefsQuery, Query()], house: HouseDep) -> Response:
    """List the briefs that were written, the newest first, a page at a time. Follow `next` until it is null."""
    return json_reply(await house.library.briefs(query.cursor, limit=query.limit))


_WRITERS: dict[str, tuple[str, Callable[[Briefing, str], str]]] = {
    "json": ("application/json", lambda made, _: made.model_dump_json()),
    "md": ("text/markdown; charset=utf-8", markdown),
    "html": ("text/html; charset=utf-8", document),
    "txt": ("text/plain; charset=utf-8", plain),
}
"""The forms of a brief by the ending of its address: media type, and what writes it."""

BriefId = Annotated[
    str,
    Path(
        max_length=MAX_ID,
        pattern="^[^/.]+$",
        description="The brief's identifier.",
        examples=["brf_0123456789abcdef"],
    ),
]
_TEXTS: dict[str, Any] = {
    media_type.partition(";")[0]: {"schema": {"type": "string"}} for media_type, _ in list(_WRITERS.values())[1:]
}
_HELD = {304: {"description": "The client has it already (`If-None-Match`)."}, **documented(NOT_FOUND, NOT_READY)}


# Before the address without an ending, which would take the ending for a part of the identifier.
@router.get(
    "/v1/briefs/{brief_id}.{form}",
    summary="Read a brief in a form",
    response_model=Briefing,
    responses={200: {"content": _TEXTS}, **_HELD},
    dependencies=NO_QUERY,
)
async def read_form(
    brief_id: BriefId, form: Literal["json", "md", "html", "txt"], house: HouseDep, request: Request
) -> Response:
    """Read a brief as JSON, as Markdown, as plain text, or as one HTML file that needs nothing else."""
    return await _read(brief_id, form, house, request)


@router.get(
    "/v1/briefs/{brief_id}",
    summary="Read a brief",
    response_model=Briefing,
    responses=_HELD,
    dependencies=NO_QUERY,
)
async def read_brief(brief_id: BriefId, house: HouseDep, request: Request) -> Response:
    """Read a brief as it was written."""
    return await _read(brief_id, "json", house, request)


async def _read(brief_id: str, form: str, house: HouseDep, request: Request) -> Response:
    await house.library.require_brief(brief_id)
    headers = {"ETag": f'"{brief_id}-{form}-{__version__}"', **_KEPT}
    if unchanged(request, headers["ETag"]):
        return not_modified(headers)
    made = await house.library.briefing(brief_id)
    media_type, write = _WRITERS[form]
    if form == "html":
        headers["Content-Security-Policy"] = f"{policy()}; frame-ancestors 'none'"
    return Response(await asyncio.to_thread(write, made, house.site(request)), headers=headers, media_type=media_type)
