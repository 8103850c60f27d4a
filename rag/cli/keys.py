"""`paperbrief keys`: make, list and revoke access keys. Works beside a running service, which heeds it at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from rag.cli.run import desk_of, put_json, say

if TYPE_CHECKING:
    from rag.catalogue import Catalogue
    from rag.deliver.desk import DeliverDesk
    from rag.models import AccessKey, KeyScope

app = typer.Typer(help="Make, list and revoke the keys that open the HTTP service.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
_SCOPES = ("read", "write")


@app.command()
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What or whom the key is for.")],
    scope: Annotated[
        list[str] | None,
        typer.Option("--scope", help="read (ask, search, read; the default) or write (add, delete); may be repeated."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a key and print it: it is shown this once, and only a hash of it is stored."""
    from rag import keys

    scopes = _scopes(scope or ["read"])
    if not name.strip() or len(name) > 100:
        raise typer.BadParameter("a key needs a name of at most 100 characters.")

    async def work(catalogue: Catalogue) -> tuple[AccessKey, str]:
        return await keys.create(catalogue, name.strip(), scopes)

    key, secret = desk_of(context).run_catalogue(work)
    if as_json:
        put_json({**key.model_dump(mode="json"), "key": secret})
    else:
        say(f"key {key.id} for {key.name} may {' and '.join(key.scopes)}. Keep it now; it is not shown again:")
        typer.echo(secret)


@app.command(name="list")
def list_keys(context: typer.Context, as_json: Json = False) -> None:
    """List the keys: identifiers and names, never the keys themselves."""
    from rag.catalogue import keys

    async def work(catalogue: Catalogue) -> list[AccessKey]:
        return await catalogue.read(keys.every)

    found = desk_of(context).run_catalogue(work)
    if as_json:
        put_json([key.model_dump(mode="json") for key in found])
    elif not found:
        say("there are no keys; `paperbrief keys create NAME` makes one.")
    else:
        from rag.cli.show import plain

        for key in found:
            state = f"revoked {key.revoked}" if key.revoked else "valid"
            typer.echo(f"{key.id}  {'+'.join(key.scopes):<10}  {key.created}  {state:<28}  {plain(key.name)}".rstrip())


@app.command()
def revoke(
    context: typer.Context,
    key_id: Annotated[str, typer.Argument(metavar="ID", help="The key's identifier, as `keys list` shows it.")],
) -> None:
    """Revoke a key; a running service refuses it from its next request on."""
    from rag import keys

    async def work(catalogue: Catalogue) -> None:
        await keys.revoke(catalogue, key_id)

    desk_of(context).run_catalogue(work)
    say(f"key {key_id} is revoked.")


@app.command()
def feed(
    context: typer.Context,
    key_id: Annotated[str, typer.Argument(metavar="ID", help="The key's identifier, as `keys list` shows it.")],
    as_json: Json = False,
) -> None:
    """Print the addresses of the feeds for a feed reader, which cannot log in. They end when the key is revoked."""
    from rag.catalogue import keys
    from rag.errors import InputError, NotFound

    async def work(desk: DeliverDesk) -> list[str]:
        key = next((key for key in await desk.catalogue.read(keys.every) if key.id == key_id), None)
        if key is None:
            raise NotFound(f"There is no key {key_id!r}.", hint="`paperbrief keys list` shows the keys.")
        if key.revoked or "read" not in key.scopes:
            why = "is revoked" if key.revoked else "may not read"
            raise InputError(f"Key {key_id} {why}.", hint="Make one with `paperbrief keys create NAME`.")
        token = desk.tokens.sign("feed", key.id)
        return [f"{desk.site.rstrip('/')}/feeds/briefs.{kind}?token={token}" for kind in ("atom", "json")]

    atom, json_feed = desk_of(context).run_deliveries(work)
    if as_json:
        put_json({"atom": atom, "json": json_feed})
    else:
        typer.echo(atom)
        typer.echo(json_feed)


def _scopes(given: list[str]) -> list[KeyScope]:
    for scope in given:
        if scope not in _SCOPES:
            raise typer.BadParameter(f"there is no scope {scope!r}; there are read and write.")
    return [scope for scope in ("read", "write") if scope in given]
