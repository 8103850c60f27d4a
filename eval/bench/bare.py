"""The bare calls that a search is made of, on the very handles that the open library holds.

This module looks behind the walls on purpose: what the walls themselves cost is part of what is measured, so the
baseline has to go without them. The model's session, Chroma's collection and tantivy's searcher are called one after
another, with nothing around them.
"""

from __future__ import annotations

import time
from typing import Any

from rag.embedding.builtin import BuiltinEmbedder
from rag.index import POOL
from rag.library import Library


class Bare:
    """Embed the query, ask Chroma, ask tantivy, each to the depth of the pool; `times` holds each one's milliseconds.

    Turning the query into tantivy's form is ours, not tantivy's, and is done before the clock starts.
    """

    def __init__(self, library: Library, embedder: BuiltinEmbedder) -> None:
        self._lexical = library.lexical
        self._collection = library.vectors._collection
        self._embedder = embedder
        self.times: dict[str, list[float]] = {"embed the query": [], "Chroma": [], "tantivy": []}

    @property
    def totals(self) -> list[float]:
        """Milliseconds of the three calls together, search by search."""
        return [sum(times) for times in zip(*self.times.values(), strict=True)]

    async def search(self, query: str) -> None:
        """Make the three calls."""
        parsed, searcher = self._parsed(query)
        times = [time.perf_counter()]
        vector = self._embedder._embed(query)
        times.append(time.perf_counter())
        self._collection.query(query_embeddings=vector[None, :], n_results=POOL, include=["distances"])
        times.append(time.perf_counter())
        if parsed is not None:
            searcher.search(parsed, POOL, count=False)
        times.append(time.perf_counter())
        for name, start, end in zip(self.times, times, times[1:], strict=False):
            self.times[name].append((end - start) * 1000)

    def _parsed(self, query: str) -> tuple[Any, Any]:
        """The query in tantivy's form as our room makes it, and the searcher that it would be given to."""
        reader = self._lexical._reader
        asked = _Asked(reader.searcher)
        self._lexical._reader = asked  # type: ignore[assignment]
        try:
            self._lexical._best(query, POOL, None)
        finally:
            self._lexical._reader = reader
        return asked.query, reader.searcher


class _Asked:
    """Stands where the reader stands, and keeps the query that it is asked."""

    def __init__(self, searcher: Any) -> None:
        self.searcher = searcher
        self.query: Any = None

    def search(self, query: Any, _: int) -> list[tuple[str, int, float]]:
        self.query = query
        return []
