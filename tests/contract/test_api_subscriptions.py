"""Subscriptions over HTTP: asked for, confirmed by a button, left in one click; links that are not ours; no telling."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from contract.delivering import rows
from contract.postbox import Postbox, postbox
from contract.serving import api, opened, problem

import api.limits as api_limits
from api.limits import SIGN_UPS
from api.problems import Refusal
from rag.catalogue import subscribers
from rag.config import Settings
from rag.deliver import subscribe
from rag.deliver.desk import DeliverDesk
from rag.deliver.post import deliver
from rag.library import Library

pytestmark = pytest.mark.anyio

SITE = "https://briefs.example.org"
ADA = "ada@example.org"
BROWSER = {"Accept": "text/html"}
SUBSCRIPTIONS = "/v1/subscriptions"
Shelf = tuple[Library, Settings, Postbox]


@pytest.fixture
async def shelf(tmp_path: Path) -> AsyncIterator[Shelf]:
    with postbox() as box:
        async with opened(tmp_path / "data", smtp_url=box.url, public_url="https://briefs.example.org") as (
            library,
            own,
        ):
            yield library, own, box


@pytest.fixture
async def client(shelf: Shelf) -> AsyncIterator[httpx.AsyncClient]:
    async with api(*shelf[:2], allowed_hosts=("localhost",)) as client:
        yield client


async def mailed(shelf: Shelf, path: str) -> str:
    """The link of the newest mail that begins with this path, without the host."""
    library, own, box = shelf
    await deliver(DeliverDesk.of(own, library.catalogue))
    text = box.arrived[-1][1].replace(b"=\r\n", b"").decode()
    found = re.search(rf"https://briefs\.example\.org({re.escape(path)}\?token=3?D?[\w.=-]+)", text)
    assert found is not None
    return found[1].replace("=3D", "=")


async def states(shelf: Shelf) -> list[str]:
    return [one.state for one in await shelf[0].catalogue.read(subscribers.every)]


async def test_asked_confirmed_and_left(shelf: Shelf, client: httpx.AsyncClient) -> None:
    asked = await client.post(SUBSCRIPTIONS, json={"email": ADA, "topics": ["graphs"], "cadence": "weekly"})
    assert (asked.status_code, asked.json()["status"]) == (202, "asked")
    link = await mailed(shelf, f"{SUBSCRIPTIONS}/confirm")
    for _ in range(3):  # a mail scanner
        page = await client.get(link)
        assert page.status_code == 200
        assert '<form method="post"' in page.text
        assert "graphs" in page.text
    assert (await client.head(link)).status_code == 200
    assert await states(shelf) == ["pending"]
    assert (await client.post(link)).json() == {"status": "confirmed"}
    assert (await client.post(link)).json() == {"status": "used"}
    assert "works once" in (await client.get(link)).text
    assert await states(shelf) == ["active"]
    (ada,) = await shelf[0].catalogue.read(subscribers.every)
    token = DeliverDesk.of(shelf[1], shelf[0].catalogue).tokens.sign("unsubscribe", ada.id)
    out = f"{SUBSCRIPTIONS}/unsubscribe?token={token}"
    assert "<form" in (await client.get(out)).text
    assert await states(shelf) == ["active"]
    # RFC 8058: a form, no cookie, no key, no page that it comes from.
    one_click = await client.post(out, data={"List-Unsubscribe": "One-Click"})
    assert (one_click.status_code, one_click.json()) == (200, {"status": "unsubscribed"})
    multipart = await client.post(out, files={"List-Unsubscribe": (None, "One-Click")})
    assert multipart.json() == {"status": "unsubscribed"}
    assert await states(shelf) == ["ended"]
    assert (await client.post(link)).json() == {"status": "gone"}
    assert await states(shelf) == ["ended"], "an old link brings nobody back"
    assert (await client.post(f"{SUBSCRIPTIONS}/erase?token={token}")).json() == {"status": "erased"}
    assert await states(shelf) == []


async def test_a_topic_without_room_is_told_before_it_is_confirmed(shelf: Shelf) -> None:
    own = shelf[1].model_copy(update={"schedule_topics": 1})
    desk = DeliverDesk.of(own, shelf[0].catalogue)
    assert await subscribe.without_room(desk, ["graphs"], "weekly") == []
    await subscribe.add(desk, "bob@example.org", ["trees"], "weekly", confirmed=True)
    assert await subscribe.without_room(desk, ["graphs", "Trees"], "weekly") == ["graphs"]
    assert await subscribe.without_room(desk, ["graphs"], "monthly") == [], "monthly ones have room of their own"
    async with api(shelf[0], own, allowed_hosts=("localhost",)) as client:
        await client.post(SUBSCRIPTIONS, json={"email": ADA, "topics": ["graphs <b>", "trees"], "cadence": "weekly"})
        page = (await client.get(await mailed(shelf, f"{SUBSCRIPTIONS}/confirm"))).text
    assert 'no room at present for <bdi dir="auto">graphs &lt;b&gt;</bdi>:' in page


async def test_the_reply_does_not_tell_who_is_known(shelf: Shelf, client: httpx.AsyncClient) -> None:
    async def ask(email: str) -> tuple[int, bytes]:
        reply = await client.post(SUBSCRIPTIONS, json={"email": email})
        return reply.status_code, reply.content

    first = await ask(ADA)
    await client.post(await mailed(shelf, f"{SUBSCRIPTIONS}/confirm"))
    again = [await ask(ADA) for _ in range(5)]  # known, and asked too often
    assert {first, *again, await ask("nobody@example.org")} == {first}


async def test_links_that_cannot_be_used(shelf: Shelf, client: httpx.AsyncClient) -> None:
    tokens = DeliverDesk.of(shelf[1], shelf[0].catalogue).tokens
    for path in ("confirm", "unsubscribe", "erase"):
        forged = f"{SUBSCRIPTIONS}/{path}?token=abc.def"
        problem(await client.post(forged), 403, "link-not-ours")
        purpose: Any = "confirm" if path == "confirm" else "unsubscribe"
        old = tokens.sign(purpose, "sub_1", now=0)
        problem(await client.post(f"{SUBSCRIPTIONS}/{path}?token={old}"), 410, "link-expired")
        other = tokens.sign("brief", "brf_1")
        problem(await client.post(f"{SUBSCRIPTIONS}/{path}?token={other}"), 403, "link-not-ours")
        problem(await client.post(f"{SUBSCRIPTIONS}/{path}"), 422, "invalid-request")


@pytest.mark.parametrize("path", ["confirm", "unsubscribe"])
async def test_a_browser_is_told_what_to_do_with_a_link_that_cannot_be_used(
    shelf: Shelf, client: httpx.AsyncClient, path: str
) -> None:
    purpose: Any = path
    old = DeliverDesk.of(shelf[1], shelf[0].catalogue).tokens.sign(purpose, "sub_1", now=0)
    for query, status, words in (
        ("?token=abc.def", 403, "cannot be used"),
        (f"?token={old}", 410, "too old"),
        ("", 422, "not whole"),
        (f"?token={'a' * 1001}", 422, "not whole"),
    ):
        for send in (client.get, client.post):
            page = await send(f"{SUBSCRIPTIONS}/{path}{query}", headers=BROWSER)
            assert page.status_code == status
            assert page.headers["content-type"].startswith("text/html")
            assert words in page.text
            assert ('href="/subscribe"' in page.text) == (path == "confirm")
            assert ("newest brief" in page.text) == (path == "unsubscribe")
    last = [await client.get(f"{SUBSCRIPTIONS}/{path}?token=guess{n}", headers=BROWSER) for n in range(40)][-1]
    assert (last.status_code, last.headers["content-type"]) == (429, "text/html; charset=utf-8")
    assert int(last.headers["retry-after"]) > 0


async def test_the_page_to_ask_on(shelf: Shelf, client: httpx.AsyncClient) -> None:
    assert 'href="/subscribe"' in (await client.get("/briefs")).text
    page = await client.get("/subscribe", headers=BROWSER)
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for name in ("email", "topics", "cadence"):
        assert f'name="{name}"' in page.text
    given = {"email": ADA, "topics": "graphs\r\n\r\n speculative  decoding \r\n", "cadence": "daily"}
    done = await client.post("/subscribe", data=given, headers=BROWSER)
    assert (done.status_code, done.headers["location"]) == (303, "/subscribe/asked")
    assert "on its way" in (await client.get("/subscribe/asked")).text
    (row,) = await rows(DeliverDesk.of(shelf[1], shelf[0].catalogue), "sign_ups")
    assert (row["topics"], row["cadence"]) == ('["graphs", "speculative decoding"]', "daily")


async def test_the_page_does_not_tell_who_is_known(shelf: Shelf, client: httpx.AsyncClient) -> None:
    async def ask(email: str) -> tuple[int, str, bytes]:
        reply = await client.post("/subscribe", data={"email": email}, headers=BROWSER)
        return reply.status_code, reply.headers["location"], reply.content

    first = await ask(ADA)
    await client.post(await mailed(shelf, f"{SUBSCRIPTIONS}/confirm"))
    again = [await ask(ADA) for _ in range(5)]
    assert {first, *again, await ask("nobody@example.org")} == {first}


async def test_the_page_says_what_is_wrong_and_keeps_what_was_written(client: httpx.AsyncClient) -> None:
    hostile = '"><script>alert(1)</script>'
    for given, words in (
        ({"email": hostile, "topics": "graphs"}, ["This is no mail address.", "graphs"]),
        ({"email": ADA, "topics": "\n".join("abcdef")}, ["5 topics are the limit.", ADA]),
        ({"email": ADA, "topics": "…"}, ["A topic is empty."]),
        ({"email": ADA, "cadence": hostile}, ["Choose one of these."]),
        ({}, ["This is no mail address."]),
    ):
        page = await client.post("/subscribe", data={"x": "", **given}, headers=BROWSER)
        assert page.status_code == 422
        assert 'role="alert"' in page.text
        assert "<script>alert" not in page.text
        for word in words:
            assert word in page.text


async def test_where_nobody_can_ask_there_is_no_page_that_lets_one(shelf: Shelf) -> None:
    async with api(*shelf[:2], smtp_url=None, allowed_hosts=("localhost",)) as silent:
        assert "/subscribe" not in (await silent.get("/briefs")).text
        assert "sends no mails" in (await silent.get("/subscribe", headers=BROWSER)).text
        assert (await silent.post("/subscribe", data={"email": ADA}, headers=BROWSER)).status_code == 409
    for given, open_ in (
        ({}, False),
        ({"public_read": True}, True),
        ({"public_read": True, "public_subscribe": False}, False),
    ):
        async with api(*shelf[:2], host="0.0.0.0", **given) as reached:
            page = await reached.get("/subscribe", headers=BROWSER)
            posted = await reached.post(SUBSCRIPTIONS, json={"email": ADA})
            assert (page.status_code, posted.status_code) == ((200, 202) if open_ else (401, 401))
            assert ("Log in" in page.text) != open_
            listed = await reached.get("/briefs", headers=BROWSER)
            assert ('href="/subscribe"' in listed.text) == open_
            form = await reached.post("/subscribe", data={"email": ADA}, headers=BROWSER)
            assert form.status_code == (303 if open_ else 401)


async def test_who_guesses_and_who_floods_is_slowed_down(client: httpx.AsyncClient) -> None:
    most = int(SIGN_UPS[0].partition("/")[0])
    for number in range(most):
        assert (await client.post(SUBSCRIPTIONS, json={"email": f"a{number}@example.org"})).status_code == 202
    told = problem(await client.post(SUBSCRIPTIONS, json={"email": ADA}), 429, "too-many-requests")
    assert told["retry_after"] > 0
    page = await client.post("/subscribe", data={"email": ADA}, headers=BROWSER)
    assert (page.status_code, "Too many requests" in page.text) == (429, True)
    assert int(page.headers["retry-after"]) > 0
    statuses = [(await client.post(f"{SUBSCRIPTIONS}/confirm?token=guess{n}")).status_code for n in range(40)]
    assert statuses[0] == 403
    assert statuses[-1] == 429


async def test_one_client_is_slowed_down_over_a_day_too(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_limits, "SIGN_UPS", ("20/hour", "3/day"))
    limits = api_limits.Limits(None)
    for _ in range(3):
        await limits.count_sign_up("192.0.2.1")
    with pytest.raises(Refusal) as refused:
        await limits.count_sign_up("192.0.2.1")
    assert refused.value.retry_after > 3_600
    await limits.count_sign_up("192.0.2.2")


async def test_all_together_ask_for_so_many_a_day(shelf: Shelf) -> None:
    async with api(*shelf[:2], sign_ups=3, allowed_hosts=("localhost",)) as client:
        for number in range(3):
            assert (await client.post(SUBSCRIPTIONS, json={"email": f"a{number}@example.org"})).status_code == 202
        # Who is known and who is not: nobody can.
        for email in ("a0@example.org", "new@example.org"):
            told = problem(await client.post(SUBSCRIPTIONS, json={"email": email}), 429, "too-many-requests")
            assert told["retry_after"] >= 600
            page = await client.post("/subscribe", data={"email": email}, headers=BROWSER)
            assert (page.status_code, "no more can" in page.text) == (429, True)
    library, own, box = shelf
    await deliver(DeliverDesk.of(own, library.catalogue))
    assert len(box.arrived) == 3


async def test_what_cannot_be_asked_for(shelf: Shelf, client: httpx.AsyncClient) -> None:
    for wrong in (
        *({"email": "ada"}, {"email": f"{ADA}\r\nBcc: x@example.org"}, {"email": ADA, "topics": [" "]}),
        *(
            {"email": ADA, "cadence": "hourly"},
            {"email": ADA, "topics": list("abcdef")},
            {"email": ADA, "name": "Ada"},
            {},
        ),
    ):
        told = problem(await client.post(SUBSCRIPTIONS, json=wrong), 422, "invalid-request")
        assert "ada@" not in str(told)
    async with api(*shelf[:2], smtp_url=None, allowed_hosts=("localhost",)) as silent:
        problem(await silent.post(SUBSCRIPTIONS, json={"email": ADA}), 409, "no-mail")
    async with api(*shelf[:2], host="0.0.0.0") as closed:
        problem(await closed.post(SUBSCRIPTIONS, json={"email": ADA}), 401, "key-needed")


async def test_pages_escape_what_was_asked_for(shelf: Shelf, client: httpx.AsyncClient) -> None:
    hostile = "<script>alert(1)</script>\u202e"
    await client.post(SUBSCRIPTIONS, json={"email": ADA, "topics": [hostile]})
    link = await mailed(shelf, f"{SUBSCRIPTIONS}/confirm")
    page = (await client.get(link, headers=BROWSER)).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    for path, words in (("confirm", "You are subscribed"),):
        done = await client.post(link, headers=BROWSER)
        assert words in done.text, path
        assert "default-src 'none'" in done.headers["content-security-policy"]
