"""Bad days on the wire: slow clients, floods, endless bodies, clients that leave. Each gets a problem document where it
can still read one, and the next request is answered."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from contract.served import Served, reply, served

from api.shield import bodies, connections

QUESTION = b'{"question": "How much faster is decoding with Marmot?"}'


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("wire") / "data"
    with served(folder, max_request_bytes=20_000, max_upload_bytes=2_000_000, request_seconds=10.0) as service:
        yield service


@pytest.fixture(autouse=True)
def is_answered_afterwards(service: Served) -> Iterator[None]:
    yield
    response = httpx.post(f"{service.url}/v1/ask", content=QUESTION, headers={"Content-Type": "application/json"})
    assert response.status_code == 200
    assert response.json()["outcome"] == "answered"


def told(status: int, body: bytes, name: str) -> None:
    problem = json.loads(body)
    assert (status, problem["type"]) == (problem["status"], f"urn:paperbrief:problem:{name}")


def head(*lines: str, method: str = "POST", path: str = "/v1/ask") -> bytes:
    given = (f"{method} {path} HTTP/1.1", "Host: localhost", "Content-Type: application/json", *lines)
    return "".join(f"{line}\r\n" for line in (*given, "")).encode()


def test_a_hundred_megabytes_are_refused_before_they_are_sent(service: Served) -> None:
    with service.connect() as plain:
        plain.sendall(head("Content-Length: 100000000", "Expect: 100-continue"))
        told(*reply(plain), "body-too-large")


def test_a_client_that_sends_first_gets_to_read_why(service: Served) -> None:
    body = b"x" * 30_000_000
    response = httpx.post(f"{service.url}/v1/ingest", content=body)
    assert response.status_code == 413
    assert response.json()["type"] == "urn:paperbrief:problem:body-too-large"


def test_an_endless_body_has_an_end(service: Served) -> None:
    with service.connect() as plain:
        plain.sendall(head("Transfer-Encoding: chunked", path="/v1/ingest"))
        stop = threading.Event()

        def send() -> None:
            chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
            while not stop.is_set():
                try:
                    plain.sendall(chunk)
                except OSError:
                    return

        sending = threading.Thread(target=send)
        sending.start()
        try:
            told(*reply(plain), "body-too-large")
        finally:
            stop.set()
            sending.join()


def test_a_body_that_stands_still_is_given_up(service: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "PATIENCE_SECONDS", 0.3)
    with service.connect() as plain:
        plain.sendall(head("Content-Length: 100") + b'{"qu')
        told(*reply(plain), "body-too-slow")


def test_a_body_that_drips_is_given_up(service: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "PATIENCE_SECONDS", 0.3)
    with service.connect() as plain:
        plain.sendall(head("Content-Length: 10000"))
        stop = threading.Event()

        def drip() -> None:
            while not stop.wait(0.05):
                try:
                    plain.sendall(b" ")
                except OSError:
                    return

        dripping = threading.Thread(target=drip)
        dripping.start()
        try:
            told(*reply(plain), "body-too-slow")
        finally:
            stop.set()
            dripping.join()


def test_headers_that_never_end_are_given_up(service: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEADER_SECONDS", 0.3)
    with service.connect() as plain:
        plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        told(*reply(plain), "headers-too-slow")
    with service.connect() as plain:
        assert plain.recv(10) == b"", "a connection that asks nothing is closed"
    with service.connect() as plain:
        plain.sendall(head(method="GET", path="/healthz"))
        assert b"200 OK" in plain.recv(1 << 16)
        plain.sendall(b"GET /healthz HTT")
        told(*reply(plain), "headers-too-slow")


def test_a_flood_of_headers_is_cut_off(service: Served) -> None:
    with service.connect() as plain:
        plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n")
        flood = b"X-Flood: " + b"y" * 1_000 + b"\r\n"
        try:
            for _ in range(100):
                plain.sendall(flood)
        except OSError:
            pass  # cut off already
        told(*reply(plain), "headers-too-large")


def test_large_headers_that_end_are_refused_too(service: Served) -> None:
    response = httpx.get(f"{service.url}/healthz", headers={"X-Large": "y" * 40_000})
    assert response.status_code == 431
    assert response.json()["type"] == "urn:paperbrief:problem:headers-too-large"


@pytest.mark.parametrize(
    "sent", [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"hello\r\n\r\n", b"GET / SMTP/9\r\n\r\n"]
)
def test_what_is_no_http_is_told(service: Served, sent: bytes) -> None:
    with service.connect() as plain:
        plain.sendall(sent)
        told(*reply(plain), "malformed-body")


@pytest.mark.parametrize(
    "path",
    ["/../../etc/passwd", "/assets/../../../etc/passwd", "/assets/%2e%2e/api.js", "//etc/passwd", "/v1/papers/%00"],
)
def test_paths_lead_nowhere_else(service: Served, path: str) -> None:
    with service.connect() as plain:
        plain.sendall(head("Connection: close", method="GET", path=path))
        status, body = reply(plain)
    assert status in (404, 422)
    assert b"root:" not in body
    assert json.loads(body)["status"] == status


def test_two_hosts_or_none_are_refused(service: Served) -> None:
    for request in (
        b"GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n",
        head("Host: evil.example", "Connection: close"),
    ):
        with service.connect() as plain:
            plain.sendall(request)
            told(*reply(plain), "unknown-host")


def slow_library(service: Served, monkeypatch: pytest.MonkeyPatch, seconds: float) -> list[str]:
    """Make every answer take so long; what happened to each."""
    import asyncio

    library = service.app.state.house.opened
    ask, happened = type(library).ask, []

    async def slowly(self: Any, *given: Any, **named: Any) -> Any:
        try:
            await asyncio.sleep(seconds)
            answer = await ask(self, *given, **named)
        except asyncio.CancelledError:
            happened.append("cancelled")
            raise
        happened.append("answered")
        return answer

    monkeypatch.setattr(type(library), "ask", slowly)
    return happened


def wait_for(happened: list[str], count: int = 1) -> list[str]:
    for _ in range(1_000):
        if len(happened) >= count:
            break
        time.sleep(0.02)
    return happened


@pytest.mark.parametrize("stream", ["false", "true"])
def test_who_leaves_takes_the_work_along(service: Served, monkeypatch: pytest.MonkeyPatch, stream: str) -> None:
    with monkeypatch.context() as patched:
        happened = slow_library(service, patched, 30.0)
        with service.connect() as plain:
            body = QUESTION[:-1] + f', "stream": {stream}}}'.encode()
            plain.sendall(head(f"Content-Length: {len(body)}") + body)
            time.sleep(0.3)
        assert wait_for(happened) == ["cancelled"]
    house = service.app.state.house
    assert (house.quick.working, house.quick.waiting) == (0, 0)


def test_work_has_a_limit_of_time(service: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = {"Content-Type": "application/json"}
    with monkeypatch.context() as patched:
        happened = slow_library(service, patched, 30.0)
        response = httpx.post(f"{service.url}/v1/ask", content=QUESTION, headers=headers, timeout=60)
        assert response.status_code == 503
        assert response.json()["type"] == "urn:paperbrief:problem:took-too-long"
        body = QUESTION[:-1] + b', "stream": true}'
        streamed = httpx.post(f"{service.url}/v1/ask", content=body, headers=headers, timeout=60)
        assert "event: error" in streamed.text
        assert "took-too-long" in streamed.text
        assert happened == ["cancelled", "cancelled"]


def test_a_stream_is_kept_alive(service: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.streams.KEEP_ALIVE_SECONDS", 0.1)
    with monkeypatch.context() as patched:
        slow_library(service, patched, 0.5)
        body = QUESTION[:-1] + b', "stream": true}'
        headers = {"Content-Type": "application/json"}
        text = httpx.post(f"{service.url}/v1/ask", content=body, headers=headers).text
    assert text.count(": ping") >= 2
    assert text.rstrip().rpartition("event: ")[2].startswith("answer")


def test_two_hundred_streams_at_once(service: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    house = service.app.state.house
    monkeypatch.setattr(house, "settings", house.settings.model_copy(update={"request_seconds": 120.0}))
    body = QUESTION[:-1] + b', "stream": true}'

    def ask(_: int) -> str:
        with service.connect() as plain:
            plain.sendall(head(f"Content-Length: {len(body)}", "Connection: close") + body)
            status, text = reply(plain)
        return f"{status} {text.count(b'event: answer')}"

    with ThreadPoolExecutor(200) as threads:
        assert set(threads.map(ask, range(200))) == {"200 1"}


def test_those_who_find_no_place_are_told_when_to_come_again(service: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service.app.state.house.quick, "_most_waiting", 2)
    headers = {"Content-Type": "application/json"}
    with monkeypatch.context() as patched:
        slow_library(service, patched, 0.5)

        def ask(_: int) -> httpx.Response:
            return httpx.post(f"{service.url}/v1/ask", content=QUESTION, headers=headers)

        with ThreadPoolExecutor(12) as threads:
            responses = list(threads.map(ask, range(12)))
    turned = [response for response in responses if response.status_code == 503]
    assert [response.status_code for response in responses].count(200) == 6, "four places, two waiting"
    for response in turned:
        assert response.json()["type"] == "urn:paperbrief:problem:busy"
        assert int(response.headers["retry-after"]) >= 1


def test_too_many_connections_are_turned_away(service: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MOST_CONNECTIONS", 3)
    held = [service.connect() for _ in range(3)]
    try:
        with service.connect() as plain:
            told(*reply(plain), "busy")
    finally:
        for each in held:
            each.close()


def test_who_does_not_read_is_cut_off(service: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "READ_SECONDS", 0.5)
    request = head(method="GET", path="/openapi.json")
    with service.connect(receive_buffer=2_048) as plain:

        def ask_on() -> None:
            # Nothing is read: at some point nothing more is taken, then the line is cut. Not so many requests but so
            # long: the system's own buffers may take all that a busy service has not come to yet.
            end = time.monotonic() + 25
            while time.monotonic() < end:
                plain.sendall(request)

        with pytest.raises(ConnectionError):
            ask_on()
