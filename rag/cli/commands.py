"""The commands: each reads its arguments, asks the library for one thing and shows it.

Imports that cost more than a moment stand inside the commands; `paperbrief --help` has to be instant.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from eval.cli import app as evaluation
from rag import __version__
from rag.cli.assistants import mcp
from rag.cli.briefs import brief, tags
from rag.cli.deliveries import deliveries, schedule
from rag.cli.keys import app as keys
from rag.cli.run import Status, desk_of, put_json, say
from rag.cli.service import serve
from rag.cli.subscribers import app as subscribers

if TYPE_CHECKING:
    from rag.library import Library
    from rag.models import Answer, IngestReport, Scope, SearchReport
    from rag.upkeep import DoctorReport, ReindexReport

app = typer.Typer(
    help="Answers about research papers from their titles and abstracts, each sentence shown in an abstract.",
    no_args_is_help=True,
    add_completion=False,
    # A traceback with the values of local variables would print keys.
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _day(value: str | None) -> str | None:
    """Let a day written `YYYY-MM-DD` pass; anything else is wrong usage."""
    try:
        if value is not None:
            if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
                raise ValueError
            date.fromisoformat(value)
        return value
    except ValueError:
        raise typer.BadParameter(f"{value!r} is no day; write it as YYYY-MM-DD, for example 2025-03-12.") from None


def _words(value: str) -> str:
    """Text that can be encoded: an argument in another encoding reaches Python as lone surrogates."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise typer.BadParameter("the text is not valid UTF-8.") from None
    return value


# What it measures with is imported inside its commands, as here.
app.add_typer(evaluation, name="eval")
app.command()(serve)
app.command()(mcp)
app.command()(brief)
app.command()(tags)
app.command()(deliveries)
app.command()(schedule)
app.add_typer(keys, name="keys")
app.add_typer(subscribers, name="subscribers")

Json = Annotated[bool, typer.Option("--json", help="Print the contract object as JSON and nothing else.")]
Since = Annotated[str | None, typer.Option(callback=_day, metavar="DAY", help="Only papers from this day on.")]
Until = Annotated[str | None, typer.Option(callback=_day, metavar="DAY", help="Only papers up to this day.")]
Tags = Annotated[list[str] | None, typer.Option("--tag", help="Only papers with this tag; may be repeated.")]
Papers = Annotated[list[str] | None, typer.Option("--paper", metavar="ID", help="Only this paper; may be repeated.")]


def _scope(since: str | None, until: str | None, tags: list[str] | None, papers: list[str] | None) -> Scope:
    from rag.models import Scope

    return Scope(since=since, until=until, tags=tuple(tags or ()), paper_ids=tuple(papers or ()))


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"paperbrief {__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    data_dir: Annotated[
        Path | None,
        typer.Option(file_okay=False, help="The data folder, in place of PAPERBRIEF_DATA_DIR.", show_default=False),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Take the options that stand before the command."""
    desk_of(context).data_dir = data_dir


@app.command()
def demo(context: typer.Context) -> None:
    """Load a small sample of papers, ask three questions about them, and write the brief of their week.

    The sample goes to a folder of its own (`demo` in the data folder, or `--data-dir`), never among your papers.
    """
    from rag.cli.demo import run_demo

    run_demo(desk_of(context))


@app.command()
def ingest(
    context: typer.Context,
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH", exists=True, dir_okay=False, help="Files with papers.")
    ],
    fmt: Annotated[
        str | None,
        typer.Option(
            "--format", metavar="FORMAT", help="page, papers, daily, arxiv or beir; told by the content when not given."
        ),
    ] = None,
    listed: Annotated[
        str | None,
        typer.Option(callback=_day, metavar="DAY", help="The day on which the feed listed the papers."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Load papers from files. Papers that are already stored are updated or left as they are."""
    from rag.cli.meter import Meter
    from rag.models import IngestReport
    from rag.sources import FORMATS

    if fmt is not None and fmt not in FORMATS:
        raise typer.BadParameter(f"there is no format {fmt!r}; the formats are {', '.join(FORMATS)}.")
    day = None if listed is None else date.fromisoformat(listed)

    async def load(library: Library) -> IngestReport:
        total = IngestReport()
        for path in paths:
            with Meter() as meter:
                report = await library.ingest_file(path, fmt=fmt, listed=day, progress=meter)
            if len(paths) > 1:
                say(f"{path.name}: {report.added} added, {report.updated} updated, {len(report.refused)} refused.")
                report = _naming_file(report, path)
            total = _sum(total, report)
        return total

    report = desk_of(context).run(load)
    if as_json:
        put_json(report)
    else:
        from rag.cli.show import paper_console, show_ingest

        show_ingest(paper_console(), report)
    if report.refused:
        raise typer.Exit(Status.RECORDS_REFUSED)


