"""Deliveries by mail against a real SMTP server on loopback: what arrives, and what the ledger says on bad days."""

from __future__ import annotations

import asyncio
import email
import logging
import time
from email.policy import default
from pathlib import Path

import pytest
from contract.delivering import DAY, Clock, desk_in, issued, many, rows, subscribe_many, subscribed
from contract.postbox import postbox
from invented import HOSTILE

import rag.deliver.post
from rag.catalogue import deliveries, subscribers
from rag.catalogue.deliveries import MOST_REFUSALS
from rag.deliver import subscribe
from rag.deliver.letters import addressed, brief_letter, confirm_letter
from rag.deliver.outcome import MOST_TRIES, reason_of
from rag.deliver.post import REFUSALS, deliver
from rag.deliver.smtp import SmtpServer
from rag.errors import InputError, SettingsError

pytestmark = pytest.mark.anyio

SITE = "https://briefs.example.org"


async def test_a_brief_arrives_once_whole_and_with_a_way_out(tmp_path: Path) -> None:
    with postbox() as box:
        async with desk_in(tmp_path, public_url=SITE, smtp_url=box.url) as desk:
            await subscribed(desk, "ada@example.org", "bob@example.org")
            made = await issued(desk, title=HOSTILE)
            report = await deliver(desk)
            assert (report.sent, report.waiting, report.stopped) == (2, 0, None)
            again = await deliver(desk)
            assert again.sent == 0
            assert sorted(box.recipients) == ["ada@example.org", "bob@example.org"]
            for recipient, raw in box.arrived:
                message = email.message_from_bytes(raw, policy=default)
                assert message["To"] == recipient
                assert message.get_all("Bcc") is None
                assert "\n" not in str(message["Subject"])
                assert message["From"] == "paperbrief <paperbrief@briefs.example.org>"
                assert message["List-Id"] == "paperbrief <briefs.briefs.example.org>"
                assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
                assert message["Auto-Submitted"] == "auto-generated"
                link = str(message["List-Unsubscribe"])[1:-1]
                assert link.startswith(f"{SITE}/v1/subscriptions/unsubscribe?token=")
                html, text = message.get_body(("html",)), message.get_body(("plain",))
                assert html is not None
                assert text is not None
                assert link in html.get_content()
                assert link in text.get_content()
                assert f"{SITE}/briefs/{made.id}?token=" in text.get_content()
                assert "<script" not in html.get_content()
                assert all(len(line) <= 78 for line in raw.partition(b"\r\n\r\n")[2].split(b"\r\n"))
                assert raw.isascii()
                subscriber = desk.tokens.read("unsubscribe", link.partition("token=")[2])
                assert (await subscribe.named(desk, recipient)).id == subscriber
            assert len(set(box.message_ids())) == 2


async def test_the_confirming_mail_goes_first_and_repeats_nothing_of_a_stranger(tmp_path: Path) -> None:
    with postbox() as box:
        async with desk_in(tmp_path, smtp_url=box.url, smtp_connections=1) as desk:
            await subscribed(desk, "bob@example.org")
            await issued(desk)
            await subscribe.subscribe(desk, "ada@example.org", ["Buy at evil.example"])
            assert (await deliver(desk)).sent == 2
            assert box.recipients == ["ada@example.org", "bob@example.org"]
            message = email.message_from_bytes(box.arrived[0][1], policy=default)
            text = message.get_body(("plain",))
            assert text is not None
            assert "evil" not in text.get_content()
            assert message["List-Unsubscribe"] is None
            token = text.get_content().partition("token=")[2].split()[0]
            assert await subscribe.confirm(desk, token) == "confirmed"
            assert (await subscribe.named(desk, "ada@example.org")).topics == ("Buy at evil.example",)


async def test_a_rehearsal_shows_the_very_bytes_and_keeps_nothing(tmp_path: Path) -> None:
    with postbox() as box:
        async with desk_in(tmp_path, Clock(), smtp_url=box.url) as desk:
            await subscribed(desk, "ada@example.org", "bob@example.org")
            made = await issued(desk, "brf_0", "nobody's topic")
            claims = await desk.catalogue.write(deliveries.rehearse, made.id, "weekly", [""], desk.clock())
            letter = brief_letter(desk, made)
            shown = {claim.address: addressed(desk, letter, claim) for claim in claims}
            assert await rows(desk, "deliveries") == []
            assert box.arrived == []
            await desk.catalogue.write(deliveries.enlist, made.id, "weekly", "", desk.clock())
            await deliver(desk)
            assert dict(box.arrived) == shown


