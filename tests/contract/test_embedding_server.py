"""The OpenAI-compatible embedder against the real openai client: what goes out on the wire, and what each reply of a
server becomes. respx answers in place of a server and is strict: a route that is not called, or a call without a
route, fails the test. Where sockets matter, a server on this machine answers."""

from __future__ import annotations

import asyncio
import gc
import json
import socket
import subprocess
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import numpy as np
import pytest
import respx

from rag.embedding.server import ServerEmbedder, unit_rows
from rag.errors import EmbeddingServerError, SettingsError

BASE_URL = "https://vectors.example/v1"
ENDPOINT = f"{BASE_URL}/embeddings"
KEY = "sk-secret-0123456789"
MODEL = "tiny-embedder"
NO_WAIT = {"retry-after-ms": "1"}

pytestmark = pytest.mark.anyio


def vector_of(text: str) -> list[float]:
    """Three numbers that tell our test texts apart, not of unit length."""
    return [float(len(text)), float(sum(map(ord, text)) % 97) + 1.0, 3.0]


def unit(rows: Sequence[Sequence[float]]) -> np.ndarray[Any, Any]:
    matrix = np.array(rows)
    return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)


def reply_to(texts: list[str]) -> dict[str, Any]:
    """A reply in OpenAI's form, its rows in another order than the texts: only `index` says which is which."""
    rows = [{"object": "embedding", "index": i, "embedding": vector_of(text)} for i, text in enumerate(texts)]
    usage = {"prompt_tokens": 1, "total_tokens": 1}
    return {"object": "list", "data": rows[::-1], "model": MODEL, "usage": usage}


def answer(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json=reply_to(json.loads(request.content)["input"]))


def embedder(**options: Any) -> ServerEmbedder:
    return ServerEmbedder(BASE_URL, KEY, MODEL, **{"dimension": 3, "max_retries": 0, **options})


async def failure_of(response: httpx.Response, **options: Any) -> EmbeddingServerError:
    """The error that `response` to an embedding call becomes; nothing of it, trace included, may show the key."""
    with respx.mock:
        respx.post(ENDPOINT).mock(return_value=response)
        with pytest.raises(EmbeddingServerError) as caught:
            await embedder(**options).embed_passages(["one", "two"])
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + str(caught.value)
    assert KEY not in shown
    assert caught.value.message.count("\n") == 0
    assert caught.value.message.endswith(".")
    assert caught.value.hint
    return caught.value


# ------------------------------------------------------------------------------------------------------- what goes out


@respx.mock
async def test_open_asks_once_for_the_dimension_and_names_itself() -> None:
    route = respx.post(ENDPOINT).mock(side_effect=answer)
    opened = await ServerEmbedder.open(BASE_URL, KEY, MODEL, max_retries=0)
    assert route.call_count == 1
    assert opened.dimension == 3
    assert opened.identity == "openai/tiny-embedder/3/-"


@respx.mock
async def test_request_says_model_input_and_encoding_and_carries_the_key() -> None:
    route = respx.post(ENDPOINT).mock(side_effect=answer)
    await embedder().embed_query("what is a vector?")
    request = route.calls.last.request
    assert json.loads(request.content) == {
        "input": ["what is a vector?"],
        "model": MODEL,
        "encoding_format": "float",
    }
    assert request.headers["authorization"] == f"Bearer {KEY}"


@respx.mock
async def test_batches_keep_the_order_of_the_texts() -> None:
    route = respx.post(ENDPOINT).mock(side_effect=answer)
    texts = [f"text {'x' * n}" for n in range(7)]
    vectors = await embedder(batch_size=3).embed_passages(texts)
    sent = [json.loads(call.request.content)["input"] for call in route.calls]
    assert sent == [texts[0:3], texts[3:6], texts[6:7]]
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, unit([vector_of(text) for text in texts]), atol=1e-6)


@respx.mock
async def test_query_has_one_dimension_and_unit_length() -> None:
    respx.post(ENDPOINT).mock(side_effect=answer)
    vector = await embedder().embed_query("question")
    assert vector.shape == (3,)
    assert vector.dtype == np.float32
    assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-6)


@respx.mock
async def test_no_texts_need_no_call() -> None:
    assert (await embedder().embed_passages([])).shape == (0, 3)


@respx.mock
async def test_lone_surrogate_is_sent_as_a_question_mark() -> None:
    route = respx.post(ENDPOINT).mock(side_effect=answer)
    await embedder().embed_query("odd \ud800 text 🧪")
    assert json.loads(route.calls.last.request.content)["input"] == ["odd ? text 🧪"]


@respx.mock
async def test_key_loses_its_line_end_and_may_be_absent() -> None:
    route = respx.post(ENDPOINT).mock(side_effect=answer)
    await ServerEmbedder(BASE_URL, f"{KEY}\n", MODEL, dimension=3).embed_query("q")
    assert route.calls.last.request.headers["authorization"] == f"Bearer {KEY}"
    await ServerEmbedder(BASE_URL, None, MODEL, dimension=3).embed_query("q")
    assert KEY not in route.calls.last.request.headers["authorization"]


