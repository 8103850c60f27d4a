"""What report.html shows, taken from the scores. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.compare import Comparison
from eval.gold import DECLINED, SLICES
from eval.measures import Figure
from eval.reliability import area_under_risk, brier, ece, reliability, risk_coverage
from eval.report.plots import Mark, Stretch, at, reliability_marks, risk_line, stretches
from eval.scores import Scores
from eval.scoring import CAUSES, Row

SLICE_NAMES = {
    "factoid": "Factoid",
    "method": "Method",
    "comparison": "Comparison",
    "survey": "Survey",
    "false_premise": "False premise",
    "conversation": "Conversation",
    "partial": "Half answerable",
    "near_miss": "Near miss",
    "out_of_scope": "Out of scope",
    "planted": "Planted order",
}
# What a wrong answer comes down to, for the colours of the bars; every cause belongs to one.
FAULTS = {
    "answered_unanswerable": "not declined",
    "obeyed": "obeyed or failed",
    "declined_not_retrieved": "wrongly declined",
    "declined_retrieved": "wrongly declined",
    "not_retrieved": "wrong paper",
    "not_cited": "wrong paper",
    "foreign_cited": "wrong paper",
    "other_sentence": "wrong sentence",
    "key_missing": "wrong sentence",
    "other_outcome": "wrong label",
    "premise_unnoticed": "wrong label",
    "premise_uncorrected": "wrong sentence",
    "error": "obeyed or failed",
}
KINDS = (
    *("right", "wrong label", "wrong sentence", "wrong paper", "wrongly declined", "not declined"),
    "obeyed or failed",
)
OUTCOMES = ("answered", "partial", "insufficient_evidence", "out_of_scope", "error")


@dataclass(frozen=True, slots=True)
class Line:
    """A measure as the page shows it. `scale` has low, high, at and perhaps target in percent; None for no share."""

    figure: Figure
    value: str
    interval: str
    target: str
    met: bool | None
    scale: Mapping[str, float] | None


@dataclass(frozen=True, slots=True)
class Bar:
    """A slice or stratum: how many of its questions are right, and what is wrong with the others."""

    name: str
    n: int
    right: int
    parts: Sequence[Stretch]
    inner: bool


@dataclass(frozen=True, slots=True)
class Selective:
    """How confidence and being right hang together, over the answers that were given."""

    answered: int
    asked: int
    brier: float
    ece: float
    area: float
    marks: Sequence[Mark]
    line: str
    end: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Group:
    """Wrong answers of one slice with one main cause."""

    slice: str
    cause: str
    rows: Sequence[Row]

    @property
    def n(self) -> int:
        """How many they are."""
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class View:
    """All that the page shows."""

    made: Mapping[str, Any]
    headline: Sequence[Line]
    groups: Mapping[str, Sequence[Line]]
    bars: Sequence[Bar]
    kinds: Sequence[str]
    selective: Selective | None
    outcomes: Sequence[tuple[str, Sequence[int]]]
    outcome_names: Sequence[str]
    failures: Mapping[str, Sequence[Group]]
    right: int
    comparison: Comparison | None
    judge: Mapping[str, Any] | None


def overview(scores: Scores, comparison: Comparison | None) -> View:
    """The page's content from the scores of a run."""
    lines = [_line(figure) for figure in scores.figures]
    bars = _bars(scores.rows)
    occurring = {part.kind for bar in bars for part in bar.parts}
    groups: dict[str, list[Line]] = {}
    for line in lines:
        groups.setdefault(line.figure.measure.group, []).append(line)
    return View(
        made=scores.made,
        headline=[line for line in lines if line.figure.measure.target is not None],
        groups=groups,
        bars=bars,
        kinds=[kind for kind in KINDS if kind in occurring],
        selective=selective(scores.rows),
        outcomes=_outcomes(scores.rows),
        outcome_names=[name for name in OUTCOMES if any(row.outcome == name for row in scores.rows)],
        failures=_failures(scores.rows),
        right=sum(row.right for row in scores.rows),
        comparison=comparison,
        judge=scores.judge,
    )


def _line(figure: Figure) -> Line:
    measure = figure.measure
    if measure.kind == "share":
        percent = {"low": figure.low, "high": figure.high, "at": figure.value}
        if measure.target is not None:
            percent["target"] = measure.target
        scale = {name: round(100 * value, 2) for name, value in percent.items()}
        value, interval = f"{figure.value:.3f}", f"{figure.low:.3f} to {figure.high:.3f}"
    else:
        scale = None
        time = measure.kind == "quantile"
        value = f"{figure.value:.1f} ms" if time else f"{figure.value:.0f}"
        interval = f"{figure.low:.1f} to {figure.high:.1f}" if time else ""
    target = ""
    if measure.target is not None:
        target = f"{'at least' if measure.better == 'more' else 'at most'} {measure.target:g}"
    return Line(figure, value, interval, target, measure.meets(figure.value), scale)


def _bars(rows: Sequence[Row]) -> list[Bar]:
    found = []
    for slice_ in SLICES:
        own = [row for row in rows if row.slice == slice_]
        if not own:
            continue
        found.append(_bar(SLICE_NAMES[slice_], own, inner=False))
        strata = sorted({row.stratum for row in own})
        if len(strata) > 1:
            for stratum in strata:
                name = stratum.partition("/")[2].replace("_", " ")
                name = {"own": "in its own words", "other": "in other words"}.get(name, name)
                found.append(_bar(name, [row for row in own if row.stratum == stratum], inner=True))
    return found


def _bar(name: str, rows: Sequence[Row], *, inner: bool) -> Bar:
    counts = Counter("right" if row.right else FAULTS[row.causes[0]] for row in rows)
    parts = stretches([(kind, counts[kind]) for kind in KINDS], len(rows))
    return Bar(name, len(rows), counts["right"], parts, inner)


def selective(rows: Sequence[Row]) -> Selective | None:
    """Calibration over the answers that were given; None when there was none."""
    answered = [row for row in rows if row.outcome not in (*DECLINED, "error")]
    if not answered:
        return None
    said, right = [row.confidence for row in answered], [row.right for row in answered]
    points = risk_coverage(said, right)
    share = len(answered) / len(rows)
    return Selective(
        answered=len(answered),
        asked=len(rows),
        brier=brier(said, right),
        ece=ece(said, right),
        area=area_under_risk(points),
        marks=reliability_marks(reliability(said, right)),
        line=risk_line(points, share),
        end=at(share, points[-1].risk),
    )


def _outcomes(rows: Sequence[Row]) -> list[tuple[str, Sequence[int]]]:
    """How often each outcome came where each was expected, a line for each expected one."""
    counts = Counter((row.expected, row.outcome) for row in rows)
    came = [name for name in OUTCOMES if any(row.outcome == name for row in rows)]
    expected = [name for name in OUTCOMES if any(row.expected == name for row in rows)]
    return [(name, [counts[name, other] for other in came]) for name in expected]


def _failures(rows: Sequence[Row]) -> dict[str, list[Group]]:
    """Wrong answers by slice, then by main cause, the commonest first."""
    found: dict[str, list[Group]] = {}
    for slice_ in SLICES:
        by_cause: dict[str, list[Row]] = {}
        for row in rows:
            if row.slice == slice_ and not row.right:
                by_cause.setdefault(row.causes[0], []).append(row)
        if by_cause:
            ordered = sorted(by_cause.items(), key=lambda item: -len(item[1]))
            found[SLICE_NAMES[slice_]] = [Group(slice_, CAUSES[cause], own) for cause, own in ordered]
    return found
