"""Briefs on gold topics in a library of their own, measured; and the seconds that they take beside the embedding's."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import as_file, files
from pathlib import Path

from eval.briefs.gold import GoldTopic
from eval.briefs.measure import Measured, measured
from eval.scratch import settings_in
from rag.catalogue import papers
from rag.library import Library, open_library
from rag.models import Scope
from rag.sources import read


@dataclass(frozen=True, slots=True)
class Run:
    """The measures of all topics, and the seconds of the ingest and of each brief."""

    measures: tuple[Measured, ...]
    ingest_seconds: float
    brief_seconds: tuple[float, ...]


async def run(topics: Sequence[GoldTopic], *, corpus: Path | None = None, listed: date | None = None) -> Run:
    """Write a brief on every topic over the sample corpus, or over another file of papers, and measure it."""
    with tempfile.TemporaryDirectory(prefix="paperbrief-briefs-") as folder:
        async with open_library(settings_in(Path(folder))) as library:
            start = time.perf_counter()
            await _load(library, corpus, listed)
            loaded = time.perf_counter() - start
            stored = {paper.id: paper for paper in await library.catalogue.read(papers.inside, Scope())}
            made, seconds = [], []
            for topic in topics:
                start = time.perf_counter()
                brief = await library.brief(topic=topic.topic, mode="extractive")
                seconds.append(time.perf_counter() - start)
                made.append(measured(topic, brief, stored))
            return Run(tuple(made), loaded, tuple(seconds))


async def _load(library: Library, corpus: Path | None, listed: date | None) -> None:
    if corpus is not None:
        await library.ingest(read(corpus, listed=listed))
        return
    with as_file(files("eval") / "corpus" / "papers.jsonl") as sample:
        await library.ingest(read(sample))
