"""A brief's topics over the weeks as a small drawing. Pure.

It takes the colour of the text around it, so it is right on light and on dark paper, and it uses no styles, so a page's
policy may forbid them. What it shows stands in its description too, for who cannot see it.
"""

from __future__ import annotations

from dataclasses import dataclass

from rag.models import Changes, TopicHistory
from rag.render.filled import clipped, filled
from rag.render.parts import one_line, when

WIDTH = 360
_LABELS = 206  # where the bars begin
_BAR, _STEP = 16, 22
_ROW, _TALLEST = 34, 24
_LABEL = 32  # characters of a topic


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of `height`; its top left corner is at (`x`, `y`)."""

    x: float
    y: float
    width: float
    height: float
    known: bool
    last: bool
    """Whether it is that of the brief's own window."""


@dataclass(frozen=True, slots=True)
class Line:
    """A topic with its bars. `base` is the height of the line that they stand on."""

    label: str
    count: int
    base: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is drawn, and the same in words."""

    width: int
    height: int
    start: int
    end: int
    first: str
    last: str
    lines: tuple[Line, ...]
    title: str
    description: str


def drawn(changes: Changes) -> Drawing | None:
    """The drawing of the changes; None where nothing is known of the time before."""
    if not changes.histories:
        return None
    most = max(max(count or 0 for count in history.papers) for history in changes.histories) or 1
    lines = tuple(_line(at, history, most) for at, history in enumerate(changes.histories))
    names = [when(window) for window in changes.windows]
    return Drawing(
        width=WIDTH,
        height=_ROW * len(lines) + 20,
        start=_LABELS,
        end=_LABELS + _STEP * len(names),
        first=names[0],
        last=names[-1],
        lines=lines,
        title=f"Papers by topic, {names[0]} to {names[-1]}",
        description=" ".join(_said(history) for history in changes.histories),
    )


def svg(changes: Changes) -> str:
    """The drawing as SVG; empty where there is none."""
    drawing = drawn(changes)
    return filled("weeks.svg", drawing=drawing) if drawing else ""


def _line(at: int, history: TopicHistory, most: int) -> Line:
    base = _ROW * (at + 1) - 6
    bars = []
    for place, count in enumerate(history.papers):
        height = round(_TALLEST * (count or 0) / most, 1)
        last = place == len(history.papers) - 1
        bars.append(Bar(_LABELS + _STEP * place, round(base - height, 1), _BAR, height, count is not None, last))
    return Line(clipped(history.topic, _LABEL), history.papers[-1] or 0, base, tuple(bars))


def _said(history: TopicHistory) -> str:
    counts = ", ".join("not known" if count is None else str(count) for count in history.papers)
    return f"{one_line(history.topic)}: {counts}."
