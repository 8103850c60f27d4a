"""`paperbrief deliveries`, `paperbrief schedule`, and what `paperbrief brief --deliver` does."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from rag.cli.run import Status, desk_of, put_json, say

if TYPE_CHECKING:
    from rag.deliver.desk import DeliverDesk
    from rag.library import Library
    from rag.models import Briefing, Delivery, DeliveryReport, DeliveryState
    from rag.schedule import Scheduled

Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]


def deliveries(
    context: typer.Context,
    dead: Annotated[bool, typer.Option("--dead", help="List those that are not tried any more.")] = False,
    waiting: Annotated[bool, typer.Option("--waiting", help="List those that are still to be sent.")] = False,
    retry: Annotated[
        str | None, typer.Option("--retry", metavar="WHO", help="Try dead ones again: a subscriber's, or `all`.")
    ] = None,
    send: Annotated[bool, typer.Option("--send", help="Send what is to be sent now.")] = False,
    as_json: Json = False,
) -> None:
    """Show how many deliveries there are in each state, list them, try dead ones again, send what is due."""
    from rag.catalogue import deliveries as ledger
    from rag.cli.meter import Meter
    from rag.deliver.post import deliver
    from rag.deliver.subscribe import named

    async def work(desk: DeliverDesk) -> tuple[dict[str, int], list[Delivery], DeliveryReport | None, int | None]:
        again = None
        if retry is not None:
            only = None if retry == "all" else (await named(desk, retry)).id
            again = await desk.catalogue.write(ledger.retry, desk.clock(), subscriber_id=only)
        report = None
        if send:
            with Meter() as meter:
                report = await deliver(desk, progress=meter)
        listed: list[Delivery] = []
        if dead or waiting:
            open_ones: list[DeliveryState] = ["waiting", "failed", "claimed", "sending"]
            dead_ones: list[DeliveryState] = ["dead"] if dead else []
            states: list[DeliveryState] = [*dead_ones, *(open_ones if waiting else [])]
            listed = await desk.catalogue.read(ledger.listed, states)
        return await desk.catalogue.read(ledger.counts), listed, report, again

    counted, listed, report, again = desk_of(context).run_deliveries(work)
    if as_json:
        put_json(
            {
                "counts": counted,
                "deliveries": [one.model_dump(mode="json") for one in listed],
                "report": report and report.model_dump(mode="json"),
            }
        )
    else:
        if again is not None:
            say(f"{again:,} are tried again.")
        _show(counted, listed, shown=dead or waiting)
        if report is not None:
            say(told(report))
    if report is not None and report.stopped:
        raise typer.Exit(Status.FAILED)


def _show(counted: dict[str, int], listed: list[Delivery], *, shown: bool) -> None:
    from rag.cli.show import plain

    if not shown:
        for state, number in sorted(counted.items()):
            typer.echo(f"{number:>8,}  {state}")
    for one in listed:
        doubt = f", {one.doubtful} in doubt" if one.doubtful else ""
        line = f"{one.subscriber_id}  {one.subject}  {one.state}  {one.attempts} attempts{doubt}  {one.address or ''}"
        typer.echo(plain(f"{line}  {one.reason or ''}".rstrip()))
    if not counted:
        say("nothing was ever to be delivered.")


def told(report: DeliveryReport) -> str:
    """What a run did, in a sentence."""
    parts = [f"{report.sent:,} sent", f"{report.failed:,} to be tried again", f"{report.dead:,} given up"]
    if report.cancelled:
        parts.append(f"{report.cancelled:,} cancelled")
    ending = f"; stopped early, {report.waiting:,} still wait: {report.stopped}" if report.stopped else ""
    return f"{', '.join(parts)}{ending}."


def schedule(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Do what is due, then stop: for cron and systemd.")] = False,
    as_json: Json = False,
) -> None:
    """Write the briefs that are due and send them, at the times that the settings name, until stopped.

    A service does the same by itself with PAPERBRIEF_SCHEDULE. However many do, each brief is written once.
    """
    from rag.cli.meter import Meter
    from rag.library import open_deliveries
    from rag.schedule import attended, run_due, timetable

    desk = desk_of(context)
    settings = desk.settings()
    table = timetable(settings)

    def on(done: Scheduled) -> None:
        for key, briefs in done.briefs.items():
            say(f"{key}: {len(briefs)} written.")
        if done.delivery.sent or done.delivery.stopped:
            say(told(done.delivery))

    async def work(library: Library) -> Scheduled | None:
        async with open_deliveries(settings) as post:
            if once:
                with Meter() as meter:
                    return await run_due(library, post, table, progress=meter)
            async with attended(library, post, table, on):
                say(f"briefs are due on {table.day} at {table.at:%H:%M} {table.zone}. Ctrl-C stops.")
                await asyncio.Event().wait()
        return None

    done = desk.run(work, settings)
    if done is None:
        return
    if as_json:
        briefs = {key: [one.id for one in some] for key, some in done.briefs.items()}
        put_json({"briefs": briefs, "delivery": done.delivery.model_dump(mode="json")})
    else:
        on(done)
    if done.delivery.stopped:
        raise typer.Exit(Status.FAILED)


async def issue(
    library: Library, desk: DeliverDesk, *, week: str, topic: str | None, rehearse: bool
) -> Briefing | None:
    """Write the briefs of a week once, and send them to who wants them, or show what would be sent.

    With a `topic`, only the one on it. The brief on the topic, or on everything; None while another process writes it.
    """
    from rag.cli.meter import Meter
    from rag.deliver.post import deliver
    from rag.schedule import publish, publish_all, tell_left_out, wanted, week_period

    period = week_period(week)
    topics = [topic] if topic is not None else await wanted(desk, period)
    if rehearse:
        made = {one: await publish(library, desk, period, one) for one in topics}
        for one, briefing in made.items():
            if briefing is not None and not briefing.empty:
                await _rehearse(desk, briefing, one)
        return made.get(topic)
    if topic is None and (left_out := await tell_left_out(desk, period)):
        say(f"{left_out:,} more topics are wanted; PAPERBRIEF_SCHEDULE_TOPICS allows {desk.topics:,}.")
    written, _ = await publish_all(library, desk, period, topics)
    with Meter() as meter:
        report = await deliver(desk, progress=meter)
    say(told(report))
    return written.get(topic)


async def _rehearse(desk: DeliverDesk, briefing: Briefing, topic: str | None) -> None:
    """Write to standard output what would be sent for a brief: the very bytes."""
    from rag.catalogue import deliveries as ledger
    from rag.deliver.post import prepared
    from rag.deliver.wishes import topic_key

    claims = await desk.catalogue.write(ledger.rehearse, briefing.id, "weekly", [topic_key(topic)], desk.clock())
    say(f"{briefing.id} would go to {len(claims):,}:")
    sys.stdout.flush()
    for claim, message in prepared(desk, briefing, claims):
        say(f"{claim.channel} to {claim.address}, {len(message):,} bytes:")
        sys.stdout.buffer.write(message + b"\n")
    sys.stdout.buffer.flush()
