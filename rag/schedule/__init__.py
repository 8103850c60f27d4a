"""The schedule: what is due is written once, put into the ledger and sent; what was missed is caught up once.

The clock only wakes it. What is due is told by the time and the catalogue, so it makes no difference how often it is
woken, by whom, and how many are: docs/delivery.md.
"""

from __future__ import annotations

from rag.schedule.periods import Period, Timetable, last_before, last_due, week_period
from rag.schedule.publish import enlist, publish, publish_all, tell_left_out, wanted
from rag.schedule.run import Scheduled, attended, run_due, timetable

__all__ = [
    "Period",
    "Scheduled",
    "Timetable",
    "attended",
    "enlist",
    "last_before",
    "last_due",
    "publish",
    "publish_all",
    "run_due",
    "tell_left_out",
    "timetable",
    "wanted",
    "week_period",
]
