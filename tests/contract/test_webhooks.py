"""Webhooks against a real HTTP server on loopback: signed, checked, bounded, never led elsewhere."""

from __future__ import annotations

import hashlib
import hmac
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from contract.delivering import Clock, desk_in, issued, rows

from rag.catalogue import deliveries
from rag.deliver import subscribe, webhook
from rag.deliver.post import deliver
from rag.models import Briefing


@dataclass
class Hook:
    """What a server answers, and what it was sent."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"thanks"
    endless: bool = False
    url: str = ""
    seen: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def hooked(**given: object) -> Iterator[Hook]:
    hook = Hook(**given)  # type: ignore[arg-type]

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.seen.append((self.path, dict(self.headers), body))
            self.send_response(hook.status)
            for name, value in hook.headers.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                self.wfile.write(hook.body)
                while hook.endless:
                    self.wfile.write(b"x" * 8_192)
            except OSError:
                pass  # the caller had enough

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    hook.url = f"http://127.0.0.1:{server.server_port}/hook?a=b"
    try:
        yield hook
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()


def call(url: str, *, private: bool = True, seconds: float = 5.0) -> webhook.Outcome:
    body = b"{}"
    return webhook.call(url, body, webhook.headers("s", "d", body, 0.0), private=private, seconds=seconds)


@pytest.mark.anyio
async def test_a_brief_reaches_a_webhook_once_and_signed(tmp_path: Path) -> None:
    with hooked() as hook:
        async with desk_in(tmp_path, webhook_private=True) as desk:
            added = await subscribe.add(desk, hook.url, [], "weekly", confirmed=False)
            assert added is not None
            made = await issued(desk)
            assert (await deliver(desk)).sent == 1
            assert (await deliver(desk)).sent == 0
            ((path, head, body),) = hook.seen
            assert path == "/hook?a=b"
            assert Briefing.model_validate_json(body) == made
            moment, given = (part.split("=")[1] for part in head["Paperbrief-Signature"].split(","))
            secret = subscribe.webhook_secret(desk, added.id)
            assert given == hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
            assert abs(time.time() - int(moment)) < 60
            assert head["Paperbrief-Delivery"] == f"{made.id}.{added.id}"


@pytest.mark.anyio
async def test_a_private_address_is_refused_and_noted(tmp_path: Path) -> None:
    with hooked() as hook:
        async with desk_in(tmp_path) as desk:
            await subscribe.add(desk, hook.url, [], "weekly", confirmed=False)
            await issued(desk)
            assert (await deliver(desk)).dead == 1
            (dead,) = await desk.catalogue.read(deliveries.listed, ["dead"])
            assert "private" in (dead.reason or "")
            assert hook.seen == []


@pytest.mark.anyio
async def test_a_webhook_that_asks_to_wait_is_waited_for(tmp_path: Path) -> None:
    clock = Clock()
    with hooked(status=503, headers={"Retry-After": "7200"}) as hook:
        async with desk_in(tmp_path, clock, webhook_private=True) as desk:
            await subscribe.add(desk, hook.url, [], "weekly", confirmed=False)
            await issued(desk)
            assert (await deliver(desk)).failed == 1
            (row,) = await rows(desk, "deliveries")
            assert row["next_try"] == clock.now + 7200
            hook.status = 204
            clock.now += 7201
            assert (await deliver(desk)).sent == 1
            assert len({head["Paperbrief-Delivery"] for _, head, _ in hook.seen}) == 1


@pytest.mark.parametrize(
    ("status", "result"),
    [
        (200, "sent"),
        (202, "sent"),
        (302, "permanent"),
        (404, "permanent"),
        (410, "permanent"),
        (408, "temporary"),
        (429, "temporary"),
        (500, "temporary"),
    ],
)
def test_what_a_status_means(status: int, result: str) -> None:
    with hooked(status=status, headers={"Location": "http://127.0.0.1:1/"}) as hook:
        assert call(hook.url).result == result
        assert len(hook.seen) == 1, "no redirect is followed"


def test_a_reply_without_end_is_not_read_to_its_end() -> None:
    with hooked(endless=True) as hook:
        began = time.monotonic()
        assert call(hook.url).result == "sent"
        assert time.monotonic() - began < 60
        hook.endless = False


def test_nobody_there_and_nobody_known() -> None:
    with hooked() as hook:
        url = hook.url
    assert call(url).result == "temporary"
    assert call("http://nobody.invalid/").result == "temporary"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "172.16.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "100.64.0.1",
        "224.0.0.1",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::1",
        "::",
    ],
)
def test_addresses_that_are_not_the_internets(address: str) -> None:
    assert not webhook.is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:93.184.215.14"])
def test_addresses_that_are(address: str) -> None:
    assert webhook.is_public(address)
