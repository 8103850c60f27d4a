"""Metrics against ir-measures, and the bootstrap against what is known of it."""

from __future__ import annotations

import random
from collections.abc import Mapping

import ir_measures
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ir_measures import RR, P, R, nDCG

from eval.metrics import (
    bootstrap,
    mean,
    mrr,
    ndcg,
    paired_bootstrap,
    precision,
    ranking,
    recall,
)

Grades = dict[str, dict[str, int]]
Scores = dict[str, dict[str, float]]

PAPERS = st.text("abcde", min_size=1, max_size=2)
QUERIES = st.sampled_from(["q1", "q2", "q3"])
# Few different scores, so that ties are common; eighths are exact in the single precision that the oracle works in.
SCORES = st.integers(-8, 8).map(lambda n: n / 8)


def qrels(least: int = -1) -> st.SearchStrategy[Grades]:
    return st.dictionaries(
        QUERIES, st.dictionaries(PAPERS, st.integers(least, 3), min_size=1, max_size=12), min_size=1, max_size=3
    )


RUNS = st.dictionaries(QUERIES, st.dictionaries(PAPERS, SCORES, min_size=1, max_size=20), max_size=3)


def oracle(measure: ir_measures.Measure, judged: Grades, run: Scores) -> dict[str, float]:
    """The oracle's value for each query, 0 for those that the run does not answer."""
    answered = {query: scores for query, scores in run.items() if query in judged}
    found = dict.fromkeys(judged, 0.0)
    if answered:
        found.update({value.query_id: value.value for value in ir_measures.iter_calc([measure], judged, answered)})
    return found


def same(mine: Mapping[str, float], theirs: Mapping[str, float]) -> bool:
    return mine == pytest.approx(theirs, abs=1e-6)


@given(qrels(), RUNS, st.sampled_from([1, 2, 3, 5, 10]))
def test_agrees_with_ir_measures_ties_included(judged: Grades, run: Scores, k: int) -> None:
    assert same(ndcg(judged, run, k), oracle(nDCG @ k, judged, run))
    assert same(recall(judged, run, k), oracle(R @ k, judged, run))
    assert same(precision(judged, run, k), oracle(P @ k, judged, run))
    assert same(mrr(judged, run, 1_000), oracle(RR, judged, run))


def test_mrr_with_a_cut_off_agrees_with_ir_measures_where_nothing_ties() -> None:
    drawn = random.Random(3)
    names = [f"p{n}" for n in range(40)]
    judged: Grades = {f"q{n}": {paper: drawn.randint(0, 2) for paper in drawn.sample(names, 5)} for n in range(30)}
    run: Scores = {
        query: {paper: place / 64 for place, paper in enumerate(drawn.sample(names, 40))} for query in judged
    }
    for k in (1, 3, 10):
        mine = mrr(judged, run, k)
        assert same(mine, oracle(RR @ k, judged, run))
        assert 0 < mean(mine) < 1


def test_values_by_hand() -> None:
    judged = {"q": {"a": 2, "b": 1, "c": 0}}
    run = {"q": {"c": 3.0, "b": 2.0, "x": 1.0, "a": 0.5}}
    assert ndcg(judged, run, 4)["q"] == pytest.approx((1 / 1.5849625 + 2 / 2.3219281) / (2 + 1 / 1.5849625))
    assert recall(judged, run, 2) == {"q": 0.5}
    assert precision(judged, run, 10) == {"q": 0.2}
    assert mrr(judged, run, 10) == {"q": 0.5}
    assert mrr(judged, run, 1) == {"q": 0.0}


def test_ties_rank_in_falling_order_of_identifier() -> None:
    assert ranking({"a": 1.0, "c": 1.0, "b": 1.0, "z": 0.0}) == ["c", "b", "a", "z"]


def test_unanswered_queries_count_as_zero_and_queries_without_judgement_do_not_count() -> None:
    judged = {"q1": {"a": 1}, "q2": {"a": 1}}
    assert mean(ndcg(judged, {"q1": {"a": 1.0}, "other": {"a": 1.0}}, 10)) == 0.5


def test_cut_off_is_at_least_one() -> None:
    with pytest.raises(ValueError, match="cut-off"):
        ndcg({}, {}, 0)


@given(st.dictionaries(st.text(max_size=3), st.floats(0, 1), min_size=1, max_size=30))
def test_interval_holds_the_range_and_is_the_same_each_time(values: dict[str, float]) -> None:
    found = bootstrap(values, resamples=50)
    assert found == bootstrap(values, resamples=50)
    assert found.mean == pytest.approx(mean(values))
    least, most = min(values.values()), max(values.values())
    assert least - 1e-9 <= found.low <= found.high <= most + 1e-9


def test_interval_is_as_wide_as_theory_says() -> None:
    values = {str(n): float(n % 2) for n in range(400)}
    found = bootstrap(values)
    assert found.mean == 0.5
    # The standard error of 400 coin tosses is 0.025.
    assert found.high - found.low == pytest.approx(2 * 1.96 * 0.025, rel=0.1)


def test_paired_difference_sees_what_two_intervals_do_not() -> None:
    drawn = random.Random(1)
    one = {str(n): drawn.random() for n in range(200)}
    other = {query: value - 0.02 + 0.01 * drawn.random() for query, value in one.items()}
    assert bootstrap(one).low < bootstrap(other).high
    difference = paired_bootstrap(one, other)
    assert 0.01 < difference.low < difference.mean < difference.high < 0.02


def test_paired_difference_wants_the_same_queries() -> None:
    with pytest.raises(ValueError, match="same queries"):
        paired_bootstrap({"a": 1.0}, {"b": 1.0})


def test_nothing_measured_is_zero() -> None:
    assert mean({}) == 0.0
    assert bootstrap({}).high == 0.0
