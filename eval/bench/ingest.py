"""How fast ingest is, end to end, against the bare embedding session on the same passages.

The papers come in blocks. Each block is ingested, from reading to the last mark in the catalogue, and its passages are
embedded by the bare session, the one or the other first in turns, so that what else the machine does hits both. Every
block ends with a write that no embedding hides; one long ingest has one such end, so it does a little better than this.

The ratio is given by the clock, which is what a user waits for, and by processor time, which others disturb less.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from eval.bench.plan import Plan
from eval.bench.timing import ratio_of_sums
from eval.scratch import builtin_embedder, settings_in
from rag.library import Library, open_library
from rag.models import CleanPaper, PaperRecord, RefusedRecord
from rag.passages import text_to_embed, windows
from rag.sources.record import to_paper

TARGET = 0.85
BLOCK = 250  # papers: a quarter of a minute or so of embedding


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
    embedder = builtin_embedder(settings)
    size = max(1, min(BLOCK, plan.ingest_papers // 4))
    ingesting, looking = plan.records(plan.ingest_papers), plan.records(plan.ingest_papers)
    passages: list[int] = []
    seconds: dict[str, list[float]] = {"ingest": [], "bare": []}
    cpu: dict[str, list[float]] = {"ingest": [], "bare": []}
    async with open_library(settings, embedder=embedder) as library:
        await embedder.embed_passages(
            ["A first text, so that nothing is made for the first time while the clock runs."]
        )
        while texts := _texts(list(islice(looking, size))):
            order = ("ingest", "bare") if len(passages) % 2 else ("bare", "ingest")
            for name in order:
                start, start_cpu = time.perf_counter(), time.process_time()
                if name == "ingest":
                    await library.ingest(islice(ingesting, size))
                else:
                    await asyncio.to_thread(embedder.embed_blocking, texts)
                seconds[name].append(time.perf_counter() - start)
                cpu[name].append(time.process_time() - start_cpu)
            passages.append(len(texts))
        stored = await _stored(library)
    return {
        **stored,
        "passages": sum(passages),
        "blocks": len(passages),
        "ingest_rate": sum(passages) / sum(seconds["ingest"]),
        "bare_rate": sum(passages) / sum(seconds["bare"]),
        "ingest_rates": [n / s for n, s in zip(passages, seconds["ingest"], strict=True)],
        "bare_rates": [n / s for n, s in zip(passages, seconds["bare"], strict=True)],
        "share": ratio_of_sums(seconds["bare"], seconds["ingest"]),
        "cpu_share": ratio_of_sums(cpu["bare"], cpu["ingest"]),
    }


def _texts(records: list[PaperRecord | RefusedRecord]) -> list[str]:
    """What ingest embeds of these records."""
    clean = [to_paper(record) for record in records if isinstance(record, PaperRecord)]
    return [
        text_to_embed(paper.title, paper.abstract[start:end])
        for paper in clean
        if isinstance(paper, CleanPaper)
        for start, end in windows(paper.abstract)
    ]


async def _stored(library: Library) -> dict[str, int]:
    return {"papers": await library.lexical.count(), "indexed_passages": await library.vectors.count()}


def table(measured: dict[str, Any]) -> str:
    """The figures as Markdown."""

    def row(name: str, rate: float, rates: list[float]) -> str:
        return f"| {name} | {rate:.1f} | {np.min(rates):.1f} to {np.max(rates):.1f} |"

    def ratio_row(name: str, share: dict[str, float], said: str) -> str:
        return f"| {name} | **{share['ratio']:.3f}** [{share['low']:.3f}, {share['high']:.3f}] | {said} |"

    return "\n".join(
        [
            f"Ingest of {measured['papers']:,} papers, {measured['passages']:,} passages, in {measured['blocks']} "
            "blocks, each beside the bare session on the same passages:",
            "",
            "| | passages a second | by block |",
            "|---|---|---|",
            row("bare embedding session", measured["bare_rate"], measured["bare_rates"]),
            row("ingest, end to end", measured["ingest_rate"], measured["ingest_rates"]),
            ratio_row("ingest over bare, by the clock", measured["share"], f"target: {TARGET} or more"),
            ratio_row("ingest over bare, by processor time", measured["cpu_share"], ""),
        ]
    )
