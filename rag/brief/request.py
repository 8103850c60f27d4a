"""What a brief is asked for: a topic, a week of listing days, a window of days, and how it is to be made. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from rag.errors import InputError
from rag.models import BriefConstraints, Scope, Window

MAX_TOPIC = 300
"""Characters: longer than any topic, shorter than a text that somebody pasted by mistake."""
_LONGEST_WEEK = 14  # days: beyond it, a window is a month's
_WEEK = re.compile(r"(\d{4})-W(\d\d)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class BriefRequest:
    """A brief that is wanted, checked. `week` is the ISO week where one was named; the window is its days then."""

    topic: str | None
    week: str | None
    window: Window
    constraints: BriefConstraints

    @property
    def scope(self) -> Scope:
        """The papers that may be reported."""
        return Scope(
            paper_ids=self.constraints.paper_ids,
            since=self.window.since,
            until=self.window.until,
            tags=self.constraints.tags,
        )

    @property
    def series(self) -> str:
        """Briefs of one series report a paper once: the same topic, the same choice of papers, windows alike in length.

        Else what a day's brief reported would be missing from the week's, and what the weeks' did from the month's.
        """
        chosen = [*sorted(self.constraints.tags), *sorted(self.constraints.paper_ids), *_length(self.window)]
        return "\n".join([" ".join((self.topic or "").casefold().split()), *chosen])


def _length(window: Window) -> list[str]:
    """What tells the series of days, and of months, from that of weeks and windows without an end."""
    if window.since is None or window.until is None:
        return []
    days = (date.fromisoformat(window.until) - date.fromisoformat(window.since)).days + 1
    return ["a day"] if days == 1 else ["a month"] if days > _LONGEST_WEEK else []


def requested(
    topic: str | None, week: str | None, since: str | None, until: str | None, constraints: BriefConstraints | None
) -> BriefRequest:
    """The request, checked. Raises InputError for a topic that is empty or too long, and for days that are none."""
    topic = _topic(topic)
    if week is not None and (since is not None or until is not None):
        raise InputError("A brief is of a week or of a window of days, not of both.", hint="Leave one of them out.")
    if week is not None:
        since, until = days_of(week)
    for day in (since, until):
        _require_day(day)
    if since is not None and until is not None and since > until:
        raise InputError(f"The window ends on {until}, before it begins on {since}.", hint="Exchange the two days.")
    return BriefRequest(topic, week, Window(since=since, until=until), constraints or BriefConstraints())


def _topic(topic: str | None) -> str | None:
    if topic is None:
        return None
    # Control and format characters would break titles, mail headers and the search.
    text = " ".join("".join(c if c.isprintable() else " " for c in topic).split())
    if not any(c.isalnum() for c in text):
        raise InputError("The topic is empty.", hint="Name a topic, or leave it out for everything that is new.")
    if len(text) > MAX_TOPIC:
        raise InputError(f"The topic has {len(text):,} characters, and {MAX_TOPIC} are the limit.", hint="Shorten it.")
    return text


def _require_day(day: str | None) -> None:
    try:
        if day is not None:
            if not _DAY.fullmatch(day):
                raise ValueError
            date.fromisoformat(day)
    except ValueError:
        raise InputError(f"{day!r} is no day.", hint="Write it as YYYY-MM-DD, for example 2025-03-12.") from None


def days_of(week: str) -> tuple[str, str]:
    """The Monday and the Sunday of an ISO week. Raises InputError for what is none, such as `2025-W60`."""
    found = _WEEK.fullmatch(week)
    try:
        if found is None:
            raise ValueError
        monday, sunday = (date.fromisocalendar(int(found[1]), int(found[2]), day) for day in (1, 7))
    except ValueError:
        raise InputError(f"{week!r} is no week.", hint="Write it as YYYY-Wnn, for example 2025-W11.") from None
    return monday.isoformat(), sunday.isoformat()


def week_of(day: str) -> str:
    """The ISO week that a day lies in."""
    year, week, _ = date.fromisoformat(day).isocalendar()
    return f"{year:04d}-W{week:02d}"


def week_before(day: date) -> str:
    """The last ISO week that was over on a day."""
    return week_of((day - timedelta(days=7)).isoformat())


def windows_before(window: Window, count: int) -> list[Window]:
    """Up to `count` windows of the same length, one right before the other; none where a window has an open end."""
    if window.since is None or window.until is None:
        return []
    first, last = date.fromisoformat(window.since), date.fromisoformat(window.until)
    length = timedelta(days=(last - first).days + 1)
    return [
        Window(since=(first - n * length).isoformat(), until=(last - n * length).isoformat())
        for n in range(1, count + 1)
        if (first - date.min) > n * length
    ]
