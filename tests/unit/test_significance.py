"""Intervals and paired tests against scipy, and against what is known of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, bootstrap

from eval.significance import mcnemar, paired_ratio, quantile_interval, ratio, ratio_interval

PAIRS = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=3),
    st.tuples(st.integers(0, 3), st.integers(1, 4)).map(lambda p: (float(min(p)), float(p[1]))),
    max_size=12,
)


@given(st.integers(0, 30), st.integers(0, 30))
def test_mcnemar_is_the_binomial_test(worse: int, better: int) -> None:
    expected = binomtest(worse, worse + better).pvalue if worse + better else 1.0
    assert mcnemar(worse, better) == pytest.approx(expected)


def test_ratio_weighs_by_what_it_is_out_of() -> None:
    assert ratio({"a": (1, 1), "b": (0, 3)}) == 0.25
    assert ratio({}) == 0.0


def test_ratio_interval_agrees_with_scipy() -> None:
    drawn = np.random.default_rng(5)
    of = drawn.integers(1, 5, 120).astype(float)
    counts = drawn.binomial(of.astype(int), 0.7).astype(float)
    pairs = {str(n): (float(c), float(o)) for n, (c, o) in enumerate(zip(counts, of, strict=True))}
    theirs = bootstrap(
        (counts, of),
        lambda c, o, axis=-1: c.sum(axis=axis) / o.sum(axis=axis),
        paired=True,
        vectorized=True,
        method="percentile",
        n_resamples=9_999,
        rng=np.random.default_rng(1),
    ).confidence_interval
    mine = ratio_interval(pairs, resamples=9_999)
    assert (mine.low, mine.high) == pytest.approx((theirs.low, theirs.high), abs=0.005)
    assert mine.mean == pytest.approx(counts.sum() / of.sum())


@given(PAIRS)
def test_ratio_interval_holds_the_range_and_is_the_same_each_time(pairs: dict[str, tuple[float, float]]) -> None:
    found = ratio_interval(pairs, resamples=50)
    assert found == ratio_interval(pairs, resamples=50)
    shares = [counts / of for counts, of in pairs.values()] or [0.0]
    assert min(shares) - 1e-9 <= found.low <= found.high <= max(shares) + 1e-9


@given(PAIRS)
def test_a_run_does_not_differ_from_itself(pairs: dict[str, tuple[float, float]]) -> None:
    found = paired_ratio(pairs, pairs, resamples=50)
    assert (found.mean, found.low, found.high) == (0.0, 0.0, 0.0)


def test_paired_difference_sees_what_two_intervals_do_not() -> None:
    drawn = np.random.default_rng(2)
    hard = drawn.random(300)
    before = {str(n): (float(h < 0.5), 1.0) for n, h in enumerate(hard)}
    now = {str(n): (float(h < 0.55), 1.0) for n, h in enumerate(hard)}
    assert ratio_interval(before).high > ratio_interval(now).low
    found = paired_ratio(now, before)
    assert 0 < found.low < found.mean < found.high
    assert found.mean == pytest.approx(ratio(now) - ratio(before))


def test_questions_that_one_run_does_not_count_count_nothing_there() -> None:
    found = paired_ratio({"a": (1, 1), "b": (0, 1)}, {"a": (1, 1)})
    assert found.mean == pytest.approx(0.5 - 1.0)


def test_quantile_and_its_interval() -> None:
    values = [float(n) for n in range(1, 201)]
    found = quantile_interval(values, 0.5)
    assert found.mean == pytest.approx(np.quantile(values, 0.5))
    assert 85 < found.low < found.mean < found.high < 116
    assert quantile_interval([], 0.5).high == 0.0
