"""How far a probability can be trusted, and what declining costs: calibration and selective-answering measures. Pure.

All take two sequences of one length: `probabilities` in [0, 1] that a question was answered rightly, and `right`, what
came of it. They return plain numbers and lists, to be printed or drawn.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

BINS = 10
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Bin:
    """The questions whose probability lies in [low, high), the last bin with its end: how many, and two means.

    `said` is the mean probability, `happened` the share answered rightly; both 0 in an empty bin.
    """

    low: float
    high: float
    count: int
    said: float
    happened: float


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """What answering every question from `threshold` up means: the share answered, and the share of these wrong."""

    threshold: float
    coverage: float
    risk: float


def brier(probabilities: Sequence[float], right: Sequence[bool]) -> float:
    """The Brier score, `mean((p - y)^2)`: 0 is perfect, 0.25 is what always saying one half gets; 0 for no questions.

    Source: Brier 1950, "Verification of forecasts expressed in terms of probability", for two outcomes.
    """
    _same_length(probabilities, right)
    if not right:
        return 0.0
    return sum((p - y) ** 2 for p, y in zip(probabilities, right, strict=True)) / len(right)


def reliability(probabilities: Sequence[float], right: Sequence[bool], *, bins: int = BINS) -> list[Bin]:
    """Bins of equal width over [0, 1], empty ones too: the points of a reliability diagram.

    Source: Murphy & Winkler 1977, "Reliability of subjective probability forecasts".
    """
    _same_length(probabilities, right)
    if bins < 1:
        raise ValueError(f"there is at least one bin, not {bins}")
    inside: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for p, y in zip(probabilities, right, strict=True):
        inside[min(int(p * bins), bins - 1)].append((p, y))
    return [
        Bin(
            low=place / bins,
            high=(place + 1) / bins,
            count=len(found),
            said=sum(p for p, _ in found) / len(found) if found else 0.0,
            happened=sum(y for _, y in found) / len(found) if found else 0.0,
        )
        for place, found in enumerate(inside)
    ]


def ece(probabilities: Sequence[float], right: Sequence[bool], *, bins: int = BINS) -> float:
    """The expected calibration error, `sum_b n_b / n * |happened_b - said_b|` over bins of equal width.

    With few questions in a bin chance alone makes it large: do not read it below some hundreds of questions.
    Source: Naeini, Cooper & Hauskrecht 2015, "Obtaining well calibrated probabilities using Bayesian binning".
    """
    found = reliability(probabilities, right, bins=bins)
    return sum(b.count * abs(b.happened - b.said) for b in found) / max(1, len(right))


def risk_coverage(probabilities: Sequence[float], right: Sequence[bool]) -> list[RiskPoint]:
    """The risk-coverage curve, one point for each probability that occurs, from the surest questions to all of them.

    Coverage is the share of questions that are answered, risk the share of these that are wrong.
    Source: El-Yaniv & Wiener 2010, "On the foundations of noise-free selective classification".
    """
    _same_length(probabilities, right)
    ranked = sorted(zip(probabilities, right, strict=True), key=lambda pair: -pair[0])
    points, wrong = [], 0
    for place, (p, y) in enumerate(ranked, 1):
        wrong += not y
        if place == len(ranked) or ranked[place][0] != p:
            points.append(RiskPoint(threshold=p, coverage=place / len(ranked), risk=wrong / place))
    return points


def area_under_risk(points: Sequence[RiskPoint]) -> float:
    """The area under a risk-coverage curve, each point's risk weighed by the coverage that it adds; less is better."""
    area, before = 0.0, 0.0
    for point in points:
        area += point.risk * (point.coverage - before)
        before = point.coverage
    return area


def clopper_pearson(hits: int, n: int, *, level: float = LEVEL) -> tuple[float, float]:
    """The exact two-sided interval of a share, hits / n; (0, 1) when n is 0.

    The low end is the share under which `hits` or more has the probability (1 - level) / 2, the high end that under
    which `hits` or fewer has. Source: Clopper & Pearson 1934.
    """
    if not 0 <= hits <= n:
        raise ValueError(f"{hits} of {n} is no share")
    tail = (1 - level) / 2
    low = 0.0 if hits == 0 else _solved(lambda share: 1 - _at_most(hits - 1, n, share) - tail)
    return low, clopper_pearson_upper(hits, n, level=1 - tail)


def clopper_pearson_upper(hits: int, n: int, *, level: float = LEVEL) -> float:
    """The exact one-sided upper bound of a share: with confidence `level` the true share is no larger; 1 when n is 0.

    0 wrong of n bounds the share at `1 - (1 - level)^(1/n)`: about 3 / n at 95 %, which is the least that n questions
    can promise. Source: Clopper & Pearson 1934.
    """
    if not 0 <= hits <= n:
        raise ValueError(f"{hits} of {n} is no share")
    if hits == n:
        return 1.0
    return _solved(lambda share: (1 - level) - _at_most(hits, n, share))


def _at_most(hits: int, n: int, share: float) -> float:
    """The probability of at most `hits` of n at this share (binomial distribution)."""
    if share <= 0:
        return 1.0
    if share >= 1:
        return float(hits >= n)
    yes, no = math.log(share), math.log1p(-share)
    whole = math.lgamma(n + 1)
    return math.fsum(
        math.exp(whole - math.lgamma(k + 1) - math.lgamma(n - k + 1) + k * yes + (n - k) * no) for k in range(hits + 1)
    )


def _solved(rising: Callable[[float], float]) -> float:
    """Where a function that rises over [0, 1] crosses zero, by halving."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if rising(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _same_length(probabilities: Sequence[float], right: Sequence[bool]) -> None:
    if len(probabilities) != len(right):
        raise ValueError(f"{len(probabilities)} probabilities and {len(right)} outcomes do not belong together")
