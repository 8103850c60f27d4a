"""How far the work has come, on standard error: a bar on a terminal, else a line every few seconds."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars
from rich.progress import Task as Bar
from rich.text import Text

from rag.cli.run import say

if TYPE_CHECKING:
    from rag.models import Progress

SECONDS_BETWEEN_LINES = 5.0


class _Rate(ProgressColumn):
    """Records a second."""

    def render(self, task: Bar) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.1f}/s", style="progress.data.speed")


class Meter:
    """Called with each `Progress`; a context manager, because a bar has to be taken down at the end."""

    def __init__(self, *, terminal: bool | None = None) -> None:
        self._terminal = sys.stderr.isatty() if terminal is None else terminal
        self._stage = ""
        self._began = self._told = time.monotonic()
        self._already = 0  # what was done when the stage was first heard of: no part of its rate
        self._bars: Bars | None = None
        self._bar: TaskID | None = None

    def __enter__(self) -> Meter:
        if self._terminal:
            self._bars = Bars(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                _Rate(),
                TimeRemainingColumn(elapsed_when_finished=True),
                console=Console(stderr=True),
            )
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bars is not None:
            self._bars.stop()

    def __call__(self, progress: Progress) -> None:
        """Show where the work stands. May be called from any thread and as often as the work likes."""
        if progress.stage != self._stage:
            self._stage, self._began, self._already = progress.stage, time.monotonic(), progress.done
            if self._bars is not None:
                self._bar = self._bars.add_task(progress.stage, total=progress.total)
        if self._bars is not None and self._bar is not None:
            self._bars.update(self._bar, completed=progress.done, total=progress.total)
        elif time.monotonic() - self._told >= SECONDS_BETWEEN_LINES:
            self._told = time.monotonic()
            say(line(progress, progress.done - self._already, self._told - self._began))


def line(progress: Progress, done: int, seconds: float) -> str:
    """One line for a log, with the rate at which `done` were done: `indexing: 120 of 700, 12.3/s, 47 s left`."""
    parts = [f"{progress.done:,}" if progress.total is None else f"{progress.done:,} of {progress.total:,}"]
    if done > 0 and seconds > 0:
        rate = done / seconds
        parts.append(f"{rate:,.1f}/s")
        if progress.total is not None:
            parts.append(f"{max(0.0, progress.total - progress.done) / rate:,.0f} s left")
    return f"{progress.stage}: {', '.join(parts)}"