@respx.mock
async def test_without_an_address_openai_is_asked_whatever_its_own_variable_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "https://elsewhere.example/v1")
    route = respx.post("https://api.openai.com/v1/embeddings").mock(side_effect=answer)
    await ServerEmbedder(None, KEY, MODEL, dimension=3).embed_query("q")
    assert route.call_count == 1


# ------------------------------------------------------------------------------------------------ retries: one layer


@respx.mock
async def test_busy_server_is_asked_again_after_the_time_it_names() -> None:
    route = respx.post(ENDPOINT)
    route.side_effect = [
        httpx.Response(429, headers={"retry-after-ms": "60"}),
        httpx.Response(200, json=reply_to(["q"])),
    ]
    began = time.monotonic()
    await embedder(max_retries=1).embed_query("q")
    assert time.monotonic() - began >= 0.06
    assert route.call_count == 2


@pytest.mark.parametrize("status", [429, 500])
@respx.mock
async def test_exhausted_retries_are_as_many_as_asked_for(status: int) -> None:
    route = respx.post(ENDPOINT).mock(return_value=httpx.Response(status, headers=NO_WAIT))
    with pytest.raises(EmbeddingServerError) as caught:
        await embedder(max_retries=2).embed_query("q")
    assert route.call_count == 3
    assert caught.value.retryable
    assert str(status) in caught.value.message


# --------------------------------------------------------------------------------------------- what each reply becomes


def refusal(status: int, message: str, **headers: str) -> httpx.Response:
    return httpx.Response(status, json={"error": {"message": message, "code": None}}, headers=headers)


@pytest.mark.parametrize(
    ("status", "retryable", "says"),
    [
        (400, False, "refused the request (400)"),
        (401, False, "refused the API key"),
        (403, False, "refused the API key"),
        (404, False, "knows no embedding model 'tiny-embedder'"),
        (413, False, "refused the request (413)"),
        (429, True, "asked too often"),
        (500, True, "failed (500)"),
        (503, True, "failed (503)"),
    ],
)
async def test_status_becomes_a_sentence(status: int, retryable: bool, says: str) -> None:
    error = await failure_of(refusal(status, f"the key {KEY} does not please me.\nNot at all."))
    assert error.retryable is retryable
    assert says in error.message
    assert "vectors.example" in error.message


async def test_servers_own_words_are_passed_on_without_the_key() -> None:
    error = await failure_of(refusal(400, f"input 0 of {KEY} has 9000 tokens"))
    assert "input 0 of *** has 9000 tokens" in error.message


async def test_long_wait_is_told_to_the_user() -> None:
    error = await failure_of(refusal(429, "slow down", **{"retry-after": "3600"}), max_retries=3)
    assert error.hint == "Wait 3600 seconds, then try again."


async def test_spent_quota_is_not_worth_a_retry() -> None:
    body = {"error": {"message": "You exceeded your quota", "code": "insufficient_quota"}}
    error = await failure_of(httpx.Response(429, json=body))
    assert not error.retryable
    assert "no quota left" in error.message


async def test_page_of_html_is_not_quoted() -> None:
    error = await failure_of(httpx.Response(502, html="<html><body>Bad gateway</body></html>"))
    assert "<" not in error.message


def rows(*embeddings: object) -> dict[str, Any]:
    return {"data": [{"index": i, "embedding": e} for i, e in enumerate(embeddings)]}


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("<html>hello</html>", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('["a", "list"]', "no list of vectors"),
        ({"data": None}, "no list of vectors"),
        ({"error": {"message": "model is loading"}}, "model is loading"),
        ({"data": []}, "one vector for each of 2"),
        (rows([1.0, 2.0, 3.0]), "one vector for each of 2"),
        ({"data": [{"index": 0, "embedding": [1, 2, 3]}] * 2}, "one vector for each of 2"),
        ({"data": [{"embedding": [1, 2, 3]}] * 2}, "one vector for each of 2"),
        ({"data": [{"index": [], "embedding": [1, 2, 3]}] * 2}, "one vector for each of 2"),
        ({"data": ["AACAPwAAAEA=", "AACAPwAAAEA="]}, "one vector for each of 2"),
        (rows([1.0, 2.0], [1.0, 2.0]), "2 dimensions, not 3"),
        (rows([1.0, 2.0, 3.0], [1.0, 2.0]), "not lists of numbers"),
        (rows("AACAPwAAAEA=", "AACAPwAAAEA="), "not lists of numbers"),
        (rows({"a": 1}, {"b": 2}), "not lists of numbers"),
        (rows(1.0, 2.0), "not lists of numbers"),
        (rows([], []), "not lists of numbers"),
        (rows([[1.0], [2.0]], [[1.0], [2.0]]), "not lists of numbers"),
        (rows([1.0, 2.0, 3.0], [0.0, 0.0, 0.0]), "zero"),
        (rows([1.0, 2.0, None], [1.0, 2.0, 3.0]), "no finite number"),
        (rows([1.0, 2.0, 1e300], [1.0, 2.0, 3.0]), "no finite number"),
        (rows([1.0, 2.0, 10**400], [1.0, 2.0, 3.0]), "not lists of numbers"),
        (
            '{"data": [{"index": 0, "embedding": [NaN, 1, 2]}, {"index": 1, "embedding": [1, 2, 3]}]}',
            "no finite number",
        ),
    ],
)
async def test_unusable_reply_is_refused(body: object, says: str) -> None:
    content = body if isinstance(body, str) else json.dumps(body)
    response = httpx.Response(200, content=content, headers={"content-type": "application/json"})
    error = await failure_of(response)
    assert says in error.message
    assert not error.retryable


