"""`paperbrief eval`: what paperbrief is measured with.

Heavy imports stand inside the commands, since `paperbrief --help` passes through here.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from rag.errors import PaperbriefError

if TYPE_CHECKING:
    from eval.retrieval import RetrievalReport
    from rag.models import Progress

app = typer.Typer(
    help="Measure answers on the gold questions; the commands measure retrieval, the guard, speed and memory.",
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

SAMPLE_PAPERS = 70
BENCH_PAPERS = 2_000

Json = Annotated[bool, typer.Option("--json", help="Print the report as JSON and nothing else.")]
Vectors = Annotated[
    Path | None,
    typer.Option(file_okay=False, help="Keep the passages' vectors in this folder, for the next run to take."),
]


@app.callback()
def answers(
    context: typer.Context,
    half: Annotated[str, typer.Option(help="Gold questions: choosing, voices, reporting or all.")] = "reporting",
    gold: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A file of gold questions, in place of a half.")
    ] = None,
    corpus: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="The papers asked, in any format that `ingest` reads."),
    ] = None,
    mode: Annotated[
        Literal["extractive", "generative"], typer.Option(help="Answer without a model, or with the one that is set.")
    ] = "extractive",
    slices: Annotated[
        list[str] | None, typer.Option("--slice", help="Only this kind of question; may be repeated.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many questions of each kind.")] = None,
    vectors: Vectors = None,
    out: Annotated[Path, typer.Option(file_okay=False, help="Where report.html and scores.json go.")] = Path(".eval"),
    baseline: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="A scores.json of an earlier run, to compare with."),
    ] = None,
    keep_baseline: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Write the scores to this file, fit to be a baseline.")
    ] = None,
    fail_on: Annotated[
        list[str] | None,
        typer.Option(
            help="Fail when worse than the baseline: `significant` ones when not given, `any`, or a measure's name."
        ),
    ] = None,
    least: Annotated[
        list[str] | None, typer.Option("--min", metavar="METRIC=VALUE", help="Fail below; may be repeated.")
    ] = None,
    most: Annotated[
        list[str] | None, typer.Option("--max", metavar="METRIC=VALUE", help="Fail above; may be repeated.")
    ] = None,
    failures: Annotated[bool, typer.Option("--failures", help="Print each wrong answer.")] = False,
    record: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Keep what the model replies in this file, to play it back.")
    ] = None,
    replay: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Answer from a recording, without a model."),
    ] = None,
    judge: Annotated[
        str | None,
        typer.Option(metavar="MODEL", help="Ask another model of the same server whether answers state the reference."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Ask the gold questions of the sample papers, and measure the answers."""
    if context.invoked_subcommand is not None:
        return
    from eval.command import Order, carry_out
    from eval.run import Plan

    order = Order(
        Plan(half, gold, corpus, mode, tuple(slices or ()), limit),
        out,
        vectors,
        baseline,
        tuple(fail_on or ()),
        tuple(least or ()),
        tuple(most or ()),
        failures,
        as_json,
        record,
        replay,
        judge,
        keep_baseline,
    )
    if not carry_out(order, _say_progress):
        raise typer.Exit(1)


@app.command()
def retrieval(
    data: Annotated[Path, typer.Option(exists=True, file_okay=False, help="A collection in BEIR's layout.")],
    split: Annotated[str, typer.Option(help="Which qrels: a file of the folder qrels, without .tsv.")] = "test",
    limit_queries: Annotated[int | None, typer.Option(min=2, help="Only the first so many queries.")] = None,
    vectors: Vectors = None,
    as_json: Json = False,
) -> None:
    """Measure nDCG, recall and MRR of each leg and of both together on a BEIR collection."""
    report = asyncio.run(_retrieval(data, split, limit_queries, vectors))
    if as_json:
        typer.echo(json.dumps(report.to_json(), indent=2))
    else:
        from eval.retrieval import table

        typer.echo(table(report))


