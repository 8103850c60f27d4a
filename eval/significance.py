"""How sure a figure is, and whether two runs differ. Pure.

A measure is a sum over a sum, with a pair (what counts, out of how much) for each question. Questions are what was
drawn, so it is questions that the bootstrap draws again: sentences of one answer stand or fall together.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from eval.metrics import LEVEL, RESAMPLES, Interval

Pairs = Mapping[str, tuple[float, float]]
Floats = NDArray[np.float64]


def ratio(pairs: Pairs) -> float:
    """The sum of what counts over the sum of what it is out of; 0 where nothing was counted."""
    whole = sum(of for _, of in pairs.values())
    return float(sum(counts for counts, _ in pairs.values()) / whole) if whole else 0.0


def ratio_interval(pairs: Pairs, *, resamples: int = RESAMPLES, seed: int = 0) -> Interval:
    """The ratio with its percentile bootstrap interval, drawn by question (Efron & Tibshirani 1993, chapter 13)."""
    if not pairs:
        return Interval(0.0, 0.0, 0.0)
    table = np.array(list(pairs.values()), np.float64)
    sums = table[_draws(len(table), resamples, seed)].sum(axis=1)
    return Interval(ratio(pairs), *_tails(_divided(sums)))


def quantile_interval(values: Sequence[float], q: float, *, resamples: int = RESAMPLES, seed: int = 0) -> Interval:
    """A quantile with its percentile bootstrap interval; zeros where there are no values."""
    if not values:
        return Interval(0.0, 0.0, 0.0)
    table = np.array(values, np.float64)
    drawn = np.quantile(table[_draws(len(table), resamples, seed)], q, axis=1)
    return Interval(float(np.quantile(table, q)), *_tails(drawn))


def paired_ratio(now: Pairs, before: Pairs, *, resamples: int = RESAMPLES, seed: int = 0) -> Interval:
    """The difference `now - before` of two ratios with its interval, drawn by question, the same in both at a time.

    A question that only one of the two counts (an answer that is declined in one run only) counts nothing in the other.
    """
    names = sorted(now.keys() | before.keys())
    if not names:
        return Interval(0.0, 0.0, 0.0)
    one, other = (np.array([pairs.get(name, (0.0, 0.0)) for name in names], np.float64) for pairs in (now, before))
    chosen = _draws(len(names), resamples, seed)
    differences = _divided(one[chosen].sum(axis=1)) - _divided(other[chosen].sum(axis=1))
    return Interval(ratio(now) - ratio(before), *_tails(differences))


def mcnemar(worse: int, better: int) -> float:
    """The exact two-sided p-value of McNemar's test (1947): `worse` questions turned wrong, `better` turned right.

    Under no difference each change is a toss of a fair coin: `min(1, 2 P(X <= min(worse, better)))` with X binomial
    over all changes.
    """
    changes = worse + better
    tail = sum(math.comb(changes, k) for k in range(min(worse, better) + 1))
    return min(1.0, 2.0 * tail / float(2**changes))


def _draws(count: int, resamples: int, seed: int) -> NDArray[np.int64]:
    return np.random.default_rng(seed).integers(0, count, (resamples, count))


def _divided(sums: Floats) -> Floats:
    """Numerators over denominators, 0 where a draw holds nothing that counts."""
    return np.divide(sums[:, 0], sums[:, 1], out=np.zeros(len(sums)), where=sums[:, 1] > 0)


def _tails(drawn: Floats) -> tuple[float, float]:
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return float(low), float(high)


def kappa(both: int, first: int, second: int, neither: int) -> float:
    """Cohen's kappa of two yes-or-no labels (Cohen 1960): `(observed - chance) / (1 - chance)`; 0 where chance is 1.

    `both` and `neither` count agreement, `first` and `second` what only one of them said yes to. `chance` is the
    agreement that two labellers with these shares of yes would reach by tossing coins.
    """
    n = both + first + second + neither
    if not n:
        return 0.0
    one, other = (both + first) / n, (both + second) / n
    chance = one * other + (1 - one) * (1 - other)
    return ((both + neither) / n - chance) / (1 - chance) if chance < 1 else 0.0
