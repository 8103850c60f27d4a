"""The room of LlamaIndex against the real LlamaIndex: our parts inside its ingestion and its query engine, and its
embeddings inside ours. No model is reached: vectors come from a hash, answers from a script, servers from respx."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
import zlib
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import respx
from hypothesis import given, settings
from hypothesis import strategies as st
from llama_index.core import Settings, VectorStoreIndex
from llama_index.core.embeddings import BaseEmbedding
from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.llms import CompletionResponse, CustomLLM, LLMMetadata
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.schema import Document, MetadataMode, NodeRelationship, TextNode
from llama_index.core.vector_stores import SimpleVectorStore
from pydantic import PrivateAttr

from rag.embedding.builtin import BuiltinEmbedder
from rag.errors import EmbeddingError, EmbeddingServerError, MissingPackage, ScopeError, SettingsError
from rag.llamaindex import (
    LlamaIndexEmbedder,
    PaperbriefEmbedding,
    PaperRetriever,
    PassageNodeParser,
    open_embedder,
    paper_document,
)
from rag.models import Hit, HitPassage, Paper, Scope, SearchReport
from rag.passages import passages, text_to_embed, windows

KEY = "sk-secret-0123456789"
OPENAI = "llama_index.embeddings.openai:OpenAIEmbedding"
ENDPOINT = "https://vectors.example/v1/embeddings"

PAPERS = [
    Paper(
        id="2101.00001",
        title="Kites: Steering Wind Sails",
        abstract="Kites fly high. We steer a kite with two strings and a small motor. Kites fly high. "
        "In storms it stays up 3.5 times longer than a plain sail. The motor weighs 40 g.",
        revision=2,
    ),
    Paper(
        id="2101.00002",
        title="Do Bees Count?",
        abstract="Bees see dots on a card.They fly to the card with more dots in 81% of trials, i.e. far above chance. "
        "More. We ask for more. Smell was ruled out by a glass plate.",
        published="2021-01",
        url="https://papers.example/bees",
    ),
    Paper(
        id="t-0123456789ab",
        title="Müsli 🥣 in Zeiten des Na\u00efven",
        abstract="Cafe\u0301 owners 👩\u200d🔬👍🏽 weigh oats.\u00a0Each cup holds 52.93\u202fg!  Does milk\u2009help? "
        "\u05d4\u05d7\u05dc\u05d1 helps. Soft\u00adhyphens\u200b and 𝔐ath 𝟛\u0301 stay.It costs <2 € "
        "(see Fig. 3). 🥛 ends it",
    ),
    Paper(id="one", title="", abstract="A single sentence without a title"),
]


class HashingEmbedder:
    """Counts of hashed words as vectors: near texts share words. It notes in which thread it was asked."""

    dimension = 64
    identity = "test/hashing/64/-"

    def __init__(self) -> None:
        self.passages: list[str] = []
        self.threads: set[str] = set()

    def _vector(self, text: str) -> np.ndarray[Any, np.dtype[np.float32]]:
        self.threads.add(threading.current_thread().name)
        vector = np.full(self.dimension, 1e-3, dtype=np.float32)
        for word in text.lower().replace(".", " ").split():
            vector[zlib.crc32(word.encode()) % self.dimension] += 1.0
        return vector / np.linalg.norm(vector)

    async def embed_passages(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        await asyncio.sleep(0)
        self.passages += texts
        return np.array([self._vector(text) for text in texts], dtype=np.float32).reshape(-1, self.dimension)

    async def embed_query(self, text: str) -> np.ndarray[Any, np.dtype[np.float32]]:
        await asyncio.sleep(0)
        return self._vector(text)


class BestWindows:
    """A search that keeps our promise and nothing else: each paper once, its passage nearest to the query."""

    def __init__(self) -> None:
        self.embedder = HashingEmbedder()
        self.asked: list[tuple[str, int, Scope]] = []

    async def search(self, query: str, *, top_k: int, scope: Scope) -> SearchReport:
        self.asked.append((query, top_k, scope))
        if scope.paper_ids == ("nowhere",):
            raise ScopeError("No stored paper has the identifier 'nowhere'.")
        wanted = await self.embedder.embed_query(query)
        hits = [await self._best(paper, wanted) for paper in PAPERS]
        return SearchReport(hits=tuple(sorted(hits, key=lambda hit: -hit.score)[:top_k]))

    async def _best(self, paper: Paper, wanted: np.ndarray[Any, Any]) -> Hit:
        found = passages(paper, size=2, step=1)
        scores = await self.embedder.embed_passages([text_to_embed(paper.title, p.text) for p in found]) @ wanted
        best = found[int(scores.argmax())]
        passage = HitPassage(start=best.start, end=best.end, text=best.text)
        return Hit(paper=paper, score=float(scores.max()), passage=passage)


class ScriptedLLM(CustomLLM):
    """Answers every prompt with the same words and keeps the prompts."""

    _prompts: list[str] = PrivateAttr(default_factory=list)

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(context_window=4096, num_output=64, model_name="scripted")

    def complete(self, prompt: str, formatted: bool = False, **options: Any) -> CompletionResponse:
        self._prompts.append(prompt)
        return CompletionResponse(text="Forty grams.")

    def stream_complete(self, prompt: str, formatted: bool = False, **options: Any) -> Any:
        raise NotImplementedError


@pytest.fixture(autouse=True)
def global_settings_stay_as_they_are() -> Any:
    before = (Settings._llm, Settings._embed_model, Settings._node_parser)
    yield
    assert (Settings._llm, Settings._embed_model, Settings._node_parser) == before


# ---------------------------------------------------------------------------------------------------------- node parser


@pytest.mark.parametrize(("size", "step"), [(1, 1), (2, 1), (3, 2), (0, 1)])
def test_every_node_has_exact_offsets_and_they_are_our_windows(size: int, step: int) -> None:
    parser = PassageNodeParser(size=size, step=step)
    for paper in PAPERS:
        nodes = parser.get_nodes_from_documents([paper_document(paper)])
        spans = [(node.start_char_idx, node.end_char_idx) for node in nodes]
        assert spans == windows(paper.abstract, size=size, step=step)
        assert [paper.abstract[start:end] for start, end in spans] == [node.text for node in nodes]


def test_short_sentence_is_not_found_inside_an_earlier_one() -> None:
    # LlamaIndex's own search for the text would put "Yes." at 12, inside the first sentence.
    nodes = PassageNodeParser(size=1, step=1).get_nodes_from_documents([Document(text="He replied: Yes. Yes.")])
    assert [(node.start_char_idx, node.end_char_idx) for node in nodes][-1] == (17, 21)


def test_nodes_are_our_passages_by_id_text_and_text_to_embed() -> None:
    for paper in PAPERS:
        nodes = PassageNodeParser().get_nodes_from_documents([paper_document(paper)])
        expected = [(p.passage_id, p.text, text_to_embed(paper.title, p.text)) for p in passages(paper)]
        assert [(n.node_id, n.text, n.get_content(MetadataMode.EMBED)) for n in nodes] == expected


def test_title_stands_in_front_for_embedding_only() -> None:
    document = Document(text="Oats float. {Milk} sinks.", metadata={"title": "{Cereal}", "year": 2021, "paper_id": "x"})
    (node,) = PassageNodeParser().get_nodes_from_documents([document])
    assert node.get_content(MetadataMode.EMBED) == "{Cereal}. Oats float. {Milk} sinks."
    assert node.get_content(MetadataMode.LLM) == node.text == "Oats float. {Milk} sinks."
    assert node.metadata == {"title": "{Cereal}", "year": 2021, "paper_id": "x"}


def test_nodes_know_their_document_and_their_neighbours() -> None:
    document = paper_document(PAPERS[0])
    nodes = PassageNodeParser(size=1, step=1).get_nodes_from_documents([document])
    assert {node.ref_doc_id for node in nodes} == {"2101.00001@2"}
    for left, right in pairwise(nodes):
        assert left.relationships[NodeRelationship.NEXT].node_id == right.node_id
        assert right.relationships[NodeRelationship.PREVIOUS].node_id == left.node_id


def test_parsed_again_offsets_count_in_the_source_document() -> None:
    document = paper_document(PAPERS[0])
    halves = PassageNodeParser(size=3, step=3).get_nodes_from_documents([document])
    nodes = PassageNodeParser(size=1, step=1).get_nodes_from_documents(halves)
    assert len(halves) == 2
    assert [document.text[node.start_char_idx : node.end_char_idx] for node in nodes] == [node.text for node in nodes]
    assert [(n.start_char_idx, n.end_char_idx) for n in nodes] == windows(document.text, size=1, step=1)


@given(st.text(alphabet=st.sampled_from("aB .!?\n\u0301👍\u200d\u00a0\u05d4(e.g.")), st.integers(1, 3))
@settings(max_examples=60)
def test_offsets_are_exact_on_any_text(text: str, size: int) -> None:
    for node in PassageNodeParser(size=size, step=1).get_nodes_from_documents([Document(text=text)]):
        assert text[node.start_char_idx : node.end_char_idx] == node.text


# ------------------------------------------------------------------------------------- ingestion and LlamaIndex's index


@pytest.mark.anyio
@pytest.mark.parametrize("asynchronous", [False, True])
async def test_pipeline_feeds_llamaindex_own_vector_store(asynchronous: bool) -> None:
    embedder = HashingEmbedder()
    embedding = PaperbriefEmbedding(embedder, embed_batch_size=4)
    parser = PassageNodeParser()
    pipeline = IngestionPipeline(transformations=[parser, embedding])
    documents = [paper_document(paper) for paper in PAPERS]
    nodes = await pipeline.arun(documents=documents) if asynchronous else pipeline.run(documents=documents)
    expected = [text_to_embed(paper.title, p.text) for paper in PAPERS for p in passages(paper)]
    assert sorted(embedder.passages) == sorted(expected)
    index = VectorStoreIndex(nodes, embed_model=embedding, transformations=[parser])
    assert isinstance(index.vector_store, SimpleVectorStore)
    best = index.as_retriever(similarity_top_k=1).retrieve("stays up in storms longer than a plain sail")[0]
    assert best.node.metadata["paper_id"] == "2101.00001"
    assert PAPERS[0].abstract[best.node.start_char_idx : best.node.end_char_idx] == best.node.text
    assert len(embedder.passages) == len(expected)


def test_built_in_model_in_llamaindex_own_index(model_cache: Path) -> None:
    embedding = PaperbriefEmbedding(BuiltinEmbedder(model_cache, threads=1))
    documents = [paper_document(paper) for paper in PAPERS]
    index = VectorStoreIndex.from_documents(documents, embed_model=embedding, transformations=[PassageNodeParser()])
    best = index.as_retriever(similarity_top_k=1).retrieve("can insects do arithmetic?")[0]
    assert best.node.metadata["title"] == "Do Bees Count?"
    assert PAPERS[1].abstract[best.node.start_char_idx : best.node.end_char_idx] == best.node.text
    assert embedding.model_name.startswith("builtin/")


def test_embedding_names_itself_by_the_embedders_identity() -> None:
    embedding = PaperbriefEmbedding(HashingEmbedder())
    assert embedding.model_name == "test/hashing/64/-"
    assert embedding.to_dict()["class_name"] == "PaperbriefEmbedding"


@pytest.mark.anyio
async def test_blocking_and_async_methods_give_the_same_vectors() -> None:
    embedder = HashingEmbedder()
    embedding = PaperbriefEmbedding(embedder)
    texts = ["oats and milk", "bees count dots"]
    assert embedding.get_text_embedding_batch(texts) == await embedding.aget_text_embedding_batch(texts)
    assert embedding.get_text_embedding("oats") == await embedding.aget_text_embedding("oats")
    assert embedding.get_query_embedding("oats?") == await embedding.aget_query_embedding("oats?")
    assert embedder.threads == {"paperbrief-llamaindex", "MainThread"}


# ------------------------------------------------------------------------------------- our search in their query engine


@pytest.mark.anyio
@pytest.mark.parametrize("asynchronous", [False, True])
async def test_query_engine_answers_from_our_hits(asynchronous: bool) -> None:
    llm, search = ScriptedLLM(), BestWindows()
    scope = Scope(since="2021-01-01")
    engine = RetrieverQueryEngine.from_args(PaperRetriever(search, top_k=2, scope=scope), llm=llm)
    question = "How much does the motor of the kite weigh?"
    answer = await engine.aquery(question) if asynchronous else engine.query(question)
    assert str(answer) == "Forty grams."
    assert search.asked == [(question, 2, scope)]
    assert len(answer.source_nodes) == 2
    abstracts = {paper.id: paper.abstract for paper in PAPERS}
    for found in answer.source_nodes:
        meta = found.node.metadata
        assert abstracts[meta["paper_id"]][meta["start"] : meta["end"]] == found.node.text
        assert (found.node.start_char_idx, found.node.end_char_idx) == (meta["start"], meta["end"])
    best = answer.source_nodes[0]
    assert best.node.metadata["title"] == "Kites: Steering Wind Sails"
    assert best.node.ref_doc_id == "2101.00001@2"
    assert best.score == pytest.approx(max(found.score for found in answer.source_nodes))
    (prompt,) = llm._prompts
    assert f"Kites: Steering Wind Sails. {best.node.text}" in prompt
    assert "2101.00001" not in prompt


def test_retriever_works_without_a_running_loop_and_again() -> None:
    retriever = PaperRetriever(BestWindows(), top_k=1)
    for _ in range(2):
        (found,) = retriever.retrieve("bees fly to the card with more dots")
        assert found.node.metadata["paper_id"] == "2101.00002"
        assert found.node.metadata["published"] == "2021-01"
        assert found.node.metadata["url"] == "https://papers.example/bees"


def test_errors_of_the_search_come_through() -> None:
    with pytest.raises(ScopeError, match="nowhere"):
        PaperRetriever(BestWindows(), scope=Scope(paper_ids=("nowhere",))).retrieve("anything")


# ------------------------------------------------------------------------------------- their embeddings in our embedder


class CountingLetters(BaseEmbedding):
    """A local integration as many are: blocking methods only, in which it must not stop the loop."""

    letters: str = "abc"
    broken: str = ""
    api_key: str = ""

    def _get_text_embedding(self, text: str) -> list[float]:
        if self.broken == "raise":
            raise RuntimeError(f"the weights of\n{self.api_key} are lost.")
        if self.broken == "length" and text == "two":
            return [1.0]
        if self.broken == "zero" and text == "two":
            return [0.0] * (len(self.letters) + 1)
        assert threading.current_thread() is not threading.main_thread()
        return [float(text.count(letter)) for letter in self.letters] + [1.0]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


class FewerThanAsked(CountingLetters):
    """An integration that loses a text."""

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return super()._get_text_embeddings(texts)[1:]


class NeedsAnotherPackage(CountingLetters):
    """An integration that looks for its vendor's package when it is made."""

    def __init__(self, **options: Any) -> None:
        raise ImportError("acme is missing, run `pip install acme-vectors`.")


