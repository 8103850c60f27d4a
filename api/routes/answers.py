"""`/v1/answers` and `/v1/conversations`: what was answered before."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field
from starlette.responses import Response

from api.fields import MAX_ID, NO_QUERY, Strict
from api.house import HouseDep
from api.problems import NOT_FOUND, NOT_READY, documented
from api.replies import json_reply
from rag.models import Answer, Conversation

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


ConversationId = Annotated[
    str, Path(max_length=MAX_ID, description="The conversation's identifier.", examples=["cnv_0123456789abcdef"])
]


class TurnQuery(Strict):
    """Which turns of a conversation to give."""

    limit: Annotated[int, Field(ge=1, le=500)] = Field(default=100, description="At most so many turns, the last ones.")
    before: Annotated[int, Field(ge=1, le=1_000_000_000)] | None = Field(
        default=None, description="Only turns before this one: the `first` of the page that came later."
    )


@router.get(
    "/v1/conversations/{conversation_id}",
    summary="Read a conversation",
    response_model=Conversation,
    responses=documented(NOT_FOUND, NOT_READY),
)
async def read_conversation(
    conversation_id: ConversationId, query: Annotated[TurnQuery, Query()], house: HouseDep
) -> Response:
    """Read the last turns of a conversation in order, each an Answer. Asking with the conversation `new` begins one."""
    return json_reply(await house.library.conversation(conversation_id, limit=query.limit, before=query.before))


@router.delete(
    "/v1/conversations/{conversation_id}",
    summary="Delete a conversation",
    status_code=204,
    response_class=Response,
    responses=documented(NOT_FOUND, NOT_READY),
    dependencies=NO_QUERY,
)
async def delete_conversation(conversation_id: ConversationId, house: HouseDep) -> Response:
    """Delete a conversation with all its answers."""
    await house.library.delete_conversation(conversation_id)
    return Response(status_code=204)
