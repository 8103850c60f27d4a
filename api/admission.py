"""Admission: how much work goes on at once, how much may wait, and what those who cannot wait are told.

Two cores answer a bounded number of questions a second. Beyond that a queue only grows, so its length has a limit and
whoever comes after it is told at once when to come again.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from api.problems import BUSY, Refusal

_SMOOTHING = 0.1  # how much the latest duration counts in the running mean
_LONGEST_RETRY = 60  # seconds


class Admission:
    """A number of places to work in, and a queue of limited length before them; first come, first served."""

    def __init__(self, places: int, waiting: int) -> None:
        self._places = places
        self._free = asyncio.Semaphore(places)
        self._most_waiting = waiting
        self._mean = 0.1  # seconds that work takes
        self.waiting = 0
        self.working = 0
        self.turned_away = 0

    def check(self) -> None:
        """Refuse when the queue is full; for those who must know before they begin to answer."""
        if self._free.locked() and self.waiting >= self._most_waiting:
            self.turned_away += 1
            seconds = math.ceil(self._mean * (self.waiting + self.working) / self._places)
            raise Refusal(
                BUSY,
                f"{self.working} requests are being worked on and {self.waiting} wait; no more can wait.",
                hint="Try again after the time in Retry-After.",
                retry_after=min(max(seconds, 1), _LONGEST_RETRY),
            )

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a place and hold it; refused when the queue is full."""
        self.check()
        self.waiting += 1
        try:
            await self._free.acquire()
        finally:
            self.waiting -= 1
        self.working += 1
        began = time.perf_counter()
        try:
            yield
        finally:
            self._mean += _SMOOTHING * (time.perf_counter() - began - self._mean)
            self.working -= 1
            self._free.release()
