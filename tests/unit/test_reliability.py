"""Calibration measures, against scikit-learn and scipy and against what they are said to mean."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from eval.reliability import (
    area_under_risk,
    brier,
    clopper_pearson,
    clopper_pearson_upper,
    ece,
    reliability,
    risk_coverage,
)

judged = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60)


@given(judged)
def test_brier_is_scikit_learns(pairs: list[tuple[float, bool]]) -> None:
    said, right = zip(*pairs, strict=True)
    expected = brier_score_loss(np.array(right), np.array(said), pos_label=True)
    assert brier(said, right) == pytest.approx(expected)


@given(judged)
def test_bins_are_scikit_learns(pairs: list[tuple[float, bool]]) -> None:
    said, right = zip(*((round(p, 3), y) for p, y in pairs), strict=True)
    # Ours puts a probability on an edge into the upper bin, theirs into the lower one: move off the edges.
    said = tuple(min(1.0, p + 0.0001) for p in said)
    happened, mean_said = calibration_curve(np.array(right), np.array(said), n_bins=10)
    full = [b for b in reliability(said, right) if b.count]
    assert [b.happened for b in full] == pytest.approx(list(happened))
    assert [b.said for b in full] == pytest.approx(list(mean_said))


@given(judged)
def test_every_question_is_in_one_bin(pairs: list[tuple[float, bool]]) -> None:
    said, right = zip(*pairs, strict=True)
    found = reliability(said, right)
    assert sum(b.count for b in found) == len(pairs)
    assert sum(b.count * b.happened for b in found) == pytest.approx(sum(right))
    assert sum(b.count * b.said for b in found) == pytest.approx(sum(said))


def test_ece_by_hand() -> None:
    # Two bins: .25 said and 0 happened, .85 said and 1/2 happened.
    assert ece([0.2, 0.25, 0.8, 0.85], [False, False, True, False], bins=4) == pytest.approx(
        (1 * 0.2 + 1 * 0.25 + 2 * abs(0.5 - 0.825)) / 4
    )
    assert ece([1.0, 0.0], [True, False]) == 0.0
    assert ece([], []) == 0.0


def test_risk_coverage_by_hand() -> None:
    points = risk_coverage([0.9, 0.5, 0.5, 0.1], [True, False, True, False])
    assert [(p.threshold, p.coverage, p.risk) for p in points] == [
        (0.9, 0.25, 0.0),
        (0.5, 0.75, pytest.approx(1 / 3)),
        (0.1, 1.0, 0.5),
    ]
    assert area_under_risk(points) == pytest.approx(0.5 * (1 / 3) + 0.25 * 0.5)


@given(judged)
def test_the_last_point_answers_everything(pairs: list[tuple[float, bool]]) -> None:
    said, right = zip(*pairs, strict=True)
    points = risk_coverage(said, right)
    assert points[-1].coverage == 1.0
    assert points[-1].risk == pytest.approx(1 - sum(right) / len(right))
    assert [p.coverage for p in points] == sorted({p.coverage for p in points})
    assert 0.0 <= area_under_risk(points) <= 1.0


@given(st.integers(1, 400), st.data(), st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_clopper_pearson_is_the_beta_distributions(n: int, data: st.DataObject, level: float) -> None:
    hits = data.draw(st.integers(0, n))
    low, high = clopper_pearson(hits, n, level=level)
    tail = (1 - level) / 2
    assert low == pytest.approx(beta.ppf(tail, hits, n - hits + 1) if hits else 0.0, abs=1e-9)
    assert high == pytest.approx(beta.ppf(1 - tail, hits + 1, n - hits) if hits < n else 1.0, abs=1e-9)
    upper = clopper_pearson_upper(hits, n, level=level)
    assert upper == pytest.approx(beta.ppf(level, hits + 1, n - hits) if hits < n else 1.0, abs=1e-9)


def test_what_n_questions_can_promise() -> None:
    assert clopper_pearson_upper(0, 59) == pytest.approx(1 - 0.05 ** (1 / 59))
    assert clopper_pearson_upper(0, 59) < 0.05 < clopper_pearson_upper(0, 58)
    assert clopper_pearson_upper(0, 0) == 1.0
    assert clopper_pearson(0, 0) == (0.0, 1.0)


def test_what_does_not_belong_together_is_refused() -> None:
    with pytest.raises(ValueError, match="do not belong together"):
        brier([0.5], [])
    with pytest.raises(ValueError, match="is no share"):
        clopper_pearson(3, 2)
    with pytest.raises(ValueError, match="at least one bin"):
        reliability([0.5], [True], bins=0)
