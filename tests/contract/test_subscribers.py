"""Subscribing, confirming, leaving, being erased, on a real catalogue."""

from __future__ import annotations

import logging
import stat
from pathlib import Path

import pytest
from contract.delivering import DAY, NOW, Clock, desk_in, link, rows, subscribed

from rag.catalogue import deliveries, subscribers
from rag.deliver import subscribe
from rag.deliver.tokens import LASTS
from rag.errors import InputError, NotFound, TokenExpired, TokenForged, TokenMisused
from rag.models import Subscriber

pytestmark = pytest.mark.anyio

ADA = "Ada@example.org"


async def ask_and_confirm(desk, email: str = ADA, *topics: str) -> Subscriber:  # type: ignore[no-untyped-def]
    await subscribe.subscribe(desk, email, topics)
    assert await subscribe.confirm(desk, await link(desk)) == "confirmed"
    return await subscribe.named(desk, email)


async def test_nothing_begins_before_it_is_confirmed(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk:
        await subscribe.subscribe(desk, ADA, ["graphs"], "monthly")
        assert (await subscribe.named(desk, ADA)).state == "pending"
        assert await desk.catalogue.write(deliveries.enlist, "brf_1", "monthly", "graphs", NOW) == 0
        assert await subscribe.asked_for(desk, await link(desk)) == (("graphs",), "monthly", False)
        assert await subscribe.confirm(desk, await link(desk)) == "confirmed"
        found = await subscribe.named(desk, "ada@EXAMPLE.org")
        assert (found.state, found.topics, found.cadence) == ("active", ("graphs",), "monthly")
        assert found.address == ADA
        assert await desk.catalogue.write(deliveries.enlist, "brf_1", "monthly", "graphs", NOW) == 1


async def test_a_confirming_link_works_once(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk:
        await ask_and_confirm(desk, ADA, "graphs")
        first = await link(desk)
        assert await subscribe.confirm(desk, first) == "used"
        await subscribe.subscribe(desk, ADA, ["proteins"])
        assert await subscribe.confirm(desk, await link(desk)) == "confirmed"
        assert await subscribe.confirm(desk, first) == "used"
        assert (await subscribe.named(desk, ADA)).topics == ("proteins",)


async def test_an_old_confirming_link_does_not_bring_back_who_left(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk:
        ada = await ask_and_confirm(desk)
        old = await link(desk)
        unsubscribe = desk.tokens.sign("unsubscribe", ada.id)
        assert await subscribe.unsubscribe(desk, unsubscribe) == "ended"
        assert await subscribe.confirm(desk, old) == "gone"
        assert await subscribe.unsubscribe(desk, unsubscribe) == "already"
        assert (await subscribe.named(desk, ada.id)).state == "ended"


async def test_who_left_keeps_a_hash_and_nothing_else(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk:
        ada = await ask_and_confirm(desk, ADA, "graphs")
        await desk.catalogue.write(deliveries.enlist, "brf_1", "weekly", "graphs", NOW)
        assert await subscribe.leave(desk, ada.id) == "ended"
        (row,) = await rows(desk, "subscribers")
        assert (row["address"], row["state"]) == (None, "ended")
        assert "ada" not in str(row).casefold()
        assert await rows(desk, "sign_ups") == await rows(desk, "subscriber_topics") == []
        assert {row["state"] for row in await rows(desk, "deliveries")} == {"cancelled"}
        with pytest.raises(InputError, match="unsubscribed"):
            await subscribe.add(desk, "ADA@example.org", [], "weekly", confirmed=True)
        # They can come back by themselves.
        await ask_and_confirm(desk)
        assert (await subscribe.named(desk, ADA)).id == ada.id


async def test_who_is_erased_leaves_nothing(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk:
        ada = await ask_and_confirm(desk, ADA, "graphs")
        old, leave = await link(desk), desk.tokens.sign("unsubscribe", ada.id)
        await desk.catalogue.write(deliveries.enlist, "brf_1", "weekly", "graphs", NOW)
        await subscribe.erase(desk, leave)
        for table in ("subscribers", "sign_ups", "subscriber_topics", "deliveries"):
            assert await rows(desk, table) == []
        assert await subscribe.confirm(desk, old) == "gone"
        assert await subscribe.unsubscribe(desk, leave) == "gone"
        await subscribe.erase(desk, leave)
        with pytest.raises(NotFound):
            await subscribe.erase_named(desk, ADA)
    for file in (tmp_path / "data").glob("catalogue.sqlite*"):
        assert b"Ada@" not in file.read_bytes(), f"{file.name} still holds the address"


async def test_links_of_another_purpose_forged_or_old_change_nothing(tmp_path: Path) -> None:
    clock = Clock()
    async with desk_in(tmp_path, clock) as desk:
        await subscribe.subscribe(desk, ADA)
        good = await link(desk)
        with pytest.raises(TokenMisused):
            await subscribe.unsubscribe(desk, good)
        with pytest.raises(TokenForged):
            await subscribe.confirm(desk, good[:-8] + "AAAAAAAA")
        clock.now += LASTS["confirm"]
        for use in (subscribe.confirm, subscribe.asked_for):
            with pytest.raises(TokenExpired):
                await use(desk, good)
        assert (await subscribe.named(desk, ADA)).state == "pending"


async def test_an_address_is_asked_three_times_a_day_at_most_and_each_link_works(tmp_path: Path) -> None:
    clock = Clock()
    async with desk_in(tmp_path, clock) as desk:
        for _ in range(10):
            clock.now += 60
            await subscribe.subscribe(desk, ADA)
        assert len(await rows(desk, "sign_ups")) == len(await rows(desk, "deliveries")) == subscribe.MOST_ASKED
        assert await subscribe.confirm(desk, await link(desk, 0)) == "confirmed", "a stranger cannot void a link"
        with pytest.raises(InputError, match="often enough"):
            await subscribe.add(desk, ADA, [], "weekly", confirmed=False)
        clock.now += DAY
        await subscribe.subscribe(desk, ADA)
        assert len(await rows(desk, "sign_ups")) == subscribe.MOST_ASKED + 1
        for _ in range(4):
            for _ in range(subscribe.MOST_ASKED):
                await subscribe.subscribe(desk, ADA)
            clock.now += DAY
        assert len(await rows(desk, "sign_ups")) == subscribe.MOST_ASKED_WEEK, "and no more in a week"


async def test_who_never_confirms_is_forgotten(tmp_path: Path) -> None:
    clock = Clock()
    async with desk_in(tmp_path, clock) as desk:
        stays = await ask_and_confirm(desk, "stays@example.org")
        left = await ask_and_confirm(desk, "left@example.org")
        await subscribe.leave(desk, left.id)
        await subscribe.subscribe(desk, "left@example.org")
        await subscribe.subscribe(desk, ADA)
        assert await subscribe.sweep(desk) == 0
        clock.now += LASTS["confirm"] + 1
        assert await subscribe.sweep(desk) == 2
        found = {one.id: one for one in await desk.catalogue.read(subscribers.every)}
        assert set(found) == {stays.id, left.id}
        assert found[left.id].address is None
        assert found[stays.id].state == "active"


async def test_addresses_and_links_are_in_no_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with desk_in(tmp_path) as desk:
        await ask_and_confirm(desk)
        token = await link(desk)
        assert await subscribe.confirm(desk, token) == "used"
        with pytest.raises(InputError):
            await subscribe.subscribe(desk, "not ada@example.org")
    assert "ada@" not in caplog.text.casefold()
    assert token not in caplog.text
    assert stat.S_IMODE((tmp_path / "data" / "token.secret").stat().st_mode) == 0o600


async def test_topics_decide_who_gets_a_brief(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk:
        await subscribed(desk, "all@example.org")
        await subscribed(desk, "one@example.org", topics=("Graphs", "proteins"))
        await subscribed(desk, "two@example.org", topics=("graphs",), cadence="monthly")
        assert await desk.catalogue.read(subscribers.wanted_topics, "weekly") == ["Graphs", "proteins"]
        assert await desk.catalogue.write(deliveries.enlist, "brf_1", "weekly", "graphs", NOW) == 1
        assert await desk.catalogue.write(deliveries.enlist, "brf_1", "weekly", "graphs", NOW) == 0, "once"
        assert await desk.catalogue.write(deliveries.enlist, "brf_2", "weekly", "", NOW) == 1
        assert await desk.catalogue.read(deliveries.counts) == {"waiting": 2}


async def test_a_webhook_has_a_secret_of_its_own_that_is_not_stored(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk:
        one = await subscribe.add(desk, "https://example.org/a", [], "weekly", confirmed=False)
        two = await subscribe.add(desk, "https://example.org/b", [], "weekly", confirmed=False)
        assert one is not None
        assert two is not None
        assert (one.state, one.channel) == ("active", "webhook")
        secret = subscribe.webhook_secret(desk, one.id)
        assert secret != subscribe.webhook_secret(desk, two.id)
        assert secret not in str(await rows(desk, "subscribers"))