async def test_reply_without_a_content_type_is_read_all_the_same() -> None:
    with respx.mock:
        respx.post(ENDPOINT).mock(return_value=httpx.Response(200, content=json.dumps(reply_to(["q"]))))
        assert (await embedder().embed_query("q")).shape == (3,)


@respx.mock
async def test_open_refuses_another_dimension_than_the_one_given() -> None:
    respx.post(ENDPOINT).mock(side_effect=answer)
    with pytest.raises(EmbeddingServerError, match="3 dimensions, not 384"):
        await ServerEmbedder.open(BASE_URL, KEY, MODEL, dimension=384)


async def test_dimension_is_unknown_before_the_server_was_asked() -> None:
    with pytest.raises(EmbeddingServerError, match=r"ServerEmbedder\.open"):
        _ = embedder(dimension=None).dimension


@pytest.mark.parametrize(
    "address", ["vectors.example/v1", "ftp://vectors.example", "http://[", "http://:80", "http://h:port"]
)
async def test_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(SettingsError, match="not an http or https address"):
        ServerEmbedder(address, KEY, MODEL)


@pytest.mark.parametrize("key", ["sk-one\nsk-two", "sk-“quoted”", "sk\x00"])
async def test_key_that_no_header_can_carry_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(SettingsError) as caught:
        ServerEmbedder(BASE_URL, key, MODEL)
    assert "sk" not in str(caught.value)


async def test_password_in_the_address_is_not_shown() -> None:
    with respx.mock:
        respx.post(url__regex=r".*/embeddings").mock(return_value=httpx.Response(404))
        with pytest.raises(EmbeddingServerError) as caught:
            await ServerEmbedder("https://anna:hunter2@vectors.example/v1", KEY, MODEL, max_retries=0).embed_query("q")
    assert "https://vectors.example/v1" in caught.value.message
    assert "hunter2" not in str(caught.value)


def test_unit_rows_keeps_directions_and_takes_any_dimension() -> None:
    np.testing.assert_allclose(unit_rows([[3, 4], [0, -2]], None), [[0.6, 0.8], [0.0, -1.0]])


# ------------------------------------------------------------------------------------------------------ real sockets


@contextmanager
def loopback(reply: bytes, *, length: int | None = None, delay: threading.Event | None = None) -> Iterator[str]:
    """A server on this machine that keeps connections open and answers every call with `reply`."""

    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            if delay is not None:
                delay.wait(5)
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(reply) if length is None else length))
            self.end_headers()
            self.wfile.write(reply)
            self.close_connection = length is not None

        def log_message(self, *args: object) -> None:
            """Keep the output of the tests clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        if delay is not None:
            delay.set()
        server.shutdown()
        thread.join()
        server.server_close()


async def test_silent_server_times_out() -> None:
    with loopback(b"{}", delay=threading.Event()) as address:
        slow = ServerEmbedder(address, KEY, MODEL, timeout=0.05, max_retries=0, dimension=3)
        with pytest.raises(EmbeddingServerError, match=r"did not answer within 0\.05 seconds") as caught:
            await slow.embed_query("q")
        await slow.aclose()
    assert caught.value.retryable


async def test_closed_port_cannot_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(EmbeddingServerError, match="cannot be reached") as caught:
        await ServerEmbedder.open(f"http://127.0.0.1:{port}/v1", KEY, MODEL, max_retries=0)
    assert caught.value.retryable


async def test_cut_reply_cannot_be_used() -> None:
    with loopback(b'{"data": [', length=1000) as address:
        cut = ServerEmbedder(address, KEY, MODEL, max_retries=0, dimension=3)
        with pytest.raises(EmbeddingServerError) as caught:
            await cut.embed_query("q")
        await cut.aclose()
    assert caught.value.retryable


def test_embedder_survives_the_loop_it_was_opened_in() -> None:
    async def once_more(opened: ServerEmbedder) -> int:
        try:
            return len(await opened.embed_query("q"))
        finally:
            await opened.aclose()

    with loopback(json.dumps(reply_to(["q"])).encode()) as address, warnings.catch_warnings():
        # The first loop is closed on its open connection, on purpose; asyncio says so when it is collected.
        warnings.simplefilter("ignore", ResourceWarning)
        opened = asyncio.run(ServerEmbedder.open(address, KEY, MODEL, max_retries=0))
        assert asyncio.run(once_more(opened)) == 3
        gc.collect()


def test_openai_is_imported_by_the_first_call_only() -> None:
    program = "import sys, rag.embedding.server; sys.exit('openai' in sys.modules or 'httpx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
