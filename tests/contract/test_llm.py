"""The model seam against the real openai client: what goes out on the wire, and what each reply and each failure
becomes. respx answers in place of a server and is strict; where sockets matter, a server on this machine answers."""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any

import httpx
import openai
import pytest
import respx
from model_server import serving
from pydantic import BaseModel, ConfigDict

from rag.errors import PaperbriefError, SettingsError
from rag.llm import BadReply, Completion, ModelError, ModelRefused, ModelUnavailable
from rag.llm.server import SEED, OpenAIModel
from rag.prompting import Message

BASE_URL = "https://models.example/v1"
ENDPOINT = f"{BASE_URL}/chat/completions"
KEY = "sk-secret-0123456789"
MODEL = "tiny-model"
NO_WAIT = {"retry-after-ms": "1"}
MESSAGES = [Message("system", "Be brief."), Message("user", "What is a fence?")]

pytestmark = pytest.mark.anyio


class Verdict(BaseModel):
    model_config = ConfigDict(extra="forbid")

    fine: bool


def reply(**changes: Any) -> dict[str, Any]:
    """A reply in OpenAI's form; a change of None takes the field away."""
    body = {
        "id": "cmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "tiny-model-2026-11-01",
        "choices": [choice()],
        "usage": {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15},
    } | changes
    return {name: value for name, value in body.items() if value is not None}


def choice(content: object = "A row of posts.", finish: object = "stop", **more: object) -> dict[str, Any]:
    return {"index": 0, "message": {"role": "assistant", "content": content, **more}, "finish_reason": finish}


def model(**options: Any) -> OpenAIModel:
    return OpenAIModel(BASE_URL, KEY, MODEL, **{"max_retries": 0, **options})


async def asked(schema: type[BaseModel] | None = None, **options: Any) -> Completion:
    return await model(**options).complete(MESSAGES, schema=schema, max_tokens=50)


async def failure_of(response: httpx.Response | Exception, **options: Any) -> ModelError:
    """The error that a response, or an exception of the transport, becomes; nothing of it may show the key."""
    with respx.mock:
        respx.post(ENDPOINT).mock(
            **({"side_effect": response} if isinstance(response, Exception) else {"return_value": response})
        )
        with pytest.raises(ModelError) as caught:
            await asked(**options)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + str(caught.value)
    assert KEY not in shown
    assert caught.value.message.count("\n") == 0
    assert caught.value.message.endswith(".")
    assert caught.value.hint
    assert isinstance(caught.value, PaperbriefError)
    return caught.value


# ------------------------------------------------------------------------------------------------------- what goes out

FORM = {"name": "Verdict", "strict": True, "schema": Verdict.model_json_schema()}


@pytest.mark.parametrize(
    ("structured", "schema", "response_format"),
    [
        ("json_schema", Verdict, {"type": "json_schema", "json_schema": FORM}),
        ("json_object", Verdict, {"type": "json_object"}),
        ("none", Verdict, None),
        ("json_schema", None, None),
    ],
)
@respx.mock
async def test_request_holds_what_it_must_and_nothing_else(
    structured: str, schema: type[BaseModel] | None, response_format: dict[str, Any] | None
) -> None:
    route = respx.post(ENDPOINT).mock(return_value=httpx.Response(200, json=reply()))
    await asked(schema, structured=structured)
    request = route.calls.last.request
    assert json.loads(request.content) == {
        "model": MODEL,
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "What is a fence?"},
        ],
        "max_tokens": 50,
        "temperature": 0,
        "seed": SEED,
        **({"response_format": response_format} if response_format else {}),
    }
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert KEY.encode() not in request.content


@respx.mock
async def test_lone_surrogate_is_sent_as_a_question_mark() -> None:
    route = respx.post(ENDPOINT).mock(return_value=httpx.Response(200, json=reply()))
    await model().complete([Message("user", "odd \ud800 text 🧪")], max_tokens=5)
    assert json.loads(route.calls.last.request.content)["messages"][0]["content"] == "odd ? text 🧪"


