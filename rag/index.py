"""Hybrid search over the two derived indexes, vectors and keywords, as one room.

Both hold nothing that cannot be rebuilt from the catalogue, which also says what may be shown: every hit is checked
against it, so an old revision, a deleted paper or a paper half indexed never shows, whatever the indexes still hold.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from rag.catalogue import Catalogue, hits, indexing
from rag.fusion import Fused, Key, fuse
from rag.lexical import Entry, Lexical
from rag.models import Paper
from rag.passages import parse_passage_id, passage_id
from rag.vectors import Vectors

POOL = 300
"""How many passages and papers each leg brings before they are fused: docs/decisions/0008-search.md."""

_SPARE = 16  # hits beyond those asked for that are checked at once, in case some are not current
_EXACT_PAPERS = 5_000  # a scope up to this size is scored exactly; a larger one is searched as a part of everything
_SCOPES_KEPT = 8  # scopes whose vectors stay in memory: a chat about a brief asks in the same scope again and again


@dataclass(frozen=True, slots=True)
class IndexedPaper:
    """A paper with its passages' spans and their vectors, shape (len(spans), dimension), rows of unit length."""

    paper: Paper
    spans: tuple[tuple[int, int], ...]
    vectors: NDArray[np.float32]


Vector = NDArray[np.float32] | Awaitable[NDArray[np.float32]]
"""A query's vector, shape (dimension,), or what will give it."""


async def _made(vector: Vector) -> NDArray[np.float32]:
    return vector if isinstance(vector, np.ndarray) else await vector


@dataclass(frozen=True, slots=True)
class _ScopeVectors:
    """The vectors of a scope's papers in one matrix; the rows of `keys[i]` begin at `starts[i]`."""

    keys: list[Key]
    starts: NDArray[np.intp]
    matrix: NDArray[np.float32]

    def best(self, vector: NDArray[np.float32]) -> dict[Key, tuple[int, float]]:
        """Each paper's best passage and its cosine, best paper first."""
        if not self.keys:
            return {}
        cosines = self.matrix @ vector
        best = np.maximum.reduceat(cosines, self.starts)
        paper_of = np.repeat(np.arange(len(self.keys)), np.diff(self.starts, append=len(cosines)))
        at_best = np.flatnonzero(cosines == best[paper_of])
        _, first = np.unique(paper_of[at_best], return_index=True)
        numbers = at_best[first] - self.starts
        return {self.keys[i]: (int(numbers[i]), float(best[i])) for i in np.argsort(-best, kind="stable").tolist()}


