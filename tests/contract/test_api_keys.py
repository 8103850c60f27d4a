"""Who may do what over HTTP: keys, sessions, public reading, limits, the day's budget."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from contract.serving import client_of, opened, problem
from model_server import serving

from api.access import RULES, Need, need_of
from api.app import create_app
from api.sessions import FILE, Sessions
from rag import keys
from rag.catalogue import Catalogue, spending
from rag.catalogue import keys as stored
from rag.config import Settings
from rag.errors import NotFound, SettingsError
from rag.library import Library

pytestmark = pytest.mark.anyio

QUESTION = {"question": "How much faster is decoding with Marmot?"}
PAPERS = [{"id": "2409.00001", "title": "A Paper of the Key Holder", "abstract": "We hold a key and write with it."}]
CLOSED = (
    "POST /v1/ask",
    "POST /v1/search",
    "GET /v1/papers",
    "POST /v1/papers",
    "GET /metrics",
    "GET /v1/answers/ans_0",
    "DELETE /v1/conversations/cnv_0",
    "GET /v1/jobs/job_0",
    "GET /nowhere",
)
OUTSIDE = "203.0.113.7"


@pytest.fixture
async def shelf(tmp_path: Path) -> AsyncIterator[tuple[Library, Settings]]:
    async with opened(tmp_path / "data", host="0.0.0.0") as pair:
        yield pair


def outside(app: Any, address: str = OUTSIDE, **given: Any) -> httpx.AsyncClient:
    """A client on another machine."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False, client=(address, 1234))
    return httpx.AsyncClient(transport=transport, base_url="http://10.0.0.1:8000", **given)


async def made(library: Library, *scopes: Any) -> tuple[str, dict[str, str]]:
    key, secret = await keys.create(library.catalogue, "a test", scopes)
    return key.id, {"Authorization": f"Bearer {secret}"}


# -------------------------------------------------------------------------------------------------------- the keys


async def test_only_a_hash_is_stored(shelf: tuple[Library, Settings]) -> None:
    library, own = shelf
    key, secret = await keys.create(library.catalogue, "mine", ["read", "read"])
    assert secret.startswith(f"pbk_{key.id}_")
    assert key.scopes == ("read",)
    hidden = secret.rpartition(f"{key.id}_")[2]
    files = [path for path in own.data_dir.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if hidden.encode() in path.read_bytes()]
    assert await keys.check(library.catalogue, secret) == key


@pytest.mark.parametrize(
    "spoil",
    [
        lambda k: k[:-1] + ("A" if k[-1] != "A" else "B"),
        lambda k: k[:-1],
        lambda k: k + "A",
        lambda k: k.replace("pbk_", "pbk_f", 1),
        lambda k: "pbk_00000000_" + k.rpartition("_")[2],
        lambda k: "",
        lambda k: "pbk_",
        lambda k: k.upper(),
        lambda k: k + "\n",
    ],
)
async def test_what_is_not_the_key_is_no_key(shelf: tuple[Library, Settings], spoil: Any) -> None:
    _, secret = await keys.create(shelf[0].catalogue, "mine", ["read"])
    assert await keys.check(shelf[0].catalogue, spoil(secret)) is None


async def test_a_revoked_key_opens_nothing_and_stays_listed(shelf: tuple[Library, Settings]) -> None:
    catalogue = shelf[0].catalogue
    key, secret = await keys.create(catalogue, "mine", ["read", "write"])
    assert await catalogue.read(stored.any_valid)
    await keys.revoke(catalogue, key.id)
    assert await keys.check(catalogue, secret) is None
    assert not await catalogue.read(stored.any_valid)
    (listed,) = await catalogue.read(stored.every)
    assert listed.revoked is not None
    with pytest.raises(NotFound):
        await keys.revoke(catalogue, key.id)


# ------------------------------------------------------------------------------------------------- what they open


async def test_each_key_opens_what_its_scopes_say(shelf: tuple[Library, Settings]) -> None:
    app = create_app(*shelf)
    (_, read), (_, write) = await made(shelf[0], "read"), await made(shelf[0], "write")
    async with outside(app) as client:
        assert (await client.post("/v1/ask", json=QUESTION, headers=read)).status_code == 200
        assert (await client.get("/v1/papers", headers=read)).status_code == 200
        problem(await client.post("/v1/papers", json=PAPERS, headers=read), 403, "key-lacks-scope")
        problem(await client.delete("/v1/papers/2401.00001", headers=read), 403, "key-lacks-scope")
        assert (await client.post("/v1/papers", json=PAPERS, headers=write)).json()["added"] == 1
        problem(await client.post("/v1/ask", json=QUESTION, headers=write), 403, "key-lacks-scope")


