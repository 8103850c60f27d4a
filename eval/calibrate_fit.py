"""Fitting a calibration: two logistic regressions, cross-validated by author and paper, and what they are worth.

One says whether the papers answer, and its threshold decides; the other says whether what would be said is right.
"""

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
from eval.calibrate_surveys import TERMS as SURVEY_TERMS
from eval.reliability import brier, clopper_pearson_upper, ece, reliability, risk_coverage
from rag.abstain import term_values
from rag.answerability import NAMES

_BY_CASE = (
    *("coverage", "cosine", "paper_cosine", "margin", "first_by_vectors", "first_by_words", "unsaid"),
    *("topics_missing", "topic_share_missing", "figure", "figure_missing", "figure_missing_in_papers"),
    *("topics_missing_of_figure",),
)
TERMS = (*(name for name in NAMES if name not in SURVEY_TERMS), *(f"named*{name}" for name in _BY_CASE))
"""What is weighed: every feature, and some of them once more where the question names a system."""
AGAINST = frozenset(name for name in NAMES if "missing" in name or name in ("unsaid", "strays"))
IN_FAVOUR = frozenset(("sound", "coverage", "cosine", "paper_cosine", "margin", "first_by_vectors", "first_by_words"))
"""Features that may speak only against an answer, or only for one: a weight of the other sign is chance."""
FOLDS = 5
"""Folds of papers. A case is judged by a model that saw neither its paper nor a question of its author."""
STRENGTH = 0.3
"""scikit-learn's C, the inverse of the L2 penalty: chosen among 0.05, 0.1 and 0.3 by the cross-validated log loss."""
_THRESHOLDS = tuple(step / 100 for step in range(3, 91))
_PLACES = 5
_FURTHER = 0.4
"""What a question weighs that was written for calibrating only: of these, more are unanswerable than people ask."""

Floats = NDArray[np.float64]
Labels = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Fitted:
    """The regression as the file holds it, the thresholds, and the measured figures."""

    regression: dict[str, Any]
    answerable: dict[str, Any]
    threshold: float
    out_of_scope_below: float
    measured: dict[str, Any]
    surveys: dict[str, Any] | None = None


def fitted(found: Sequence[Case]) -> Fitted:
    """Fit on all cases, and measure by cross-validation: no case is judged by a model that saw its paper."""
    weights, right, answered = weighed(found), *labels(found)
    sure, able = (cross_validated(found, weights, label) for label in (right, answered))
    threshold = chosen_threshold(found, able)
    return Fitted(
        regression=fit(found, weights, right).as_json(),
        answerable=fit(found, weights, answered).as_json(),
        threshold=threshold,
        out_of_scope_below=chosen_scope(found),
        measured=measured(found, sure, able, threshold),
    )


def labels(found: Sequence[Case]) -> tuple[Labels, Labels]:
    """Whether what would be said to each case is right, and whether the papers answer it."""
    return np.array([case.answers for case in found]), np.array([case.answered for case in found])


def weighed(found: Sequence[Case]) -> Floats:
    """What each case weighs: a question as it was asked 1, the others of a sort together as half of the near misses.

    Where nothing would be said whatever the probability, there is nothing to learn.
    """
    near_misses = max(1, sum(case.counts and case.slice == "near_miss" for case in found))
    counts = {kind: max(1, sum(case.kind == kind for case in found)) for kind in ("hidden", "swapped", "joined")}
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


def fit(found: Sequence[Case], weights: Floats, answers: Labels) -> Fit:
    """One logistic regression over the terms, without those that would speak the wrong way."""
    values = matrix(found)
    means, scales = values.mean(axis=0), values.std(axis=0)
    scales = np.where(scales < 1e-9, 1.0, scales)
    kept = np.ones(len(TERMS))
    while True:
        model = LogisticRegression(C=STRENGTH, max_iter=5_000)
        model.fit((values - means) / scales * kept, answers, sample_weight=weights)
        made = model.coef_[0] * kept
        wrong = [i for i, name in enumerate(TERMS) if _speaks_wrongly(name, made[i])]
        if not wrong:
            return Fit(means, scales, made, float(model.intercept_[0]))
        kept[max(wrong, key=lambda i: abs(made[i]))] = 0.0


