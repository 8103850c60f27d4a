"""The room of LlamaIndex: its types come in and go out here and nowhere else.

For those who build on LlamaIndex:
    `paper_document`        a paper as a `Document`
    `PassageNodeParser`     our windows of sentences as a `NodeParser`, with exact offsets
    `PaperRetriever`        our search as a `BaseRetriever`
    `PaperbriefEmbedding`   any of our embedders as a `BaseEmbedding`
and the other way round, for `PAPERBRIEF_EMBEDDING=llamaindex:<import path>`:
    `open_embedder`         any LlamaIndex embedding integration as an `Embedder`

Importing LlamaIndex takes seconds, so this room is imported by those who asked for it and by nothing else
(docs/decisions/0005-llamaindex.md). LlamaIndex's global `Settings` are neither read nor written.
"""

from __future__ import annotations

import asyncio
import functools
import importlib
import json
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

import numpy as np
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
from numpy.typing import NDArray

from rag import passages
from rag.embedding import Embedder
from rag.embedding.server import unit_rows
from rag.errors import EmbeddingError, EmbeddingServerError, MissingPackage, PaperbriefError, SettingsError
from rag.models import Hit, Paper, Scope, SearchReport

T = TypeVar("T")

PROBE = "How long is a vector of this model?"
WHOLE_CATALOGUE = Scope()

# ------------------------------------------------------------------------------------------- papers, passages, search


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


# ---------------------------------------------------------------------------------------- our embedders in LlamaIndex


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


# ---------------------------------------------------------------------------------------- LlamaIndex's embeddings here