async def test_without_a_key_others_get_nothing(shelf: tuple[Library, Settings]) -> None:
    app = create_app(*shelf)
    async with outside(app) as client:
        for request in CLOSED:
            method, address = request.split()
            response = await client.request(method, address)
            problem(response, 401, "key-needed")
            assert response.headers["www-authenticate"].startswith("Bearer")
        for address in ("/healthz", "/readyz", "/openapi.json", "/"):
            assert (await client.get(address)).status_code == 200
    async with outside(app, "127.0.0.1") as client:
        problem(await client.get("/v1/papers"), 401, "key-needed")


async def test_a_wrong_key_is_refused_where_none_would_pass(shelf: tuple[Library, Settings]) -> None:
    app = create_app(shelf[0], shelf[1].model_copy(update={"public_read": True}))
    async with outside(app) as client:
        assert (await client.get("/v1/papers")).status_code == 200
        wrong = {"Authorization": "Bearer pbk_00000000_" + "a" * 43}
        problem(await client.get("/v1/papers", headers=wrong), 401, "key-needed")
        assert (await client.get("/v1/papers", headers={"Authorization": "Basic YTpi"})).status_code == 200


async def test_revoking_takes_effect_at_once(shelf: tuple[Library, Settings]) -> None:
    key_id, headers = await made(shelf[0], "read")
    async with outside(create_app(*shelf)) as client:
        assert (await client.get("/v1/papers", headers=headers)).status_code == 200
        other = await asyncio.to_thread(Catalogue.open, shelf[1].database_url)
        await keys.revoke(other, key_id)  # another process, as the command line is one
        other.close()
        problem(await client.get("/v1/papers", headers=headers), 401, "key-needed")


async def test_the_own_token_opens_everything(shelf: tuple[Library, Settings]) -> None:
    app = create_app(*shelf)
    headers = {"Authorization": f"Bearer {app.state.house.own_token}"}
    async with outside(app, "127.0.0.1") as client:
        assert (await client.post("/v1/papers", json=PAPERS, headers=headers)).json()["added"] == 1


async def test_this_machine_needs_no_key_but_a_proxys_clients_do(shelf: tuple[Library, Settings]) -> None:
    app = create_app(shelf[0], shelf[1].model_copy(update={"host": "127.0.0.1"}))
    async with client_of(app) as client:
        assert (await client.post("/v1/papers", json=PAPERS)).json()["added"] == 1
        # Clients of OpenAI's always send something.
        assert (await client.get("/v1/papers", headers={"Authorization": "Bearer sk-none"})).status_code == 200
        problem(await client.get("/v1/papers", headers={"Authorization": "Bearer pbk_x"}), 401, "key-needed")
    async with outside(app) as client:
        problem(await client.get("/v1/papers"), 401, "key-needed")


async def test_behind_a_proxy_a_key_is_asked_for_once_there_is_one(shelf: tuple[Library, Settings]) -> None:
    app = create_app(shelf[0], shelf[1].model_copy(update={"host": "::1", "public_url": "https://papers.example"}))
    async with client_of(app) as client:
        assert (await client.get("/v1/papers")).status_code == 200
        problem(await client.get("/v1/papers", headers={"Host": "papers.example"}), 401, "key-needed")
        _, headers = await made(shelf[0], "read")
        problem(await client.get("/v1/papers"), 401, "key-needed")
        assert (await client.get("/v1/papers", headers={**headers, "Host": "papers.example"})).status_code == 200


async def test_it_does_not_start_for_others_without_a_key(shelf: tuple[Library, Settings]) -> None:
    with pytest.raises(SettingsError, match="paperbrief keys create"):
        await create_app(None, shelf[1]).state.house.move_in(shelf[0])
    await create_app(None, shelf[1].model_copy(update={"public_read": True})).state.house.move_in(shelf[0])
    await made(shelf[0], "read")
    await create_app(None, shelf[1]).state.house.move_in(shelf[0])


# -------------------------------------------------------------------------------------------------- public reading


async def test_public_reading_is_reading_alone(shelf: tuple[Library, Settings]) -> None:
    model = shelf[1].model_copy(update={"public_read": True, "model": "some-model"})
    app = create_app(shelf[0], model)
    async with outside(app) as client:
        answer = (await client.post("/v1/ask", json=QUESTION)).json()
        assert answer["provenance"]["mode"] == "extractive"
        assert (await client.get(f"/v1/answers/{answer['id']}")).status_code == 200
        problem(await client.post("/v1/ask", json={**QUESTION, "mode": "generative"}), 401, "key-needed")
        chat = {"model": "paperbrief", "messages": [{"role": "user", "content": QUESTION["question"]}]}
        chatted = (await client.post("/v1/chat/completions", json=chat)).json()
        assert chatted["paperbrief"]["provenance"]["mode"] == "extractive"
        problem(await client.post("/v1/papers", json=PAPERS), 401, "key-needed")
        problem(await client.delete("/v1/papers/2401.00001"), 401, "key-needed")
        problem(await client.delete("/v1/conversations/cnv_0"), 401, "key-needed")
        problem(await client.get("/v1/papers/2401.00001/answers"), 401, "key-needed")
        problem(await client.get("/metrics"), 401, "key-needed")