@pytest.mark.parametrize("address", ["a@example.org\r\nBcc: x@example.org", "ä@example.org", "a\0@example.org", ""])
async def test_a_header_that_is_no_plain_line_is_refused(tmp_path: Path, address: str) -> None:
    async with desk_in(tmp_path) as desk:
        await subscribed(desk, "ada@example.org")
        made = await issued(desk)
        (claim,) = await desk.catalogue.write(deliveries.rehearse, made.id, "weekly", [], desk.clock())
        for letter in (brief_letter(desk, made), confirm_letter(desk)):
            with pytest.raises(InputError):
                addressed(desk, letter, type(claim)(*_fields(claim, address)))


def _fields(claim: deliveries.Claim, address: str) -> tuple[object, ...]:
    return (claim.subscriber_id, claim.subject, claim.kind, 0, claim.created, claim.channel, address, claim.state)


# ------------------------------------------------------------------------------------------------- bad days


async def test_permanent_and_temporary_refusals_are_told_apart(tmp_path: Path) -> None:
    said = {
        "dead@example.org": "550 5.1.1 <dead@example.org> user unknown",
        "full@example.org": "452 4.2.2 mailbox full",
        "policy@example.org": "554 5.7.1 not from you",
    }

    def rule(stage: str, argument: str) -> str | None:
        return (
            said.get(argument)
            if stage == "rcpt"
            else ("554 spam" if (stage, argument) == ("end", "spam@x.org") else None)
        )

    clock = Clock()
    with postbox(rule) as box:
        async with desk_in(tmp_path, clock, smtp_url=box.url, smtp_connections=1) as desk:
            await subscribed(desk, *said, "ada@example.org", "spam@x.org")
            await issued(desk)
            report = await deliver(desk)
            assert (report.sent, report.failed, report.dead, report.waiting) == (1, 1, 3, 1)
            assert box.connections == 1, "one connection for all, reset after each refusal"
            dead = {one.address: one for one in await desk.catalogue.read(deliveries.listed, ["dead"])}
            assert set(dead) == {"dead@example.org", "policy@example.org", "spam@x.org"}
            assert dead["dead@example.org"].reason == "550 5.1.1 <(address)> user unknown"
            assert (await deliver(desk)).sent == 0, "not before its time"
            said.clear()
            clock.now += 450
            assert (await deliver(desk)).sent == 1
            assert sorted(box.recipients) == ["ada@example.org", "full@example.org"]
            assert await desk.catalogue.write(deliveries.retry, clock.now) == 3
            assert (await deliver(desk)).sent == 2


async def test_an_address_that_is_refused_again_and_again_is_left_alone(tmp_path: Path) -> None:
    with postbox(lambda stage, to: "550 no" if (stage, to) == ("rcpt", "dead@example.org") else None) as box:
        async with desk_in(tmp_path, smtp_url=box.url) as desk:
            await subscribed(desk, "dead@example.org", "ada@example.org")
            for number in range(MOST_REFUSALS + 1):
                await issued(desk, f"brf_{number}")
                await deliver(desk)
            assert (await subscribe.named(desk, "dead@example.org")).state == "suspended"
            assert (await desk.catalogue.read(deliveries.counts))["dead"] == MOST_REFUSALS
            assert len(box.arrived) == MOST_REFUSALS + 1


async def test_tries_wait_longer_each_time_and_end(tmp_path: Path) -> None:
    clock = Clock()
    with postbox(lambda stage, _: "451 later" if stage == "rcpt" else None) as box:
        async with desk_in(tmp_path, clock, smtp_url=box.url) as desk:
            await subscribed(desk, "ada@example.org")
            await issued(desk)
            waits = []
            for _ in range(MOST_TRIES):
                report = await deliver(desk)
                (row,) = await rows(desk, "deliveries")
                waits.append(row["next_try"] - clock.now)
                clock.now = max(clock.now, row["next_try"])
            assert report.dead == 1
            assert row["attempts"] == MOST_TRIES
            assert "given up after 8 attempts: 451 later" in row["reason"]
            for wait, usual in zip(waits, [300, 900, 2_700, 8_100, 24_300, 43_200, 43_200], strict=False):
                assert 0.75 * usual <= wait <= 1.25 * usual


@pytest.mark.parametrize(
    ("stage", "reply"),
    [
        ("connect", "554 not you"),
        ("connect", "421 busy"),
        ("connect", "cut"),
        ("mail", "530 log in first"),
        ("mail", "451 no"),
    ],
)
async def test_a_server_that_cannot_be_used_costs_nobody_an_attempt(tmp_path: Path, stage: str, reply: str) -> None:
    clock = Clock()
    answers = {stage: reply}
    with postbox(lambda at, _: answers.get(at)) as box:
        async with desk_in(tmp_path, clock, smtp_url=box.url) as desk:
            await subscribe_many(desk, many(120))
            await issued(desk)
            report = await deliver(desk)
            assert (report.sent, report.dead, report.waiting) == (0, 0, 120)
            assert report.stopped is not None
            assert {row["attempts"] for row in await rows(desk, "deliveries")} == {0}
            answers.clear()
            clock.now += 301
            assert (await deliver(desk)).sent == 120
            assert sorted(box.recipients) == many(120)


