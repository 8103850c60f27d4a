"""The serving process: `python -m eval.bench.serve ORDER` opens a library and serves; see `eval.bench.search`.

It first only serves, as a service would, and says how much memory that took; then it runs all that is compared,
interleaved query by query. It imports no more than it needs, since its memory is one of the figures.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from eval.bench.bare import Bare
from eval.bench.machine import memory
from eval.bench.timing import Call, interleaved, ratio, spread
from eval.scratch import builtin_embedder, settings_in
from rag.catalogue import papers
from rag.index import POOL
from rag.library import Library, open_library
from rag.models import Scope

SCOPE_PAPERS = 500
POOLS = (100, 200, 300, 500, 1000)
_SEED = 11
_TOP = 10


async def _serve(order: dict[str, Any]) -> dict[str, Any]:
    settings = settings_in(Path(order["folder"]))
    kinds: dict[str, list[str]] = order["queries"]
    queries = [query for of_kind in kinds.values() for query in of_kind]
    random.Random(_SEED).shuffle(queries)  # noqa: S311 - an order, not a secret
    before = memory()
    start = time.perf_counter()
    embedder = await asyncio.to_thread(builtin_embedder, settings)
    async with open_library(settings, embedder=embedder) as library:
        await library.search(queries[0])
        first = time.perf_counter() - start
        opened = memory()
        same, *others = await _scopes(library, 1 + 2 * len(queries))
        fresh, served_in = others[: len(queries)], others[len(queries) :]
        for query, scope in zip(queries, served_in, strict=True):
            await library.search(query, top_k=_TOP)
            await library.search(query, top_k=_TOP, scope=scope)
            await library.ask(query)
        served = memory()
        bare = Bare(library, embedder)
        times = await interleaved(list(enumerate(queries)), _calls(library, bare, same, fresh))
        times["bare"] = bare.totals
        pools = await _pools(library, queries)
        stored = await library.catalogue.read(papers.count)
        passages = await library.vectors.count()
    return {
        "papers": stored,
        "passages": passages,
        "queries": {kind: len(of_kind) for kind, of_kind in kinds.items()},
        "scope_papers": len(same.paper_ids),
        "memory": {"before": before, "opened": opened, "served": served, "end": memory()},
        "seconds_to_first_search": first,
        "times": {name: spread(taken) for name, taken in times.items()},
        "by_kind": _by_kind(times["search"], queries, kinds),
        "bare_parts": {name: spread(taken) for name, taken in bare.times.items()},
        "search_to_bare": ratio(times["search"], times["bare"]),
        "fresh_scope_to_search": ratio(times["fresh_scope"], times["search"]),
        "same_scope_to_search": ratio(times["same_scope"], times["search"]),
        "ask_to_search": ratio(times["ask"], times["search"]),
        "pools": pools,
    }


async def _scopes(library: Library, count: int) -> list[Scope]:
    """So many scopes of random papers each."""
    everything = await library.catalogue.read(papers.ids_in_scope, Scope())
    drawn = random.Random(_SEED)  # noqa: S311 - a sample, not a secret
    size = max(1, min(SCOPE_PAPERS, len(everything) // 2))
    return [Scope(paper_ids=tuple(drawn.sample(everything, size))) for _ in range(count)]


def _calls(library: Library, bare: Bare, same: Scope, fresh: list[Scope]) -> dict[str, Call[tuple[int, str]]]:
    return {
        "search": lambda item: library.search(item[1], top_k=_TOP),
        "bare": lambda item: bare.search(item[1]),
        "fresh_scope": lambda item: library.search(item[1], top_k=_TOP, scope=fresh[item[0]]),
        "same_scope": lambda item: library.search(item[1], top_k=_TOP, scope=same),
        "ask": lambda item: library.ask(item[1]),
    }


async def _pools(library: Library, queries: list[str]) -> dict[str, Any]:
    """The index's search alone, by how deep its pools are."""
    vectors = {query: await library.embedder.embed_query(query) for query in queries}

    def searching(pool: int) -> Callable[[str], Awaitable[object]]:
        return lambda query: library.index.search(query, vectors[query], limit=_TOP, pool=pool)

    times = await interleaved(queries, {str(pool): searching(pool) for pool in POOLS})
    return {pool: spread(taken) | {"to_chosen": ratio(taken, times[str(POOL)])} for pool, taken in times.items()}


def _by_kind(times: list[float], queries: list[str], kinds: dict[str, list[str]]) -> dict[str, Any]:
    taken = dict(zip(queries, times, strict=True))
    return {kind: spread([taken[query] for query in of_kind]) for kind, of_kind in kinds.items()}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(_serve(json.loads(Path(sys.argv[1]).read_text())))))