class NotAnEmbedding:
    """A class of another kind."""


def local(name: str) -> str:
    return f"{__name__}:{name}"


@pytest.mark.anyio
async def test_integration_becomes_an_embedder() -> None:
    embedder = await open_embedder(local("CountingLetters"), {"model_name": "letters", "embed_batch_size": 2})
    assert embedder.dimension == 4
    assert embedder.identity == f"llamaindex/{__name__}:CountingLetters/letters/4"
    vectors = await embedder.embed_passages(["aab", "c", "xyz"])
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors[0], np.array([2, 1, 0, 1]) / 6**0.5, rtol=1e-6)
    np.testing.assert_allclose(vectors[2], [0, 0, 0, 1])
    np.testing.assert_allclose(await embedder.embed_query("c"), vectors[1])
    assert (await embedder.embed_passages([])).shape == (0, 4)


@pytest.mark.anyio
@pytest.mark.parametrize("separator", [":", "."])
async def test_arguments_may_follow_as_json(separator: str) -> None:
    path = f'llama_index.core.embeddings.mock_embed_model{separator}MockEmbedding?{{"embed_dim": 4}}'
    embedder = await open_embedder(path)
    assert embedder.identity == "llamaindex/llama_index.core.embeddings.mock_embed_model:MockEmbedding/unknown/4"
    np.testing.assert_allclose(await embedder.embed_passages(["a", "b"]), np.full((2, 4), 0.5))


