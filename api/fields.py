"""Fields of requests that several routes take, with their bounds."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

from fastapi import Depends, Path, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from rag.models import Scope

_DAY = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)
MAX_ID = 200


def _day(value: str) -> str:
    found = _DAY.fullmatch(value)
    if not found:
        raise ValueError("should be a day (YYYY-MM-DD), a month (YYYY-MM) or a year (YYYY)")
    date(int(found[1]), int(found[2] or 1), int(found[3] or 1))  # a ValueError of its own for 2025-02-30
    return value


Day = Annotated[
    str,
    # The pattern of the schema says no more than the validator does, so that what it allows is accepted.
    Field(examples=["2025-03-12"], json_schema_extra={"format": "date"}),
    AfterValidator(_day),
]
Id = Annotated[str, Field(min_length=1, max_length=MAX_ID, examples=["2503.01234"])]
Tag = Annotated[str, Field(min_length=1, max_length=MAX_ID, examples=["cs.CL"])]
PaperId = Annotated[str, Path(max_length=MAX_ID, description="The paper's identifier.", examples=["2503.01234"])]


class Strict(BaseModel):
    """Base of what comes in: a name that it does not have is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ScopeFields(Strict):
    """Which papers may be searched. What is left out does not restrict; what is given must all hold."""

    model_config = ConfigDict(title="Scope")

    paper_ids: Annotated[list[Id], Field(max_length=10_000)] = Field(default=[], description="Only these papers.")
    brief_id: Id | None = Field(default=None, description="Only the papers of this brief.")
    since: Day | None = Field(default=None, description="Only papers listed (or published) on or after it.")
    until: Day | None = Field(default=None, description="Only papers listed (or published) on or before it.")
    tags: Annotated[list[Tag], Field(max_length=100)] = Field(default=[], description="Only papers with all of these.")

    def scope(self) -> Scope:
        """The scope as the library takes it."""
        return Scope(
            paper_ids=tuple(self.paper_ids),
            brief_id=self.brief_id,
            since=self.since,
            until=self.until,
            tags=tuple(self.tags),
        )


class NoQuery(Strict):
    """The query parameters of a route that has none: any is refused."""


async def _no_query(_: Annotated[NoQuery, Query()]) -> None:
    """Refuse every query parameter."""


NO_QUERY = [Depends(_no_query)]
"""The `dependencies` of a route that has no query parameters."""
