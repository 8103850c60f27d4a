"""`/v1/papers`: list the stored papers, read one, see which answers cite it, delete it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from api.fields import NO_QUERY, Day, Id, PaperId, Strict, Tag
from api.house import HouseDep
from api.problems import NOT_FOUND, NOT_READY, documented
from api.replies import json_reply
from rag.holdings import CitingPage, PaperDetail, PaperPage
from rag.models import Scope

router = APIRouter(tags=["papers"])


class PaperQuery(Strict):
    """Which papers to list, and from where on."""

    cursor: Annotated[str, Field(pattern="^[0-9]{1,18}$")] | None = Field(
        default=None, description="Where the page before ended: its `next_cursor`."
    )
    limit: Annotated[int, Field(ge=1, le=200)] = Field(default=50, description="At most so many papers.")
    q: Annotated[str, Field(max_length=200)] | None = Field(
        default=None, description="Words that the title must have; POST /v1/search finds by meaning."
    )
    since: Day | None = Field(default=None, description="Only papers listed (or published) on or after it.")
    until: Day | None = Field(default=None, description="Only papers listed (or published) on or before it.")
    tag: Annotated[list[Tag], Field(max_length=100)] = Field(default=[], description="Only papers with all of these.")
    paper_id: Annotated[list[Id], Field(max_length=1_000)] = Field(default=[], description="Only these papers.")
    brief_id: Id | None = Field(default=None, description="Only the papers of this brief.")

    def scope(self) -> Scope:
        """The scope that the filters make."""
        return Scope(
            paper_ids=tuple(self.paper_id),
            brief_id=self.brief_id,
            since=self.since,
            until=self.until,
            tags=tuple(self.tag),
        )


class PaperDetailQuery(Strict):
    """What to tell of a paper."""

    raw: bool = Field(default=False, description="With the text as its source gave it.")


@router.get("/v1/papers", summary="List papers", response_model=PaperPage, responses=documented(NOT_FOUND, NOT_READY))
async def list_papers(query: Annotated[PaperQuery, Query()], house: HouseDep) -> Response:
    """List papers in the order in which they came, a page at a time.

    Follow `next_cursor` until it is null; papers that come meanwhile are on the last page.
    """
    page = await house.library.papers(after=query.cursor, limit=query.limit, scope=query.scope(), words=query.q)
    return json_reply(page)


class CitingQuery(Strict):
    """Which of the answers to list, and from where on."""

    cursor: Annotated[str, Field(pattern="^[0-9TZ:.+-]{1,40}~[A-Za-z0-9_]{1,60}$")] | None = Field(
        default=None, description="Where the page before ended: its `next_cursor`."
    )
    limit: Annotated[int, Field(ge=1, le=200)] = Field(default=50, description="At most so many answers.")


# Before the address of a paper, whose identifier may hold a slash.
@router.get(
    "/v1/papers/{paper_id:path}/answers",
    summary="List the answers that cite a paper",
    response_model=CitingPage,
    responses=documented(NOT_FOUND, NOT_READY),
)
async def citing(paper_id: PaperId, query: Annotated[CitingQuery, Query()], house: HouseDep) -> Response:
    """List the answers that cite a paper, newest first, with what they quote of it."""
    return json_reply(await house.library.answers_citing(paper_id, after=query.cursor, limit=query.limit))


@router.get(
    "/v1/papers/{paper_id:paper}",
    summary="Read a paper",
    response_model=PaperDetail,
    responses=documented(NOT_FOUND, NOT_READY),
)
async def read_paper(paper_id: PaperId, query: Annotated[PaperDetailQuery, Query()], house: HouseDep) -> Response:
    """Read a paper with its earlier revisions: an answer that was given before may quote one of them."""
    return json_reply(await house.library.paper_detail(paper_id, raw=query.raw))


@router.delete(
    "/v1/papers/{paper_id:paper}",
    summary="Delete a paper",
    status_code=204,
    response_class=Response,
    responses=documented(NOT_FOUND, NOT_READY),
    dependencies=NO_QUERY,
)
async def delete_paper(paper_id: PaperId, house: HouseDep) -> Response:
    """Delete a paper, from the indexes too. Answers that were given before keep what they quote."""
    await house.library.delete(paper_id)
    return Response(status_code=204)
