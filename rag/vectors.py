"""The vector index: Chroma, embedded in the data folder or a Chroma server by address.

Thin on purpose. It stores identifiers and vectors; texts, spans and dates stand in the catalogue, which says what is
current. Chroma's own embedding function is never used: it would download a model.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from rag.errors import StorageError

COLLECTION = "passages"
_PAGE = 5_000  # one call with more than 32,766 identifiers fails, and an upsert takes 5,461 at most
_QUERY_LIMIT = 1_000_000
# Written to disk after this many new vectors; until then they stand in Chroma's own log, which survives a kill.
_SYNC_THRESHOLD = 5_000
# Twice Chroma's default. An approximate index leaves a few vectors that no search reaches, more after deletions and a
# reopening: with 16, one to seven of 200 in every third opening; with 32, one in every eighteenth, for 0.2 ms a vector.
_NEIGHBOURS = 32

T = TypeVar("T")


class Vectors:
    """Identifiers and unit vectors in one Chroma collection, by cosine."""

    def __init__(self, where: Path | str, identity: str) -> None:
        self._where = where
        self._connect(identity)
        self._untouched = not self._collection.count()

    def _connect(self, identity: str) -> None:
        self._client = _client(self._where)
        self._collection = _collection(self._client, identity)

    @property
    def untouched(self) -> bool:
        """True while nothing was put into a collection that was empty when it was opened."""
        return self._untouched

    @property
    def identity(self) -> str | None:
        """The embedding that made the stored vectors."""
        return (self._collection.metadata or {}).get("identity")

    @classmethod
    def open(cls, where: Path | str, *, identity: str) -> Vectors:
        """Open or make the collection in a folder (Path) or on a server (address such as `http://host:8000`).

        A new collection is marked with `identity`; an old one keeps its own. Raises StorageError when it cannot be
        opened. Blocking.
        """
        with _our_errors("opened", where):
            return cls(where, identity)

    async def empty(self, identity: str) -> None:
        """Remove all vectors, and mark the collection as made with `identity` from now on."""

        def empty() -> None:
            self._client.delete_collection(COLLECTION)
            self._collection = _collection(self._client, identity)

        await _in_thread("emptied", lambda: self._write(empty, identity))

    async def put(self, identifiers: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Store vectors of shape (len(identifiers), dimension); those already there are replaced."""

        def put() -> None:
            self._untouched = False
            for start in range(0, len(identifiers), _PAGE):
                page = slice(start, start + _PAGE)
                self._collection.upsert(ids=list(identifiers[page]), embeddings=vectors[page])

        await _in_thread("written", lambda: self._write(put))

    async def delete(self, identifiers: Sequence[str]) -> None:
        """Remove vectors; identifiers that are not there are passed over."""

        def delete() -> None:
            for start in range(0, len(identifiers), _PAGE):
                self._collection.delete(ids=list(identifiers[start : start + _PAGE]))

        await _in_thread("written", lambda: self._write(delete))

    def _write(self, change: Callable[[], None], identity: str | None = None) -> None:
        try:
            change()
        except BaseException:
            # A write that failed on a full disk keeps the lock of Chroma's own database, and the next one would wait
            # for it without end; a new connection does away with both.
            if isinstance(self._where, Path):
                self.close()
                self._connect(identity or self.identity or "")
            raise

    async def nearest(self, vector: NDArray[np.float32], limit: int) -> tuple[list[str], NDArray[np.float32]]:
        """The identifiers of the `limit` nearest vectors, best first, and their cosine similarities."""

        def nearest() -> tuple[list[str], NDArray[np.float32]]:
            found = self._collection.query(
                query_embeddings=vector[None, :], n_results=min(limit, _QUERY_LIMIT), include=["distances"]
            )
            return found["ids"][0], 1.0 - np.asarray(found["distances"][0], np.float32)

        return await _in_thread("read", nearest)

    async def count(self) -> int:
        """How many vectors are stored."""
        return await _in_thread("read", lambda: int(self._collection.count()))

    async def present(self, identifiers: Sequence[str]) -> set[str]:
        """Those of `identifiers` that are stored."""

        def present() -> set[str]:
            found: set[str] = set()
            for start in range(0, len(identifiers), _PAGE):
                found.update(self._collection.get(ids=list(identifiers[start : start + _PAGE]), include=[])["ids"])
            return found

        return await _in_thread("read", present)

    async def page(self, offset: int) -> list[str]:
        """Identifiers from `offset` on, in Chroma's order; an empty list after the last."""
        return await _in_thread("read", lambda: self._collection.get(limit=_PAGE, offset=offset, include=[])["ids"])

    def close(self) -> None:
        """Let go of the folder."""
        close = getattr(self._client, "close", None)
        if close is not None:
            close()


def _collection(client: Any, identity: str) -> Any:
    return client.get_or_create_collection(
        COLLECTION,
        embedding_function=None,
        metadata={"identity": identity},
        configuration={"hnsw": {"space": "cosine", "sync_threshold": _SYNC_THRESHOLD, "max_neighbors": _NEIGHBOURS}},
    )


async def _in_thread(verb: str, work: Callable[[], T]) -> T:
    """The one place where Chroma's blocking calls leave the event loop."""
    with _our_errors(verb):
        return await asyncio.to_thread(work)


@contextlib.contextmanager
def _our_errors(verb: str, where: Path | str | None = None) -> Iterator[None]:
    """The one place where Chroma's errors become ours; damaged files make it panic as well as raise."""
    try:
        yield
    except BaseException as error:
        # The class of a panic in Rust cannot be imported.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise _storage_error(verb, error, where) from error


def _storage_error(verb: str, error: BaseException, where: Path | str | None) -> StorageError:
    reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
    if isinstance(where, str):
        return StorageError(
            f"The Chroma server at {where} cannot be used ({reason}).",
            hint="Check that it runs and that PAPERBRIEF_CHROMA_URL is its address.",
        )
    # An index that does not open cannot be made anew in its place.
    anew = f"move {where} away and run `paperbrief reindex`" if where else "run `paperbrief reindex`"
    return StorageError(
        f"The vector index cannot be {verb} ({reason}).",
        hint="Check that the disk has room and that the data folder may be written; if they are, "
        f"{anew}, which makes the index anew from the catalogue.",
    )


def _client(where: Path | str) -> Any:
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    if isinstance(where, Path):
        where.mkdir(parents=True, exist_ok=True)
        return chromadb.PersistentClient(str(where), settings=settings)
    return _server(where, settings)


def _server(address: str, settings: Any) -> Any:
    from urllib.parse import urlsplit

    import chromadb

    parts = urlsplit(address)
    secure = parts.scheme == "https"
    return chromadb.HttpClient(
        host=parts.hostname or "localhost", port=parts.port or (443 if secure else 8000), ssl=secure, settings=settings
    )
