"""What a brief may be asked for."""

from __future__ import annotations

from datetime import date

import pytest

from rag.brief.request import days_of, requested, week_before, week_of, windows_before
from rag.errors import InputError
from rag.models import BriefConstraints, Window


def test_a_week_is_its_seven_days() -> None:
    asked = requested(None, "2025-W11", None, None, None)
    assert asked.window == Window(since="2025-03-10", until="2025-03-16")
    assert (asked.scope.since, asked.scope.until) == ("2025-03-10", "2025-03-16")


def test_weeks_at_the_turn_of_the_year() -> None:
    assert days_of("2024-W01") == ("2024-01-01", "2024-01-07")
    assert days_of("2020-W53") == ("2020-12-28", "2021-01-03")
    assert week_of("2021-01-03") == "2020-W53"
    assert week_before(date(2025, 3, 17)) == "2025-W11"
    assert week_before(date(2021, 1, 4)) == "2020-W53"


@pytest.mark.parametrize("week", ["2025-W60", "2021-W53", "2025-W00", "2025W11", "last", "", "2025-W1"])
def test_what_is_no_week(week: str) -> None:
    with pytest.raises(InputError, match="no week"):
        requested(None, week, None, None, None)


@pytest.mark.parametrize(
    ("since", "until", "says"),
    [("2025-02-30", None, "no day"), (None, "12 March", "no day"), ("2025-03-12", "2025-03-11", "before it begins")],
)
def test_days_that_are_none(since: str | None, until: str | None, says: str) -> None:
    with pytest.raises(InputError, match=says):
        requested(None, None, since, until, None)


def test_a_week_and_days_contradict_each_other() -> None:
    with pytest.raises(InputError, match="not of both"):
        requested("x", "2025-W11", "2025-03-10", None, None)


def test_a_topic_is_one_line_of_words() -> None:
    assert requested("  speculative\r\nBcc: x\x00 decoding ", None, None, None, None).topic == (
        "speculative Bcc: x decoding"
    )
    for empty in ("", "  ", "?!", "\u202e"):
        with pytest.raises(InputError, match="empty"):
            requested(empty, None, None, None, None)
    with pytest.raises(InputError, match="limit"):
        requested("word " * 100, None, None, None, None)


def test_a_series_is_a_topic_with_its_choice_of_papers() -> None:
    def series(topic: str | None, **chosen: tuple[str, ...]) -> str:
        return requested(topic, None, None, None, BriefConstraints(**chosen)).series

    assert series("DNA  Models") == series("dna models")
    assert series(None) != series("dna models")
    assert series("dna models", tags=("b", "a")) == series("dna models", tags=("a", "b"))
    assert series("dna models", tags=("a",)) != series("dna models")


def test_windows_before_follow_without_a_gap() -> None:
    before = windows_before(Window(since="2025-03-10", until="2025-03-16"), 2)
    assert before == [
        Window(since="2025-03-03", until="2025-03-09"),
        Window(since="2025-02-24", until="2025-03-02"),
    ]
    assert windows_before(Window(since="2025-03-10"), 2) == []


def test_a_day_a_week_and_a_month_are_series_of_their_own() -> None:
    def series(since: str | None, until: str | None, week: str | None = None) -> str:
        return requested("graphs", week, since, until, None).series

    week = series(None, None, "2025-W11")
    assert series("2025-03-10", "2025-03-16") == week == series(None, None)
    assert len({week, series("2025-03-10", "2025-03-10"), series("2025-03-01", "2025-03-31")}) == 3