@respx.mock
async def test_key_loses_its_line_end_and_may_be_absent() -> None:
    route = respx.post(ENDPOINT).mock(return_value=httpx.Response(200, json=reply()))
    await OpenAIModel(BASE_URL, f"{KEY}\n", MODEL).complete(MESSAGES, max_tokens=5)
    assert route.calls.last.request.headers["authorization"] == f"Bearer {KEY}"
    await OpenAIModel(BASE_URL, None, MODEL).complete(MESSAGES, max_tokens=5)
    assert KEY not in route.calls.last.request.headers["authorization"]


@respx.mock
async def test_without_an_address_openai_is_asked_whatever_its_own_variable_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "https://elsewhere.example/v1")
    route = respx.post("https://api.openai.com/v1/chat/completions").mock(
        return_value=httpx.Response(200, json=reply())
    )
    await OpenAIModel(None, KEY, MODEL).complete(MESSAGES, max_tokens=5)
    assert route.call_count == 1


# ----------------------------------------------------------------------------------- fields that a server does not take


def unsupported(field: str, *, param: str | None) -> httpx.Response:
    message = f"Unsupported value: '{field}' is not supported with this model."
    return httpx.Response(400, json={"error": {"message": message, "param": param, "code": "unsupported_value"}})


@pytest.mark.parametrize("names_it", [True, False], ids=["in param", "in words"])
@respx.mock
async def test_a_field_that_the_server_does_not_take_is_left_out_from_then_on(names_it: bool) -> None:
    def server(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        for field in ("max_tokens", "temperature"):
            if field in body:
                return unsupported(field, param=field if names_it else None)
        return httpx.Response(200, json=reply())

    route = respx.post(ENDPOINT).mock(side_effect=server)
    picky = model()
    assert (await picky.complete(MESSAGES, max_tokens=50)).text == "A row of posts."
    assert route.call_count == 3
    await picky.complete(MESSAGES, max_tokens=50)
    assert route.call_count == 4
    body = json.loads(route.calls.last.request.content)
    assert body.keys() == {"model", "messages", "seed", "max_completion_tokens"}
    assert body["max_completion_tokens"] == 200


@respx.mock
async def test_a_server_that_goes_on_complaining_is_not_asked_for_ever() -> None:
    route = respx.post(ENDPOINT).mock(return_value=unsupported("seed", param="seed"))
    with pytest.raises(ModelRefused, match=r"refused the request \(400\)"):
        await asked()
    assert route.call_count == 2


# --------------------------------------------------------------------------------------- retries: one layer, a deadline


@pytest.mark.parametrize("status", [429, 500])
@respx.mock
async def test_exhausted_retries_are_as_many_as_asked_for(status: int) -> None:
    route = respx.post(ENDPOINT).mock(return_value=httpx.Response(status, headers=NO_WAIT))
    with pytest.raises(ModelUnavailable) as caught:
        await asked(max_retries=2)
    assert route.call_count == 3
    assert caught.value.retryable
    assert str(status) in caught.value.message


@respx.mock
async def test_a_wait_that_the_deadline_does_not_allow_is_not_begun() -> None:
    route = respx.post(ENDPOINT).mock(return_value=httpx.Response(429, headers={"retry-after": "30"}))
    began = time.monotonic()
    with pytest.raises(ModelUnavailable) as caught:
        await asked(max_retries=2, deadline=20)
    assert time.monotonic() - began < 30  # what the server asked for
    assert route.call_count == 1
    assert caught.value.hint == "Wait 30 seconds, then try again."


@respx.mock
async def test_the_deadline_holds_for_all_attempts_and_waits_together() -> None:
    respx.post(ENDPOINT).mock(return_value=httpx.Response(500, headers={"retry-after-ms": "200"}))
    began = time.monotonic()
    with pytest.raises(ModelUnavailable, match=r"did not answer within 0\.3 seconds") as caught:
        await asked(max_retries=500, deadline=0.3)
    assert time.monotonic() - began < 60  # all attempts would take 100
    assert caught.value.retryable


# --------------------------------------------------------------------------------------------- what each reply becomes


@respx.mock
async def test_reply_becomes_a_completion() -> None:
    respx.post(ENDPOINT).mock(return_value=httpx.Response(200, json=reply()))
    assert await asked() == Completion(
        text="A row of posts.", model="tiny-model-2026-11-01", cut=False, prompt_tokens=12, completion_tokens=3
    )


@pytest.mark.parametrize("usage", [None, {}, "many", {"prompt_tokens": None, "completion_tokens": -1}])
@respx.mock
async def test_usage_and_model_may_be_missing(usage: object) -> None:
    respx.post(ENDPOINT).mock(return_value=httpx.Response(200, json=reply(usage=usage, model=None)))
    answer = await asked()
    assert (answer.prompt_tokens, answer.completion_tokens, answer.model) == (0, 0, MODEL)


@pytest.mark.parametrize(
    ("served", "known_as"),
    [
        ("tiny-model-2", "tiny-model-2"),
        ("tiny/model-2", "tiny/model-2"),
        ("/srv/models/tiny.gguf", "tiny.gguf"),
        ("C:\\models\\tiny.gguf", "tiny.gguf"),
        ("", MODEL),
        (7, MODEL),
    ],
)
@respx.mock
async def test_the_model_that_answered_is_named(served: object, known_as: str) -> None:
    respx.post(ENDPOINT).mock(return_value=httpx.Response(200, json=reply(model=served)))
    assert (await asked()).model == known_as


@respx.mock
async def test_text_in_parts_is_put_together() -> None:
    parts = [{"type": "text", "text": "A row "}, {"type": "text", "text": "of posts."}, "odd", {"type": "image"}]
    respx.post(ENDPOINT).mock(return_value=httpx.Response(200, json=reply(choices=[choice(parts)])))
    assert (await asked()).text == "A row of posts."


@respx.mock
async def test_a_reply_that_reached_its_limit_says_so() -> None:
    respx.post(ENDPOINT).mock(return_value=httpx.Response(200, json=reply(choices=[choice("A ro", "length")])))
    answer = await asked()
    assert answer.cut
    assert answer.text == "A ro"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("<html>hello</html>", "not JSON"),
        ("", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('["a"]', "no object"),
        ({"choices": []}, "no choices"),
        ({"choices": [None]}, "no choices"),
        ({"choices": {"a": 1}}, "no choices"),
        ({"error": {"message": f"model of {KEY} is loading"}}, "model of *** is loading"),
        ({"choices": [{"index": 0, "finish_reason": "stop"}]}, "no message"),
        (reply(choices=[choice(finish=None)]), "no finish_reason"),
        (reply(choices=[choice(finish="")]), "no finish_reason"),
        (reply(choices=[choice("")]), "it is empty"),
        (reply(choices=[choice(None)]), "it is empty"),
        (reply(choices=[choice("  \n")]), "it is empty"),
        (reply(choices=[choice(["x", {"text": 5}])]), "it is empty"),
        (reply(choices=[choice("", "length")]), "ran out of tokens"),
    ],
)
async def test_unusable_reply_is_refused(body: object, says: str) -> None:
    content = body if isinstance(body, str) else json.dumps(body)
    response = httpx.Response(200, content=content, headers={"content-type": "application/json"})
    error = await failure_of(response)
    assert isinstance(error, BadReply)
    assert says in error.message
    assert "models.example" in error.message


