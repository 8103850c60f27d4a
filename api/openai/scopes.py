"""Model ids, each of which names a part of the library: all of it, the papers of a week, the papers of a brief."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from api.problems import UNKNOWN_MODEL, Refusal
from rag.brief.request import days_of, week_of
from rag.errors import NotFound
from rag.library import Library
from rag.models import Scope

EVERYTHING = "paperbrief"
BRIEFS_LISTED = 50
"""Briefs that are listed as models, the newest; older ones answer too."""
_BRIEF = f"{EVERYTHING}:brf_"


@dataclass(frozen=True, slots=True)
class ScopeModel:
    """A model id and the papers that it stands for. `since` is a Unix time in seconds."""

    id: str
    scope: Scope
    since: int


async def models(library: Library, *, opened: int) -> list[ScopeModel]:
    """The whole library, the weeks in which a feed listed papers, then the briefs; the newest first."""
    briefs = (await library.briefs(limit=BRIEFS_LISTED)).briefs
    return [
        ScopeModel(EVERYTHING, Scope(), opened),
        *await _weeks(library),
        *(_brief(brief.id, brief.created) for brief in briefs),
    ]


async def find(model_id: str, library: Library, *, opened: int) -> ScopeModel:
    """The model with this id. Raises Refusal (404) where there is none."""
    if model_id == EVERYTHING:
        return ScopeModel(EVERYTHING, Scope(), opened)
    if model_id.startswith(_BRIEF):
        try:
            brief = await library.briefing(model_id.removeprefix(f"{EVERYTHING}:"))
        except NotFound:
            raise _unknown(model_id) from None
        return _brief(brief.id, brief.provenance.created)
    found = next((week for week in await _weeks(library) if week.id == model_id), None)
    if found is None:
        raise _unknown(model_id)
    return found


def _unknown(model_id: str) -> Refusal:
    return Refusal(
        UNKNOWN_MODEL,
        f"There is no model {model_id!r}.",
        hint=f"GET /v1/models lists those there are; {EVERYTHING} is the whole library.",
        complaints=[{"at": "model", "problem": "There is no such model."}],
    )


async def _weeks(library: Library) -> list[ScopeModel]:
    health = await library.corpus_health()
    return [_week(week) for week in sorted({week_of(day.day) for day in health.days}, reverse=True)]


def _week(week: str) -> ScopeModel:
    monday, sunday = days_of(week)
    began = (date.fromisoformat(monday) - date(1970, 1, 1)).days * 86_400
    return ScopeModel(f"{EVERYTHING}:{week}", Scope(since=monday, until=sunday), began)


def _brief(brief_id: str, created: str) -> ScopeModel:
    written = int(datetime.fromisoformat(created).timestamp())
    return ScopeModel(f"{EVERYTHING}:{brief_id}", Scope(brief_id=brief_id), written)
