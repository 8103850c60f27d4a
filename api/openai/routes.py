"""`/v1/models` and `/v1/chat/completions`: paperbrief for whatever speaks to OpenAI's API."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.sse import format_sse_event
from starlette.responses import Response

from api.access import caller_of
from api.admission import Admission
from api.house import House, HouseDep
from api.media import JsonRoute
from api.openai.chunks import DONE, Chunks, Head
from api.openai.content import Content
from api.openai.errors import CHAT, MODELS
from api.openai.scopes import ScopeModel, find, models
from api.openai.wire import ChatCompletion, ChatRequest, ErrorBody, ModelCard, ModelList
from api.problems import INVALID, NOT_READY, UNKNOWN_MODEL, Refusal, documented
from api.replies import json_reply, while_connected
from api.streams import EventStream, Put, described
from rag.models import Answer, AnswerSentence, AskEvent, Listener
from rag.retrieve import checked

chat = APIRouter(tags=["openai"], route_class=JsonRoute)
"""The conversation; all its errors are in OpenAI's shape."""
cards = APIRouter(tags=["openai"], responses=documented(NOT_READY))
"""The models; their errors are problem documents that carry OpenAI's shape too."""

ERRORS: dict[int | str, dict[str, Any]] = {
    "default": {"model": ErrorBody, "description": "Any error, in OpenAI's shape."}
}
"""The `responses` of the conversation's route for its errors."""

_STREAMED = described(
    ("message",),
    'data: {"object": "chat.completion.chunk", "choices": [{"delta": {"content": "…"}, …}], …}\n\ndata: [DONE]\n\n',
)


@cards.get(MODELS, summary="List the models", response_model=ModelList)
async def list_models(house: HouseDep) -> Response:
    """List the models: `paperbrief` is the whole library, the others are the papers of one week."""
    known = await models(house.library, opened=int(house.started))
    return json_reply(ModelList(data=[_card(model) for model in known]))


@cards.get(
    f"{MODELS}/{{model_id}}", summary="Read a model", response_model=ModelCard, responses=documented(UNKNOWN_MODEL)
)
async def read_model(model_id: str, house: HouseDep) -> Response:
    """Read one of the models."""
    return json_reply(_card(await find(model_id, house.library, opened=int(house.started))))


def _card(model: ScopeModel) -> ModelCard:
    return ModelCard(id=model.id, created=model.since)


@chat.post(
    CHAT,
    summary="Answer a conversation",
    response_model=ChatCompletion,
    response_description="The answer; with `stream` chunks, of which the last with text carries the citations.",
    responses={200: {"content": _STREAMED}, **ERRORS},
)
async def chat_completions(wanted: ChatRequest, house: HouseDep, request: Request) -> Response:
    """Answer the last message of the user in the light of those before it, in the form of OpenAI's chat completions.

    The citations are in the text as footnotes, in `annotations` with the place of each cited sentence, and in
    `paperbrief`, the whole Answer. The model's name says which papers are searched. Messages of the system say nothing
    about papers and change nothing; parameters of sampling, `max_tokens` and `stop` are passed over.
    """
    library = house.library
    house.note_question(request, _question(wanted))
    found = await find(wanted.model, library, opened=int(house.started))
    head = Head(f"chatcmpl-{secrets.token_hex(12)}", int(time.time()), wanted.model)
    content = Content(home=house.settings.public_url or str(request.base_url).rstrip("/"))
    mode = house.mode(caller_of(request), None)
    admission = house.admission(mode)

    async def answered(on: Listener | None = None) -> Answer:
        return house.measured(await library.ask_messages(wanted.turns(), scope=found.scope, mode=mode, on=on))

    if wanted.stream:
        return await _streamed(answered, house, admission, Chunks(head, wanted.with_usage), content)
    async with admission.turn(), asyncio.timeout(house.settings.request_seconds):
        answer = await while_connected(request, answered())
    text = content.rest(answer)
    return json_reply(head.completion(answer, text, content.annotations(answer)))


def _question(wanted: ChatRequest) -> str:
    """The text that is to be answered. Raises Refusal or QuestionError where there is none."""
    asked = wanted.asked
    if asked is None:
        raise _unusable(
            "messages", "No message is a user's, so there is no question.", 'Send one with the role "user".'
        )
    if asked.other_parts:
        kinds = ", ".join(dict.fromkeys(asked.other_parts))[:100]
        raise _unusable("messages", f"The question has parts that are not text: {kinds}.", "Send text only.")
    return checked(asked.text)


def _unusable(field: str, detail: str, hint: str) -> Refusal:
    return Refusal(INVALID, detail, hint=hint, complaints=[{"at": field, "problem": detail}])


async def _streamed(
    answered: Callable[[Listener], Awaitable[Answer]],
    house: House,
    admission: Admission,
    chunks: Chunks,
    content: Content,
) -> Response:
    """Chunks as the sentences come; what fails before the first of them has a status of its own."""

    async def work(put: Put) -> None:
        teller = _Teller(chunks, content, lambda chunk: put(_event(chunk)))
        teller.close(await answered(teller.hear))

    def failed(refusal: Refusal) -> bytes:
        return _event(json.dumps(refusal.for_openai(), ensure_ascii=False))

    stream = EventStream(admission, house.settings.request_seconds, work, failed)
    await stream.begun()
    return stream.response()


@dataclass(slots=True)
class _Teller:
    """Tells one answer in chunks."""

    chunks: Chunks
    content: Content
    send: Callable[[str], None]
    opened: bool = False

    def hear(self, event: AskEvent) -> None:
        """Pass a sentence on as soon as it is certain."""
        self._open()
        if isinstance(event, AnswerSentence):
            self.send(self.chunks.piece(self.content.sentence(event)))

    def close(self, answer: Answer) -> None:
        """Tell the rest, once the answer is whole."""
        self._open()
        rest = self.content.rest(answer)
        self.send(self.chunks.last_piece(rest, answer, self.content.annotations(answer)))
        self.send(self.chunks.finish())
        if self.chunks.with_usage:
            self.send(self.chunks.usage(answer))
        self.send(DONE)

    def _open(self) -> None:
        if not self.opened:
            self.opened = True
            self.send(self.chunks.opening())


def _event(data: str) -> bytes:
    return format_sse_event(data_str=data)
