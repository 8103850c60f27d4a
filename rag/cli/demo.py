"""`paperbrief demo`: a sample of papers, three questions with the sentences that answer them, a brief of their week."""

from __future__ import annotations

import sys
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.rule import Rule
from rich.text import Text

from rag import __version__
from rag.cli.meter import Meter
from rag.cli.run import Desk
from rag.cli.show import hanging, paper_console, show_answer
from rag.config import load_apart
from rag.deliver.desk import site_of
from rag.render import document, plain
from rag.sources import read

if TYPE_CHECKING:
    from rag.library import Library
    from rag.models import Briefing, IngestReport

QUESTIONS = (
    "What does a tokenizer reveal about its training data?",
    "What is the speedup of SpecDec++?",
    "Which DNA foundation models are there?",
)


WEEK = "2025-W11"
"""In which all sample papers were listed."""


def run_demo(desk: Desk) -> None:
    """Load the sample papers, answer three questions about them, and write the brief of their week."""
    # A folder of its own, whatever database or server is set: the sample stays apart from the user's papers.
    settings = load_apart(desk.data_dir or desk.settings().data_dir / "demo")
    console = paper_console()

    def between() -> None:
        console.print()
        console.print(Rule(style="dim") if console.is_terminal else Text("-" * 72))

    async def play(library: Library) -> None:
        report = await _load(library)
        hanging(console, "", Text(_loaded(report)))
        for question in QUESTIONS:
            between()
            hanging(console, "? ", Text(question), style="bold")
            console.print()
            show_answer(console, await library.ask(question))
        between()
        typer.echo(plain(made := await _brief(library, changed=bool(report.added + report.updated))))
        file = settings.data_dir / f"brief-{WEEK}.html"
        file.write_text(document(made, site_of(settings).rstrip("/")), encoding="utf-8")
        hanging(console, "", Text(f"The same brief as a file for the browser: {file}"))

    desk.run(play, settings)
    console.print()
    called = sys.argv[0] if Path(sys.argv[0]).name == "paperbrief" else "paperbrief"
    hanging(console, "", Text(f'Now your own: {called} ingest papers.jsonl, then {called} ask "…"'))


async def _load(library: Library) -> IngestReport:
    with as_file(files("eval") / "corpus" / "papers.jsonl") as corpus, Meter() as meter:
        return await library.ingest(read(corpus), progress=meter)


async def _brief(library: Library, *, changed: bool) -> Briefing:
    """The brief of the week; the one that an earlier demo wrote where nothing has changed since."""
    if not changed:
        for one in (await library.briefs()).briefs:
            kept = await library.briefing(one.id)
            if (kept.week, kept.topic, kept.provenance.version) == (WEEK, None, __version__):
                return kept
    return await library.brief(week=WEEK)


def _loaded(report: IngestReport) -> str:
    kept = report.added + report.updated + report.unchanged
    new = f"{report.added} of them new" if report.added else "as they were before"
    return f"{kept} sample papers are loaded, {new}. Their abstracts are digests in our own words."
