"""Run by test_bad_days.py on a small disk of its own: fill it in the middle of an ingest, look, make room, go on.

`python -m contract.full_disk SMALL ROOMY PARTS MODE` prints what happened as JSON. PARTS, of `catalogue`, `chroma` and
`lexical` joined by commas, stand in the folder SMALL, the others in ROOMY. MODE `disk`: SMALL is a file system of its
own, and a ballast file takes its room. MODE `limit`: no file of SMALL's size may grow (writes fail with "File too
large").
"""

from __future__ import annotations

import asyncio
import json
import resource
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from contract.papers import HashingEmbedder, made_up, name_of, settings

from rag.config import Settings
from rag.errors import PaperbriefError
from rag.library import Library, open_library

FIRST, ALL = 40, 160  # papers
LEFT = 16_000  # bytes


def no_room_on_disk(folder: Path) -> Callable[[], None]:
    """Leave next to no room, enough to open a database; what it returns makes room again."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        file.write(bytes(shutil.disk_usage(folder).free - LEFT))
    return ballast.unlink


def no_room_in_files(folder: Path) -> Callable[[], None]:
    """No file may grow; what it returns lets them grow again."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    largest = max(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    free = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest + 100_000, free[1]))
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, free)


async def found(library: Library, numbers: range) -> int:
    """How many of these papers are found under their names."""
    hits = [(await library.search(name_of(number), top_k=3)).hits for number in numbers]
    return sum(f"2402.{n:05d}" in [hit.paper.id for hit in each] for n, each in zip(numbers, hits, strict=True))


def laid_out(small: Path, roomy: Path, parts: list[str]) -> Settings:
    """Settings for a data folder in ROOMY with these parts of it in SMALL."""
    folder = roomy / "data"
    folder.mkdir()
    for name in ("chroma", "lexical"):
        if name in parts:
            (small / name).mkdir()
            (folder / name).symlink_to(small / name)
    catalogue = small if "catalogue" in parts else roomy
    return settings(folder).model_copy(update={"database_url": f"sqlite:///{catalogue / 'catalogue.sqlite'}"})


async def happened(small: Path, roomy: Path, parts: list[str], mode: str) -> dict[str, object]:
    left: dict[str, object] = {}
    where = laid_out(small, roomy, parts)
    async with open_library(where, embedder=HashingEmbedder()) as library:
        await library.ingest(made_up(number) for number in range(FIRST))
        make_room = no_room_on_disk(small) if mode == "disk" else no_room_in_files(small)
        failures = []
        for _ in range(2):
            try:
                await library.ingest(made_up(number) for number in range(ALL))
            except PaperbriefError as error:
                failures.append((type(error).__name__, error.message, error.hint))
        left["failures"] = failures
        left["found while full"] = await found(library, range(FIRST))
        make_room()
        await library.ingest(made_up(number) for number in range(ALL))
        left["found in the end"] = await found(library, range(ALL))
        left["wrong"] = [finding.name for finding in (await library.doctor()).findings if not finding.ok]
    async with open_library(where, embedder=HashingEmbedder()) as library:
        left["found by another"] = await found(library, range(0, ALL, 10))
    return left


if __name__ == "__main__":
    told = asyncio.run(happened(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3].split(","), sys.argv[4]))
    sys.stdout.write(json.dumps(told))
