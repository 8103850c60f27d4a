"""A run of deliveries: what is due is claimed, sent and noted, until nothing is due or the server gives up.

    claim a batch -> each: note the one before and "sending" in one, hand it over -> ... -> note the last, flushed

What happens at a kill, at any of these arrows, is in docs/decisions/0015-delivery.md.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field

from rag.catalogue import briefs, deliveries, subscribers
from rag.catalogue.deliveries import Claim, Noted
from rag.deliver import webhook
from rag.deliver.desk import DeliverDesk, host_of
from rag.deliver.letters import Letter, addressed, brief_letter, confirm_letter, notice_letter, sender_address
from rag.deliver.outcome import Outcome, noted
from rag.deliver.owner import forget, gone, owner_in
from rag.deliver.smtp import SmtpLine, SmtpServer, required_server
from rag.deliver.subscribe import webhook_secret
from rag.errors import InputError, NotFound, PaperbriefError
from rag.models import Briefing, Channel, DeliveryKind, DeliveryReport, Progress

BATCH = 50
"""Deliveries that are claimed at once, with one flush to the disk."""
LEASE_SECONDS = 1_800.0
"""How long a sender on another machine has before it is taken for dead."""
PATIENCE_SECONDS = 180.0
"""How long one mail may take altogether, however slowly the server speaks."""
CUTS = 3
"""So many mails in a row without an answer end the run."""
REFUSALS = 20
"""So many refusals in a row, and none accepted, are the server's opinion of us and not of the recipients."""
_WEBHOOKS = 4  # that are called at once
_LETTERS = 8  # that are kept ready

Report = Callable[[Progress], None]
_log = logging.getLogger("paperbrief.delivery")


@dataclass(slots=True)
class _Run:
    """What the senders of one run share."""

    desk: DeliverDesk
    owner: str
    progress: Report
    total: int
    done: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("sent", "failed", "dead", "cancelled"), 0))
    stopped: str | None = None
    cancelled: bool = False
    refused_in_row: int = 0
    chance: random.Random = field(default_factory=random.SystemRandom)
    letters: OrderedDict[str, Letter] = field(default_factory=OrderedDict)

    def count(self, one: Noted, outcome: Outcome) -> None:
        """Count what became of one, and stop where the server has had enough."""
        if one.state in self.done:
            self.done[one.state] += 1
        self.progress(Progress("delivering", sum(self.done.values()), self.total))
        if outcome.result == "sent":
            self.refused_in_row = 0
        elif outcome.result == "permanent" and outcome.fault != "server":
            self.refused_in_row += 1
            if self.refused_in_row >= REFUSALS and not self.done["sent"]:
                self.stop(f"the server refuses everybody: {outcome.reason}")
        if outcome.server_failed:
            self.stop(f"the server cannot be used: {outcome.reason}")

    def stop(self, why: str) -> None:
        """End the run; what is claimed is given back."""
        if self.stopped is None:
            self.stopped = why
            _log.warning("deliveries stopped", extra={"reason": why})

    async def letter(self, claim: Claim) -> Letter:
        """The mail of what is claimed, made once for all recipients. Raises NotFound where its brief is gone."""
        name = "confirm" if claim.kind == "confirm" else claim.subject
        if name not in self.letters:
            if claim.kind == "confirm":
                made = confirm_letter(self.desk)
            elif claim.kind == "notice":
                topic = await self.desk.catalogue.read(subscribers.topic_of, claim.subscriber_id, claim.subject)
                if topic is None:
                    raise NotFound("The topic is not wanted any more.")
                made = notice_letter(self.desk, topic)
            else:
                briefing = await self.desk.catalogue.read(briefs.get, claim.subject)
                if briefing is None:
                    raise NotFound("The brief is no longer stored.")
                made = await asyncio.to_thread(brief_letter, self.desk, briefing)
            self.letters[name] = made
            if len(self.letters) > _LETTERS:
                self.letters.popitem(last=False)
        return self.letters[name]


