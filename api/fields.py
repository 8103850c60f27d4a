"""Fields of requests that several routes take, with their bounds."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from typing import Annotated

from fastapi import Depends, Path, Query
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from starlette.convertors import Convertor, register_url_convertor

from rag.models import Scope
from rag.retrieve import MAX_QUESTION

_DAY = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)
_LEAP = 2000  # stands in for the year 0, which the calendar does not have
MAX_ID = 200


def _day(value: str) -> str:
    found = _DAY.fullmatch(value)
    if not found:
        raise ValueError("should be a day (YYYY-MM-DD), a month (YYYY-MM) or a year (YYYY)")
    year, month, day = (int(part) if part else 1 for part in found.groups())
    if not 1 <= month <= 12 or not 1 <= day <= monthrange(year or _LEAP, month)[1]:
        raise ValueError("is not in the calendar")
    return value


def _listing_day(value: str) -> str:
    if not _DAY.fullmatch(value):
        raise ValueError("should be a day (YYYY-MM-DD)")
    return date.fromisoformat(value).isoformat()


Day = Annotated[
    str,
    AfterValidator(_day),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "format": "date"},
                {"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$"},
                {"type": "string", "pattern": "^[0-9]{4}$"},
            ],
            "examples": ["2025-03-12", "2025-03"],
        }
    ),
]
"""A day, a month or a year."""
ListingDay = Annotated[str, AfterValidator(_listing_day), WithJsonSchema({"type": "string", "format": "date"})]
"""A day and nothing else."""


def _whole(value: object) -> object:
    """In JSON 10.0 is a whole number, and neither "10" nor true is one."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


WHOLE = BeforeValidator(_whole)
"""Stands behind the bounds of a strict whole number in a JSON body: before them, they would leave the description."""
Question = Annotated[
    str,
    Field(max_length=MAX_QUESTION),
    WithJsonSchema(
        {
            "type": "string",
            "minLength": 1,
            "maxLength": MAX_QUESTION,
            "pattern": "[^\\W_]",  # as Python reads it: a letter or a digit of any script
            "examples": ["What is the speedup of SpecDec++?"],
        }
    ),
]
"""A question or a query: some text with a letter or a digit in it."""
Id = Annotated[str, Field(min_length=1, max_length=MAX_ID, examples=["2503.01234"])]
Tag = Annotated[str, Field(min_length=1, max_length=MAX_ID, examples=["cs.CL"])]


class _PaperPath(Convertor[str]):
    """An identifier in a path, which may hold a slash as the old ones of arXiv do; what follows it is no part of it."""

    regex = r"(?!.*/answers$).+"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("paper", _PaperPath())

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
