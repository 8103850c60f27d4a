"""A run over gold questions: which, over which papers, how; and what it measured."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.asking import Refit, ask_all
from eval.gold import GoldQuestion, chosen, digest
from eval.halves import read_gold, read_half
from eval.scores import Scores
from eval.scoring import Judged, score
from rag import __version__
from rag.ask import Mode
from rag.models import Progress

if TYPE_CHECKING:
    from rag.embedding import Embedder


@dataclass(frozen=True, slots=True)
class Plan:
    """What to ask: a half of the gold questions that ship, or a file of them; of the sample papers, or of a file."""

    half: str = "reporting"
    gold: Path | None = None
    corpus: Path | None = None
    mode: Mode = "extractive"
    slices: tuple[str, ...] = ()
    limit: int | None = None

    def questions(self) -> list[GoldQuestion]:
        """The questions to ask. Raises InputError."""
        found = read_half(self.half) if self.gold is None else read_gold(self.gold)
        return chosen(found, self.slices, self.limit)


async def run(
    plan: Plan,
    *,
    embedder: Embedder,
    refit: Refit | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> tuple[Scores, list[Judged]]:
    """Ask the questions of a plan and score the answers. `refit` may put another model into the library.

    Raises InputError for questions that cannot be read or asked, and what opening a library raises.
    """
    started = time.perf_counter()
    questions = plan.questions()
    judged = []
    with as_file(files("eval") / "corpus" / "papers.jsonl") as sample:
        async for session, corpus in ask_all(
            questions, plan.corpus or sample, embedder=embedder, mode=plan.mode, refit=refit, progress=progress
        ):
            judged.append(Judged(score(session, corpus), session, corpus))
    made = _made(plan, questions, judged, time.perf_counter() - started)
    return Scores.of([one.row for one in judged], made), judged


def _made(plan: Plan, questions: Sequence[GoldQuestion], judged: Sequence[Judged], seconds: float) -> dict[str, Any]:
    answers = [reply.answer for one in judged for reply in one.session.replies if reply.answer]
    provenance = answers[0].provenance if answers else None
    models = sorted({answer.provenance.model for answer in answers if answer.provenance.model})
    return {
        "gold": plan.gold.name if plan.gold else plan.half,
        "gold_sha256": digest(questions),
        "corpus": plan.corpus.name if plan.corpus else "sample",
        "questions": len(questions),
        "papers": len(judged[0].corpus.papers) if judged else 0,
        "mode": plan.mode,
        "model": ", ".join(models) or None,
        "prompts": sorted({a.provenance.prompt for a in answers if a.provenance.prompt}),
        "embedding": provenance.embedding if provenance else None,
        "calibration": provenance.calibration if provenance else None,
        "version": __version__,
        "created": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "seconds": round(seconds, 1),
    }