@pytest.mark.parametrize(
    ("declining", "says"),
    [
        (choice(None, refusal=f"I will not tell {KEY}."), "declined to answer: 'I will not tell ***'"),
        (choice("Half of", "content_filter"), "content filter"),
    ],
)
async def test_a_model_that_declines_is_not_worth_a_retry(declining: dict[str, Any], says: str) -> None:
    error = await failure_of(httpx.Response(200, json=reply(choices=[declining])))
    assert isinstance(error, ModelRefused)
    assert not error.retryable
    assert says in error.message


# ------------------------------------------------------------------------------------------- what each failure becomes


def refusal(status: int, message: str, **headers: str) -> httpx.Response:
    return httpx.Response(status, json={"error": {"message": message, "code": None}}, headers=headers)


@pytest.mark.parametrize(
    ("status", "kind", "says"),
    [
        (400, ModelRefused, "refused the request (400)"),
        (401, ModelRefused, "refused the API key"),
        (403, ModelRefused, "refused the API key"),
        (404, ModelRefused, "knows no model 'tiny-model'"),
        (408, ModelUnavailable, "failed (408)"),
        (409, ModelUnavailable, "failed (409)"),
        (413, ModelRefused, "refused the request (413)"),
        (422, ModelRefused, "refused the request (422)"),
        (429, ModelUnavailable, "asked too often"),
        (500, ModelUnavailable, "failed (500)"),
        (503, ModelUnavailable, "failed (503)"),
    ],
)
async def test_status_becomes_a_sentence(status: int, kind: type[ModelError], says: str) -> None:
    error = await failure_of(refusal(status, f"the key {KEY} does not please me.\nNot at all."))
    assert type(error) is kind
    assert error.retryable is (kind is ModelUnavailable)
    assert says in error.message
    assert "models.example" in error.message


