"""Times and what is said of them: a middle, an end, a ratio with its interval. Never a single time alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")
Call = Callable[[T], Awaitable[object]]

_RESAMPLES = 1_000


async def interleaved(items: Sequence[T], calls: Mapping[str, Call[T]]) -> dict[str, list[float]]:
    """Milliseconds of every call on every item, by the call's name.

    On each item all calls run one after another, another one first each time: what else the machine does, and what one
    call leaves warm for the next, meets all of them alike.
    """
    names = list(calls)
    taken: dict[str, list[float]] = {name: [] for name in names}
    for turn, item in enumerate(items):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            start = time.perf_counter()
            await calls[name](item)
            taken[name].append((time.perf_counter() - start) * 1000)
    return taken


async def at_once(call: Call[T], items: Sequence[T], clients: int) -> list[float]:
    """Milliseconds of the call on every item, made by so many clients at once, each of which waits for its own."""
    left = iter(items)
    taken: list[float] = []

    async def client() -> None:
        for item in left:
            start = time.perf_counter()
            await call(item)
            taken.append((time.perf_counter() - start) * 1000)

    await asyncio.gather(*(client() for _ in range(clients)))
    return taken


def spread(times: Sequence[float]) -> dict[str, Any]:
    """`n`, `p5`, `p50`, `p95`, and `p95_to_p50`."""
    p5, p50, p95 = (float(value) for value in np.percentile(times, [5, 50, 95]))
    return {"n": len(times), "p5": p5, "p50": p50, "p95": p95, "p95_to_p50": p95 / p50}


def tail(times: Sequence[float]) -> dict[str, float]:
    """`p50`, `p99`, and `p99_to_p50`."""
    p50, p99 = (float(value) for value in np.percentile(times, [50, 99]))
    return {"p50": p50, "p99": p99, "p99_to_p50": p99 / p50}


def ratio(times: Sequence[float], base: Sequence[float]) -> dict[str, float]:
    """The ratio of the medians of two paired series, with a 95 % bootstrap interval over the pairs."""
    return _ratio(times, base, np.median)


def ratio_of_sums(times: Sequence[float], base: Sequence[float]) -> dict[str, float]:
    """The ratio of the sums of two paired series, with a 95 % bootstrap interval over the pairs."""
    return _ratio(times, base, np.sum)


def _ratio(times: Sequence[float], base: Sequence[float], what: Callable[..., Any]) -> dict[str, float]:
    pairs = np.array([times, base], np.float64)
    count = pairs.shape[1]
    drawn = np.random.default_rng(0).integers(0, count, (_RESAMPLES, count))
    of = what(pairs[:, drawn], axis=2)
    low, high = np.quantile(of[0] / of[1], [0.025, 0.975])
    whole = what(pairs, axis=1)
    return {"ratio": float(whole[0] / whole[1]), "low": float(low), "high": float(high)}
