"""New, rising and fading topics from counts."""

from __future__ import annotations

from scipy.stats import binom

from rag.brief.changes import _at_least, _at_most, changes
from rag.models import Window

SPAN = Window(since="2025-02-10", until="2025-03-09")


def test_tails_are_those_of_the_binomial_distribution() -> None:
    for count, of, share in ((0, 3, 0.2), (3, 3, 0.2), (7, 20, 0.35), (2_000, 5_000, 0.39), (40, 41, 0.5)):
        assert abs(_at_least(count, of, share) - binom.sf(count - 1, of, share)) < 1e-9
        assert abs(_at_most(count, of, share) - binom.cdf(count, of, share)) < 1e-9


def test_new_rising_and_fading() -> None:
    made = changes(
        {"video": 3, "decoding": 9, "steady": 5, "once": 1},
        30,
        [{"decoding": 2, "steady": 5, "graphs": 6}, {"decoding": 2, "steady": 5, "graphs": 7}],
        [30, 30],
        compared_with=SPAN,
        seen_before=("t-1",),
    )
    assert made.new_topics == ("video",)
    assert made.rising == ("decoding",)
    assert made.fading == ("graphs",)
    assert made.seen_before == ("t-1",)
    assert made.compared_with == SPAN
    assert {(one.topic, one.papers, one.before) for one in made.counts} == {
        ("video", 3, 0.0),
        ("decoding", 9, 2.0),
        ("graphs", 0, 6.5),
    }


def test_more_papers_alone_make_no_topic_rise() -> None:
    made = changes({"steady": 10}, 60, [{"steady": 5}], [30], compared_with=SPAN)
    assert (made.new_topics, made.rising, made.fading) == ((), (), ())


def test_nothing_is_compared_with_weeks_that_nobody_knows() -> None:
    made = changes({"video": 9}, 30, [{}, {}], [0, 0], compared_with=SPAN)
    assert made.new_topics == ()
    assert made.compared_with is None
