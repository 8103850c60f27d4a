"""Where the marks of the report's drawings stand. Pure: numbers in, coordinates out; the templates draw them.

A plot is a square of SIZE units with the origin at its lower left; SVG counts down from the top, so y is turned here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eval.reliability import Bin, RiskPoint

SIZE = 260.0
_LARGEST = 9.0  # the radius of the fullest bin's mark


@dataclass(frozen=True, slots=True)
class Mark:
    """A circle of a plot, with what a pointer that rests on it is told."""

    x: float
    y: float
    radius: float
    says: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a bar: where it begins and how wide it is in percent, what it is, how many it stands for."""

    left: float
    width: float
    kind: str
    count: int


def at(x: float, y: float) -> tuple[float, float]:
    """The place of a point of the unit square in the drawing."""
    return round(x * SIZE, 1), round((1 - y) * SIZE, 1)


def reliability_marks(bins: Sequence[Bin]) -> list[Mark]:
    """A mark for each bin that holds questions; its area grows with their number."""
    most = max((one.count for one in bins), default=0)
    marks = []
    for one in bins:
        if one.count:
            x, y = at(one.said, one.happened)
            radius = round(_LARGEST * (one.count / most) ** 0.5, 1)
            says = (
                f"{one.low:.1f} to {one.high:.1f}: {one.count} answered, {one.happened:.2f} right, {one.said:.2f} said"
            )
            marks.append(Mark(x, y, max(radius, 2.0), says))
    return marks


def risk_line(points: Sequence[RiskPoint], share: float) -> str:
    """The risk-coverage curve as SVG points, where `share` of the questions were answered at all."""
    return " ".join(f"{x},{y}" for x, y in (at(point.coverage * share, point.risk) for point in points))


def stretches(counts: Sequence[tuple[str, int]], whole: int) -> list[Stretch]:
    """The parts of a bar in their order, those of nothing left out."""
    found, left = [], 0.0
    for kind, count in counts:
        if count:
            width = 100 * count / max(whole, 1)
            found.append(Stretch(round(left, 3), round(width, 3), kind, count))
            left += width
    return found
