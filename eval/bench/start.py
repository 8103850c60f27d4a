"""What starting costs: the command line's help, and one question asked cold, process start included."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from eval.bench.plan import Plan
from eval.bench.timing import spread
from eval.scratch import builtin_embedder, settings_in
from rag.library import open_library
from rag.sources import read

ROUNDS = 7
SHOWN = 15
_NOT_ENOUGH_EVIDENCE = 3
_QUESTION = "What is the speedup of SpecDec++?"
_PAPERBRIEF = "from rag.cli import main; main()"
_IMPORT_LINE = re.compile(r"import time:\s+(\d+) \|\s+(\d+) \| ( *)(\S+)")


def measure(plan: Plan, *, rounds: int = ROUNDS) -> dict[str, Any]:
    """Time the programs in turns, and profile the imports of a question."""
    small = plan.folder / "small"
    count = asyncio.run(_load_sample(small))
    ask = ["-c", _PAPERBRIEF, "--data-dir", str(small), "ask", _QUESTION]
    programs = {
        "python alone": ["-c", "pass"],
        "paperbrief --help": ["-c", _PAPERBRIEF, "--help"],
        "paperbrief ask, cold": ask,
    }
    taken: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(rounds + 1):
        for name, arguments in programs.items():
            start = time.perf_counter()
            _run(arguments)
            taken[name].append((time.perf_counter() - start) * 1000)
    profile = import_profile(_run(["-X", "importtime", *ask]))
    # The first round fills the disk's cache and writes what Python keeps compiled.
    return {
        "papers": count,
        "times": {name: spread(times[1:]) for name, times in taken.items()},
        "imports": profile[:SHOWN],
    }


async def _load_sample(folder: Path) -> int:
    settings = settings_in(folder)
    async with open_library(settings, embedder=builtin_embedder(settings)) as library:
        with as_file(files("eval") / "corpus" / "papers.jsonl") as corpus:
            return (await library.ingest(read(corpus))).read


def _run(arguments: Sequence[str]) -> str:
    """Run Python with these arguments; what it wrote to standard error. Finding no evidence is no failure."""
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode not in (0, _NOT_ENOUGH_EVIDENCE):
        raise RuntimeError(f"{' '.join(arguments)} ended with {done.returncode}: {done.stderr.strip()[-500:]}")
    return done.stderr


def import_profile(log: str) -> list[dict[str, Any]]:
    """From `python -X importtime`: for each top-level package its own milliseconds, and those with what it pulled in.

    `total` is the time from the start to the end of the package's outermost imports, whatever they imported on the
    way, so packages overlap; `own` is that of the package's own modules, and adds up. The largest total first.
    """
    own: dict[str, float] = defaultdict(float)
    total: dict[str, float] = defaultdict(float)
    inside: list[tuple[int, str]] = []
    # A module stands after what it imported; read backwards, it stands before.
    for line in reversed(log.splitlines()):
        if not (match := _IMPORT_LINE.match(line)):
            continue
        itself, cumulative, depth, package = int(match[1]), int(match[2]), len(match[3]), match[4].split(".")[0]
        while inside and inside[-1][0] >= depth:
            inside.pop()
        own[package] += itself / 1000
        if all(above != package for _, above in inside):
            total[package] += cumulative / 1000
        inside.append((depth, package))
    return [
        {"package": package, "own": own[package], "total": total[package]}
        for package in sorted(total, key=lambda name: -total[name])
    ]


def table(measured: dict[str, Any]) -> str:
    """The figures as Markdown."""
    lines = ["Starting, milliseconds, process start included:", "", "| | p5 | p50 | p95 |", "|---|---|---|---|"]
    for name, of in measured["times"].items():
        where = f" ({measured['papers']} papers)" if "ask" in name else ""
        lines.append(f"| {name}{where} | {of['p5']:.0f} | **{of['p50']:.0f}** | {of['p95']:.0f} |")
    lines += [
        "",
        "Imports of a question (`-X importtime`, which makes them slower), milliseconds by package:",
        "",
        "| package | with what it pulls in | its own modules |",
        "|---|---|---|",
    ]
    lines += [f"| {row['package']} | {row['total']:.0f} | {row['own']:.0f} |" for row in measured["imports"]]
    return "\n".join(lines)