class LlamaIndexEmbedder:
    """A LlamaIndex embedding integration as an `Embedder`; made by `open_embedder`.

    Its blocking methods are called in threads: every integration has them, while the async ones of many just block.
    """

    def __init__(self, embedding: BaseEmbedding, import_path: str, dimension: int) -> None:
        self._embedding = embedding
        self._import_path = import_path
        self._dimension = dimension

    @property
    def identity(self) -> str:
        """`llamaindex/<module>:<class>/<model name>/<dimension>`."""
        return f"llamaindex/{self._import_path}/{self._embedding.model_name}/{self._dimension}"

    @property
    def dimension(self) -> int:
        """The length of every vector."""
        return self._dimension

    async def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape (len(texts), dimension), in the order of `texts`, rows of unit length.

        Batches are the integration's own (`embed_batch_size`). Raises `EmbeddingError`, or `EmbeddingServerError`
        with `retryable` where the failure looks like one of a server.
        """
        if not texts:
            return np.empty((0, self._dimension), dtype=np.float32)
        return await asyncio.to_thread(_passage_vectors, self._embedding, self._import_path, texts, self._dimension)

    async def embed_query(self, text: str) -> NDArray[np.float32]:
        """The vector of one query, shape (dimension,), of unit length. Raises as `embed_passages` does."""
        return await asyncio.to_thread(_query_vector, self._embedding, self._import_path, text, self._dimension)


async def open_embedder(import_path: str, kwargs: Mapping[str, object] | None = None) -> LlamaIndexEmbedder:
    """Any LlamaIndex embedding integration as an embedder, asked once for the length of its vectors.

    `import_path` is `package.module:ClassName` or `package.module.ClassName`; arguments of the class may follow as a
    JSON object after `?`, and `kwargs` go before them:

        llama_index.embeddings.openai:OpenAIEmbedding
        llama_index.embeddings.openai:OpenAIEmbedding?{"model": "text-embedding-3-small", "dimensions": 512}

    Keys belong into the variable that the integration reads (`OPENAI_API_KEY`), since settings are shown.

    `max_retries` is set to 1 where the class has it and nobody chose: the OpenAI integration hands the same number to
    two layers that multiply, n tries of n + 1 calls each, and only at 1 is one of them quiet.

    Raises `SettingsError` (no such class, no embedding, wrong arguments), `MissingPackage`, `EmbeddingError`.
    """
    path, _, written = import_path.partition("?")
    module, class_name = _split(path)
    arguments = {**_arguments(written), **(kwargs or {})}
    embedding = await asyncio.to_thread(_construct, module, class_name, arguments)
    name = f"{module}:{class_name}"
    dimension = len(await asyncio.to_thread(_query_vector, embedding, name, PROBE, None))
    return LlamaIndexEmbedder(embedding, name, dimension)


def _query_vector(embedding: BaseEmbedding, path: str, text: str, dimension: int | None) -> NDArray[np.float32]:
    with _failures_of(path, vars(embedding)):
        vector: NDArray[np.float32] = unit_rows([embedding.get_query_embedding(text)], dimension)[0]
    return vector


def _passage_vectors(embedding: BaseEmbedding, path: str, texts: Sequence[str], dimension: int) -> NDArray[np.float32]:
    with _failures_of(path, vars(embedding)):
        rows = embedding.get_text_embedding_batch(list(texts))
        if len(rows) != len(texts):
            raise ValueError(f"{len(rows)} vectors came back for {len(texts)} texts")
        return unit_rows(rows, dimension)


def _split(path: str) -> tuple[str, str]:
    module, _, class_name = path.strip().rpartition(":" if ":" in path else ".")
    if not class_name.isidentifier() or not all(part.isidentifier() for part in module.split(".")):
        raise SettingsError(
            f"{path!r} names no class.",
            hint="Write package.module:ClassName, as in llama_index.embeddings.openai:OpenAIEmbedding.",
        )
    return module, class_name


def _arguments(written: str) -> dict[str, object]:
    if not written:
        return {}
    try:
        arguments = json.loads(written)
    except ValueError:
        arguments = None
    if not isinstance(arguments, dict):
        raise SettingsError(
            "What follows the question mark of the LlamaIndex embedding is not a JSON object.",
            hint='Write the arguments as in ?{"model": "text-embedding-3-small"}.',
        )
    return arguments


def _construct(module: str, class_name: str, arguments: dict[str, object]) -> BaseEmbedding:
    path = f"{module}:{class_name}"
    with _failures_of(path, arguments):
        try:
            found: Any = getattr(importlib.import_module(module), class_name, None)
        except ImportError as error:
            raise _missing(module, error) from error
        if not isinstance(found, type) or not issubclass(found, BaseEmbedding):
            raise SettingsError(
                f"{path} is not a LlamaIndex embedding.",
                hint="Name a subclass of llama_index.core.embeddings.BaseEmbedding.",
            )
        chosen = {"max_retries": 1} if "max_retries" in getattr(found, "model_fields", {}) else {}
        try:
            return found(**{**chosen, **arguments})
        except ImportError as error:  # many look for their vendor's package only now
            raise _missing(module, error) from error
        except (TypeError, ValueError) as error:  # pydantic's ValidationError is a ValueError
            reason = _one_line(str(error), _secrets(arguments))
            raise SettingsError(f"{path} does not take these arguments: {reason}.", hint="Correct them.") from None


def _missing(module: str, error: ImportError) -> MissingPackage:
    if not isinstance(error, ModuleNotFoundError) or not error.name:
        reason = _one_line(str(error), ())
        return MissingPackage(f"The module {module} cannot be used: {reason}.", hint="Install or update what it names.")
    if module != error.name and not module.startswith(f"{error.name}."):
        package = error.name.partition(".")[0].replace("_", "-")
        message = f"The module {module} needs {error.name}, which is not installed."
        return MissingPackage(message, hint=f"Install it, for example: pip install {package}")
    parts = module.replace("_", "-").split(".")
    package = "-".join(parts[:3]) if parts[:2] == ["llama-index", "embeddings"] else parts[0]
    return MissingPackage(f"The module {module} is not installed.", hint=f"Install it: pip install {package}")


@contextmanager
def _failures_of(path: str, named: Mapping[str, object]) -> Iterator[None]:
    try:
        yield
    except PaperbriefError:
        raise
    except Exception as error:  # an integration raises whatever its vendor's client raises
        raise _failure(path, error, _secrets(named)) from error


def _failure(path: str, error: Exception, secrets: Sequence[str]) -> EmbeddingError:
    """The error of an integration as ours. Vendors share no base class: a status or the error's name tells its kind."""
    kind = type(error).__name__
    reason = _one_line(str(error), secrets)
    message = f"The LlamaIndex embedding {path} failed: {f'{reason} ({kind})' if reason else kind}."
    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        waiting_helps = status in (408, 409, 429) or status >= 500
        return EmbeddingServerError(message, hint="See the vendor's message.", retryable=waiting_helps)
    if isinstance(error, OSError) or "Timeout" in kind or "Connection" in kind:
        return EmbeddingServerError(message, hint="Check the address and the network.", retryable=True)
    return EmbeddingError(message, hint="See the integration's documentation.")


def _secrets(named: Mapping[str, object]) -> list[str]:
    signs = ("key", "token", "secret", "password")
    return [
        value for name, value in named.items() if isinstance(value, str) and value and any(s in name for s in signs)
    ]


def _one_line(text: str, secrets: Sequence[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, "***")
    line = " ".join(text.split()).rstrip(".")
    return line if len(line) <= 300 else f"{line[:300]}…"