@pytest.mark.anyio
async def test_given_arguments_go_before_written_ones() -> None:
    embedder = await open_embedder(local("CountingLetters") + '?{"letters": "abcdef"}', {"letters": "ab"})
    assert embedder.dimension == 3


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("path", "error", "says"),
    [
        ("", SettingsError, "names no class"),
        ("OpenAIEmbedding", SettingsError, "names no class"),
        ("..os:path", SettingsError, "names no class"),
        ("llama_index.embeddings.openai:", SettingsError, "names no class"),
        ("collections:NoSuchClass", SettingsError, "not a LlamaIndex embedding"),
        ("collections:OrderedDict", SettingsError, "not a LlamaIndex embedding"),
        ("json:dumps", SettingsError, "not a LlamaIndex embedding"),
        (local("NotAnEmbedding"), SettingsError, "not a LlamaIndex embedding"),
        (local("BaseEmbedding"), SettingsError, "does not take these arguments"),
        (local("CountingLetters") + "?model=x", SettingsError, "not a JSON object"),
        (local("CountingLetters") + "?[1]", SettingsError, "not a JSON object"),
        (local("CountingLetters") + '?{"letters": 5}', SettingsError, "does not take these arguments"),
        ("llama_index.embeddings.no_such:Thing", MissingPackage, "pip install llama-index-embeddings-no-such"),
        ("no_such_package.deep:Thing", MissingPackage, "pip install no-such-package"),
        (local("NeedsAnotherPackage"), MissingPackage, "pip install acme-vectors"),
        (local("CountingLetters") + '?{"broken": "raise"}', EmbeddingError, "the weights of are lost (RuntimeError)"),
    ],
)
async def test_unusable_path_is_refused(path: str, error: type[Exception], says: str) -> None:
    with pytest.raises(error) as caught:
        await open_embedder(path)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.anyio
