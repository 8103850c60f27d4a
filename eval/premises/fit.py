"""The regression over doubts: cross-validated by author, its terms kept to the sign that they can only have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.premise.doubt import By, Doubt
from rag.premise.weigh import TERMS, Weights, values

THRESHOLD = 0.5
_PENALTY = 1.0  # of the squared weights; 0.3 and 3 make no difference that is more than chance
_PLACES = 4
_ONLY_AGAINST = frozenset(("against",))
_EITHER = frozenset(by.value for by in By)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Case:
    """A question with its doubts: `right` says which of them are justified; all false where no premise is wrong."""

    author: str
    question: str
    wrong: bool
    answerable: bool
    doubts: tuple[Doubt, ...]
    right: tuple[bool, ...]


def fitted(cases: Sequence[Case]) -> dict[str, Any]:
    """The weights of all cases, as the file holds them."""
    rows = [(doubt, right) for case in cases for doubt, right in zip(case.doubts, case.right, strict=True)]
    matrix = np.array([[values(doubt)[name] for name in TERMS] for doubt, _ in rows])
    intercept, weights = _regression(matrix, np.array([float(right) for _, right in rows]))
    return {
        "intercept": round(intercept, _PLACES),
        "terms": {name: round(float(w), _PLACES) for name, w in zip(TERMS, weights, strict=True) if w},
        "threshold": THRESHOLD,
    }


def measured(cases: Sequence[Case]) -> dict[str, dict[str, tuple[int, int]]]:
    """By author, fitted on the others: wrong premises noticed, with a right sentence, false alarms, alarms on declined.

    Each is a pair of how often and of how many.
    """
    return {
        author: judged(
            [case for case in cases if case.author == author],
            Weights.of(fitted([case for case in cases if case.author != author])),
        )
        for author in dict.fromkeys(case.author for case in cases)
    }


def judged(cases: Sequence[Case], weights: Weights) -> dict[str, tuple[int, int]]:
    """How weights do on cases; see `measured`."""
    counts = {name: [0, 0] for name in ("noticed", "corrected", "false_alarms", "where_to_decline")}
    for case in cases:
        sure = [(weights.probability(doubt), right) for doubt, right in zip(case.doubts, case.right, strict=True)]
        best = max(sure, key=lambda found: found[0], default=(0.0, False))
        met = best[0] >= weights.threshold
        if case.wrong:
            found = {"noticed": met, "corrected": met and best[1]}
        else:
            found = {"false_alarms" if case.answerable else "where_to_decline": met}
        for name, value in found.items():
            counts[name][0] += int(value)
            counts[name][1] += 1
    return {name: (count, among) for name, (count, among) in counts.items() if among}


def _regression(matrix: Floats, answers: Floats) -> tuple[float, Floats]:
    """Intercept and weights; a term that would speak the wrong way is chance, and left out."""
    kept = list(range(len(TERMS)))
    while True:
        found = _newton(matrix[:, kept], answers)
        wrong = [
            (abs(weight), column)
            for weight, column in zip(found[1:], kept, strict=True)
            if _wrong(TERMS[column], weight)
        ]
        if not wrong:
            weights = np.zeros(len(TERMS))
            weights[kept] = found[1:]
            return float(found[0]), weights
        kept.remove(max(wrong)[1])


def _wrong(term: str, weight: float) -> bool:
    return term not in _EITHER and (weight > 0 if term in _ONLY_AGAINST else weight < 0)


def _newton(matrix: Floats, answers: Floats) -> Floats:
    """Logistic regression with a penalty on the squared weights, by Newton's steps (iteratively reweighted squares)."""
    rows = np.c_[np.ones(len(matrix)), matrix]
    penalty = np.diag([1e-3, *([_PENALTY] * matrix.shape[1])])
    weights = np.zeros(rows.shape[1])
    for _ in range(50):
        said = 1 / (1 + np.exp(-np.clip(rows @ weights, -30, 30)))
        slope = rows.T @ (said - answers) + penalty @ weights
        step = np.linalg.solve((rows * (said * (1 - said))[:, None]).T @ rows + penalty, slope)
        weights = weights - step
        if np.abs(step).max() < 1e-8:
            break
    return weights
