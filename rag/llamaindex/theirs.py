"""LlamaIndex's embeddings here: any integration, by import path, as one of our embedders."""

from __future__ import annotations

import asyncio
import importlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from numpy.typing import NDArray

from rag.embedding.server import unit_rows
from rag.errors import EmbeddingError, EmbeddingServerError, MissingPackage, PaperbriefError, SettingsError

PROBE = "How long is a vector of this model?"


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