def _speaks_wrongly(name: str, weight: float) -> bool:
    return (name in AGAINST and weight > 0) or (name in IN_FAVOUR and weight < 0)


def matrix(found: Sequence[Case]) -> Floats:
    """The terms of all cases, a row each."""
    return np.array([term_values(case.features, TERMS) for case in found], dtype=np.float64)


def cross_validated(found: Sequence[Case], weights: Floats, answers: Labels) -> Floats:
    """Each case's probability by a model that saw nothing on its paper, nor by its author where there are several.

    Questions that were written to calibrate on are no author's to be left out.
    """
    values, said = matrix(found), np.zeros(len(found))
    papers = sorted({case.paper for case in found})
    random.Random(0).shuffle(papers)  # noqa: S311 - folds, no secret
    fold = {paper: number % FOLDS for number, paper in enumerate(papers)}
    place = np.array([fold[case.paper] for case in found])
    by = np.array([case.author for case in found])
    authors = sorted({case.author for case in found})
    lone = len({case.author for case in found if not case.further}) < 2
    for author in authors:
        for number in range(FOLDS):
            held_out = np.flatnonzero((place == number) & (by == author) & (weights > 0))
            inside = np.flatnonzero((place != number) & ((by != author) | lone))
            if len(held_out):
                model = fit([found[i] for i in inside.tolist()], weights[inside], answers[inside])
                said[held_out] = model.probabilities(values[held_out])
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
    """The threshold at which precision and recall of declining are best together, by their harmonic mean.

    Of those that are no more than one question short of it, which nothing tells apart, the lowest: an answer that
    should not have been given can be checked by its quotes, one that is withheld cannot.
    """
    questions = _questions(found, said)
    together = {threshold: _harmonic(*declining(questions, threshold)) for threshold in _THRESHOLDS}
    one = 0.5 / max(1, sum(not question.answerable for question in questions))
    return min(threshold for threshold, mean in together.items() if mean >= max(together.values()) - one - 1e-9)


def _harmonic(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


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


def measured(found: Sequence[Case], sure: Floats, able: Floats, threshold: float) -> dict[str, Any]:
    """Cross-validated figures: of how sure answers are over parts as asked, of the threshold over whole questions."""
    parts = [place for place, case in enumerate(found) if case.counts]
    probabilities, right = [float(sure[i]) for i in parts], [found[i].answers for i in parts]
    questions = _questions(found, able)
    answered = [question for question in questions if question.probability >= threshold]
    unanswerable = sum(not question.answerable for question in questions)
    wrongly = sum(not question.answers for question in answered)
    missed = sum(not question.answerable for question in answered)
    precision, recall = declining(questions, threshold)
    least = clopper_pearson_upper(0, len(answered))
    by = np.array([case.author for case in found])
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
        "curve": [_point(questions, step / 100) for step in range(10, 91, 5)],
        "authors": {
            author: _point(_questions([c for c in found if c.author == author], able[by == author]), threshold)
            for author in sorted({case.author for case in found if case.counts})
        },
        "supports": (
            f"{len(answered)} answered questions can promise, at the very best, that no more than {least:.1%} of "
            "answers are wrong (Clopper-Pearson, 95 %)."
        ),
    }


def _point(questions: Sequence[_Asked], threshold: float) -> dict[str, float | int]:
    """What declining is worth at a threshold."""
    precision, recall = declining(questions, threshold)
    return {
        "threshold": round(threshold, 2),
        "questions": len(questions),
        "precision": round(precision, 4),
        "recall": round(recall, 4),
    }
