"""Vectors kept on disk between runs, so that a measurement of hours can be stopped and taken up again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.embedding import Embedder

_DIGEST = 16  # bytes of a text's BLAKE2b


class KeptVectors:
    """An embedder in front of another that embeds no passage twice: an append-only file of digests and vectors.

    Vectors are kept as float16, as ingest keeps them. A record cut short by a kill is cut off at the next start. One
    process may keep vectors in a folder at a time; others open it with `keep=False`, which reads what stands there,
    also while it grows, and writes nothing.
    """

    def __init__(self, inner: Embedder, folder: Path, *, keep: bool = True) -> None:
        self._inner = inner
        self._keep = keep
        self._record = np.dtype([("digest", f"V{_DIGEST}"), ("vector", "<f2", (inner.dimension,))])
        self._path = folder / f"{hashlib.sha256(inner.identity.encode()).hexdigest()[:16]}.vectors"
        self._count = self._path.stat().st_size // self._record.itemsize if self._path.exists() else 0
        if keep:
            folder.mkdir(parents=True, exist_ok=True)
            self._path.touch()
            with self._path.open("r+b") as file:
                file.truncate(self._count * self._record.itemsize)
        self._at = {bytes(digest): place for place, digest in enumerate(self._records()["digest"].tolist())}
        self.embedded = 0
        """How many passages the inner embedder was asked for."""

    @property
    def identity(self) -> str:
        """The inner embedder's."""
        return self._inner.identity

    @property
    def dimension(self) -> int:
        """The inner embedder's."""
        return self._inner.dimension

    async def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape (len(texts), dimension); only those not kept yet are embedded."""
        digests = [hashlib.blake2b(text.encode(), digest_size=_DIGEST).digest() for text in texts]
        missing = {digest: text for digest, text in zip(digests, texts, strict=True) if digest not in self._at}
        fresh: dict[bytes, NDArray[np.float16]] = {}
        if missing:
            vectors = (await self._inner.embed_passages(list(missing.values()))).astype("<f2")
            self.embedded += len(missing)
            fresh = dict(zip(missing, vectors, strict=True))
            if self._keep:
                self._append(fresh)
        out = np.empty((len(texts), self.dimension), np.float32)
        stored = self._records()["vector"]
        for row, digest in enumerate(digests):
            out[row] = fresh[digest] if digest in fresh else stored[self._at[digest]]
        return out

    async def embed_query(self, text: str) -> NDArray[np.float32]:
        """The inner embedder's vector: queries are not kept."""
        return await self._inner.embed_query(text)

    def _append(self, fresh: dict[bytes, NDArray[np.float16]]) -> None:
        records = np.empty(len(fresh), self._record)
        records["digest"] = [np.void(digest) for digest in fresh]
        records["vector"] = np.stack(list(fresh.values()))
        with self._path.open("ab") as file:
            file.write(records.tobytes())
        self._at.update({digest: self._count + place for place, digest in enumerate(fresh)})
        self._count += len(fresh)

    def _records(self) -> NDArray[np.void]:
        if not self._count:
            return np.empty(0, self._record)
        return np.memmap(self._path, self._record, mode="r", shape=(self._count,))
