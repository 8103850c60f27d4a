"""Fitting a calibration: two logistic regressions, cross-validated by paper, a threshold, and what they are worth."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from eval.calibrate_cases import Case
from eval.reliability import brier, clopper_pearson_upper, ece, reliability, risk_coverage
from rag.abstain import IF_NAMED, term_values
from rag.answerability import NAMES

_BY_CASE = (
    *("coverage", "cosine", "paper_cosine", "margin", "first_by_vectors", "first_by_words", "unsaid"),
    *("topics_missing", "topic_share_missing"),
)
TERMS = (*NAMES, *(f"{IF_NAMED}{name}" for name in _BY_CASE))
"""What is weighed: every feature, and some of them once more where the question names a system."""
AGAINST = frozenset(name for name in NAMES if "missing" in name or name == "unsaid")
IN_FAVOUR = frozenset(("sound", "coverage", "cosine", "paper_cosine", "margin", "first_by_vectors", "first_by_words"))
"""Features that may speak only against an answer, or only for one: a weight of the other sign is chance."""
_DECISIVE = {"figure_missing": 3.0, "name_missing": 2.0, "qualifier_missing": 2.0, "thing_missing": 2.0}
"""Terms whose weight is drawn to zero less: that a figure or a name is missing decides nearly alone."""
FOLDS = 10
REPEATS = 2
STRENGTH = 0.1
"""scikit-learn's C, the inverse of the L2 penalty: chosen between 0.1 and 0.3 by the cross-validated Brier score."""
_THRESHOLDS = tuple(step / 100 for step in range(3, 51))
_PLACES = 5
_FURTHER = 0.4
"""What a question weighs that was written for calibrating only: of these, more are unanswerable than people ask."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fitted:
    """The regression as the file holds it, the thresholds, and the measured figures."""

    regression: dict[str, Any]
    threshold: float
    out_of_scope_below: float
    measured: dict[str, Any]


def fitted(found: Sequence[Case]) -> Fitted:
    """Fit on all cases, and measure by cross-validation: no case is judged by a model that saw its paper."""
    weights = weighed(found)
    said = cross_validated(found, weights)
    threshold = chosen_threshold(found, said)
    return Fitted(
        regression=fit(found, weights).as_json(),
        threshold=threshold,
        out_of_scope_below=chosen_scope(found),
        measured=measured(found, said, threshold),
    )


def weighed(found: Sequence[Case]) -> Floats:
    """What each case weighs: a question as it was asked 1, the others of a sort together as half of the near misses.

    Where nothing would be said whatever the probability, there is nothing to learn.
    """
    near_misses = max(1, sum(case.counts and case.slice == "near_miss" for case in found))
    counts = {kind: max(1, sum(case.kind == kind for case in found)) for kind in ("hidden", "swapped")}
    each = {kind: min(1.0, 0.5 * near_misses / count) for kind, count in counts.items()}
    return np.array([0.0 if case.silent else each.get(case.kind, _FURTHER if case.further else 1.0) for case in found])


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted regression: means and scales of the terms, weights of the centred ones, intercept."""

    means: Floats
    scales: Floats
    weights: Floats
    intercept: float

    def probabilities(self, values: Floats) -> Floats:
        """Of rows of terms."""
        score = self.intercept + ((values - self.means) / self.scales) @ self.weights
        return np.asarray(1 / (1 + np.exp(-np.clip(score, -30, 30))), dtype=np.float64)

    def as_json(self) -> dict[str, Any]:
        """The terms that weigh anything, as the file holds them."""
        terms: Mapping[str, Any] = {
            name: {
                "weight": round(float(self.weights[i]), _PLACES),
                "mean": round(float(self.means[i]), _PLACES),
                "scale": round(float(self.scales[i]), _PLACES),
            }
            for i, name in enumerate(TERMS)
            if self.weights[i]
        }
        return {"intercept": round(self.intercept, _PLACES), "terms": terms}


def fit(found: Sequence[Case], weights: Floats) -> Fit:
    """One logistic regression over the terms, without those that would speak the wrong way."""
    values, answers = matrix(found), np.array([case.answers for case in found])
    means, scales = values.mean(axis=0), values.std(axis=0)
    scales = np.where(scales < 1e-9, 1.0, scales)
    pull = np.array([_DECISIVE.get(name, 1.0) for name in TERMS])
    while True:
        model = LogisticRegression(C=STRENGTH, max_iter=5_000)
        model.fit((values - means) / scales * pull, answers, sample_weight=weights)
        made = model.coef_[0] * pull
        wrong = [i for i, name in enumerate(TERMS) if _speaks_wrongly(name, made[i])]
        if not wrong:
            return Fit(means, scales, made, float(model.intercept_[0]))
        pull[max(wrong, key=lambda i: abs(made[i]))] = 0.0


def _speaks_wrongly(name: str, weight: float) -> bool:
    return (name in AGAINST and weight > 0) or (name in IN_FAVOUR and weight < 0)


def matrix(found: Sequence[Case]) -> Floats:
    """The terms of all cases, a row each."""
    return np.array([term_values(case.features, TERMS) for case in found], dtype=np.float64)