async def test_missing_dependency_of_an_integration_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "acme_integration.py").write_text("import acme_client.http\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(MissingPackage, match=r"acme_integration needs acme_client, .* pip install acme-client"):
        await open_embedder("acme_integration:Embedding")


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("name", "broken", "says"),
    [
        ("CountingLetters", "length", "not lists of numbers of one length"),
        ("CountingLetters", "zero", "a vector is zero"),
        ("FewerThanAsked", "", "1 vectors came back for 2 texts"),
    ],
)
async def test_unusable_vectors_are_refused(name: str, broken: str, says: str) -> None:
    embedder = await open_embedder(local(name), {"broken": broken})
    with pytest.raises(EmbeddingError, match=says):
        await embedder.embed_passages(["one", "two"])


@pytest.mark.anyio
async def test_vectors_of_another_length_than_before_are_refused() -> None:
    embedder = LlamaIndexEmbedder(CountingLetters(), "x:CountingLetters", dimension=3)
    with pytest.raises(EmbeddingError, match="4 dimensions, not 3"):
        await embedder.embed_query("a")


@pytest.mark.anyio
@pytest.mark.parametrize("arguments", [{"broken": "raise"}, {"letters": ["not a string"]}])
async def test_key_is_not_repeated_in_errors(arguments: dict[str, object]) -> None:
    with pytest.raises((EmbeddingError, SettingsError)) as caught:
        await open_embedder(local("CountingLetters"), {"api_key": KEY, **arguments})
    assert KEY not in str(caught.value)


