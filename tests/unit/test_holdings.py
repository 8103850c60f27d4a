"""Gaps and incomplete days of a feed, from the days on which it listed papers."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from rag.holdings import FeedDay, gaps, incomplete

MONDAY = date(2025, 3, 3)


def days(*numbers: int, papers: int = 60) -> list[FeedDay]:
    return [FeedDay(feed="daily", day=(MONDAY + timedelta(days=n)).isoformat(), papers=papers) for n in numbers]


def test_weekends_are_no_gaps() -> None:
    assert list(gaps(days(0, 1, 2, 3, 4, 7, 8))) == []
    assert list(gaps(days(4, 5, 7))) == []


def test_working_days_without_papers_are() -> None:
    (gap,) = gaps(days(0, 1, 4))
    assert (gap.since, gap.until, gap.days) == ("2025-03-05", "2025-03-06", 2)
    (over_a_weekend,) = gaps(days(3, 8))
    assert (over_a_weekend.since, over_a_weekend.until, over_a_weekend.days) == ("2025-03-07", "2025-03-10", 2)


def test_a_feed_may_have_a_day_in_antiquity() -> None:
    (gap,) = gaps([FeedDay(feed="daily", day="0062-02-28", papers=1), *days(0)])
    assert gap.days > 500_000


@given(st.sets(st.integers(0, 60), min_size=1))
def test_gaps_hold_every_missing_working_day_once(numbers: set[int]) -> None:
    missing = [
        MONDAY + timedelta(days=n)
        for n in range(min(numbers), max(numbers))
        if n not in numbers and (MONDAY + timedelta(days=n)).weekday() < 5
    ]
    found = list(gaps(days(*sorted(numbers))))
    assert sum(gap.days for gap in found) == len(missing)
    spans = [(date.fromisoformat(gap.since), date.fromisoformat(gap.until)) for gap in found]
    assert all(any(first <= day <= last for first, last in spans) for day in missing)
    assert all(first in missing and last in missing for first, last in spans)


def test_a_day_with_far_fewer_papers_is_incomplete() -> None:
    listed = [*days(0, 1, 2, 3), *days(4, papers=12), *days(5, papers=2), *days(7)]
    assert [day.day for day in incomplete(listed)] == ["2025-03-07"], "a Saturday is not expected to be full"
    assert list(incomplete(listed[:4])) == [], "of a few days nobody can say what is usual"
