"""Model ids, each of which names a part of the library: all of it, the papers of a week, the papers of a brief."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from api.problems import UNKNOWN_MODEL, Refusal
from rag.library import Library
from rag.models import Scope

EVERYTHING = "paperbrief"


@dataclass(frozen=True, slots=True)
class ScopeModel:
    """A model id and the papers that it stands for. `since` is a Unix time in seconds."""

    id: str
    scope: Scope
    since: int


async def models(library: Library, *, opened: int) -> list[ScopeModel]:
    """All models: the whole library, then the weeks in which a feed listed papers, the newest first."""
    return [ScopeModel(EVERYTHING, Scope(), opened), *await _weeks(library)]


async def find(model_id: str, library: Library, *, opened: int) -> ScopeModel:
    """The model with this id. Raises Refusal (404) where there is none."""
    if model_id == EVERYTHING:
        return ScopeModel(EVERYTHING, Scope(), opened)
    found = next((week for week in await _weeks(library) if week.id == model_id), None)
    if found is None:
        raise Refusal(
            UNKNOWN_MODEL,
            f"There is no model {model_id!r}.",
            hint=f"GET /v1/models lists those there are; {EVERYTHING} is the whole library.",
            complaints=[{"at": "model", "problem": "There is no such model."}],
        )
    return found


async def _weeks(library: Library) -> list[ScopeModel]:
    health = await library.corpus_health()
    return [_week(monday) for monday in mondays(day.day for day in health.days)]


def mondays(days: Iterable[str]) -> list[date]:
    """The Mondays of the weeks of these days, the newest first."""
    each = (date.fromisoformat(day) for day in days)
    return sorted({day - timedelta(days=day.weekday()) for day in each}, reverse=True)


def _week(monday: date) -> ScopeModel:
    year, week, _ = monday.isocalendar()
    sunday = monday + timedelta(days=6)
    began = (monday - date(1970, 1, 1)).days * 86_400
    scope = Scope(since=monday.isoformat(), until=sunday.isoformat())
    return ScopeModel(f"{EVERYTHING}:{year:04}-W{week:02}", scope, began)
