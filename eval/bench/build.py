"""The large library: made once and kept, from kept vectors where there are some; and what loading it again costs."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

from eval.bench.plan import Plan
from eval.kept import KeptVectors
from eval.scratch import builtin_embedder, settings_in
from rag.catalogue import indexing, papers
from rag.library import Library, open_library
from rag.models import Progress

REINGESTED = 5_000


def measure(plan: Plan) -> dict[str, Any]:
    """Make the library of `plan.papers` papers, or finish it: a run that was stopped goes on where it was."""
    return asyncio.run(_measure(plan))


async def _measure(plan: Plan) -> dict[str, Any]:
    embedder = _embedder(plan)
    async with open_library(settings_in(plan.library), embedder=embedder) as library:
        start = time.perf_counter()
        report = await library.ingest(plan.records(plan.papers), progress=_Log(plan.folder / "build.log"))
        taken = time.perf_counter() - start
        return {
            "papers": await library.catalogue.read(papers.count),
            "passages": await library.vectors.count(),
            "report": report.model_dump(mode="json", exclude={"refused"}) | {"refused": len(report.refused)},
            "embedded": embedder.embedded,
            "seconds": taken,
            "megabytes": {part.name: round(_megabytes(part), 1) for part in sorted(plan.library.iterdir())},
        }


def measure_again(plan: Plan) -> dict[str, Any]:
    """Load the first papers of the library once more, unchanged: nothing may be embedded."""
    return asyncio.run(_measure_again(plan))


async def _measure_again(plan: Plan) -> dict[str, Any]:
    count = min(REINGESTED, plan.papers)
    embedder = KeptVectors(builtin_embedder(settings_in(plan.library)), plan.folder / "none", keep=False)
    async with open_library(settings_in(plan.library), embedder=embedder) as library:
        await _require_whole(library)
        start = time.perf_counter()
        report = await library.ingest(plan.records(count))
        taken = time.perf_counter() - start
        stored = await library.catalogue.read(papers.count)
    return {
        "papers": count,
        "unchanged": report.unchanged,
        "added": report.added,
        "updated": report.updated,
        "refused": len(report.refused),
        "embedded": embedder.embedded,
        "seconds": taken,
        "of": stored,
    }


def _embedder(plan: Plan) -> KeptVectors:
    inner = builtin_embedder(settings_in(plan.library))
    if plan.vectors is not None:
        return KeptVectors(inner, plan.vectors, keep=False)
    return KeptVectors(inner, plan.folder / "vectors")


async def _require_whole(library: Library) -> None:
    left = await library.catalogue.read(indexing.pending_count)
    if left:
        raise RuntimeError(f"{left:,} papers of the library are not indexed yet; run the part build first")


def _megabytes(path: Path) -> float:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file()) / 1e6


class _Log:
    """Progress of a long build as lines in a file, one every few seconds, for whoever wonders how far it is."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._last = 0.0

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if now - self._last > 5 or progress.done == progress.total:
            self._last = now
            with self._path.open("a") as file:
                file.write(f"{time.strftime('%H:%M:%S')} {progress.stage} {progress.done} of {progress.total}\n")


def table(measured: dict[str, Any]) -> str:
    """The figures as Markdown."""
    disk = ", ".join(f"{name} {size:,.1f} MB" for name, size in measured["megabytes"].items() if size >= 0.05)
    return (
        f"The large library: {measured['papers']:,} papers, {measured['passages']:,} passages ({disk}). "
        f"The last run of its making took {measured['seconds']:.0f} s and embedded {measured['embedded']:,} passages; "
        "the others' vectors were kept."
    )


def table_again(measured: dict[str, Any]) -> str:
    """The figures as Markdown."""
    return (
        f"Unchanged ingest of {measured['papers']:,} papers into a library of {measured['of']:,}: "
        f"{measured['unchanged']:,} unchanged, {measured['added'] + measured['updated']} added or updated, "
        f"**{measured['embedded']} passages embedded**, {measured['seconds']:.1f} s."
    )
