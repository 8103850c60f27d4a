"""Fusion: what the two legs say becomes one ranking."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.fusion import Fused, Key, best_passages, fuse

KEYS = st.tuples(st.sampled_from("abcdefgh"), st.integers(1, 2))
COSINES = st.floats(-1.0, 1.0, width=32)
SCORES = st.floats(0.0, 60.0, width=32)
WEIGHTS = st.floats(0.0, 1.0)

Dense = dict[Key, tuple[int, float]]
Lexical = list[tuple[Key, float]]


@st.composite
def denses(draw: st.DrawFn) -> Dense:
    scored = draw(st.dictionaries(KEYS, st.tuples(st.integers(0, 9), COSINES)))
    return dict(sorted(scored.items(), key=lambda item: -item[1][1]))


@st.composite
def lexicals(draw: st.DrawFn) -> Lexical:
    return sorted(draw(st.dictionaries(KEYS, SCORES)).items(), key=lambda item: -item[1])


@given(denses(), lexicals(), WEIGHTS, st.floats(0.0, 1.0))
def test_every_paper_of_either_leg_once_within_bounds_and_in_order(
    dense: Dense, lexical: Lexical, weight: float, floor: float
) -> None:
    ranked = list(fuse(dense, lexical, weight=weight, dense_floor=floor))
    keys = [(hit.paper_id, hit.revision) for hit in ranked]
    assert len(keys) == len(set(keys))
    assert set(keys) == dense.keys() | {key for key, _ in lexical}
    assert all(0.0 <= hit.score <= 1.0 + 1e-9 for hit in ranked)
    assert ranked == sorted(ranked, key=lambda hit: (-hit.score, hit.paper_id, hit.revision))


@given(denses(), lexicals())
def test_a_hit_carries_where_it_stood_in_each_leg(dense: Dense, lexical: Lexical) -> None:
    places = {key: place for place, (key, _) in enumerate(lexical, start=1)}
    for hit in fuse(dense, lexical):
        key = (hit.paper_id, hit.revision)
        assert (hit.passage, hit.dense) == dense.get(key, (None, None))
        assert hit.lexical == dict(lexical).get(key)
        assert hit.lexical_rank == places.get(key)
        assert hit.dense_rank == (list(dense).index(key) + 1 if key in dense else None)


@given(denses(), lexicals(), WEIGHTS)
def test_who_is_better_in_both_legs_is_not_worse(dense: Dense, lexical: Lexical, weight: float) -> None:
    ranked = {(hit.paper_id, hit.revision): hit for hit in fuse(dense, lexical, weight=weight)}
    bm25 = dict(lexical)
    both = [key for key in ranked if key in dense and key in bm25]
    for one in both:
        for other in both:
            if dense[one][1] >= dense[other][1] and bm25[one] >= bm25[other]:
                assert ranked[one].score >= ranked[other].score


@given(denses(), lexicals())
def test_the_weight_moves_between_the_legs(dense: Dense, lexical: Lexical) -> None:
    for hit in fuse(dense, lexical, weight=0.0):
        if hit.lexical is None:
            assert hit.score == 0.0
    best = max((cosine for _, cosine in dense.values()), default=0.0)
    for hit in fuse(dense, lexical, weight=1.0):
        if hit.dense is None or best <= 0.0:
            assert hit.score == 0.0
        else:
            assert hit.score == pytest.approx(max(hit.dense, 0.0) / best)


def test_ties_stand_in_the_order_of_identifiers() -> None:
    dense = {("c", 1): (0, 0.5), ("a", 2): (1, 0.5), ("b", 1): (2, 0.5), ("a", 1): (0, 0.5)}
    ranked = [(hit.paper_id, hit.revision) for hit in fuse(dense, [])]
    assert ranked == [("a", 1), ("a", 2), ("b", 1), ("c", 1)]


def test_the_best_of_both_legs_has_the_score_1() -> None:
    (hit,) = fuse({("a", 1): (3, 0.4)}, [(("a", 1), 7.0)])
    assert hit == Fused("a", 1, 1.0, 3, 0.4, 7.0, 1, 1)


def test_empty_legs() -> None:
    assert list(fuse({}, [])) == []
    (dense_only,) = fuse({("a", 1): (0, 0.4)}, [], weight=0.6)
    assert (dense_only.score, dense_only.lexical_rank) == (pytest.approx(0.6), None)
    (lexical_only,) = fuse({}, [(("a", 1), 3.0)], weight=0.6)
    assert (lexical_only.score, lexical_only.passage) == (pytest.approx(0.4), None)


def test_outside_the_dense_pool_a_paper_has_the_cosine_of_its_end() -> None:
    """It is the most that the paper can have: with 0 in its place, a paper that only the keywords found would sink."""
    dense: Dense = {("a", 1): (0, 0.8), ("b", 1): (0, 0.6)}
    found = {hit.paper_id: hit for hit in fuse(dense, [(("c", 1), 5.0)], dense_floor=0.6, weight=0.5)}
    assert found["c"].score == pytest.approx(0.5 * 0.6 / 0.8 + 0.5)
    assert found["c"].dense is None
    assert found["c"].score > found["a"].score > found["b"].score


def test_of_a_paper_the_best_passage_counts() -> None:
    rows = [(("a", 1), 4, 0.9), (("b", 1), 0, 0.8), (("a", 1), 2, 0.7), (("a", 2), 0, 0.6)]
    assert best_passages(rows) == {("a", 1): (4, 0.9), ("b", 1): (0, 0.8), ("a", 2): (0, 0.6)}
    assert best_passages([]) == {}
