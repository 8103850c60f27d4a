"""`/v1/answers`: an answer that was given before."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from api.fields import MAX_ID, NO_QUERY
from api.house import HouseDep
from api.problems import NOT_FOUND, NOT_READY, documented
from api.replies import json_reply
from rag.models import Answer

router = APIRouter(tags=["answers"])

AnswerId = Annotated[
    str, Path(max_length=MAX_ID, description="The answer's identifier.", examples=["ans_0123456789abcdef"])
]


@router.get(
    "/v1/answers/{answer_id}",
    summary="Read an answer again",
    response_model=Answer,
    responses=documented(NOT_FOUND, NOT_READY),
    dependencies=NO_QUERY,
)
async def read_answer(answer_id: AnswerId, house: HouseDep) -> Response:
    """Read an answer as it was given."""
    return json_reply(await house.library.answer(answer_id))