async def test_a_server_that_is_down_or_missing(tmp_path: Path) -> None:
    with postbox() as box:
        url = box.url
    async with desk_in(tmp_path, smtp_url=url) as desk:
        await subscribed(desk, "ada@example.org")
        await issued(desk)
        report = await deliver(desk)
        assert "Connection refused" in (report.stopped or "")
        assert report.waiting == 1
    async with desk_in(tmp_path, Clock(time.time() + DAY)) as desk:
        with pytest.raises(SettingsError, match="PAPERBRIEF_SMTP_URL"):
            await deliver(desk)


async def test_a_server_that_refuses_everybody_is_not_believed(tmp_path: Path) -> None:
    with postbox(lambda stage, _: "550 5.7.1 relaying denied" if stage == "rcpt" else None) as box:
        async with desk_in(tmp_path, smtp_url=box.url, smtp_connections=1) as desk:
            await subscribe_many(desk, many(100))
            await issued(desk)
            report = await deliver(desk)
            assert "refuses everybody" in (report.stopped or "")
            assert (report.dead, report.waiting) == (REFUSALS, 100 - REFUSALS)
            assert {one.state for one in await desk.catalogue.read(subscribers.every)} == {"active"}


async def test_a_server_that_says_nothing_ends_the_run_in_time(tmp_path: Path) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    listening = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    async with listening, desk_in(tmp_path) as desk:
        await subscribed(desk, "ada@example.org")
        await issued(desk)
        began = time.monotonic()
        report = await deliver(desk, server=SmtpServer("127.0.0.1", port, "none", seconds=0.3))
        assert "no answer in time" in (report.stopped or "")
        assert time.monotonic() - began < 60