@pytest.mark.parametrize(
    ("method", "path", "need"),
    [
        ("POST", "/v1/briefs", Need.WRITE),
        ("PUT", "/v1/ask", Need.WRITE),
        ("GET", "/anything", Need.READ),
        ("DELETE", "/v1/papers/a", Need.WRITE),
        ("GET", "/v1/papers/a", Need.PUBLIC_READ),
        ("GET", "/v1/papers/a/answers", Need.READ),
        ("POST", "/v1/subscriptions", Need.PUBLIC_ASK),
        ("POST", "/v1/subscriptions/confirm", Need.NOTHING),
        ("GET", "/v1/subscriptions/list", Need.READ),
        ("DELETE", "/v1/subscriptions", Need.WRITE),
        ("GET", "/assets/app.js", Need.NOTHING),
        ("POST", "//v1/ask", Need.WRITE),
    ],
)
def test_what_nobody_opened_is_closed(method: str, path: str, need: Need) -> None:
    assert need_of(method, path) is need


def test_nothing_that_changes_papers_is_open() -> None:
    """Subscribing asks by mail first, three times a day at most; its links are signed and do what they say alone."""
    opens = {Need.NOTHING, Need.PUBLIC_READ, Need.PUBLIC_ASK}
    unsafe = {(rule.methods, rule.path) for rule in RULES if rule.need in opens and rule.methods != "GET"}
    assert unsafe == {
        ("POST", "/login"), ("POST", "/logout"), ("POST", "/v1/ask"), ("POST", "/v1/search"),
        ("POST", "/v1/chat/completions"), ("GET POST DELETE", "/mcp*"), ("POST", "/v1/subscriptions"),
        ("GET POST", "/v1/subscriptions/confirm"), ("GET POST", "/v1/subscriptions/unsubscribe"),
        ("POST", "/v1/subscriptions/erase"), ("GET POST", "/subscribe"),
    }  # fmt: skip


# --------------------------------------------------------------------------------------------------------- sessions


