"""What the tools need of a library, whoever lends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rag.library import Library
    from rag.models import Answer, Briefing, BriefPage, Paper, Scope, SearchReport


class Shelf(Protocol):
    """A library to read in. Every method raises PaperbriefError, or Refusal where a service turns the caller away."""

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


class LibraryShelf:
    """An open library, for whoever has opened it."""

    def __init__(self, library: Library) -> None:
        self._library = library

    async def search(self, query: str, *, top_k: int, scope: Scope) -> SearchReport:
        """See `Shelf`."""
        return await self._library.search(query, top_k=top_k, scope=scope)

    async def paper(self, paper_id: str) -> Paper:
        """See `Shelf`."""
        return await self._library.paper(paper_id)

    async def ask(self, question: str, *, scope: Scope) -> Answer:
        """See `Shelf`."""
        return await self._library.ask(question, scope=scope)

    async def brief(self, brief_id: str) -> Briefing:
        """See `Shelf`."""
        return await self._library.briefing(brief_id)

    async def briefs(self, *, limit: int, cursor: str | None) -> BriefPage:
        """See `Shelf`."""
        return await self._library.briefs(cursor, limit=limit)