async def _retrieval(data: Path, split: str, limit: int | None, vectors: Path | None) -> RetrievalReport:
    from eval.beir import open_collection
    from eval.kept import KeptVectors
    from eval.retrieval import default_name, measure
    from eval.scratch import builtin_embedder, settings_in
    from rag.library import open_library

    collection = open_collection(data, split)
    with tempfile.TemporaryDirectory(prefix="paperbrief-eval-") as folder:
        settings = settings_in(Path(folder))
        builtin = builtin_embedder(settings)
        embedder = builtin if vectors is None else KeptVectors(builtin, vectors)
        async with open_library(settings, embedder=embedder) as library:
            return await measure(
                library, collection, name=default_name(data), split=split, limit=limit, progress=_say_progress
            )


def _say_progress(progress: Progress) -> None:
    """One line on standard error, written over and over, only where somebody is watching."""
    if sys.stderr.isatty():
        of = f" of {progress.total:,}" if progress.total else ""
        typer.echo(f"\r{progress.stage} {progress.done:,}{of}   ", err=True, nl=progress.done == progress.total)


@app.command()
def bench(
    data: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Papers in any format that `ingest` reads, not the sample."),
    ] = None,
    papers: Annotated[
        int | None,
        typer.Option(min=10, help="How many of them the large index holds: 2,000, or all of the sample."),
    ] = None,
    ingest_papers: Annotated[
        int, typer.Option(min=10, help="How many are ingested with the real embedding session.")
    ] = 2_000,
    queries: Annotated[int, typer.Option(min=5, help="How many queries each figure of search rests on.")] = 200,
    claims: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A BEIR queries.jsonl: half the queries are its.")
    ] = None,
    folder: Annotated[
        Path, typer.Option(file_okay=False, help="Where libraries, vectors and results are kept.")
    ] = Path(".bench"),
    vectors: Annotated[
        Path | None,
        typer.Option(file_okay=False, help="Vectors kept by another run; read only. Default: `vectors` in the folder."),
    ] = None,
    part: Annotated[
        list[str] | None, typer.Option("--part", help="Only this part; may be repeated. See docs/benchmarks.md.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Measure parts that have a result anew.")] = False,
    as_json: Json = False,
) -> None:
    """Measure speed and memory: ingest, search, ask, start, HTTP. What was measured is kept; a second run goes on."""
    from importlib.resources import as_file, files

    from eval.bench.plan import Plan
    from eval.bench.run import run

    with as_file(files("eval") / "corpus" / "papers.jsonl") as sample:
        count = papers or (SAMPLE_PAPERS if data is None else BENCH_PAPERS)
        plan = Plan(
            data=data or sample,
            papers=count,
            ingest_papers=min(count, ingest_papers),
            queries=queries,
            claims=claims,
            folder=folder,
            vectors=vectors,
            again=again,
        )
        typer.echo(run(plan, part or None, as_json=as_json))


@app.command()
def brief(
    topics: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Gold topics, in place of those over the sample.")
    ] = None,
    corpus: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Papers in any format, in place of the sample.")
    ] = None,
    listed: Annotated[
        str | None, typer.Option(metavar="DAY", help="The day on which a page listed its papers.")
    ] = None,
    half: Annotated[str, typer.Option(help="`choosing`, `reporting` or `all`: which topics.")] = "all",
    as_json: Json = False,
) -> None:
    """Measure briefs on gold topics: papers and figures found, sentences shown, subjects, repeated openings."""
    from datetime import date

    from eval.briefs.gold import packaged_topics, topics_in
    from eval.briefs.measure import pooled, table
    from eval.briefs.run import run

    chosen = [one for one in (packaged_topics() if topics is None else topics_in(topics)) if half in (one.half, "all")]
    made = asyncio.run(run(chosen, corpus=corpus, listed=date.fromisoformat(listed) if listed else None))
    if as_json:
        scores = {"topics": [one.to_json() for one in made.measures], "all": pooled(made.measures)}
        typer.echo(json.dumps(scores, indent=2, ensure_ascii=False))
        return
    typer.echo(table(made.measures))
    slowest = max(made.brief_seconds, default=0.0)
    typer.echo(f"ingest {made.ingest_seconds:.2f} s; the slowest brief {slowest:.2f} s")