async def test_a_browser_trades_a_key_for_a_cookie(shelf: tuple[Library, Settings]) -> None:
    key, secret = await keys.create(shelf[0].catalogue, "mine", ["read"])
    app = create_app(shelf[0], shelf[1].model_copy(update={"public_url": "https://papers.example"}))
    async with outside(app) as client:
        problem(await client.post("/login", json={"key": "pbk_no"}), 401, "key-needed")
        problem(await client.post("/login", json={"kee": secret}), 422, "invalid-request")
        problem(await client.post("/login", content=secret), 415, "unsupported-media-type")
        response = await client.post("/login", json={"key": secret})
        assert response.status_code == 204
        cookie = response.headers["set-cookie"]
        assert {"HttpOnly", "Secure", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
        assert secret not in cookie
        value = {"Cookie": cookie.partition(";")[0]}
        assert (await client.get("/v1/papers", headers=value)).status_code == 200
        problem(await client.post("/v1/papers", json=PAPERS, headers=value), 403, "key-lacks-scope")
        problem(await client.get("/v1/papers", headers={"Cookie": value["Cookie"] + "x"}), 401, "key-needed")
        foreign = {**value, "Origin": "https://evil.example"}
        problem(await client.post("/v1/ask", json=QUESTION, headers=foreign), 403, "cross-site")
        page = await client.post("/login", data={"key": secret}, headers={"Accept": "text/html,*/*"})
        assert (page.status_code, page.headers["location"]) == (303, "/")
        out = await client.post("/logout", headers=value)
        assert out.status_code == 204
        assert "Max-Age=0" in out.headers["set-cookie"]
        await keys.revoke(shelf[0].catalogue, key.id)
        problem(await client.get("/v1/papers", headers=value), 401, "key-needed")


def test_cookies_of_another_secret_or_another_time_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = Sessions.of(tmp_path / "data")
    cookie = own.cookie("0123abcd")
    assert Sessions.of(tmp_path / "data").key_id(cookie) == "0123abcd", "the secret outlasts a restart"
    assert stat.S_IMODE((tmp_path / "data" / FILE).stat().st_mode) == 0o600
    assert Sessions("another").key_id(cookie) is None
    monkeypatch.setattr("api.sessions.SECONDS", -1)
    assert own.key_id(cookie) is None


# ----------------------------------------------------------------------------------------------------------- limits


async def test_each_key_and_each_address_has_a_limit(shelf: tuple[Library, Settings]) -> None:
    app = create_app(shelf[0], shelf[1].model_copy(update={"rate_limit": "3/minute", "public_read": True}))
    _, headers = await made(shelf[0], "read")
    async with outside(app) as client:
        for given in (headers, {}):
            for _ in range(3):
                assert (await client.get("/v1/papers", headers=given)).status_code == 200
            response = await client.get("/v1/papers", headers=given)
            told = problem(response, 429, "too-many-requests")
            assert 1 <= int(response.headers["retry-after"]) == told["retry_after"] <= 60
        assert (await client.get("/healthz")).status_code == 200
    async with outside(app, "203.0.113.8") as client:
        assert (await client.get("/v1/papers")).status_code == 200
    for number in range(4):
        async with outside(app, f"2001:db8:1:2::{number}") as client:
            status = (await client.get("/v1/papers")).status_code
    assert status == 429, "a network of IPv6 is one household"


async def test_wrong_keys_have_a_limit_of_their_own(shelf: tuple[Library, Settings]) -> None:
    app = create_app(*shelf)
    async with outside(app) as client:
        tried = [await client.get("/v1/papers", headers={"Authorization": f"Bearer pbk_{n}"}) for n in range(21)]
        assert [response.status_code for response in tried] == [401] * 20 + [429]
        problem(tried[-1], 429, "too-many-requests")


async def test_this_machine_has_no_limit_unless_one_is_set(shelf: tuple[Library, Settings]) -> None:
    own = shelf[1].model_copy(update={"host": "127.0.0.1"})
    async with client_of(create_app(shelf[0], own)) as client:
        assert {(await client.get("/v1/answers/ans_0")).status_code for _ in range(150)} == {404}
    async with client_of(create_app(shelf[0], own.model_copy(update={"rate_limit": "2/hour"}))) as client:
        assert [(await client.get("/v1/answers/ans_0")).status_code for _ in range(3)] == [404, 404, 429]


# ----------------------------------------------------------------------------------------------------------- budget


async def test_a_day_has_a_budget_of_tokens(tmp_path: Path) -> None:
    with serving("faithful") as server:
        given = {"model": "scripted", "model_base_url": server.url, "daily_tokens": 100, "host": "0.0.0.0"}
        async with opened(tmp_path / "data", **given) as (library, own):
            _, headers = await made(library, "read")
            async with outside(create_app(library, own), headers=headers) as client:
                first = (await client.post("/v1/ask", json=QUESTION)).json()
                used = first["usage"]["prompt_tokens"] + first["usage"]["completion_tokens"]
                assert used > 100
                today = datetime.now(UTC).date().isoformat()
                assert await library.catalogue.read(spending.on, today) == used
                asked = len(server.requests)
                second = (await client.post("/v1/ask", json=QUESTION)).json()
                assert second["provenance"]["mode"] == "extractive"
                assert [note["kind"] for note in second["notes"]] == ["model_unavailable"]
                assert "budget of 100 model tokens is spent" in second["notes"][0]["detail"]
                insisted = await client.post("/v1/ask", json={**QUESTION, "mode": "generative"})
                told = problem(insisted, 429, "budget-spent")
                assert 0 < told["retry_after"] <= 24 * 3600
                assert len(server.requests) == asked, "nothing more was sent"
                metrics = (await client.get("/metrics")).text
                assert f'paperbrief_model_tokens_total{{kind="prompt"}} {first["usage"]["prompt_tokens"]}.0' in metrics


async def test_measures_count_what_happened(shelf: tuple[Library, Settings]) -> None:
    _, headers = await made(shelf[0], "read")
    async with outside(create_app(*shelf), headers=headers) as client:
        await client.post("/v1/ask", json=QUESTION)
        await client.get("/v1/papers/2401.00001")
        await client.get("/nowhere")
        text = (await client.get("/metrics")).text
    for line in (
        'paperbrief_requests_total{method="POST",route="/v1/ask",status="200"} 1.0',
        'paperbrief_requests_total{method="GET",route="/v1/papers/{paper_id:paper}",status="200"} 1.0',
        'paperbrief_requests_total{method="GET",route="unknown",status="404"} 1.0',
        'paperbrief_answers_total{mode="extractive",outcome="answered"} 1.0',
        'paperbrief_answer_stage_seconds_count{stage="retrieve"} 1.0',
        'paperbrief_papers{state="stored"} 12.0',
    ):
        assert line in text