# ----------------------------------------------------------------------------------------------- the OpenAI integration


def answer(request: httpx.Request) -> httpx.Response:
    texts = json.loads(request.content)["input"]
    rows = [{"object": "embedding", "index": i, "embedding": [1.0, float(len(text))]} for i, text in enumerate(texts)]
    usage = {"prompt_tokens": 1, "total_tokens": 1}
    return httpx.Response(200, json={"object": "list", "data": rows, "model": "m", "usage": usage})


ARGUMENTS = {"api_base": "https://vectors.example/v1", "api_key": KEY, "model": "text-embedding-3-small"}


@pytest.mark.anyio
@respx.mock
async def test_openai_integration_as_an_embedder() -> None:
    route = respx.post(ENDPOINT).mock(side_effect=answer)
    embedder = await open_embedder(OPENAI, {**ARGUMENTS, "embed_batch_size": 2})
    assert embedder.identity == f"llamaindex/{OPENAI}/text-embedding-3-small/2"
    vectors = await embedder.embed_passages(["four", "fifty", "sixty6"])
    np.testing.assert_allclose(
        vectors, [[1 / 17**0.5, 4 / 17**0.5], [1 / 26**0.5, 5 / 26**0.5], [1 / 37**0.5, 6 / 37**0.5]], rtol=1e-6
    )
    sent = [json.loads(call.request.content) for call in route.calls]
    assert [body["input"] for body in sent[1:]] == [["four", "fifty"], ["sixty6"]]
    assert {body["model"] for body in sent} == {"text-embedding-3-small"}
    assert {call.request.headers["authorization"] for call in route.calls} == {f"Bearer {KEY}"}