async def test_a_server_that_drips_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each line comes within the time that a line has, and the whole would take for ever."""
    monkeypatch.setattr(rag.deliver.post, "PATIENCE_SECONDS", 0.5)

    def rule(stage: str, _: str) -> str | None:
        if stage != "rcpt":
            return None
        time.sleep(0.4)
        return "250-one moment\r\n" * 3 + "250 ok"

    with postbox(rule) as box:
        async with desk_in(tmp_path, smtp_url=box.url, smtp_connections=1) as desk:
            await subscribed(desk, "ada@example.org")
            await issued(desk)
            monkeypatch.setattr(rag.deliver.post, "PATIENCE_SECONDS", 0.2)
            report = await deliver(desk)
            assert (report.sent, report.waiting) == (0, 1)
            assert report.stopped is not None


async def test_a_cut_in_the_middle_of_the_text_is_tried_again(tmp_path: Path) -> None:
    cut = {"reader00003@example.org", "reader00007@example.org"}
    clock = Clock()
    with postbox(lambda stage, to: "cut" if stage == "text" and to in cut else None) as box:
        async with desk_in(tmp_path, clock, smtp_url=box.url, smtp_connections=1) as desk:
            await subscribe_many(desk, many(20))
            await issued(desk)
            report = await deliver(desk)
            assert (report.sent, report.failed, report.stopped) == (18, 2, None)
            cut.clear()
            clock.now += 400
            assert (await deliver(desk)).sent == 2
            assert sorted(box.recipients) == many(20)


async def test_a_mail_that_was_taken_without_a_word_comes_twice_with_one_identifier(tmp_path: Path) -> None:
    answers = {"end": "take and cut"}
    clock = Clock()
    with postbox(lambda stage, _: answers.get(stage)) as box:
        async with desk_in(tmp_path, clock, smtp_url=box.url) as desk:
            await subscribed(desk, "ada@example.org")
            await issued(desk)
            assert (await deliver(desk)).failed == 1
            assert [row["doubtful"] for row in await rows(desk, "deliveries")] == [1]
            answers.clear()
            clock.now += 400
            assert (await deliver(desk)).sent == 1
            assert box.arrived[0] == box.arrived[1], "the very bytes"
            assert len(set(box.message_ids())) == 1


async def test_a_server_that_takes_ten_mails_a_connection(tmp_path: Path) -> None:
    taken: dict[str, int] = {"now": 0}

    def rule(stage: str, _: str) -> str | None:
        if stage == "connect":
            taken["now"] = 0
        if stage == "mail":
            taken["now"] += 1
            return "421 enough" if taken["now"] > 10 else None
        return None

    with postbox(rule) as box:
        async with desk_in(tmp_path, smtp_url=box.url, smtp_connections=1) as desk:
            await subscribe_many(desk, many(35))
            await issued(desk)
            assert (await deliver(desk)).sent == 35
            assert box.connections == 4


async def test_who_leaves_during_a_run_gets_nothing(tmp_path: Path) -> None:
    with postbox() as box:
        async with desk_in(tmp_path, smtp_url=box.url, smtp_connections=1) as desk:
            await subscribe_many(desk, many(10))
            await issued(desk)
            last = (await desk.catalogue.read(subscribers.every))[-1]
            left: list[asyncio.Task[object]] = []

            def progress(_: object) -> None:
                if not left:
                    left.append(asyncio.ensure_future(subscribe.leave(desk, last.id)))

            report = await deliver(desk, progress=progress)
            await asyncio.gather(*left)
            assert report.sent == 9
            assert last.address not in box.recipients


async def test_two_senders_at_once_send_each_mail_once(tmp_path: Path) -> None:
    with postbox() as box:
        async with desk_in(tmp_path, smtp_url=box.url) as desk, desk_in(tmp_path, smtp_url=box.url) as other:
            await subscribe_many(desk, many(300))
            await issued(desk)
            reports = await asyncio.gather(deliver(desk), deliver(other))
            assert sum(report.sent for report in reports) == 300
            assert sorted(box.recipients) == many(300)


async def test_a_run_that_is_cancelled_notes_what_it_sent(tmp_path: Path) -> None:
    with postbox() as box:
        async with desk_in(tmp_path, smtp_url=box.url) as desk:
            await subscribe_many(desk, many(300))
            await issued(desk)
            under_way = asyncio.Event()
            run = asyncio.create_task(
                deliver(desk, progress=lambda progress: under_way.set() if progress.done >= 20 else None)
            )
            await under_way.wait()
            run.cancel()
            with pytest.raises(asyncio.CancelledError):
                await run
            assert (await desk.catalogue.read(deliveries.counts)).get("sending", 0) == 0
            await deliver(desk)
            extra = len(box.arrived) - 300
            assert 0 <= extra <= 2, "at most the one in hand on each connection"
            assert set(box.recipients) == set(many(300))


async def test_ten_thousand_subscribers_of_whom_three_in_a_hundred_are_bad(tmp_path: Path) -> None:
    emails = many(10_000)
    bad = set(emails[::33])

    def rule(stage: str, argument: str) -> str | None:
        return "550 5.1.1 unknown" if stage == "rcpt" and argument in bad else None

    with postbox(rule) as box:
        async with desk_in(tmp_path, smtp_url=box.url) as desk:
            await subscribe_many(desk, emails)
            await issued(desk)
            told: list[int] = []
            report = await deliver(desk, progress=lambda progress: told.append(progress.done))
            assert (report.sent, report.dead, report.waiting) == (10_000 - len(bad), len(bad), 0)
            assert sorted(box.recipients) == sorted(set(emails) - bad)
            assert told[-1] == 10_000
            assert len(set(box.message_ids())) == report.sent


async def test_no_address_reaches_a_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with postbox(lambda stage, to: f"421 <{to}> not now" if stage == "rcpt" else None) as box:
        async with desk_in(tmp_path, smtp_url=box.url) as desk:
            await subscribed(desk, "ada@example.org")
            await issued(desk)
            report = await deliver(desk)
            assert report.stopped is not None
            assert "ada@" not in caplog.text + report.stopped + str(await rows(desk, "deliveries"))
    assert reason_of(b"no <a.b@c.org>,\r\n x@y.z\0") == "no <(address)>, (address)"


async def test_a_claim_whose_lease_ran_out_is_taken_over_and_fenced_off(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk:
        await subscribed(desk, "ada@example.org")
        made = await issued(desk)
        take = {"kind": "brief", "channel": "mail", "lease": 60.0, "most": 10}
        (claim,) = await desk.catalogue.write(deliveries.claim, "one", at=desk.clock(), **take)
        assert await desk.catalogue.write(deliveries.claim, "two", at=desk.clock(), **take) == []
        assert await desk.catalogue.note(deliveries.begin, [claim], [], "one", desk.clock() + 60) == [claim]
        later = desk.clock() + 61
        assert len(await desk.catalogue.write(deliveries.claim, "two", at=later, **take)) == 1
        assert await desk.catalogue.note(deliveries.begin, [claim], [], "one", later) == []
        (row,) = await rows(desk, "deliveries")
        assert (row["owner"], row["doubtful"], row["subject"]) == ("two", 1, made.id)