@app.command()
def calibrate(
    gold: Annotated[
        list[Path] | None,
        typer.Option(exists=True, dir_okay=False, help="Gold questions; may be repeated. Default: the packaged ones."),
    ] = None,
    corpus: Annotated[
        list[Path] | None,
        typer.Option(exists=True, dir_okay=False, help="The papers of each gold file, in order. Default: the sample."),
    ] = None,
    out: Annotated[Path, typer.Option(dir_okay=False, help="Where the calibration is written.")] = Path(
        "calibration.json"
    ),
    name: Annotated[str, typer.Option(help="What answers call it, before its version.")] = "own",
    version: Annotated[int, typer.Option(min=1, help="Its version, counted up by you.")] = 1,
    as_json: Json = False,
) -> None:
    """Fit the decision to answer or to decline on gold questions, and write it with what it was made from."""
    from eval.calibrate import readable, written

    made = asyncio.run(_calibrate(gold or [], corpus or [], name, version))
    out.write_text(written(made), encoding="utf-8")
    typer.echo(written(made) if as_json else readable(made))


async def _calibrate(gold: list[Path], corpus: list[Path], name: str, version: int) -> dict[str, Any]:
    from eval.calibrate import calibrate as fit
    from eval.calibrate import sources
    from eval.scratch import builtin_embedder, settings_in

    with tempfile.TemporaryDirectory(prefix="paperbrief-eval-") as folder:
        embedder = builtin_embedder(settings_in(Path(folder)))
        return await fit(sources(gold, corpus), embedder=embedder, name=name, version=version)


@app.command()
def guard(
    page: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="A page dump or other file of papers, in place of the sample."),
    ] = None,
    split: Annotated[str, typer.Option(help="`choosing`, `report` or `all`: which third of the papers.")] = "report",
    per_class: Annotated[int, typer.Option(min=10, help="At most so many falsehoods of a class, both parts.")] = 400,
    seed: Annotated[int, typer.Option(help="Which falsehoods are drawn.")] = 3,
    failures: Annotated[bool, typer.Option("--failures", help="Print each probe that the guard got wrong.")] = False,
    as_json: Json = False,
) -> None:
    """Measure the guard: planted falsehoods that it catches, and faithful sentences that it drops."""
    from eval.guard.report import measure, readable

    report = measure(page, split=split, per_class=per_class, seed=seed)
    typer.echo(json.dumps(report.to_json(), indent=2) if as_json else readable(report, failures=failures))


@app.command()
def chunks(
    half: Annotated[str, typer.Option(help="Gold questions: choosing, voices, reporting or all.")] = "choosing",
    gold: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A file of gold questions, in place of a half.")
    ] = None,
    corpus: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="The papers, in place of the sample.")
    ] = None,
    top: Annotated[int, typer.Option(min=1, help="How many passages a question may bring.")] = 5,
    vectors: Vectors = None,
    as_json: Json = False,
) -> None:
    """Compare sizes of passages by the tokens of the gold quotes that they bring: recall, precision, IoU."""
    from eval.chunks import measure, table
    from eval.run import Plan

    report = asyncio.run(measure(Plan(half, gold, corpus), vectors, top))
    typer.echo(json.dumps(report.to_json(), indent=2) if as_json else table(report))


def main(before: Sequence[str] = ()) -> None:
    """Run as a program of its own, `python -m eval.cli`; `before` stands in front of the arguments given."""
    try:
        app([*before, *sys.argv[1:]], prog_name="eval")
    except PaperbriefError as error:
        typer.echo(f"paperbrief: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