async def test_servers_own_words_are_passed_on_without_the_key() -> None:
    error = await failure_of(refusal(400, f"the prompt of {KEY} has 9000 tokens"))
    assert "the prompt of *** has 9000 tokens" in error.message


async def test_spent_quota_is_not_worth_a_retry() -> None:
    body = {"error": {"message": "You exceeded your quota", "code": "insufficient_quota"}}
    error = await failure_of(httpx.Response(429, json=body))
    assert isinstance(error, ModelRefused)
    assert not error.retryable


async def test_page_of_html_is_not_quoted() -> None:
    error = await failure_of(httpx.Response(502, html="<html><body>Bad gateway</body></html>"))
    assert "<" not in error.message


REQUEST = httpx.Request("POST", ENDPOINT)
SPARE_PARTS: dict[str, Callable[[], Any]] = {
    "request": lambda: REQUEST,
    "response": lambda: httpx.Response(418, request=REQUEST, headers=NO_WAIT),
    "body": lambda: {"message": f"{KEY} is odd", "error": KEY},
    "message": lambda: f"something about {KEY}",
    "completion": lambda: openai.types.chat.ChatCompletion.model_validate(reply()),
    "unsent_messages": list,
    "symbol": lambda: KEY,
}


def every(base: type[Exception]) -> set[type[Exception]]:
    return {base}.union(*map(every, base.__subclasses__()))


def made(kind: type[Exception]) -> Exception:
    """An exception of a foreign class, with the parts that its constructor insists on."""
    if kind is json.JSONDecodeError:
        return json.JSONDecodeError(KEY, KEY, 0)
    if not inspect.isfunction(kind.__init__):  # it has none of its own
        return kind(KEY)
    needed = [
        (name, parameter.kind is parameter.KEYWORD_ONLY)
        for name, parameter in inspect.signature(kind).parameters.items()
        if parameter.default is parameter.empty
        and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    ]
    positional = [SPARE_PARTS[name]() for name, keyword in needed if not keyword]
    return kind(*positional, **{name: SPARE_PARTS[name]() for name, keyword in needed if keyword})


FOREIGN = sorted(
    {
        kind
        for base in (openai.OpenAIError, httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, httpx.CookieConflict)
        for kind in every(base)
        if kind.__module__.partition(".")[0] in ("openai", "httpx")
    }
    | {openai.InvalidWebhookSignatureError, json.JSONDecodeError, OSError, TimeoutError, UnicodeError, RuntimeError},
    key=lambda kind: f"{kind.__module__}.{kind.__name__}",
)


@pytest.mark.parametrize("kind", FOREIGN, ids=lambda kind: f"{kind.__module__.partition('.')[0]}.{kind.__name__}")
async def test_every_foreign_exception_becomes_ours(kind: type[Exception]) -> None:
    """Raised where the client talks to the network, each comes out as a ModelError that does not show the key."""
    error = await failure_of(made(kind))
    assert type(error) in (ModelUnavailable, ModelRefused, BadReply)


def test_the_list_of_foreign_exceptions_is_not_empty_by_mistake() -> None:
    names = {kind.__name__ for kind in FOREIGN}
    assert len(FOREIGN) > 40
    assert {"APITimeoutError", "RateLimitError", "LengthFinishReasonError", "RemoteProtocolError", "ReadError"} <= names


