"""`paperbrief subscribers`: who gets briefs. Works beside a running service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from rag.cli.run import desk_of, put_json, say

if TYPE_CHECKING:
    from rag.deliver.desk import DeliverDesk
    from rag.models import Subscriber

app = typer.Typer(help="Add, list, remove and erase who gets briefs by mail or webhook.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
Who = Annotated[str, typer.Argument(metavar="WHO", help="An address, or an identifier as `subscribers list` shows it.")]


@app.command()
def add(
    context: typer.Context,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="A mail address, or the URL of a webhook.")],
    topic: Annotated[
        list[str] | None, typer.Option("--topic", help="A topic; may be repeated. Everything that is new without one.")
    ] = None,
    cadence: Annotated[Literal["daily", "weekly", "monthly"], typer.Option(help="How often.")] = "weekly",
    confirmed: Annotated[
        bool, typer.Option("--confirmed", help="They agreed elsewhere: begin at once, without asking them by mail.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Add a subscriber. A mail address is asked to confirm first; a webhook begins at once, and its secret is shown."""
    from rag.deliver import subscribe

    async def work(desk: DeliverDesk) -> tuple[Subscriber | None, str | None]:
        added = await subscribe.add(desk, address, topic or [], cadence, confirmed=confirmed)
        webhook = added is not None and added.channel == "webhook"
        return added, subscribe.webhook_secret(desk, added.id) if added and webhook else None

    added, secret = desk_of(context).run_deliveries(work)
    if as_json:
        put_json({"subscriber": added and added.model_dump(mode="json"), "asked": added is None, "secret": secret})
    elif added is None:
        say("the mail that asks to confirm goes out with the next ones; `paperbrief deliveries --send` sends it now.")
    else:
        say(f"{added.id} gets briefs from now on.")
        if secret is not None:
            say("what is sent there is signed with this secret:")
            typer.echo(secret)


@app.command(name="list")
def list_subscribers(context: typer.Context, as_json: Json = False) -> None:
    """List the subscribers. Those who left have no address any more."""
    from rag.catalogue import subscribers

    async def work(desk: DeliverDesk) -> list[Subscriber]:
        return await desk.catalogue.read(subscribers.every)

    found = desk_of(context).run_deliveries(work)
    if as_json:
        put_json([one.model_dump(mode="json") for one in found])
    elif not found:
        say("there are no subscribers; `paperbrief subscribers add ADDRESS` adds one.")
    else:
        from rag.cli.show import plain

        for one in found:
            topics = ", ".join(one.topics) or "everything"
            line = f"{one.id}  {one.state:<9}  {one.cadence:<7}  {one.address or '(erased)'}  {topics}"
            typer.echo(plain(line))


@app.command()
def remove(context: typer.Context, who: Who) -> None:
    """End a subscription, as unsubscribing does: the address is erased, and a keyed hash of it says to send nothing."""
    from rag.deliver import subscribe

    async def work(desk: DeliverDesk) -> tuple[str, str]:
        found = await subscribe.named(desk, who)
        return found.id, await subscribe.leave(desk, found.id)

    subscriber_id, how = desk_of(context).run_deliveries(work)
    say(f"{subscriber_id} gets nothing any more." if how == "ended" else f"{subscriber_id} had left before.")


@app.command()
def erase(context: typer.Context, who: Who) -> None:
    """Forget a subscriber wholly: address, topics, hash, and what was sent to them."""
    from rag.deliver import subscribe

    async def work(desk: DeliverDesk) -> str:
        return (await subscribe.erase_named(desk, who)).id

    say(f"nothing is known of {desk_of(context).run_deliveries(work)} any more.")