class Index:
    """Both indexes of a data folder. Only one process may write them."""

    def __init__(self, catalogue: Catalogue, vectors: Vectors, lexical: Lexical, *, dimension: int) -> None:
        self._dimension = dimension
        self._catalogue = catalogue
        self._vectors = vectors
        self._lexical = lexical
        self._scopes: OrderedDict[frozenset[str], _ScopeVectors] = OrderedDict()
        self._changes = 0
        self.vouched = False
        """Whether the index was found to be this embedder's and not lost; asked before the first search only."""

    async def put(self, papers: Sequence[IndexedPaper]) -> None:
        """Put papers into both indexes; durable on return. What was there under the same revision is replaced.

        Call `forget_scopes` when they are marked in the catalogue.
        """
        identifiers = [
            passage_id(entry.paper.id, entry.paper.revision, number)
            for entry in papers
            for number in range(len(entry.spans))
        ]
        if identifiers:
            await self._vectors.put(identifiers, np.concatenate([entry.vectors for entry in papers]))
        await self._lexical.put(
            [Entry(entry.paper.id, entry.paper.revision, entry.paper.title, entry.paper.abstract) for entry in papers]
        )

    async def remove(self, revisions: Sequence[tuple[str, int, int]], *, gone: Collection[str]) -> None:
        """Remove revisions, given as (paper_id, revision, number of passages); `gone` are papers deleted as a whole."""
        await self._vectors.delete(
            [passage_id(paper_id, revision, n) for paper_id, revision, count in revisions for n in range(count)]
        )
        if gone:
            await self._lexical.put([], remove=sorted(gone))

    def forget_scopes(self) -> None:
        """Read the vectors of scopes again from now on: papers were marked that search may not have seen before."""
        self._scopes.clear()
        self._changes += 1

    async def search(
        self,
        query: str,
        vector: Vector,
        *,
        limit: int,
        among: Sequence[str] | None = None,
        pool: int = POOL,
    ) -> list[Fused]:
        """The `limit` best current papers for a query and its vector, best first; `among` restricts to these papers."""
        return await self._current(await self.ranked(query, vector, limit=limit, among=among, pool=pool), limit)

    async def ranked(
        self,
        query: str,
        vector: Vector,
        *,
        limit: int,
        among: Sequence[str] | None = None,
        pool: int = POOL,
    ) -> Iterator[Fused]:
        """All papers that the pools brought, best first, whatever the catalogue says of them: check before showing.

        For who reads the hits from the catalogue anyway, which says no less. `limit` is how many will be wanted. Of a
        vector that is still being made, the keywords are searched meanwhile.
        """
        if limit < 1 or (among is not None and not among):
            return iter(())
        pool = max(pool, 2 * limit)
        if among is None or len(among) > _EXACT_PAPERS:
            return await self._search_everything(query, vector, among, pool)
        return await self._search_scope(query, vector, among, pool)

    async def _search_everything(
        self, query: str, vector: Vector, among: Sequence[str] | None, pool: int
    ) -> Iterator[Fused]:
        (identifiers, similarities), lexical = await asyncio.gather(
            self._nearest(vector, pool), self._lexical.best(query, pool)
        )
        dense = _by_paper(identifiers, similarities)
        floor = float(similarities[-1]) if len(identifiers) == pool else 0.0
        found = [((paper_id, revision), score) for paper_id, revision, score in lexical]
        if among is not None:
            inside = frozenset(among)
            dense = {key: value for key, value in dense.items() if key[0] in inside}
            found = [entry for entry in found if entry[0][0] in inside]
        return fuse(dense, found, dense_floor=floor)

    async def _search_scope(self, query: str, vector: Vector, among: Sequence[str], pool: int) -> Iterator[Fused]:
        inside = frozenset(among)
        scope, lexical, made = await asyncio.gather(
            self._scope_vectors(inside),
            self._lexical.best(query, min(pool, len(inside)), among=inside),
            _made(vector),
        )
        found = [((paper_id, revision), score) for paper_id, revision, score in lexical]
        return fuse(scope.best(made), found)

    async def _nearest(self, vector: Vector, pool: int) -> tuple[list[str], NDArray[np.float32]]:
        return await self._vectors.nearest(await _made(vector), pool)

    async def _scope_vectors(self, inside: frozenset[str]) -> _ScopeVectors:
        known = self._scopes.get(inside)
        if known is not None:
            self._scopes.move_to_end(inside)
            return known
        before = self._changes
        rows = await self._catalogue.read(hits.matrices, sorted(inside))
        made = await asyncio.to_thread(_stack, rows, self._dimension)
        if self._changes != before:
            return made  # read while papers were being marked: right for now, but not to be kept
        self._scopes[inside] = made
        while len(self._scopes) > _SCOPES_KEPT:
            self._scopes.popitem(last=False)
        return made

    async def _current(self, ranked: Iterator[Fused], limit: int) -> list[Fused]:
        """The first `limit` of `ranked` that the catalogue says are current and indexed."""
        kept: list[Fused] = []
        while len(kept) < limit and (page := list(islice(ranked, limit + _SPARE))):
            current = await self._catalogue.read(indexing.current, [hit.paper_id for hit in page])
            kept.extend(hit for hit in page if current.get(hit.paper_id) == hit.revision)
        return kept[:limit]


def _by_paper(identifiers: Sequence[str], similarities: NDArray[np.float32]) -> dict[Key, tuple[int, float]]:
    """Each paper's best passage, from passages in falling order of similarity."""
    best: dict[Key, tuple[int, float]] = {}
    seen = set()
    for identifier, similarity in zip(identifiers, similarities.tolist(), strict=True):
        paper = identifier.rpartition("#")[0]
        if paper not in seen:  # most passages belong to a paper that is there already, and need not be taken apart
            seen.add(paper)
            paper_id, revision, number = parse_passage_id(identifier)
            best[paper_id, revision] = (number, similarity)
    return best


def _stack(rows: Sequence[tuple[str, int, int, bytes]], dimension: int) -> _ScopeVectors:
    rows = [row for row in rows if row[2]]
    counts = np.array([count for _, _, count, _ in rows], np.intp)
    stored = np.frombuffer(b"".join(row[3] for row in rows), "<f2").astype(np.float32)
    keys = [(paper_id, revision) for paper_id, revision, _, _ in rows]
    return _ScopeVectors(keys, np.cumsum(counts) - counts, stored.reshape(-1, dimension))