@pytest.mark.anyio
@pytest.mark.parametrize(("chosen", "calls"), [({}, 2), ({"max_retries": 0}, 1), ({"max_retries": 1}, 2)])
@respx.mock
async def test_retries_do_not_multiply(chosen: dict[str, object], calls: int) -> None:
    route = respx.post(ENDPOINT).mock(return_value=httpx.Response(500, headers={"retry-after-ms": "1"}))
    with pytest.raises(EmbeddingServerError) as caught:
        await open_embedder(OPENAI, {**ARGUMENTS, **chosen})
    assert route.call_count == calls
    assert caught.value.retryable


@pytest.mark.anyio
@respx.mock
async def test_refused_key_is_not_worth_a_retry_and_not_shown() -> None:
    body = {"error": {"message": f"Incorrect API key provided: {KEY}"}}
    respx.post(ENDPOINT).mock(return_value=httpx.Response(401, json=body))
    with pytest.raises(EmbeddingServerError) as caught:
        await open_embedder(OPENAI, ARGUMENTS)
    assert not caught.value.retryable
    assert KEY not in str(caught.value)


@pytest.mark.anyio
@respx.mock
async def test_unreachable_server_is_worth_a_retry() -> None:
    respx.post(ENDPOINT).mock(side_effect=httpx.ConnectError("refused"))
    with pytest.raises(EmbeddingServerError) as caught:
        await open_embedder(OPENAI, {**ARGUMENTS, "max_retries": 0})
    assert caught.value.retryable


def test_plain_node_may_be_parsed_too() -> None:
    (node,) = PassageNodeParser().get_nodes_from_documents([TextNode(text="No document. No title.")])
    assert node.get_content(MetadataMode.EMBED) == "No document. No title."


def test_question_path_does_not_pass_through_this_room() -> None:
    rooms = "rag.embedding, rag.embedding.server, rag.passages, rag.models"
    program = f"import sys, {rooms}; sys.exit(any(name.startswith('llama_index') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
