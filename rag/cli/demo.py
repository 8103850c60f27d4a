"""`paperbrief demo`: a sample of papers, three questions, and the sentences that answer them."""

from __future__ import annotations

import sys
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

from rich.rule import Rule
from rich.text import Text

from rag.cli.meter import Meter
from rag.cli.run import Desk
from rag.cli.show import hanging, paper_console, show_answer
from rag.config import load_apart
from rag.sources import read

if TYPE_CHECKING:
    from rag.library import Library
    from rag.models import IngestReport

QUESTIONS = (
    "What does a tokenizer reveal about its training data?",
    "What is the speedup of SpecDec++?",
    "Which DNA foundation models are there?",
)


def run_demo(desk: Desk) -> None:
    """Load the sample papers and answer three questions about them."""
    # A folder of its own, whatever database or server is set: the sample stays apart from the user's papers.
    settings = load_apart(desk.data_dir or desk.settings().data_dir / "demo")
    console = paper_console()

    async def play(library: Library) -> None:
        hanging(console, "", Text(_loaded(await _load(library))))
        for question in QUESTIONS:
            console.print()
            console.print(Rule(style="dim") if console.is_terminal else Text("-" * 72))
            hanging(console, "? ", Text(question), style="bold")
            console.print()
            show_answer(console, await library.ask(question))

    desk.run(play, settings)
    console.print()
    called = sys.argv[0] if Path(sys.argv[0]).name == "paperbrief" else "paperbrief"
    hanging(console, "", Text(f'Now your own: {called} ingest papers.jsonl, then {called} ask "…"'))


async def _load(library: Library) -> IngestReport:
    with as_file(files("eval") / "corpus" / "papers.jsonl") as corpus, Meter() as meter:
        return await library.ingest(read(corpus), progress=meter)


def _loaded(report: IngestReport) -> str:
    kept = report.added + report.updated + report.unchanged
    new = f"{report.added} of them new" if report.added else "as they were before"
    return f"{kept} sample papers are loaded, {new}. Their abstracts are digests in our own words."