def _naming_file(report: IngestReport, path: Path) -> IngestReport:
    """Put the file's name in front of each refusal: record numbers count anew in every file."""
    refused = tuple(item.model_copy(update={"reason": f"{path.name}: {item.reason}"}) for item in report.refused)
    return report.model_copy(update={"refused": refused})


def _sum(one: IngestReport, other: IngestReport) -> IngestReport:
    return type(one)(
        read=one.read + other.read,
        added=one.added + other.added,
        updated=one.updated + other.updated,
        unchanged=one.unchanged + other.unchanged,
        refused=one.refused + other.refused,
    )


@app.command()
def ask(
    context: typer.Context,
    question: Annotated[str, typer.Argument(metavar="QUESTION", callback=_words, help="What you want to know.")],
    since: Since = None,
    until: Until = None,
    tag: Tags = None,
    paper: Papers = None,
    mode: Annotated[
        Literal["auto", "extractive", "generative"] | None,
        typer.Option(
            show_default=False,
            help="Answer with the model, without, or with it where it works; the setting `mode` when not given.",
        ),
    ] = None,
    conversation: Annotated[
        str | None,
        typer.Option(
            metavar="ID",
            help='Ask as the next turn of this conversation; "new" begins one, and the last line names it.',
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Answer a question from the stored abstracts, with the sentences that show it."""
    scope = _scope(since, until, tag, paper)

    async def answer_it(library: Library) -> Answer:
        return await library.ask(question, scope=scope, mode=mode, conversation_id=conversation)

    answer = desk_of(context).run(answer_it)
    if as_json:
        put_json(answer)
    else:
        from rag.cli.show import paper_console, show_answer

        show_answer(paper_console(), answer)
    if answer.outcome in ("insufficient_evidence", "out_of_scope"):
        raise typer.Exit(Status.NOT_ENOUGH_EVIDENCE)


@app.command()
def search(
    context: typer.Context,
    query: Annotated[str, typer.Argument(metavar="QUERY", callback=_words, help="Words or a sentence to look for.")],
    top_k: Annotated[int, typer.Option(min=1, max=1000, help="At most so many papers.")] = 10,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show where each leg of the search had the paper.")
    ] = False,
    since: Since = None,
    until: Until = None,
    tag: Tags = None,
    paper: Papers = None,
    as_json: Json = False,
) -> None:
    """Find papers by meaning and by words, each with its best passage."""
    scope = _scope(since, until, tag, paper)

    async def look(library: Library) -> SearchReport:
        return await library.search(query, top_k=top_k, scope=scope, explain=explain)

    report = desk_of(context).run(look)
    if as_json:
        put_json(report)
    else:
        from rag.cli.show import paper_console, show_hits

        show_hits(paper_console(), report)


@app.command()
def doctor(
    context: typer.Context,
    repair: Annotated[bool, typer.Option("--repair", help="Mend what can be mended.")] = False,
    as_json: Json = False,
) -> None:
    """Compare the catalogue with the two indexes; exit status 1 when something is wrong."""

    async def examine(library: Library) -> DoctorReport:
        return await library.doctor(repair=repair)

    report = desk_of(context).run(examine)
    if as_json:
        put_json(report)
    else:
        from rag.cli.show import paper_console, show_findings

        show_findings(paper_console(), report)
    if not all(finding.ok for finding in report.findings):
        raise typer.Exit(Status.FAILED)


@app.command()
def reindex(
    context: typer.Context,
    embed: Annotated[
        bool, typer.Option("--embed", help="Embed every passage again, for example with another model.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Build both indexes anew from the catalogue."""
    from rag.cli.meter import Meter

    async def rebuild(library: Library) -> ReindexReport:
        with Meter() as meter:
            return await library.reindex(embed=embed, progress=meter)

    report = desk_of(context).run(rebuild)
    if as_json:
        put_json(report)
    else:
        typer.echo(f"Indexed {report.papers:,} papers in {report.passages:,} passages.")


@app.command()
def settings(context: typer.Context, as_json: Json = False) -> None:
    """Show the settings in force and where each came from; keys are never printed."""
    from rag.config import PREFIX, origins, shown

    in_force = desk_of(context).settings()
    values, sources = shown(in_force), origins(in_force)
    if as_json:
        put_json({name: {"value": value, "origin": sources[name]} for name, value in values.items()})
    else:
        from rag.cli.show import paper_console, show_settings

        show_settings(paper_console(), values, sources, PREFIX)
