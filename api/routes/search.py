"""`POST /v1/search`: the best papers for a query."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field, StrictBool
from starlette.responses import Response

from api.fields import NO_QUERY, WHOLE, Question, ScopeFields, Strict
from api.house import HouseDep
from api.media import JsonRoute
from api.problems import NOT_FOUND, NOT_READY, UPSTREAM, documented
from api.replies import json_reply
from api.routes.jobs import ACCEPTED, PREFER, accepted, begin, prefers_async
from rag.models import SearchReport
from rag.retrieve import checked

router = APIRouter(tags=["search"], route_class=JsonRoute)


class SearchRequest(Strict):
    """What to look for, and where."""

    query: Question
    top_k: Annotated[int, Field(strict=True, ge=1, le=1_000, description="At most so many papers."), WHOLE] = 10
    scope: ScopeFields | None = None
    explain: StrictBool = Field(default=False, description="Say where each leg of the search had the paper.")


@router.post(
    "/v1/search",
    summary="Find papers",
    response_model=SearchReport,
    responses={**ACCEPTED, **documented(NOT_FOUND, NOT_READY, UPSTREAM)},
    openapi_extra=PREFER,
    dependencies=NO_QUERY,
)
async def search(wanted: SearchRequest, house: HouseDep, request: Request) -> Response:
    """Find papers by meaning and by words: one hit a paper, best first, each with its best passage.

    `score` lies between 0 and 1. A passage is a span of the paper's abstract: `abstract[start:end] == text`, in
    Unicode code points.
    """
    library = house.library
    query = checked(wanted.query)
    house.note_question(request, query)
    scope = wanted.scope.scope() if wanted.scope else None

    async def look() -> SearchReport:
        return await library.search(query, top_k=wanted.top_k, scope=scope, explain=wanted.explain)

    if prefers_async(request):
        return accepted(await begin(house, "search", lambda _: look(), house.quick))
    async with house.quick.turn(), asyncio.timeout(house.settings.request_seconds):
        return json_reply(await look())