async def deliver(
    desk: DeliverDesk, *, progress: Report | None = None, server: SmtpServer | None = None
) -> DeliveryReport:
    """Send what is due: first the mails that ask to confirm, then briefs, by mail and webhook.

    What a sender that is gone had in hand is taken over. `server` takes the place of the one that the settings name.
    Raises SettingsError where mails are due and there is no server, StorageError where the catalogue fails.
    """
    with owner_in(desk.folder) as owner:
        for name in gone(desk.folder):
            freed = await desk.catalogue.write(deliveries.release, name, desk.clock())
            forget(desk.folder, name)
            if freed:
                _log.info("taken over from a sender that ended", extra={"deliveries": freed})
        due = await desk.catalogue.read(deliveries.due_counts, desk.clock())
        run = _Run(desk, owner, progress or _silent, sum(due.values()))
        try:
            async with asyncio.TaskGroup() as group:
                if due.get("mail"):
                    chosen = server or required_server(desk.smtp_url, desk.smtp_authority)
                    for _ in range(min(desk.connections, -(-due["mail"] // BATCH))):
                        group.create_task(_mails(run, chosen))
                for _ in range(min(_WEBHOOKS, due.get("webhook", 0))):
                    group.create_task(_webhooks(run))
        except ExceptionGroup as errors:  # not `except*`: what is raised inside that, early 3.11 wraps in a group again
            ours, others = errors.split(PaperbriefError)
            if ours is None or others is not None:
                raise
            raise ours.exceptions[0] from errors
    left = await desk.catalogue.read(deliveries.counts)
    waiting = sum(left.get(state, 0) for state in ("waiting", "failed", "claimed", "sending"))
    return DeliveryReport(**run.done, waiting=waiting, stopped=run.stopped)


def _silent(_: Progress) -> None:
    """Report progress to nobody."""


async def _mails(run: _Run, server: SmtpServer) -> None:
    """Send mails over one connection until none is due."""
    line = SmtpLine(server, host_of(run.desk.site))
    sender = sender_address(run.desk)
    cuts = 0

    async def send(claim: Claim) -> Outcome:
        nonlocal cuts
        message = addressed(run.desk, await run.letter(claim), claim)
        assert claim.address is not None
        outcome = await _in_time(run, line, sender, claim.address, message)
        cuts = cuts + 1 if outcome.doubtful else 0
        if cuts >= CUTS:
            run.stop(f"the server takes mails and does not answer: {outcome.reason}")
        return outcome

    try:
        for kind in ("confirm", "notice", "brief"):
            await _work(run, kind, "mail", send)
    finally:
        await asyncio.to_thread(line.close)


async def _in_time(run: _Run, line: SmtpLine, sender: str, recipient: str, message: bytes) -> Outcome:
    """Hand over one mail in a thread; cut the connection where that takes too long, or when the run is cancelled."""
    handing_over = asyncio.get_running_loop().run_in_executor(None, line.send, sender, recipient, message)
    try:
        return await asyncio.wait_for(asyncio.shield(handing_over), PATIENCE_SECONDS)
    except TimeoutError:
        line.cut()
        return await handing_over
    except asyncio.CancelledError:
        # What became of it is noted first; _work goes on with being cancelled.
        run.cancelled = True
        line.cut()
        return await handing_over


async def _webhooks(run: _Run) -> None:
    desk = run.desk

    async def send(claim: Claim) -> Outcome:
        assert claim.address is not None
        briefing = await desk.catalogue.read(briefs.get, claim.subject)
        if briefing is None:
            raise NotFound("The brief is no longer stored.")
        body, head = _called(desk, briefing, claim)
        return await asyncio.to_thread(webhook.call, claim.address, body, head, private=desk.private_webhooks)

    await _work(run, "brief", "webhook", send)


async def _work(run: _Run, kind: DeliveryKind, channel: Channel, send: Callable[[Claim], Awaitable[Outcome]]) -> None:
    """Claim, send and note until nothing of this kind is due, or the run is stopped."""
    catalogue, clock = run.desk.catalogue, run.desk.clock
    most = BATCH if channel == "mail" else 5
    while run.stopped is None:
        claims = await catalogue.write(
            deliveries.claim, run.owner, kind=kind, channel=channel, at=clock(), lease=LEASE_SECONDS, most=most
        )
        if not claims:
            return
        done: list[Noted] = []
        left = list(claims)
        try:
            while left and run.stopped is None and not run.cancelled:
                done = await _one(run, left[0], done, send)
                del left[0]
        finally:
            # What was noted before is not ours any more, and stays as it is.
            back = [_returned(one, clock()) for one in left]
            await catalogue.write(deliveries.note, [*done, *back], run.owner)
        if run.cancelled:
            raise asyncio.CancelledError


async def _one(run: _Run, one: Claim, done: list[Noted], send: Callable[[Claim], Awaitable[Outcome]]) -> list[Noted]:
    """Send one delivery, noting what is `done` before; what is to be noted after it."""
    clock = run.desk.clock
    if not one.deliverable:
        run.done["cancelled"] += 1
        return [
            *done,
            Noted(one.subscriber_id, one.subject, "cancelled", clock(), "the subscriber left", counted=False),
        ]
    until = clock() + LEASE_SECONDS
    if not await run.desk.catalogue.note(deliveries.begin, [one], done, run.owner, until):
        return []  # taken over by another sender, or the subscriber left in the meantime
    try:
        outcome = await send(one)
    except (NotFound, InputError) as error:  # nothing was sent, and nothing will ever be
        outcome = Outcome("permanent", "message", error.message)
    after = noted(one, outcome, clock(), run.chance)
    run.count(after, outcome)
    return [after]


def _returned(one: Claim, at: float) -> Noted:
    """A claim that was not used."""
    return Noted(
        one.subscriber_id, one.subject, "failed" if one.attempts else "waiting", at, next_try=at, counted=False
    )


def _called(desk: DeliverDesk, briefing: Briefing, claim: Claim) -> tuple[bytes, dict[str, str]]:
    """The body and the headers of a brief to a webhook; signed anew for each try, under the same identifier."""
    body = briefing.model_dump_json().encode()
    secret = webhook_secret(desk, claim.subscriber_id)
    return body, webhook.headers(secret, f"{claim.subject}.{claim.subscriber_id}", body, desk.clock())


def prepared(desk: DeliverDesk, briefing: Briefing, claims: Iterable[Claim]) -> Iterator[tuple[Claim, bytes]]:
    """What would go out for a brief: mails as they are handed over, webhooks' headers and bodies."""
    letter = brief_letter(desk, briefing)
    for claim in claims:
        if claim.channel == "mail":
            yield claim, addressed(desk, letter, claim)
        else:
            body, head = _called(desk, briefing, claim)
            lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
            yield claim, f"POST {claim.address}\r\n{lines}\r\n".encode() + body
