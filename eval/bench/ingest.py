"""How fast ingest is, end to end, against the bare embedding session on the same passages.

Both run in one go: whenever ingest has had a batch embedded, the same texts are embedded once more by the bare session,
while ingest stands still and its clock too. So each batch is its own small race, and what else the machine does in
these seconds hits both.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.bench.plan import Plan
from eval.bench.timing import ratio_of_sums
from eval.scratch import builtin_embedder, settings_in
from rag.catalogue import indexing
from rag.embedding.builtin import BuiltinEmbedder
from rag.library import Library, open_library
from rag.models import Progress

TARGET = 0.85


def measure(plan: Plan) -> dict[str, Any]:
    """Ingest papers into a new library; rates in passages a second, and their ratio."""
    folder = plan.folder / "ingest"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        return asyncio.run(_measure(plan, folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _measure(plan: Plan, folder: Path) -> dict[str, Any]:
    settings = settings_in(folder)
    race = _Race(builtin_embedder(settings))
    await race.inner.embed_passages(["A first text, so that nothing is made for the first time while the clock runs."])
    async with open_library(settings, embedder=race) as library:
        race.library = library
        start = time.perf_counter()
        report = await library.ingest(plan.records(plan.ingest_papers), progress=race.follow)
        end = time.perf_counter()
    reading, tail = race.first - start, end - race.resumed
    return {
        "papers": report.read - len(report.refused),
        "passages": sum(race.passages),
        "blocks": len(race.passages),
        "seconds": {"reading": reading, "indexing": sum(race.ingest), "last_write": tail, "bare": sum(race.bare)},
        "ingest_rate": sum(race.passages) / (reading + sum(race.ingest) + tail),
        "bare_rate": sum(race.passages) / sum(race.bare),
        "bare_rates": [n / s for n, s in zip(race.passages, race.bare, strict=True)],
        "share": ratio_of_sums(race.ingest, race.bare, more=reading + tail),
    }


class _Race:
    """An embedder that lets the bare session run on each batch after ingest had it embedded."""

    def __init__(self, inner: BuiltinEmbedder) -> None:
        self.inner = inner
        self.identity = inner.identity
        self.dimension = inner.dimension
        self.library: Library | None = None
        self.passages: list[int] = []
        self.ingest: list[float] = []
        self.bare: list[float] = []
        self.first = self.resumed = 0.0
        self._latest: Progress | None = None

    def follow(self, progress: Progress) -> None:
        """Take note of how far ingest is."""
        if progress.stage == "indexing":
            self._latest = progress

    async def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The vectors, and the race on these texts."""
        began = self.resumed or time.perf_counter()
        self.first = self.first or began
        vectors = await self.inner.embed_passages(texts)
        await self._batch_before_is_written()
        handed_over = time.perf_counter()
        await asyncio.to_thread(self.inner.embed_blocking, texts)
        self.resumed = time.perf_counter()
        self.passages.append(len(texts))
        self.ingest.append(handed_over - began)
        self.bare.append(self.resumed - handed_over)
        return vectors

    async def embed_query(self, text: str) -> NDArray[np.float32]:
        """The inner embedder's."""
        return await self.inner.embed_query(text)

    async def _batch_before_is_written(self) -> None:
        """Wait, on ingest's time: else the bare session would share the cores with what ingest has yet to write."""
        if self._latest is None or self._latest.total is None:
            return
        assert self.library is not None
        left = self._latest.total - self._latest.done
        while True:
            if await self.library.catalogue.read(indexing.pending_count) <= left:
                return
            await asyncio.sleep(0.002)


def table(measured: dict[str, Any]) -> str:
    """The figures as Markdown."""
    seconds, share = measured["seconds"], measured["share"]
    slow, fast = np.percentile(measured["bare_rates"], [5, 95])
    stages = (
        f"{seconds['reading']:.1f} s reading and cataloguing, {seconds['indexing']:.1f} s embedding and indexing, "
        f"{seconds['last_write']:.1f} s the last write"
    )
    return "\n".join(
        [
            f"Ingest of {measured['papers']:,} papers, {measured['passages']:,} passages, in {measured['blocks']} "
            "blocks beside the bare session:",
            "",
            "| | passages a second | |",
            "|---|---|---|",
            f"| bare embedding session | {measured['bare_rate']:.1f} | 90 % of the blocks {slow:.1f} to {fast:.1f} |",
            f"| ingest, end to end | {measured['ingest_rate']:.1f} | {stages} |",
            f"| ingest over bare | **{share['ratio']:.3f}** [{share['low']:.3f}, {share['high']:.3f}] | target: "
            f"{TARGET} or more |",
        ]
    )
