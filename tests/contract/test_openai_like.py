"""LlamaIndex's `OpenAILike` at the OpenAI-compatible door: whole answers, streams, conversations, citations."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from contract.loopback import served
from contract.serving import opened

from api.app import create_app

pytestmark = pytest.mark.anyio

QUESTION = "How much faster is decoding with Marmot?"


@pytest.fixture(scope="module")
async def url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    async with opened(tmp_path_factory.mktemp("shelf")) as shelf, served(create_app(*shelf)) as address:
        yield address


@pytest.fixture
async def model(url: str) -> AsyncIterator[Any]:
    from llama_index.llms.openai_like import OpenAILike

    # Clients of our own, which can be closed: those that it makes itself never are.
    with httpx.Client() as plain:
        async with httpx.AsyncClient() as waiting:
            yield OpenAILike(
                model="paperbrief",
                api_base=f"{url}/v1",
                api_key="none",
                is_chat_model=True,
                max_retries=0,
                http_client=plain,
                async_http_client=waiting,
            )


def asked(*texts: str) -> list[Any]:
    """A conversation of a user and an assistant in turn."""
    from llama_index.core.llms import ChatMessage

    return [ChatMessage(role=("user", "assistant")[n % 2], content=text) for n, text in enumerate(texts)]


async def test_it_answers_with_the_citations_in_what_the_server_sent(model: Any) -> None:
    response = await model.achat(asked(QUESTION))
    text = response.message.content
    assert "2.3x" in text
    places = [each.url_citation for each in response.raw.choices[0].message.annotations]
    answer = response.raw.model_extra["paperbrief"]
    sentences = [s["text"] for s in answer["sentences"] for _ in s["citations"]]
    assert [text[place.start_index : place.end_index] for place in places] == sentences
    assert str(await model.acomplete(QUESTION)) == text


async def test_it_streams_the_same_text(model: Any) -> None:
    pieces = [piece async for piece in await model.astream_chat(asked(QUESTION))]
    whole = await model.achat(asked(QUESTION))
    assert len(pieces) > 2
    assert "".join(piece.delta for piece in pieces) == whole.message.content == pieces[-1].message.content


async def test_it_works_without_an_event_loop_too(model: Any) -> None:
    def use() -> tuple[str, str]:
        return model.chat(asked(QUESTION)).message.content, str(list(model.stream_complete(QUESTION))[-1])

    whole, pieces = await asyncio.to_thread(use)
    assert whole == pieces
