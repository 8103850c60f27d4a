"""Retrieval metrics and how sure one may be of them. Pure.

`Qrels` and `Run` are the only inputs of a metric: query -> paper -> grade, and query -> paper -> score. A metric gives
one value for every query of the qrels, 0 for a query that the run does not answer; the mean of these values is what is
reported, and their spread is what the bootstrap works on.

Papers with equal scores rank in falling order of their identifiers, as in trec_eval, so that a figure does not depend
on the order in which a run was made.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

Qrels = Mapping[str, Mapping[str, int]]
Run = Mapping[str, Mapping[str, float]]

RESAMPLES = 2_000
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with the bounds of its bootstrap interval."""

    mean: float
    low: float
    high: float


def ndcg(qrels: Qrels, run: Run, k: int) -> dict[str, float]:
    """nDCG@k: `sum_{i<=k} g_i / log2(i + 1)` over the same sum of the best possible ranking.

    `g_i` is the grade of the paper at rank i, 0 where it is not judged or judged below 0. A query without any relevant
    paper gets 0. (Jarvelin & Kekalainen 2002, with the linear gain of trec_eval.)
    """

    def one(grades: Mapping[str, int], ranked: Sequence[str]) -> float:
        best = _dcg(sorted(grades.values(), reverse=True)[:k])
        return _dcg([grades.get(paper, 0) for paper in ranked[:k]]) / best if best else 0.0

    return _each(qrels, run, one, k)


def recall(qrels: Qrels, run: Run, k: int) -> dict[str, float]:
    """Recall@k: relevant papers among the first k, over all relevant papers; 0 for a query that has none."""

    def one(grades: Mapping[str, int], ranked: Sequence[str]) -> float:
        relevant = _relevant(grades)
        return len(relevant.intersection(ranked[:k])) / len(relevant) if relevant else 0.0

    return _each(qrels, run, one, k)


def precision(qrels: Qrels, run: Run, k: int) -> dict[str, float]:
    """Precision@k: relevant papers among the first k, over k, however few were found."""

    def one(grades: Mapping[str, int], ranked: Sequence[str]) -> float:
        return len(_relevant(grades).intersection(ranked[:k])) / k

    return _each(qrels, run, one, k)


def mrr(qrels: Qrels, run: Run, k: int) -> dict[str, float]:
    """MRR@k: `1 / rank` of the first relevant paper, 0 when none stands among the first k. The mean is the MRR."""

    def one(grades: Mapping[str, int], ranked: Sequence[str]) -> float:
        relevant = _relevant(grades)
        return next((1 / rank for rank, paper in enumerate(ranked[:k], 1) if paper in relevant), 0.0)

    return _each(qrels, run, one, k)


def mean(values: Mapping[str, float]) -> float:
    """The mean over queries; 0 for none."""
    return sum(values.values()) / len(values) if values else 0.0


def bootstrap(values: Mapping[str, float], *, resamples: int = RESAMPLES, seed: int = 0) -> Interval:
    """The mean over queries and its percentile bootstrap interval: queries are drawn again with replacement."""
    if not values:
        return Interval(0.0, 0.0, 0.0)
    return _interval(np.fromiter(values.values(), np.float64, len(values)), resamples, seed)


def paired_bootstrap(
    one: Mapping[str, float], other: Mapping[str, float], *, resamples: int = RESAMPLES, seed: int = 0
) -> Interval:
    """The mean of `one - other` over the same queries and its interval: one that leaves 0 out tells them apart.

    Raises ValueError when the two were not measured on the same queries.
    """
    if one.keys() != other.keys():
        raise ValueError("a paired difference needs both values for the same queries")
    return bootstrap({query: value - other[query] for query, value in one.items()}, resamples=resamples, seed=seed)


def ranking(scores: Mapping[str, float]) -> list[str]:
    """Papers in falling order of score, equal scores in falling order of identifier."""
    return sorted(scores, key=lambda paper: (scores[paper], paper), reverse=True)


def _each(qrels: Qrels, run: Run, one: Callable[[Mapping[str, int], Sequence[str]], float], k: int) -> dict[str, float]:
    if k < 1:
        raise ValueError(f"a cut-off is 1 or more, not {k}")
    return {query: one(grades, ranking(run.get(query, {}))) for query, grades in qrels.items()}


def _relevant(grades: Mapping[str, int]) -> set[str]:
    return {paper for paper, grade in grades.items() if grade > 0}


def _dcg(grades: Sequence[int]) -> float:
    return sum(max(grade, 0) / math.log2(rank + 1) for rank, grade in enumerate(grades, 1))


def _interval(values: np.ndarray[tuple[int], np.dtype[np.float64]], resamples: int, seed: int) -> Interval:
    drawn = np.random.default_rng(seed)
    count = len(values)
    means = np.array([values[drawn.integers(0, count, count)].mean() for _ in range(resamples)])
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return Interval(float(values.mean()), float(low), float(high))


def wilson(hits: int, n: int, *, z: float = 1.96) -> tuple[float, float]:
    """The Wilson score interval of a share, hits / n; (0, 1) when n is 0. Source: Wilson 1927."""
    if not n:
        return 0.0, 1.0
    share = hits / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * (share * (1 - share) / n + z * z / (4 * n * n)) ** 0.5
    return max(0.0, centre - half), min(1.0, centre + half)
