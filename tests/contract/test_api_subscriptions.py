"""Subscriptions over HTTP: asked for, confirmed by a button, left in one click; links that are not ours; no telling."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from contract.postbox import Postbox, postbox
from contract.serving import api, opened, problem

from api.limits import SIGN_UPS
from rag.catalogue import subscribers
from rag.config import Settings
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
    page = await client.get(f"{SUBSCRIPTIONS}/confirm?token=abc", headers=BROWSER)
    assert page.status_code == 403
    assert "cannot be used" in page.text


async def test_who_guesses_and_who_floods_is_slowed_down(client: httpx.AsyncClient) -> None:
    most = int(SIGN_UPS.partition("/")[0])
    for number in range(most):
        assert (await client.post(SUBSCRIPTIONS, json={"email": f"a{number}@example.org"})).status_code == 202
    told = problem(await client.post(SUBSCRIPTIONS, json={"email": ADA}), 429, "too-many-requests")
    assert told["retry_after"] > 0
    statuses = [(await client.post(f"{SUBSCRIPTIONS}/confirm?token=guess{n}")).status_code for n in range(40)]
    assert statuses[0] == 403
    assert statuses[-1] == 429


async def test_what_cannot_be_asked_for(shelf: Shelf, client: httpx.AsyncClient) -> None:
    for wrong in (
        *({"email": "ada"}, {"email": f"{ADA}\r\nBcc: x@example.org"}, {"email": ADA, "topics": [" "]}),
        *({"email": ADA, "cadence": "hourly"}, {"email": ADA, "topics": ["a"] * 6}, {"email": ADA, "name": "Ada"}, {}),
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
