"""`POST /v1/ask`: a question becomes an Answer, at once or as a stream of events."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request
from pydantic import Field, StrictBool
from starlette.responses import Response

from api.access import caller_of
from api.fields import NO_QUERY, Id, Question, ScopeFields, Strict
from api.house import HouseDep
from api.media import JsonRoute
from api.problems import BUDGET, NO_MODEL, NOT_FOUND, NOT_READY, UPSTREAM, documented
from api.replies import json_reply, while_connected
from api.routes.jobs import ACCEPTED, PREFER, accepted, begin, prefers_async
from api.streams import answer_stream, described
from rag.ask import Mode
from rag.models import Answer, AnswerSentence, Citation, Listener, Note, Status
from rag.retrieve import checked

router = APIRouter(tags=["ask"], route_class=JsonRoute)

_STREAMED = described(
    ("status", "sentence", "citation", "note", "answer", "error"),
    'event: status\ndata: {"stage": "searching"}\n\nevent: answer\ndata: {"id": "ans_…", …}\n\n',
)
_NAMES: dict[type[object], str] = {Status: "status", AnswerSentence: "sentence", Citation: "citation", Note: "note"}
"""The names of the events by what they carry."""


class AskRequest(Strict):
    """A question, and how it should be answered."""

    question: Question
    scope: ScopeFields | None = None
    mode: Mode | None = Field(
        default=None, description="With the language model, without it, or with it where it works (`auto`)."
    )
    conversation_id: Id | None = Field(
        default=None, description="The conversation that the question continues; `new` begins one."
    )
    stream: StrictBool = Field(default=False, description="Answer with server-sent events.")


@router.post(
    "/v1/ask",
    summary="Ask a question",
    response_model=Answer,
    response_description="The answer; with `stream` a stream of events, of which the last carries it.",
    responses={200: {"content": _STREAMED}, **ACCEPTED, **documented(NOT_FOUND, NOT_READY, NO_MODEL, UPSTREAM, BUDGET)},
    openapi_extra=PREFER,
    dependencies=NO_QUERY,
)
async def ask(wanted: AskRequest, house: HouseDep, request: Request) -> Response:
    """Answer a question from the stored abstracts; every sentence carries the span that shows it.

    Finding nothing is an outcome (`insufficient_evidence`, `out_of_scope`), not an error. With `"stream": true` the
    answer comes as server-sent events: `status`, `sentence`, `citation` and `note` as soon as each is certain, then
    `answer` with the whole Answer, or `error` with a problem document.
    """
    _ = house.library
    question = checked(wanted.question)
    house.note_question(request, question)
    mode = house.mode(caller_of(request), wanted.mode)
    admission = house.admission(mode)

    async def answer(on: Listener | None = None) -> Answer:
        scope = wanted.scope.scope() if wanted.scope else None
        return house.measured(
            await house.library.ask(question, scope=scope, mode=mode, conversation_id=wanted.conversation_id, on=on)
        )

    if wanted.stream:
        admission.check()
        return answer_stream(
            request,
            admission,
            house.settings.request_seconds,
            lambda send: answer(lambda event: send(_NAMES[type(event)], event)),
        )
    if prefers_async(request):
        return accepted(await begin(house, "ask", lambda _: answer(), admission))
    async with admission.turn(), asyncio.timeout(house.settings.request_seconds):
        return json_reply(await while_connected(request, answer()))
