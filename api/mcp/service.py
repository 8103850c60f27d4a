"""The library of a service that owns the data folder, read through its own tools."""

from __future__ import annotations

from typing import Any

import httpx2
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult, TextContent
from mcp.types.version import LATEST_MODERN_VERSION

from rag.beacon import Beacon
from rag.errors import PaperbriefError
from rag.models import Answer, Briefing, BriefPage, Paper, Scope, SearchReport

_SECONDS = 600.0
"""How long a call may take; the service has limits of its own, which are lower."""


class ServiceShelf:
    """What the tools of another paperbrief tell; a connection for each call, as the service keeps no sessions."""

    def __init__(self, beacon: Beacon) -> None:
        self._beacon = beacon

    async def search(self, query: str, *, top_k: int, scope: Scope) -> SearchReport:
        """See `Shelf`."""
        return SearchReport.model_validate(await self._call("search_papers", query=query, top_k=top_k, **_plain(scope)))

    async def paper(self, paper_id: str) -> Paper:
        """See `Shelf`."""
        return Paper.model_validate(await self._call("get_paper", paper_id=paper_id))

    async def ask(self, question: str, *, scope: Scope) -> Answer:
        """See `Shelf`."""
        return Answer.model_validate(await self._call("ask", question=question, **_plain(scope)))

    async def brief(self, brief_id: str) -> Briefing:
        """See `Shelf`."""
        return Briefing.model_validate(await self._call("get_brief", brief_id=brief_id))

    async def briefs(self, *, limit: int, cursor: str | None) -> BriefPage:
        """See `Shelf`."""
        return BriefPage.model_validate(await self._call("list_briefs", limit=limit, cursor=cursor))

    async def _call(self, tool: str, **arguments: Any) -> Any:
        try:
            result = await self._told(tool, arguments)
        except (MCPError, httpx2.HTTPError, ExceptionGroup) as error:
            raise PaperbriefError(
                f"The service at {self._beacon.url} broke off.", hint="Call again; its log says more."
            ) from error
        # Raised here, outside the client, which would wrap it in a group of errors.
        if result.is_error:
            raise PaperbriefError(" ".join(block.text for block in result.content if isinstance(block, TextContent)))
        return result.structured_content

    async def _told(self, tool: str, arguments: dict[str, Any]) -> CallToolResult:
        # The token is for this machine's own service: no proxy that the environment names may see it.
        headers = {"Authorization": f"Bearer {self._beacon.token}"}
        async with httpx2.AsyncClient(headers=headers, timeout=_SECONDS, trust_env=False) as http:
            transport = streamable_http_client(f"{self._beacon.url}/mcp", http_client=http)
            async with Client(transport, mode=LATEST_MODERN_VERSION, read_timeout_seconds=_SECONDS) as client:
                return await client.call_tool(tool, arguments)


def _plain(scope: Scope) -> dict[str, Any]:
    return scope.model_dump(mode="json", exclude_defaults=True)
