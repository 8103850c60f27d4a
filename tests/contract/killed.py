"""What runs in the processes that test_kills.py kills, and the look at what they left behind.

A forking server that has everything imported makes each of them in a few milliseconds; it opens nothing itself.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from contract.papers import HashingEmbedder, made_up, settings

import rag.ingest
from rag.catalogue import indexing, papers
from rag.errors import IndexMismatch
from rag.library import Library, open_library
from rag.models import PaperRecord

FORKING = multiprocessing.get_context("forkserver")
FORKING.set_forkserver_preload(["rag.library", "alembic.command", "chromadb", "tantivy", "contract.delivered"])

PAUSE = 0.0004  # seconds a passage: about half of the time then passes in embedding, half in writing
EVERYONE = 2_000  # more hits than there are papers


@dataclass(frozen=True)
class Left:
    """What a killed process left, as a fresh one sees it."""

    shown: dict[str, int]  # paper -> revision, by a search
    current: dict[str, int]  # the same, by the catalogue
    texts: dict[str, str]  # the abstracts that were shown
    wrong: dict[str, str]  # what the doctor complains of, a paper that one index lacks included
    stored: int  # papers in the catalogue
    vectors: int
    entries: int


def _run(folder: Path, use: Callable[[Library], Awaitable[None]], *, pause: float = PAUSE, seed: int = 0) -> None:
    # Small batches: a kill between two of them then leaves something done and something not.
    rag.ingest.PUT_BATCH = 32
    rag.ingest.INDEX_BATCH = 16

    async def run() -> None:
        async with open_library(settings(folder), embedder=HashingEmbedder(pause=pause, seed=seed)) as library:
            await use(library)

    asyncio.run(run())


def load(told: Path, folder: Path, versions: dict[int, int]) -> None:
    """Ingest papers at the given versions of their text; a line in `told` at every step."""
    records: list[PaperRecord] = [made_up(number, revision=version) for number, version in versions.items()]

    async def use(library: Library) -> None:
        await library.ingest(records, progress=lambda _: tell(told, "step"))

    _run(folder, use)


def delete(told: Path, folder: Path, paper_ids: Sequence[str]) -> None:
    """Delete papers one by one; each is a line in `told` once the call has returned."""

    async def use(library: Library) -> None:
        for paper_id in paper_ids:
            await library.delete(paper_id)
            tell(told, paper_id)

    _run(folder, use)


def reindex(told: Path, folder: Path, embed: bool, seed: int) -> None:
    """Make the indexes anew, with `embed` for the embedder of this seed; a line in `told` at every step."""

    async def use(library: Library) -> None:
        await library.reindex(embed=embed, progress=lambda _: tell(told, "step"))

    _run(folder, use, seed=seed)


def tell(told: Path, line: str) -> None:
    """Add a line that outlives the process."""
    with told.open("ab", buffering=0) as file:
        file.write(f"{line}\n".encode())


def finish(folder: Path, seed: int) -> None:
    """Do what was left undone."""

    async def use(library: Library) -> None:
        await library.ingest([])

    _run(folder, use, pause=0.0, seed=seed)


def look(folder: Path, seed: int, sender: Connection) -> None:
    """Send what is there, without mending anything; None where the index is refused as another model's."""

    async def use(library: Library) -> None:
        try:
            left = await _left(library)
        except IndexMismatch:
            left = None
        sender.send(left)

    _run(folder, use, pause=0.0, seed=seed)


async def _left(library: Library) -> Left:
    ids = [f"2402.{number:05d}" for number in range(EVERYONE)]
    hits = (await library.search("alpaca", top_k=EVERYONE)).hits
    assert len({hit.paper.id for hit in hits}) == len(hits), "a paper was shown twice"
    for hit in hits:
        assert hit.passage.text == hit.paper.abstract[hit.passage.start : hit.passage.end] != ""
    report = await library.doctor()
    return Left(
        shown={hit.paper.id: hit.paper.revision for hit in hits},
        current=await library.catalogue.read(indexing.current, ids),
        texts={hit.paper.id: hit.paper.abstract for hit in hits},
        wrong={finding.name: finding.detail for finding in report.findings if not finding.ok},
        stored=await library.catalogue.read(papers.count),
        vectors=await library.vectors.count(),
        entries=await library.lexical.count(),
    )


# ---------------------------------------------------------------------------------------------- from the test's side


def started(work: Callable[..., None], *arguments: Any) -> BaseProcess:
    """A process that does the work."""
    process = FORKING.Process(target=work, args=arguments)
    process.start()
    return process


def ended(process: BaseProcess) -> int | None:
    """Wait for a process; its exit status."""
    process.join(120)
    status = process.exitcode
    process.close()
    return status


def killed(process: BaseProcess, told: Path, steps: int, pause: float) -> bool:
    """Kill a process `pause` seconds after it told of so many steps; False where it was done before."""
    while process.is_alive() and len(lines(told)) < steps:
        time.sleep(0.002)
    time.sleep(pause)
    process.kill()
    status = ended(process)
    assert status in (0, -signal.SIGKILL), "it failed on its own"
    return status != 0


def lines(told: Path) -> list[str]:
    """What processes told so far."""
    return told.read_text().splitlines() if told.exists() else []


def seen(folder: Path, seed: int = 0) -> Left | None:
    """What a fresh process sees in the folder; None where the index is refused as another model's."""
    receiver, sender = FORKING.Pipe(duplex=False)
    with receiver, sender:
        process = started(look, folder, seed, sender)
        sender.close()
        left: Left | None = receiver.recv()
        assert ended(process) == 0
    return left
