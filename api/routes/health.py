"""Whether the service lives, whether it is ready, and how whole the corpus is."""

from __future__ import annotations

import time

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import Response

from api.fields import NO_QUERY
from api.house import HouseDep
from api.measures import MEDIA_TYPE
from api.problems import NOT_READY, documented
from api.replies import json_reply
from rag import __version__
from rag.holdings import CorpusHealth

router = APIRouter(tags=["health"], dependencies=NO_QUERY)


class Alive(BaseModel):
    """The process answers."""

    status: str = Field(default="alive", examples=["alive"])
    version: str = __version__


class Ready(BaseModel):
    """The index and the models can be used."""

    status: str = Field(default="ready", examples=["ready"])
    version: str = __version__
    since: str = Field(description="When the service began.", examples=["2025-03-12T08:00:00Z"])
    uptime_seconds: float
    startup_seconds: dict[str, float] = Field(
        description="What starting took, by part.", examples=[{"embedding": 0.4, "vectors": 1.9, "total": 2.6}]
    )
    embedding: str = Field(description="The embedding model that the index was made with.")
    model: str | None = Field(description="The language model; null where answers quote.")


@router.get("/healthz", summary="Does the process answer?", response_model=Alive)
async def healthz() -> Response:
    """Answer while the process lives, whatever else is wrong."""
    return json_reply(Alive())


@router.get("/readyz", summary="Can questions be answered?", response_model=Ready, responses=documented(NOT_READY))
async def readyz(house: HouseDep) -> Response:
    """Answer 200 when the index and the embedding model can be used, else 503 with the reason."""
    library = house.library
    await library.require_ready()
    return json_reply(
        Ready(
            since=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(house.started)),
            uptime_seconds=round(time.time() - house.started, 3),
            startup_seconds=house.startup,
            embedding=library.embedder.identity,
            model=house.settings.model,
        )
    )


@router.get(
    "/v1/corpus/health",
    summary="How whole is the corpus?",
    response_model=CorpusHealth,
    responses=documented(NOT_READY),
    tags=["papers"],
)
async def corpus_health(house: HouseDep) -> Response:
    """Count the papers, those not yet indexed, and the days of each feed with none or with fewer than usual."""
    return json_reply(await house.library.corpus_health())


@router.get(
    "/metrics",
    summary="Measures for Prometheus",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}, **documented(NOT_READY)},
)
async def metrics(house: HouseDep) -> Response:
    """Give requests, answers by outcome, time by stage, dropped sentences by reason, tokens and cost."""
    if house.opened is not None:
        stored, pending = await house.opened.paper_counts()
        house.measures.papers(stored, pending)
    for kind, admission in (("quick", house.quick), ("patient", house.patient), ("loading", house.loading)):
        house.measures.work(kind, admission.working, admission.waiting, admission.turned_away)
    return Response(house.measures.text(), media_type=MEDIA_TYPE)
