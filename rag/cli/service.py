"""`paperbrief serve`: the HTTP service."""

from __future__ import annotations

from typing import Annotated

import typer

from rag.cli.run import desk_of, say


def serve(
    context: typer.Context,
    host: Annotated[
        str | None, typer.Option(help="The address to listen on, in place of PAPERBRIEF_HOST.", show_default=False)
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535, help="The port, in place of PAPERBRIEF_PORT; 0 is a free one.", show_default=False
        ),
    ] = None,
) -> None:
    """Answer over HTTP until stopped (Ctrl-C or SIGTERM)."""
    from api.server import serve as serve_http

    desk = desk_of(context)
    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    serve_http(desk.settings(given), desk.opener, lambda address: say(f"ready at {address}"))
    say("stopped.")
