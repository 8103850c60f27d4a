"""Vectors from any endpoint that speaks OpenAI's `/embeddings`: a hosted one, or a server on the next machine.

The openai client does the talking and is the only layer that repeats a call: it honours `Retry-After` (up to two
minutes) and backs off otherwise. What it raises becomes an `EmbeddingServerError` here, and its types stay here.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from rag.endpoint import readable_address, sendable_key, words_of
from rag.errors import EmbeddingServerError

if TYPE_CHECKING:
    import openai

OPENAI_URL = "https://api.openai.com/v1"
BATCH_SIZE = 32  # the most that a text-embeddings-inference server takes unless it is told otherwise
TIMEOUT = 60.0
MAX_RETRIES = 3
PROBE = "How long is a vector of this model?"


class ServerEmbedder:
    """An OpenAI-compatible embedding endpoint as an `Embedder`.

    `base_url` is the address up to and without `/embeddings`; None is OpenAI's own. `timeout` is in seconds and holds
    for one attempt; `max_retries` counts the attempts after the first. `dimension` is what the server must answer
    with; when it is None, the server is asked: make the embedder with `open`, which also finds a wrong address, model
    or key early.

    One event loop uses it at a time; `aclose` belongs in that loop. A call from another loop gets new connections.
    """

    def __init__(
        self,
        base_url: str | None,
        api_key: str | None,
        model: str,
        *,
        batch_size: int = BATCH_SIZE,
        timeout: float = TIMEOUT,
        max_retries: int = MAX_RETRIES,
        dimension: int | None = None,
    ) -> None:
        if batch_size < 1:
            raise ValueError(f"a batch holds at least one text, not {batch_size}")
        self._base_url = base_url or OPENAI_URL
        self._where = readable_address(
            self._base_url, server="embedding server", setting="PAPERBRIEF_EMBEDDING_BASE_URL"
        )
        self._api_key = sendable_key(api_key, server="embedding server")
        self._model = model
        self._batch_size = batch_size
        self._timeout = timeout
        self._max_retries = max_retries
        self._dimension = dimension
        self._client: openai.AsyncOpenAI | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @classmethod
    async def open(
        cls,
        base_url: str | None,
        api_key: str | None,
        model: str,
        *,
        batch_size: int = BATCH_SIZE,
        timeout: float = TIMEOUT,  # noqa: ASYNC109 – it bounds each attempt, which only the client can
        max_retries: int = MAX_RETRIES,
        dimension: int | None = None,
    ) -> Self:
        """An embedder that has asked the server once, for the length of its vectors.

        Raises `EmbeddingServerError` when the server fails or its vectors are not `dimension` long, `SettingsError`
        when the address or the key cannot be used.
        """
        embedder = cls(
            base_url,
            api_key,
            model,
            batch_size=batch_size,
            timeout=timeout,
            max_retries=max_retries,
            dimension=dimension,
        )
        try:
            embedder._dimension = len(await embedder.embed_query(PROBE))
        except BaseException:
            await embedder.aclose()
            raise
        return embedder

    @property
    def identity(self) -> str:
        """`openai/<model>/<dimension>/-`: an endpoint gives no digest of its weights."""
        return f"openai/{self._model}/{self.dimension}/-"

    @property
    def dimension(self) -> int:
        """The length of every vector."""
        if self._dimension is None:
            raise EmbeddingServerError(
                f"The length of the vectors of {self._model!r} is not known yet.",
                hint="Make the embedder with ServerEmbedder.open, or give it the dimension.",
            )
        return self._dimension

    async def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape (len(texts), dimension), in the order of `texts`, rows of unit length.

        Raises `EmbeddingServerError`; `retryable` says whether the same call may succeed later.
        """
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        size = self._batch_size
        batches = [await self._ask(texts[first : first + size]) for first in range(0, len(texts), size)]
        return np.concatenate(batches)

    async def embed_query(self, text: str) -> NDArray[np.float32]:
        """The vector of one query, shape (dimension,), of unit length. Raises `EmbeddingServerError`."""
        vector: NDArray[np.float32] = (await self._ask([text]))[0]
        return vector

    async def aclose(self) -> None:
        """Close the connections. The embedder may be used again afterwards."""
        client, self._client, self._loop = self._client, None, None
        if client is not None:
            await client.close()

    async def _ask(self, texts: Sequence[str]) -> NDArray[np.float32]:
        import openai  # a second of CPU: only those who use an endpoint pay it

        # A lone surrogate, which JSON can smuggle in, cannot be sent as UTF-8.
        sendable = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
        try:
            reply = await self._connected().embeddings.with_raw_response.create(
                model=self._model, input=sendable, encoding_format="float"
            )
        except openai.APIError as error:
            # `from None`: the client's exception holds what the server said, which may repeat the key.
            raise self._failure(error) from None
        try:
            return unit_rows(_rows(reply.content, len(texts)), self._dimension)
        except ValueError as error:
            reason = self._redacted(str(error))
            raise EmbeddingServerError(
                f"The embedding server at {self._where} sent a reply that cannot be used: {reason}.",
                hint=f"Check that it serves {self._model!r} in OpenAI's form, and PAPERBRIEF_EMBEDDING_BASE_URL.",
            ) from None

    def _connected(self) -> openai.AsyncOpenAI:
        import openai

        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            # Connections live in the loop that opened them, which may be closed by now: never share them. The client
            # that openai makes by itself closes them from whichever loop happens to run when it is collected.
            self._client = openai.AsyncOpenAI(
                base_url=self._base_url,
                api_key=self._api_key,
                timeout=self._timeout,
                max_retries=self._max_retries,
                http_client=openai.DefaultAsyncHttpxClient(),
            )
            self._loop = loop
        return self._client

    def _failure(self, error: openai.APIError) -> EmbeddingServerError:
        import openai

        server = f"The embedding server at {self._where}"
        if isinstance(error, openai.APITimeoutError):
            return EmbeddingServerError(
                f"{server} did not answer within {self._timeout:g} seconds.",
                hint="Try again later, or allow it more time.",
                retryable=True,
            )
        if isinstance(error, openai.APIStatusError):
            return self._refusal(server, error)
        return EmbeddingServerError(
            f"{server} cannot be reached.",
            hint="Check PAPERBRIEF_EMBEDDING_BASE_URL, and that the server is running.",
            retryable=isinstance(error, openai.APIConnectionError),
        )

    def _refusal(self, server: str, error: openai.APIStatusError) -> EmbeddingServerError:
        status = error.status_code
        if status in (401, 403):
            return EmbeddingServerError(
                f"{server} refused the API key ({status}).", hint="Check PAPERBRIEF_EMBEDDING_API_KEY."
            )
        said = self._redacted(words_of(error.body))
        quoted = f": {said}" if said else ""
        if status == 404:
            return EmbeddingServerError(
                f"{server} knows no embedding model {self._model!r} (404){quoted}.",
                hint="Check the model's name, and that PAPERBRIEF_EMBEDDING_BASE_URL is right (often it ends in /v1).",
            )
        if status == 429:
            if error.code == "insufficient_quota":
                return EmbeddingServerError(
                    f"{server} has no quota left for this API key (429).", hint="Check the plan."
                )
            seconds = error.response.headers.get("retry-after", "")
            wait = f"Wait {seconds} seconds, then try again." if seconds.isdigit() else "Wait a while, then try again."
            return EmbeddingServerError(f"{server} is asked too often (429){quoted}.", hint=wait, retryable=True)
        if status in (408, 409) or status >= 500:
            return EmbeddingServerError(
                f"{server} failed ({status}){quoted}.", hint="Try again later, or see the server's log.", retryable=True
            )
        return EmbeddingServerError(
            f"{server} refused the request ({status}){quoted}.", hint="Check the model's name and its limits."
        )

    def _redacted(self, text: str) -> str:
        return text.replace(self._api_key, "***")


