"""What a keyless brief costs at three sizes of a library, beside what embedding its papers takes.

By processor time, which other work on the machine disturbs less than the clock. Each size has its own library, made
once and kept; briefs are written in a copy of it, so that the first one always gives the papers their tags.
Embedding is measured on some of the library's passages by the bare session, times their number: a library made by an
earlier run need not be made again for it.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

from eval.bench.plan import Plan
from eval.scratch import builtin_embedder, settings_in
from rag.catalogue import papers
from rag.library import Library, open_library
from rag.models import BriefConstraints, Scope
from rag.passages import text_to_embed, windows

SIZES = (70, 1_000, 5_000)
TARGET = 0.1
"""A brief over embedding: less than this was aimed at."""
TOPICS = ("speculative decoding", "retrieval-augmented generation", "image generation with diffusion models")
_SAMPLE = 200  # passages that are embedded to see what one costs
_REPEAT = BriefConstraints(repeat=True)


def measure(plan: Plan) -> dict[str, Any]:
    """Briefs in libraries of 70, 1,000 and 5,000 papers, as far as the plan has so many; seconds of processor time."""
    sizes = [size for size in SIZES if size <= plan.papers] or [plan.papers]
    return {"sizes": [asyncio.run(_measure(plan, size)) for size in sizes]}


async def _measure(plan: Plan, size: int) -> dict[str, Any]:
    kept, copy = plan.folder / f"brief-{size}", plan.folder / "brief-copy"
    async with open_library(settings_in(kept)) as library:
        await library.ingest(plan.records(size))
        passages, embedding = await _embedding(library, kept)
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(kept, copy)
    try:
        async with open_library(settings_in(copy)) as library:
            await library.embedder.embed_query("A first text, so that nothing is loaded while the clock runs.")
            stored = await library.catalogue.read(papers.count)
            first = await _seconds(library.brief(mode="extractive", constraints=_REPEAT))
            again = await _seconds(library.brief(mode="extractive", constraints=_REPEAT))
            topics = [
                await _seconds(library.brief(topic=topic, mode="extractive", constraints=_REPEAT)) for topic in TOPICS
            ]
    finally:
        shutil.rmtree(copy, ignore_errors=True)
    return {
        "papers": stored,
        "passages": passages,
        "embedding": embedding,
        "first": first,
        "again": again,
        "topics": topics,
    }


async def _embedding(library: Library, folder: Path) -> tuple[int, float]:
    """How many passages a library has, and the seconds that embedding them takes."""
    stored = await library.catalogue.read(papers.inside, Scope())
    texts = [
        text_to_embed(paper.title, paper.abstract[start:end])
        for paper in stored
        for start, end in windows(paper.abstract)
    ]
    sample = texts[:: max(1, len(texts) // _SAMPLE)][:_SAMPLE]
    bare = builtin_embedder(settings_in(folder))
    await bare.embed_passages(sample[:2])
    return len(texts), await _seconds(bare.embed_passages(sample)) / len(sample) * len(texts)


async def _seconds(work: Awaitable[object]) -> float:
    start = time.process_time()
    await work
    return time.process_time() - start


def table(measured: dict[str, Any]) -> str:
    """The figures as Markdown."""
    rows = [
        "Keyless briefs, seconds of processor time; *all* is a brief on all that is stored, *a topic* the mean of "
        f"{len(TOPICS)}; in brackets the share of embedding, less than {TARGET} of which was aimed at:",
        "",
        "| papers | passages | embedding them | all, the first (gives tags) | all, again | a topic |",
        "|--:|--:|--:|--:|--:|--:|",
    ]
    for one in measured["sizes"]:
        whole = one["embedding"]
        topic = sum(one["topics"]) / len(one["topics"])
        cells = " | ".join(f"{spent:.2f} ({spent / whole:.3f})" for spent in (one["first"], one["again"], topic))
        rows.append(f"| {one['papers']:,} | {one['passages']:,} | {whole:.1f} | {cells} |")
    return "\n".join(rows)
