"""The generative mode over the whole sample corpus with a model that lies: what of it reaches the reader?

One question a paper, and every way to lie. The counts stand in docs/evaluation.md; `pytest -s` prints them anew.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from contract.papers import HashingEmbedder, settings
from model_server import serving

import prompts
from rag.ask import ask
from rag.compose.reply import FORMS
from rag.library import Library, open_library
from rag.llm.server import OpenAIModel
from rag.models import Answer, Scope
from rag.prompting import Prompts
from rag.sources import read

pytestmark = pytest.mark.anyio

CORPUS = Path(__file__).resolve().parents[2] / "eval" / "corpus" / "papers.jsonl"
LIES = ("invent_figure", "invent_name", "invent_negation", "invent_direction")
UNMARKED = 0.01


@pytest.fixture(scope="module")
async def library(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Library]:
    async with open_library(settings(tmp_path_factory.mktemp("sample")), embedder=HashingEmbedder()) as opened:
        await opened.ingest(read(CORPUS))
        yield opened


async def questions(library: Library) -> list[str]:
    """What each paper is about, asked in the words of its title."""
    found = await library.search("language models", top_k=70)
    assert len(found.hits) == 70
    return [f"What is reported on {hit.paper.title.rstrip('?.')}?" for hit in found.hits]


async def assert_spans_hold(library: Library, answer: Answer) -> None:
    for citation in answer.citations:
        abstract = (await library.paper(citation.paper_id)).abstract
        assert all(abstract[quote.start : quote.end] == quote.quote for quote in citation.quotes)


@pytest.mark.parametrize("lie", LIES)
async def test_hardly_a_planted_falsehood_reaches_the_reader(library: Library, lie: str) -> None:
    planted = through = 0
    with serving(lie) as server:
        model = OpenAIModel(server.url, None, "liar", max_retries=0)
        desk = replace(library.desk, model=model, prompts=Prompts.read(prompts.files(), FORMS))
        for question in await questions(library):
            server.planted.clear()
            answer = await ask(question, scope=Scope(), desk=desk)
            await assert_spans_hold(library, answer)
            lies = {falsehood.text for falsehood in server.planted}
            planted += len(lies)
            through += sum(sentence.text in lies for sentence in answer.sentences)
        await model.aclose()
    sys.stdout.write(f"{lie}: {through} of {planted} planted falsehoods reached an answer\n")
    assert planted >= 50
    assert through / planted <= UNMARKED