def unit_rows(rows: Sequence[object], dimension: int | None) -> NDArray[np.float32]:
    """`rows` as a matrix of shape (len(rows), dimension) whose rows have unit length; None takes any dimension.

    Raises `ValueError` with the reason, a part of a sentence, when they are no such vectors.
    """
    try:
        matrix = np.asarray(rows, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise ValueError("its vectors are not lists of numbers of one length") from None
    if matrix.ndim != 2 or not matrix.shape[1]:
        raise ValueError("its vectors are not lists of numbers of one length")
    if dimension is not None and matrix.shape[1] != dimension:
        raise ValueError(f"its vectors have {matrix.shape[1]} dimensions, not {dimension}")
    with np.errstate(over="ignore"):  # what overflows is refused in the next line
        lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    if not np.isfinite(lengths).all() or not lengths.all():
        raise ValueError("a vector is zero or holds a value that is no finite number")
    unit: NDArray[np.float32] = (matrix / lengths).astype(np.float32)
    return unit


def _rows(body: bytes, count: int) -> list[object]:
    """The `count` embeddings of a reply, in the order of its `index` fields, still unchecked. Raises `ValueError`."""
    try:
        reply = json.loads(body)
    except (ValueError, RecursionError):
        raise ValueError("it is not JSON") from None
    rows = reply.get("data") if isinstance(reply, dict) else None
    if not isinstance(rows, list):
        # Some gateways report failures with status 200.
        said = words_of(reply.get("error")) if isinstance(reply, dict) else ""
        raise ValueError(f"it says {said!r}" if said else "it holds no list of vectors")
    readable = [row for row in rows if isinstance(row, dict) and isinstance(row.get("index"), int)]
    placed = {row["index"]: row.get("embedding") for row in readable}
    if len(rows) != count or placed.keys() != set(range(count)):
        raise ValueError(f"it does not hold one vector for each of {count} texts")
    return [placed[position] for position in range(count)]
