"""Ours in LlamaIndex: papers, passages, search and embedders as its types."""

from __future__ import annotations

import asyncio
import functools
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import Any, Protocol, TypeVar

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.bridge.pydantic import Field, PrivateAttr
from llama_index.core.callbacks import CallbackManager
from llama_index.core.node_parser import NodeParser
from llama_index.core.schema import (
    BaseNode,
    Document,
    MetadataMode,
    NodeRelationship,
    NodeWithScore,
    QueryBundle,
    RelatedNodeInfo,
    TextNode,
)

from rag import passages
from rag.embedding import Embedder
from rag.models import Hit, Paper, Scope, SearchReport

T = TypeVar("T")

WHOLE_CATALOGUE = Scope()


def paper_document(paper: Paper) -> Document:
    """A paper as LlamaIndex reads it: the abstract is the text, its id carries the revision, as our passages' do."""
    return Document(
        id_=f"{paper.id}@{paper.revision}",
        text=paper.abstract,
        metadata={"paper_id": paper.id, "title": paper.title},
    )


def _numbered(number: int, document: BaseNode) -> str:
    return f"{document.node_id}#{number}"


def _passage_node(
    node_id: str, text: str, start: int, metadata: dict[str, Any], source: RelatedNodeInfo, *, title_for_llm: bool
) -> TextNode:
    """A passage whose `text` is the abstract's own, and whose text to embed is what our index embeds."""
    title = str(metadata.get("title", ""))
    joint = passages.text_to_embed(title, "{content}")[len(title) :]
    hidden = [key for key in metadata if key != "title"]
    return TextNode(
        id_=node_id,
        text=text,
        start_char_idx=start,
        end_char_idx=start + len(text),
        metadata=metadata,
        excluded_embed_metadata_keys=hidden,
        excluded_llm_metadata_keys=hidden if title_for_llm else list(metadata),
        metadata_template="{value}",
        text_template="{metadata_str}" + joint,
        relationships={NodeRelationship.SOURCE: source},
    )


class PassageNodeParser(NodeParser):  # type: ignore[misc]
    """Windows of `size` sentences, each `step` sentences after the one before, as nodes.

    `document.text[node.start_char_idx:node.end_char_idx] == node.text`, always. The document's metadata `title`
    stands in front of the text for embedding only. Node ids are `<document id>#<n>`, so parsing again gives the same.
    Nodes of another parser may be parsed again: offsets then count in the source document, as their own do.
    """

    size: int = Field(default=passages.SIZE, ge=0, description="Sentences in a window; 0 is the whole text.")
    step: int = Field(default=passages.STEP, ge=1, description="Sentences from one window to the next.")
    id_func: Callable[..., str] = Field(default=_numbered, exclude=True, description="Number and document to node id.")

    @classmethod
    def class_name(cls) -> str:
        """The name under which LlamaIndex stores this parser."""
        return "PassageNodeParser"

    def _parse_nodes(self, nodes: Sequence[BaseNode], show_progress: bool = False, **options: Any) -> list[BaseNode]:
        return [passage for node in nodes for passage in self._passages_of(node)]

    def _passages_of(self, document: BaseNode) -> Iterator[TextNode]:
        text = document.get_content(metadata_mode=MetadataMode.NONE)
        offset = getattr(document, "start_char_idx", None) or 0
        source = document.as_related_node_info()
        for number, (start, end) in enumerate(passages.windows(text, size=self.size, step=self.step)):
            yield _passage_node(
                self.id_func(number, document),
                text[start:end],
                offset + start,
                dict(document.metadata),
                source,
                title_for_llm=False,
            )

    def _postprocess_parsed_nodes(self, nodes: list[BaseNode], parents: dict[str, Document]) -> list[BaseNode]:
        # LlamaIndex looks for each node's text in the document, and so finds a short sentence inside an earlier one.
        spans = [(node.start_char_idx, node.end_char_idx) for node in nodes]
        parsed: list[BaseNode] = super()._postprocess_parsed_nodes(nodes, parents)
        for node, (start, end) in zip(parsed, spans, strict=True):
            node.start_char_idx, node.end_char_idx = start, end
        return parsed


class Search(Protocol):
    """What `PaperRetriever` asks: our index, or the library."""

    async def search(self, query: str, *, top_k: int, scope: Scope) -> SearchReport:
        """The best `top_k` papers of `scope`, each with its best passage."""
        ...


class PaperRetriever(BaseRetriever):  # type: ignore[misc]
    """Our hybrid search as a retriever: one node a paper, its best passage, best first.

    A node's metadata are `paper_id`, `title`, `start`, `end`, and `url`, `published` where known;
    `abstract[start:end] == node.text`. The title is shown to the language model, the rest is not. Errors of the search
    come through as they are (`rag.errors`).
    """

    def __init__(
        self,
        papers: Search,
        *,
        top_k: int = 10,
        scope: Scope = WHOLE_CATALOGUE,
        callback_manager: CallbackManager | None = None,
    ) -> None:
        super().__init__(callback_manager=callback_manager)
        self._papers = papers
        self._top_k = top_k
        self._scope = scope

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        report = await self._papers.search(query_bundle.query_str, top_k=self._top_k, scope=self._scope)
        return [_scored_node(hit) for hit in report.hits]

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return _wait_for(self._aretrieve(query_bundle))


def _scored_node(hit: Hit) -> NodeWithScore:
    paper, passage = hit.paper, hit.passage
    source = f"{paper.id}@{paper.revision}"
    known = {"url": paper.url, "published": paper.published}
    metadata = {"paper_id": paper.id, "title": paper.title, "start": passage.start, "end": passage.end}
    metadata |= {name: value for name, value in known.items() if value is not None}
    node = _passage_node(
        f"{source}[{passage.start}:{passage.end}]",
        passage.text,
        passage.start,
        metadata,
        RelatedNodeInfo(node_id=source),
        title_for_llm=True,
    )
    return NodeWithScore(node=node, score=hit.score)


class PaperbriefEmbedding(BaseEmbedding):  # type: ignore[misc]
    """One of our embedders where LlamaIndex wants an embedding; its model name is the embedder's identity."""

    _embedder: Embedder = PrivateAttr()

    def __init__(self, embedder: Embedder, **options: Any) -> None:
        super().__init__(model_name=embedder.identity, **options)
        self._embedder = embedder

    @classmethod
    def class_name(cls) -> str:
        """The name under which LlamaIndex stores this embedding."""
        return "PaperbriefEmbedding"

    async def _aget_query_embedding(self, query: str) -> list[float]:
        vector: list[float] = (await self._embedder.embed_query(query)).tolist()
        return vector

    async def _aget_text_embedding(self, text: str) -> list[float]:
        return (await self._aget_text_embeddings([text]))[0]

    async def _aget_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = (await self._embedder.embed_passages(texts)).tolist()
        return vectors

    def _get_query_embedding(self, query: str) -> list[float]:
        return _wait_for(self._aget_query_embedding(query))

    def _get_text_embedding(self, text: str) -> list[float]:
        return _wait_for(self._aget_text_embedding(text))

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return _wait_for(self._aget_text_embeddings(texts))


@functools.cache
def _background_loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="paperbrief-llamaindex", daemon=True).start()
    return loop


def _wait_for(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine for LlamaIndex's blocking calls, which come with a running loop (a notebook) and without.

    One loop in one thread for all of them, since connections that an embedder keeps open belong to a loop. A running
    loop that makes a blocking call stands still meanwhile: there, call the `a…` methods.
    """
    return asyncio.run_coroutine_threadsafe(coroutine, _background_loop()).result()
