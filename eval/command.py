"""What `paperbrief eval` does without a subcommand: run, print, keep, compare, judge by the gates."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from eval import tables
from eval.compare import SIGNIFICANT, Bound, Comparison, bound, compare
from eval.judge import judge
from eval.kept import KeptVectors
from eval.report import write_report
from eval.run import Plan, run
from eval.scores import Scores, from_json
from eval.scoring import Judged
from eval.scratch import builtin_embedder
from eval.voices import voices
from rag.config import load
from rag.models import Progress


@dataclass(frozen=True, slots=True)
class Order:
    """A run that was asked for, and what to do with its scores."""

    plan: Plan
    out: Path
    vectors: Path | None = None
    baseline: Path | None = None
    fail_on: tuple[str, ...] = ()
    least: tuple[str, ...] = ()
    most: tuple[str, ...] = ()
    failures: bool = False
    as_json: bool = False
    record: Path | None = None
    replay: Path | None = None
    judge: str | None = None
    keep_baseline: Path | None = None


def carry_out(order: Order, progress: Callable[[Progress], None]) -> bool:
    """Run and report; whether every gate is passed. Raises InputError for what cannot be asked, before asking."""
    bounds = [bound(text, least=True) for text in order.least] + [bound(text, least=False) for text in order.most]
    before = None if order.baseline is None else from_json(order.baseline.read_text("utf-8"), order.baseline.name)
    conditions = order.fail_on or (SIGNIFICANT,)
    Comparison((), (), 0, 0).failing(conditions)  # refuses names that are none, before minutes are spent
    scores, judged = asyncio.run(_run(order, progress))
    comparison = None if before is None else compare(scores, before)
    text = json.dumps(scores.to_json(), indent=1, ensure_ascii=False)
    order.out.mkdir(parents=True, exist_ok=True)
    (order.out / "scores.json").write_text(text + "\n", encoding="utf-8")
    report = write_report(order.out, scores, judged, comparison)
    if order.keep_baseline is not None:
        slim = json.dumps(scores.to_json(baseline=True), ensure_ascii=False)
        # One question a line, so that a diff shows which ones have changed.
        order.keep_baseline.write_text(slim.replace('{"id"', '\n{"id"') + "\n", encoding="utf-8")
    shown = tables.console(stderr=order.as_json)
    if order.as_json:
        print(text)  # noqa: T201 - the output that was asked for
    else:
        tables.show(shown, scores, failures=order.failures)
        shown.print(f"The report: {report}")
    passed = _passes(shown, scores, bounds)
    if comparison is not None:
        failing = comparison.failing(conditions)
        tables.show_comparison(shown, comparison, failing)
        passed = passed and not failing
    return passed


def _passes(shown: Console, scores: Scores, bounds: Sequence[Bound]) -> bool:
    broken = [reason for gate in bounds if (reason := gate.broken_by(scores))]
    for reason in broken:
        shown.print(f"gate: {reason}")
    return not broken


async def _run(order: Order, progress: Callable[[Progress], None]) -> tuple[Scores, list[Judged]]:
    settings, mode = load(), order.plan.mode
    async with voices(settings, mode=mode, judge=order.judge, record=order.record, replay=order.replay) as speaking:
        with tempfile.TemporaryDirectory(prefix="paperbrief-vectors-") as folder:
            # Two libraries hold nearly the same papers: their passages are embedded once.
            embedder = KeptVectors(builtin_embedder(settings), order.vectors or Path(folder))
            scores, judged = await run(order.plan, embedder=embedder, refit=speaking.refit, progress=progress)
        if speaking.judge is not None:
            opinions = await judge(judged, speaking.judge, speaking.prompts, progress=progress)
            scores = replace(scores, judge=opinions.to_json())
        return scores, judged
