"""`paperbrief mcp`: the library as tools for an assistant."""

from __future__ import annotations

import asyncio

import typer

from rag.cli.run import Status, desk_of, say


def mcp(context: typer.Context) -> None:
    """Lend the papers to an assistant as MCP tools, over standard input and output.

    The assistant starts this program itself; docs/mcp.md shows how to tell it. A running service offers the same tools
    at /mcp.
    """
    from api.mcp.stdio import serve

    desk = desk_of(context)
    try:
        asyncio.run(serve(desk.settings(), desk.opener))
    except KeyboardInterrupt:
        say("stopped.")
        raise typer.Exit(Status.STOPPED) from None
