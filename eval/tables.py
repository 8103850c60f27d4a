"""The scores of a run as tables for a terminal."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from textwrap import shorten

from rich.console import Console
from rich.table import Table
from rich.text import Text

from eval.compare import Change, Comparison
from eval.measures import Figure
from eval.scores import Scores
from eval.scoring import CAUSES, Row

WIDEST = 130
_FIGURES_WIDTH = 84  # what the columns of figures take
_SHORTEST_TEXT = 25


def console(*, stderr: bool = False) -> Console:
    """A console on standard output, or on standard error, that takes no text for markup."""
    shown = Console(highlight=False, markup=False, emoji=False, stderr=stderr)
    shown.width = min(shown.width, WIDEST) if shown.is_terminal or os.environ.get("COLUMNS") else WIDEST
    return shown


def show(console: Console, scores: Scores, *, failures: bool = False) -> None:
    """Print every measure with its interval, then why answers are wrong; with `failures`, each wrong answer."""
    made = scores.made
    console.print(
        f"{made['questions']} questions ({made['gold']}) over {made['papers']:,} papers, {made['mode']}"
        + (f", {made['model']}" if made.get("model") else "")
        + f", {made['seconds']:.0f} s"
    )
    console.print(measures_table(scores.figures, room=console.width - _FIGURES_WIDTH))
    if scores.judge is not None:
        said = scores.judge
        console.print(
            f"judge {said['model']} ({said['prompt']}): agrees with the keys on {said['agreement']:.3f} of {said['n']} "
            f"answers, kappa {said['kappa']:.2f}; right by both {said['both']}, judge only {said['only_judge']}, "
            f"keys only {said['only_keys']}, neither {said['neither']}, unreadable {said['unreadable']}"
        )
    wrong = [row for row in scores.rows if not row.right]
    if wrong:
        console.print(causes_table(wrong))
    if failures:
        for row in wrong:
            _show_failure(console, row)


def measures_table(figures: Sequence[Figure], *, room: int) -> Table:
    """A line for each measure, grouped; values in the unit of the measure; what it is, where there is room for it."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("measure", no_wrap=True)
    for heading in ("value", "95 %", "n", "target"):
        table.add_column(heading, justify="right", no_wrap=True)
    texts = room >= _SHORTEST_TEXT
    if texts:
        table.add_column("", no_wrap=True)
    group = ""
    for figure in figures:
        if figure.measure.group != group:
            group = figure.measure.group
            table.add_row(Text(group, style="bold"))
        table.add_row(
            f"  {figure.measure.name}",
            shown(figure, figure.value),
            interval(figure),
            f"{figure.n:,}",
            target(figure),
            *([Text(shorten(figure.measure.text, room, placeholder=" …"), style="dim")] if texts else []),
        )
    return table


def causes_table(wrong: Sequence[Row]) -> Table:
    """How many answers are wrong by slice and main cause."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("wrong")
    table.add_column("n", justify="right")
    table.add_column("because")
    for (slice_, cause), count in sorted(Counter((row.slice, row.causes[0]) for row in wrong).items()):
        table.add_row(f"  {slice_}", str(count), CAUSES[cause])
    return table


def _show_failure(console: Console, row: Row) -> None:
    console.print(Text.assemble("\n", (row.id, "bold"), f"  {row.question}"))
    console.print(f"  expected {row.expected}, got {row.outcome}: {'; '.join(CAUSES[cause] for cause in row.causes)}")
    if row.missing:
        console.print(f"  missing: {' and '.join(' | '.join(group) for group in row.missing)}")
    for what, titles in (("not cited", row.not_cited), ("does not belong", row.foreign)):
        for title in titles:
            console.print(f"  {what}: {title}")
    console.print(f"  answer: {row.answer}")


def shown(figure: Figure, value: float) -> str:
    """A value as it is read: a share with three places, milliseconds with one, a count as it is."""
    if figure.measure.kind == "count":
        return f"{value:.0f}"
    return f"{value:.1f} ms" if figure.measure.kind == "quantile" else f"{value:.3f}"


def interval(figure: Figure) -> str:
    """The bounds of a value; empty for a count, which has none."""
    if figure.measure.kind == "count":
        return ""
    places = 1 if figure.measure.kind == "quantile" else 3
    return f"{figure.low:.{places}f}-{figure.high:.{places}f}"


def target(figure: Figure) -> str:
    """The target and whether it is met; empty without one."""
    if figure.measure.target is None:
        return ""
    sign = ">=" if figure.measure.better == "more" else "<="
    met = "met" if figure.measure.meets(figure.value) else "missed"
    return f"{sign}{figure.measure.target:g} {met}"


def show_comparison(console: Console, comparison: Comparison, failing: Sequence[Change]) -> None:
    """Print what changed against the baseline: measures, then questions, then why the run fails, if it does."""
    others = f", {comparison.others} asked by one run only" if comparison.others else ""
    console.print(f"\nAgainst the baseline, over {comparison.common} questions that both runs asked{others}:")
    moved = [change for change in comparison.changes if change.worse or change.better or change.difference.mean]
    moved = [change for change in moved if change.measure.kind != "quantile" or change in failing]
    if not moved and not comparison.turned:
        console.print("  nothing changed.")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("measure", no_wrap=True)
    for heading in ("before", "now", "difference, 95 %", "fell/rose", "p"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("")
    for change in moved:
        d = change.difference
        verdict = ("worse" if change.regressed else "better") if change.significant else "within chance"
        table.add_row(
            f"  {change.measure.name}",
            f"{change.before:.3f}",
            f"{change.now:.3f}",
            f"{d.mean:+.3f} {d.low:+.3f}..{d.high:+.3f}",
            f"{change.worse}/{change.better}",
            "" if change.p is None else f"{change.p:.3f}",
            f"{verdict}, fails" if change in failing else verdict,
        )
    console.print(table)
    for turned in sorted(comparison.turned, key=lambda turned: turned.kind, reverse=True):
        console.print(f"  {turned.kind}: {turned.now.id}  {turned.now.question}")
        console.print(
            f"    {turned.before.outcome} -> {turned.now.outcome}; {_causes(turned.before)} -> {_causes(turned.now)}"
        )


def _causes(row: Row) -> str:
    return "; ".join(CAUSES[cause] for cause in row.causes) or "right"