async def test_cancelling_is_not_a_failure_of_the_model() -> None:
    with serving("slow") as server:
        waiting = asyncio.ensure_future(OpenAIModel(server.url, KEY, MODEL).complete(MESSAGES, max_tokens=5))
        await asyncio.sleep(0.1)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting


# ------------------------------------------------------------------------------------------- addresses, keys and logs


@pytest.mark.parametrize(
    "address", ["models.example/v1", "ftp://models.example", "http://[", "http://:80", "http://h:port"]
)
async def test_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(SettingsError, match="not an http or https address"):
        OpenAIModel(address, KEY, MODEL)


@pytest.mark.parametrize("key", ["sk-one\nsk-two", "sk-“quoted”", "sk\x00"])
async def test_key_that_no_header_can_carry_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(SettingsError) as caught:
        OpenAIModel(BASE_URL, key, MODEL)
    assert "sk" not in str(caught.value)


async def test_password_in_the_address_is_not_shown() -> None:
    with respx.mock:
        respx.post(url__regex=r".*/chat/completions").mock(return_value=httpx.Response(404))
        with pytest.raises(ModelRefused) as caught:
            await OpenAIModel("https://anna:hunter2@models.example/v1", KEY, MODEL).complete(MESSAGES, max_tokens=5)
    assert "https://models.example/v1" in caught.value.message
    assert "hunter2" not in str(caught.value)


@respx.mock
async def test_the_key_is_in_no_log_however_much_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    respx.post(ENDPOINT).mock(side_effect=[httpx.Response(429, headers=NO_WAIT), httpx.Response(200, json=reply())])
    with caplog.at_level(logging.DEBUG):
        await asked(Verdict, max_retries=1)
    assert "chat/completions" in caplog.text
    assert KEY not in caplog.text


def test_openai_is_imported_by_the_first_call_only() -> None:
    program = "import sys, rag.llm.server; sys.exit('openai' in sys.modules or 'httpx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


# ------------------------------------------------------------------------------------------------------ real sockets


async def test_silent_server_times_out() -> None:
    with serving("slow") as server:
        slow = OpenAIModel(server.url, KEY, MODEL, deadline=0.1)
        with pytest.raises(ModelUnavailable, match=r"did not answer within 0\.1 seconds") as caught:
            await slow.complete(MESSAGES, max_tokens=5)
        await slow.aclose()
    assert caught.value.retryable


async def test_closed_port_cannot_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(ModelUnavailable, match="cannot be reached") as caught:
        await OpenAIModel(f"http://127.0.0.1:{port}/v1", KEY, MODEL, max_retries=0).complete(MESSAGES, max_tokens=5)
    assert caught.value.retryable


async def test_a_reply_cut_on_its_way_is_asked_for_again_and_then_a_failure() -> None:
    with serving("stop_mid_stream") as server:
        cut = OpenAIModel(server.url, KEY, MODEL, max_retries=1)
        with pytest.raises(ModelUnavailable, match="broke off") as caught:
            await cut.complete(MESSAGES, max_tokens=5)
        await cut.aclose()
    assert len(server.requests) == 2
    assert caught.value.retryable


async def test_a_busy_server_is_asked_again_after_the_time_it_names() -> None:
    with serving("429_then_good") as server:
        patient = OpenAIModel(server.url, KEY, MODEL, max_retries=1)
        began = time.monotonic()
        answer = await patient.complete(MESSAGES, max_tokens=5)
        await patient.aclose()
    assert time.monotonic() - began >= 0.05
    assert json.loads(answer.text) == {"answerable": False, "claims": []}
    assert server.keys == [KEY, KEY]


def test_model_survives_the_loop_it_was_first_used_in() -> None:
    async def once(used: OpenAIModel) -> str:
        try:
            return (await used.complete(MESSAGES, max_tokens=5)).text
        finally:
            await used.aclose()

    with serving("faithful") as server:
        used = OpenAIModel(server.url, KEY, MODEL)
        assert asyncio.run(once(used)) == asyncio.run(once(used))
