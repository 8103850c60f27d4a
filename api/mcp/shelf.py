"""What the tools need of a library, wherever it is: in this service, in a folder, behind another service."""

from __future__ import annotations

import asyncio
from typing import Protocol

from fastapi import Request

from api.house import House
from rag.models import Answer, Briefing, BriefPage, Paper, Scope, SearchReport


class Shelf(Protocol):
    """A library to read in. Every method raises PaperbriefError, or Refusal where the service turns the caller away."""

    async def search(self, query: str, *, top_k: int, scope: Scope) -> SearchReport:
        """The best papers for a query."""

    async def paper(self, paper_id: str) -> Paper:
        """A stored paper."""

    async def ask(self, question: str, *, scope: Scope) -> Answer:
        """The answer to a question."""

    async def brief(self, brief_id: str) -> Briefing:
        """A brief that was written."""

    async def briefs(self, *, limit: int, cursor: str | None) -> BriefPage:
        """Briefs that were written, the newest first."""


class HouseShelf:
    """The library of this service, for the sender of one request."""

    def __init__(self, house: House, request: Request) -> None:
        self._house = house
        self._request = request

    async def search(self, query: str, *, top_k: int, scope: Scope) -> SearchReport:
        """See `Shelf`."""
        library = self._house.library
        self._house.note_question(self._request, query)
        async with self._house.quick.turn(), asyncio.timeout(self._house.settings.request_seconds):
            return await library.search(query, top_k=top_k, scope=scope)

    async def paper(self, paper_id: str) -> Paper:
        """See `Shelf`."""
        return await self._house.library.paper(paper_id)

    async def ask(self, question: str, *, scope: Scope) -> Answer:
        """See `Shelf`."""
        library = self._house.library
        self._house.note_question(self._request, question)
        async with self._house.admission(None).turn(), asyncio.timeout(self._house.settings.request_seconds):
            return await library.ask(question, scope=scope)

    async def brief(self, brief_id: str) -> Briefing:
        """See `Shelf`."""
        return await self._house.library.briefing(brief_id)

    async def briefs(self, *, limit: int, cursor: str | None) -> BriefPage:
        """See `Shelf`."""
        return await self._house.library.briefs(cursor, limit=limit)
