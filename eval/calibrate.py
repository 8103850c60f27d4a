"""Calibrating the decision to decline: gold questions in, a calibration file out.

    gold questions -> cases (as asked, with the right paper hidden, asked of another system) -> features and labels
    -> two regressions, cross-validated by author and paper -> threshold -> file

A question that can be answered makes several that cannot, for nothing: its paper is taken out of the scope, or its
system's name is exchanged for another stored one's or for one that is not stored. Together each sort weighs as much as
the near misses that people wrote, so that the probabilities stay those of questions as they are asked.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.asking import shelf
from eval.calibrate_cases import Case, cases
from eval.calibrate_fit import Fitted, fitted
from eval.calibrate_surveys import fitted as fitted_surveys
from eval.calibrate_surveys import topical
from eval.gold import GoldQuestion, parse
from eval.halves import read_gold, read_half
from rag import __version__
from rag.calibrated import answer_prompt
from rag.errors import InputError

if TYPE_CHECKING:
    from rag.embedding import Embedder

_VOICES, _FURTHER = "voices.jsonl", "declining.jsonl"
FEWEST = 40
"""Questions below which nothing is fitted: fewer than features would be told apart by chance."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file of gold questions with the papers that they are asked of; `further` ones are fitted on, not measured."""

    name: str
    questions: Sequence[GoldQuestion]
    corpus: Path
    further: bool = False
    topical: bool = False
    """Whether it is only what surveys are calibrated on."""


def sources(gold: Sequence[Path], corpus: Sequence[Path]) -> list[Source]:
    """The files named, each with its papers; without any, what the packaged calibration is made of.

    That is the choosing half, the questions of four more authors, and those written to calibrate on. Raises InputError.
    """
    sample = Path(str(files("eval") / "corpus" / "papers.jsonl"))
    if not gold:
        return [
            Source("choosing", read_half("choosing"), sample),
            Source("voices", _packaged(_VOICES), sample),
            Source("declining", _packaged(_FURTHER), sample, further=True),
            Source("topics", topical(), sample, further=True, topical=True),
        ]
    if corpus and len(corpus) != len(gold):
        raise InputError(
            f"{len(gold)} gold files and {len(corpus)} files of papers do not belong together.",
            hint="Give --corpus as often as --gold, or not at all.",
        )
    papers = corpus or [sample] * len(gold)
    return [Source(path.stem, read_gold(path), among) for path, among in zip(gold, papers, strict=True)]


def _packaged(name: str) -> list[GoldQuestion]:
    return parse((files("eval") / "gold" / name).read_text(encoding="utf-8").splitlines(), name)


async def calibrate(sources: Sequence[Source], *, embedder: Embedder, name: str, version: int) -> dict[str, Any]:
    """The content of a calibration file, fitted on all sources. Raises InputError for too few questions."""
    asked = sum(len(source.questions) for source in sources)
    if asked < FEWEST:
        raise InputError(
            f"{asked} gold questions are too few to calibrate on.", hint=f"Bring {FEWEST} or more, of all slices."
        )
    found: list[Case] = []
    only_surveys: list[Case] = []
    further = [source for source in sources if source.further and not source.topical]
    for source in sources:
        async with shelf(source.corpus, embedder=embedder) as opened:
            beside = [q for other in further if other is not source for q in other.questions]
            made = await cases(opened, source.questions, further=source.further, beside=beside)
            (only_surveys if source.topical else found).extend(made)
    fit = replace(fitted(found), surveys=fitted_surveys([*found, *only_surveys]))
    return content(fit, sources, found, embedding=embedder.identity, name=name, version=version)


def content(
    fit: Fitted, sources: Sequence[Source], found: Sequence[Case], *, embedding: str, name: str, version: int
) -> dict[str, Any]:
    """What the file says: the regressions, the thresholds, what it was made from, and how good it is."""
    return {
        "name": name,
        "version": version,
        "embedding": embedding,
        "prompt_sha256": answer_prompt(),
        "regression": fit.regression,
        "answerable": fit.answerable,
        **({"surveys": fit.surveys} if fit.surveys else {}),
        "threshold": fit.threshold,
        "out_of_scope_below": fit.out_of_scope_below,
        "made": {
            "date": datetime.now(UTC).date().isoformat(),
            "code": __version__,
            "gold": [
                {"name": source.name, "sha256": digest(source.questions), "questions": len(source.questions)}
                for source in sources
            ],
            "cases": {
                kind: sum(case.kind == kind for case in found) for kind in ("asked", "hidden", "swapped", "joined")
            },
        },
        "measured": fit.measured,
    }


def written(made: dict[str, Any]) -> str:
    """The file's text."""
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def digest(questions: Sequence[GoldQuestion]) -> str:
    """The SHA-256 of gold questions, whatever file they came in."""
    return hashlib.sha256("\n".join(q.model_dump_json() for q in questions).encode()).hexdigest()


def readable(made: dict[str, Any]) -> str:
    """The measured figures in a few lines."""
    measured, at = made["measured"], made["measured"]["at_threshold"]
    lines = [
        f"{measured['questions']} questions as asked, {made['made']['cases']} cases; by author and paper:",
        f"Brier {measured['brier']:.3f}, ECE {measured['ece']:.3f}, AUC {measured['auc']:.3f}",
        f"threshold {made['threshold']:.3f}: declining precision {at['precision']:.3f}, recall {at['recall']:.3f}",
        f"answered wrongly {at['answered_wrongly']} of {at['answered']} "
        f"(at most {at['answered_wrongly_at_most']:.3f} with 95 % confidence)",
        f"answered though unanswerable {at['unanswerable_answered']} of {at['unanswerable']} "
        f"(at most {at['unanswerable_answered_at_most']:.3f} with 95 % confidence)",
        measured["supports"],
        *(
            f"{author}: precision {at['precision']:.3f}, recall {at['recall']:.3f} of {at['questions']} questions"
            for author, at in measured["authors"].items()
        ),
        "threshold, precision, recall: "
        + "; ".join(f"{p['threshold']:.2f} {p['precision']:.2f} {p['recall']:.2f}" for p in measured["curve"]),
    ]
    return "\n".join(lines)
