"""`/v1/corpus`: questions to begin with, and the tags that papers carry."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import Response

from api.fields import NO_QUERY
from api.house import HouseDep
from api.problems import NOT_READY, documented
from api.replies import json_reply

router = APIRouter(tags=["papers"])


class Examples(BaseModel):
    """Questions that the stored papers answer."""

    questions: tuple[str, ...] = Field(
        description="At most three; none where there are no papers.", examples=[["How much faster is SpecDec++?"]]
    )


@router.get(
    "/v1/corpus/examples",
    summary="Questions to begin with",
    response_model=Examples,
    responses=documented(NOT_READY),
    dependencies=NO_QUERY,
)
async def corpus_examples(house: HouseDep) -> Response:
    """Questions made of the stored papers, each one that they answer; made anew when the papers change."""
    library = house.library
    revision = await library.revision()
    if revision not in house.examples:
        async with house.quick.turn(), asyncio.timeout(house.settings.request_seconds):
            made = await library.examples()
        house.examples.clear()
        house.examples[revision] = made
    return json_reply(Examples(questions=house.examples[revision]))


class TagCount(BaseModel):
    """A tag, and how many papers carry it."""

    tag: str = Field(examples=["retrieval"])
    papers: int = Field(examples=[12])


class Tags(BaseModel):
    """The tags of the stored papers, the most common first."""

    tags: tuple[TagCount, ...]


@router.get(
    "/v1/corpus/tags",
    summary="List the tags",
    response_model=Tags,
    responses=documented(NOT_READY),
    dependencies=NO_QUERY,
)
async def corpus_tags(house: HouseDep) -> Response:
    """List the tags that papers carry, for a scope: the most common first."""
    found = await house.library.tags()
    return json_reply(Tags(tags=tuple(TagCount(tag=tag, papers=papers) for tag, papers in found)))
