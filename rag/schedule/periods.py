"""Periods: which week, day or month is over, and when its brief is due. Pure.

Days are those of the listings, and a period is over when its last day is, in the time zone of the schedule.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from rag.models import Cadence
from rag.outgoing import Weekday

WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Period:
    """A week, day or month. `key` names it: `2025-W11`, `2025-03-12`, `2025-03`."""

    cadence: Cadence
    key: str
    since: str
    until: str

    @property
    def week(self) -> str | None:
        """The ISO week, where it is one."""
        return self.key if self.cadence == "weekly" else None


@dataclass(frozen=True, slots=True)
class Timetable:
    """When briefs are due: weekly ones on `day`, daily ones every day, monthly ones on the first, all at `at`."""

    day: Weekday
    at: time
    zone: ZoneInfo


def week_period(week: str) -> Period:
    """The period of an ISO week such as `2025-W11`, which has to be one."""
    monday = date.fromisocalendar(int(week[:4]), int(week[-2:]), 1)
    return Period("weekly", week, monday.isoformat(), (monday + timedelta(days=6)).isoformat())


def last_before(cadence: Cadence, today: date) -> Period:
    """The last period of this cadence that was over when `today` began."""
    if cadence == "daily":
        yesterday = (today - timedelta(days=1)).isoformat()
        return Period("daily", yesterday, yesterday, yesterday)
    if cadence == "monthly":
        last = today.replace(day=1) - timedelta(days=1)
        return Period("monthly", f"{last:%Y-%m}", last.replace(day=1).isoformat(), last.isoformat())
    year, week, _ = (today - timedelta(days=7)).isocalendar()
    return week_period(f"{year:04d}-W{week:02d}")


def last_due(cadence: Cadence, table: Timetable, now: datetime) -> datetime:
    """When a brief of this cadence was due last, as a time with its zone.

    A time of day that the clocks skip is taken as that long after midnight by the clock before the change; one that
    they repeat is the first of the two. Either way there is one on each day.
    """
    day = now.astimezone(table.zone).date()
    for _ in range(32):
        due = datetime.combine(day, table.at, table.zone)
        if _is_day_of(cadence, table, day) and due.timestamp() <= now.timestamp():
            return due
        day -= timedelta(days=1)
    raise AssertionError("every cadence has a day within a month")


def _is_day_of(cadence: Cadence, table: Timetable, day: date) -> bool:
    if cadence == "weekly":
        return WEEKDAYS[day.weekday()] == table.day
    return cadence == "daily" or day.day == 1