def cross_validated(found: Sequence[Case], weights: Floats) -> Floats:
    """Each case's probability by models that saw no question on its paper, the mean over repeats of the folds."""
    values = matrix(found)
    papers = sorted({case.paper for case in found})
    said = np.zeros(len(found))
    for repeat in range(REPEATS):
        shuffled = papers[:]
        random.Random(repeat).shuffle(shuffled)  # noqa: S311 - folds, no secret
        fold = {paper: place % FOLDS for place, paper in enumerate(shuffled)}
        place = np.array([fold[case.paper] for case in found])
        for number in range(FOLDS):
            inside: list[int] = np.flatnonzero(place != number).tolist()
            held_out = np.flatnonzero((place == number) & (weights > 0))
            if len(held_out):
                model = fit([found[i] for i in inside], weights[inside])
                said[held_out] += model.probabilities(values[held_out]) / REPEATS
    return said


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question as it was asked: its surest part, whether anything said answers it, whether it can be answered."""

    probability: float
    answers: bool
    answerable: bool


def _questions(found: Sequence[Case], said: Floats) -> list[_Asked]:
    wholes: dict[str, list[int]] = {}
    for place, case in enumerate(found):
        if case.counts:
            wholes.setdefault(case.whole, []).append(place)
    return [
        _Asked(max(float(said[i]) for i in places), any(found[i].answers for i in places), found[places[0]].answerable)
        for places in wholes.values()
    ]


def chosen_threshold(found: Sequence[Case], said: Floats) -> float:
    """The threshold at which the worse of precision and recall of declining is best.

    Of those that are no more than one question short of it, which nothing tells apart, the middle one.
    """
    questions = _questions(found, said)
    worse = {threshold: min(declining(questions, threshold)) for threshold in _THRESHOLDS}
    one = 1 / max(1, sum(not question.answerable for question in questions))
    equal = [threshold for threshold, least in worse.items() if least >= max(worse.values()) - one - 1e-9]
    return equal[(len(equal) - 1) // 2]


def declining(questions: Sequence[_Asked], threshold: float) -> tuple[float, float]:
    """Precision and recall: declined questions that cannot be answered, over all declined and over all such."""
    declined = [question for question in questions if question.probability < threshold]
    hits = sum(not question.answerable for question in declined)
    unanswerable = sum(not question.answerable for question in questions)
    return hits / max(1, len(declined)), hits / max(1, unanswerable)


def chosen_scope(found: Sequence[Case]) -> float:
    """The cosine below which a question is out of scope: between the nearest of those and the farthest of the others.

    Where they overlap, the one that tells most apart.
    """
    asked = {case.whole: case for case in found if case.kind == "asked" and not case.system_named}.values()
    outside = [case.nearest for case in asked if case.expected == "out_of_scope"]
    inside = [case.nearest for case in asked if case.expected != "out_of_scope"]
    if not outside or not inside:
        return 0.0
    edges = sorted({*outside, *inside})
    middles = [(low + high) / 2 for low, high in pairwise(edges)]
    best: float = max(middles, key=lambda middle: _told_apart(outside, inside, middle))
    return round(best, 4)


def _told_apart(below: Sequence[float], above: Sequence[float], edge: float) -> float:
    return sum(x < edge for x in below) / len(below) + sum(x > edge for x in above) / len(above)


def measured(found: Sequence[Case], said: Floats, threshold: float) -> dict[str, Any]:
    """Cross-validated figures: of the probabilities over all parts as asked, of the threshold over whole questions."""
    parts = [place for place, case in enumerate(found) if case.counts]
    probabilities, right = [float(said[i]) for i in parts], [found[i].answers for i in parts]
    questions = _questions(found, said)
    answered = [question for question in questions if question.probability >= threshold]
    unanswerable = sum(not question.answerable for question in questions)
    wrongly = sum(not question.answers for question in answered)
    missed = sum(not question.answerable for question in answered)
    precision, recall = declining(questions, threshold)
    least = clopper_pearson_upper(0, len(answered))
    return {
        "questions": len(questions),
        "unanswerable": unanswerable,
        "brier": round(brier(probabilities, right), _PLACES),
        "ece": round(ece(probabilities, right), _PLACES),
        "auc": round(float(roc_auc_score([q.answerable for q in questions], [q.probability for q in questions])), 4),
        "reliability": [
            {"low": b.low, "high": b.high, "count": b.count, "said": round(b.said, 4), "happened": round(b.happened, 4)}
            for b in reliability(probabilities, right)
        ],
        "risk_coverage": [
            {"coverage": round(p.coverage, 4), "risk": round(p.risk, 4)}
            for p in risk_coverage([q.probability for q in questions], [q.answers for q in questions])
        ],
        "at_threshold": {
            "precision": round(precision, 4),
            "recall": round(recall, 4),
            "answered": len(answered),
            "answered_wrongly": wrongly,
            "answered_wrongly_at_most": round(clopper_pearson_upper(wrongly, len(answered)), 4),
            "unanswerable": unanswerable,
            "unanswerable_answered": missed,
            "unanswerable_answered_at_most": round(clopper_pearson_upper(missed, unanswerable), 4),
        },
        "supports": (
            f"{len(answered)} answered questions can promise, at the very best, that no more than {least:.1%} of "
            "answers are wrong (Clopper-Pearson, 95 %)."
        ),
    }
