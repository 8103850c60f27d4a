"""Calibrating what a survey needs to be answered at all: topics that the papers treat, and topics that they do not.

    topics of briefs asked as surveys, as they are and with their papers hidden; absent topics; surveys of gold files
    -> two features each -> a logistic regression and its threshold, cross-validated by topic

Some papers always come nearest. By the features of single answers more than half of the surveys on absent topics seemed
answered, since each feature is the best of up to twelve papers.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from eval.briefs.gold import as_surveys, topics_to_choose_on
from eval.calibrate_cases import Case
from eval.gold import GoldQuestion
from rag.abstain import Regression, term_values

TERMS = ("standing", "lead")
KEPT = 0.95
"""The share of answerable surveys that the threshold has to let through; beside these it declines as much as it can."""
FEWEST = 20
"""Surveys of either sort below which nothing is fitted."""
FOLDS = 5
STRENGTH = 0.3
_PLACES = 5

Floats = NDArray[np.float64]


def topical() -> list[GoldQuestion]:
    """Surveys of the topics of briefs that are for choosing, and of topics on which the sample corpus has nothing."""
    absent = (files("eval") / "gold" / "absent.txt").read_text(encoding="utf-8").splitlines()
    return [
        GoldQuestion(
            id=f"topics-survey-{topic.id}-{number}",
            slice="survey",
            question=asked,
            outcome="answered",
            answer="",
            keys=(),
            titles=topic.titles,
            also=topic.also,
            quotes=(),
        )
        for topic in topics_to_choose_on()
        for number, asked in enumerate(as_surveys(topic.topic))
    ] + [
        GoldQuestion(
            id=f"absent-{place}-{number}",
            slice="near_miss",
            why="absent_paper",
            question=asked,
            outcome="insufficient_evidence",
            answer="",
            keys=(),
            titles=(),
            quotes=(),
        )
        for place, topic in enumerate(absent)
        for number, asked in enumerate(as_surveys(topic))
    ]


def surveys(found: Sequence[Case]) -> list[Case]:
    """The cases of whole surveys, as asked and with their papers hidden."""
    return [case for case in found if case.features.survey and not case.silent and case.kind in ("asked", "hidden")]


def fitted(found: Sequence[Case]) -> dict[str, Any] | None:
    """The regression, the threshold and what they are worth; None where there are too few surveys of either sort."""
    cases = surveys(found)
    answered = np.array([case.answered for case in cases])
    if min(answered.sum(), (~answered).sum()) < FEWEST:
        return None
    said = _cross_validated(cases, answered)
    threshold = round(float(np.quantile(said[answered], 1 - KEPT)), 4)
    hidden = np.array([case.kind == "hidden" for case in cases])
    return {
        "regression": _fit(cases, answered),
        "threshold": threshold,
        "measured": {
            "surveys": len(cases),
            "answerable": int(answered.sum()),
            "auc": round(float(roc_auc_score(answered, said)), 4),
            "answered": {
                "answerable": _share(said[answered] >= threshold),
                "papers hidden": _share(said[hidden] >= threshold),
                "topic absent": _share(said[~hidden & ~answered] >= threshold),
            },
        },
    }


def _share(of: NDArray[np.bool_]) -> float | None:
    return round(float(of.mean()), 4) if len(of) else None


def _values(cases: Sequence[Case]) -> Floats:
    return np.array([term_values(case.features, TERMS) for case in cases], dtype=np.float64)


def _fit(cases: Sequence[Case], answered: NDArray[np.bool_]) -> dict[str, Any]:
    """As the file holds it. Both sorts weigh the same: how often people ask for what is absent is not known."""
    values = _values(cases)
    means, scales = values.mean(axis=0), values.std(axis=0) + 1e-6
    model = LogisticRegression(C=STRENGTH, max_iter=5_000, class_weight="balanced")
    model.fit((values - means) / scales, answered)
    return {
        "intercept": round(float(model.intercept_[0]), _PLACES),
        "terms": {
            name: {
                "weight": round(float(model.coef_[0][i]), _PLACES),
                "mean": round(float(means[i]), _PLACES),
                "scale": round(float(scales[i]), _PLACES),
            }
            for i, name in enumerate(TERMS)
        },
    }


def _cross_validated(cases: Sequence[Case], answered: NDArray[np.bool_]) -> Floats:
    """Each survey's probability by a fit that saw neither its topic nor, for an answerable one, its first paper."""
    topics = sorted({case.paper for case in cases})
    random.Random(0).shuffle(topics)  # noqa: S311 - folds, no secret
    fold = {topic: number % FOLDS for number, topic in enumerate(topics)}
    place = np.array([fold[case.paper] for case in cases])
    said = np.zeros(len(cases))
    for number in range(FOLDS):
        inside, outside = np.flatnonzero(place != number), np.flatnonzero(place == number)
        made = Regression.model_validate(_fit([cases[i] for i in inside.tolist()], answered[inside]))
        said[outside] = [made.probability(cases[i].features) for i in outside.tolist()]
    return said
