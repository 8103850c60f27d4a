"""Briefs over HTTP: written, listed, read in each form, followed by feed readers that poll and poll."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import feedparser
import httpx
import pytest
from contract.papers import HashingEmbedder, records, settings
from contract.serving import BASE, api, client_of, problem

import api.routes.feeds as feeds_route
from api.app import create_app
from rag import keys
from rag.catalogue import feeds
from rag.config import Settings
from rag.library import Library, open_library
from rag.models import Listing
from rag.render import markdown, plain

pytestmark = pytest.mark.anyio

WEEK = "2025-W11"
Shelf = tuple[Library, Settings]


@pytest.fixture
async def shelf(tmp_path: Path) -> AsyncIterator[Shelf]:
    own = settings(tmp_path / "data")
    async with open_library(own, embedder=HashingEmbedder()) as library:
        listed = (Listing("daily-papers", "2025-03-10", None),)
        await library.ingest([replace(one, listings=listed) for one in records()])
        yield library, own


@pytest.fixture
async def client(shelf: Shelf) -> AsyncIterator[httpx.AsyncClient]:
    async with api(*shelf) as client:
        yield client


async def written(client: httpx.AsyncClient, **wanted: Any) -> dict[str, Any]:
    response = await client.post("/v1/briefs", json=wanted or {"week": WEEK})
    assert response.status_code == 200, response.text
    told: dict[str, Any] = response.json()
    return told


# ------------------------------------------------------------------------------------------------- written and read


async def test_a_brief_is_the_librarys_and_can_be_read_again(shelf: Shelf, client: httpx.AsyncClient) -> None:
    library, _ = shelf
    response = await client.post("/v1/briefs", json={"week": WEEK, "constraints": {"max_papers": 3}})
    made = response.json()
    assert made["week"] == WEEK
    assert made["sections"]
    assert made["coverage"]["papers_reported"] <= 3
    assert response.headers["content-location"] == f"/v1/briefs/{made['id']}"
    assert (await client.get(f"/v1/briefs/{made['id']}")).json() == made
    assert (await client.get(f"/v1/briefs/{made['id']}.json")).json() == made
    kept = await library.briefing(made["id"])
    for ending, media_type, text in (("md", "text/markdown", markdown(kept)), ("txt", "text/plain", plain(kept))):
        read = await client.get(f"/v1/briefs/{made['id']}.{ending}")
        assert read.headers["content-type"] == f"{media_type}; charset=utf-8"
        assert read.text == text


async def test_the_file_has_a_policy_of_its_own(client: httpx.AsyncClient) -> None:
    made = await written(client)
    read = await client.get(f"/v1/briefs/{made['id']}.html")
    assert read.headers["content-type"].startswith("text/html")
    policy = read.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "script" not in policy
    assert made["sections"][0]["sentences"][0]["text"][:20] in read.text


async def test_briefs_are_listed_page_by_page(client: httpx.AsyncClient) -> None:
    made = [(await written(client, topic=topic))["id"] for topic in ("decoding", "retrieval", "graphs")]
    first = (await client.get("/v1/briefs", params={"limit": 2})).json()
    second = (await client.get("/v1/briefs", params={"limit": 2, "cursor": first["next"]})).json()
    assert len(first["briefs"]) == 2
    assert second["next"] is None
    assert sorted(one["id"] for one in first["briefs"] + second["briefs"]) == sorted(made)


async def test_an_empty_week_is_a_brief_that_says_so(client: httpx.AsyncClient) -> None:
    made = await written(client, week="2001-W01")
    assert made["sections"] == []
    assert made["notes"]
    for ending in ("md", "txt", "html"):
        read = await client.get(f"/v1/briefs/{made['id']}.{ending}")
        assert "nothing new" in read.text


async def test_what_has_it_is_told_so(client: httpx.AsyncClient) -> None:
    made = await written(client)
    for path in (f"/v1/briefs/{made['id']}", f"/v1/briefs/{made['id']}.md"):
        read = await client.get(path)
        again = await client.get(path, headers={"If-None-Match": f'"other", W/{read.headers["etag"]}'})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == read.headers["etag"]
        assert (await client.get(path, headers={"If-None-Match": '"other"'})).status_code == 200


async def test_what_cannot_be_written_or_read_is_a_problem(client: httpx.AsyncClient) -> None:
    problem(await client.get("/v1/briefs/brf_0"), 404, "not-found")
    problem(await client.get("/v1/briefs/brf_0.md"), 404, "not-found")
    problem(await client.get("/v1/briefs/brf_0.pdf"), 422, "invalid-request")
    problem(await client.get("/v1/briefs", params={"cursor": "~"}), 422, "invalid-request")
    for wanted in (
        {"week": "2025-W60"},
        {"week": WEEK, "since": "2025-03-10"},
        {"since": "2025-03-12", "until": "2025-03-10"},
        {"since": "2025-03"},
        {"topic": " "},
        {"topic": "x", "colour": "red"},
        {"constraints": {"max_papers": "3"}},
    ):
        problem(await client.post("/v1/briefs", json=wanted), 422, "invalid-request")
    problem(await client.post("/v1/briefs", json={"mode": "generative"}), 409, "no-model")
    assert (await client.get("/v1/briefs")).json()["briefs"] == []


async def test_a_brief_can_be_a_job(client: httpx.AsyncClient) -> None:
    response = await client.post("/v1/briefs", json={"week": WEEK}, headers={"Prefer": "respond-async"})
    assert response.status_code == 202
    assert (await outcome(client, response))["week"] == WEEK


async def test_one_that_takes_longer_than_a_request_goes_on_as_a_job(shelf: Shelf) -> None:
    async with api(*shelf, request_seconds=0.001) as client:
        response = await client.post("/v1/briefs", json={"week": WEEK})
        assert response.status_code == 202
        assert (await outcome(client, response))["sections"]


async def outcome(client: httpx.AsyncClient, accepted: httpx.Response) -> dict[str, Any]:
    for _ in range(600):
        job = (await client.get(accepted.headers["location"])).json()
        if job["state"] not in ("queued", "running"):
            break
        await asyncio.sleep(0.05)
    assert job["state"] == "done", job
    result: dict[str, Any] = job["result"]
    return result


# ------------------------------------------------------------------------------------------------------------ feeds


async def test_the_feeds_are_valid_and_say_the_same(client: httpx.AsyncClient) -> None:
    made = await written(client)
    await written(client, week="2001-W01")  # reports nothing, so it is in no feed
    read = await client.get("/feeds/briefs.atom")
    assert read.headers["content-type"].startswith("application/atom+xml")
    parsed = feedparser.parse(read.content)
    assert not parsed.bozo
    (entry,) = parsed.entries
    assert entry.title == made["title"]
    assert entry.link == f"http://localhost/briefs/{made['id']}"
    assert parsed.feed.updated == made["provenance"]["created"]
    told = (await client.get("/feeds/briefs.json")).json()
    assert [item["id"] for item in told["items"]] == [entry.id]


async def test_a_feed_keeps_its_identifiers_when_the_service_moves(shelf: Shelf, client: httpx.AsyncClient) -> None:
    await written(client)
    here = feedparser.parse((await client.get("/feeds/briefs.atom")).content)
    async with api(*shelf, public_url="https://briefs.example") as moved:
        there = feedparser.parse((await moved.get("/feeds/briefs.atom")).content)
    assert there.feed.id == here.feed.id
    assert there.entries[0].id == here.entries[0].id
    assert there.entries[0].link.startswith("https://briefs.example/briefs/")


async def test_a_feed_without_briefs_is_a_feed(client: httpx.AsyncClient) -> None:
    parsed = feedparser.parse((await client.get("/feeds/briefs.atom")).content)
    assert not parsed.bozo
    assert parsed.feed.id.startswith("urn:uuid:")
    assert (await client.get("/feeds/briefs.json")).json()["items"] == []


@pytest.mark.parametrize("path", ["/feeds/briefs.atom", "/feeds/briefs.json"])
async def test_a_reader_that_polls_costs_no_brief(
    path: str, shelf: Shelf, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await written(client)
    read: list[int] = []
    real = feeds.recent

    def counted(session: Any, limit: int) -> Any:
        read.append(limit)
        return real(session, limit)

    monkeypatch.setattr(feeds, "recent", counted)
    first = await client.get(path)
    for _ in range(60):
        again = await client.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
    dated = await client.get(path, headers={"If-Modified-Since": first.headers["last-modified"]})
    assert dated.status_code == 304
    whole = await client.get(path)  # a reader that knows no conditions gets what was made before
    assert whole.content == first.content
    assert read == [feeds_route.SHOWN]
    await written(client, topic="retrieval")
    changed = await client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert changed.status_code == 200
    assert changed.headers["etag"] != first.headers["etag"]
    assert len(read) == 2


async def test_a_tag_wins_over_a_time(client: httpx.AsyncClient) -> None:
    await written(client)
    first = await client.get("/feeds/briefs.atom")
    other = {"If-None-Match": '"other"', "If-Modified-Since": first.headers["last-modified"]}
    assert (await client.get("/feeds/briefs.atom", headers=other)).status_code == 200
    old = {"If-Modified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"}
    assert (await client.get("/feeds/briefs.atom", headers=old)).status_code == 200
    assert (await client.get("/feeds/briefs.atom", headers={"If-Modified-Since": "soon"})).status_code == 200


# ------------------------------------------------------------------------------------------------------- who may


async def test_reading_and_writing_need_what_they_need_elsewhere(tmp_path: Path) -> None:
    own = settings(tmp_path / "data").model_copy(update={"host": "0.0.0.0", "public_read": True})
    async with open_library(own, embedder=HashingEmbedder()) as library:
        app = create_app(library, own)
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False, client=("203.0.113.7", 1234))
        async with httpx.AsyncClient(transport=transport, base_url="http://10.0.0.1:8000") as outside:
            assert (await outside.get("/v1/briefs")).status_code == 200
            feed = await outside.get("/feeds/briefs.atom")
            assert feed.headers["cache-control"].startswith("public")
            problem(await outside.post("/v1/briefs", json={}), 401, "key-needed")
    closed = own.model_copy(update={"public_read": False})
    async with (
        open_library(own, embedder=HashingEmbedder()) as library,
        client_of(create_app(library, closed)) as outside,
    ):
        for path in ("/v1/briefs", "/v1/briefs/brf_0", "/v1/briefs/brf_0.md", "/feeds/briefs.atom"):
            problem(await outside.get(path), 401, "key-needed")


async def test_a_signed_address_of_the_feed_needs_no_key_until_its_key_is_revoked(
    shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    library, own = shelf
    caplog.set_level("DEBUG", "paperbrief")
    key, secret = await keys.create(library.catalogue, "ada", ("read",))
    made = await library.brief(week=WEEK)
    async with api(library, own, host="0.0.0.0") as client:
        page = (await client.get("/briefs", headers={"Authorization": f"Bearer {secret}"})).text
        found = re.search(r'href="(/feeds/briefs\.atom\?token=([\w.-]+))"', page)
        assert found is not None
        address, token = found[1], found[2]
        assert f'href="/feeds/briefs.json?token={token}"' in page
        first = await client.get(address)
        assert first.status_code == 200
        assert first.headers["cache-control"].startswith("private")
        again = await client.get(address, headers={"If-None-Match": first.headers["etag"]})
        assert again.status_code == 304
        # What it tells of can be read as from a mail, and nothing else.
        (entry,) = feedparser.parse(first.content).entries
        assert entry.link.startswith(f"{BASE}/briefs/{made.id}?token=")
        assert (await client.get(entry.link.removeprefix(BASE))).status_code == 200
        shown = (await client.get(f"/feeds/briefs.json?token={token}")).json()
        assert [one["url"] for one in shown["items"]] == [entry.link]
        for path in ("/briefs", "/v1/briefs", f"/v1/briefs/{made.id}", "/v1/papers"):
            problem(await client.get(path, params={"token": token}), 401, "key-needed")
        problem(await client.get(f"/briefs/{made.id}", params={"token": token}), 403, "link-not-ours")
        problem(await client.get(f"{address}x"), 403, "link-not-ours")
        with_key = await client.get("/feeds/briefs.atom", headers={"Authorization": f"Bearer {secret}"})
        assert "token=" not in with_key.text
        await keys.revoke(library.catalogue, key.id)
        problem(await client.get(address), 410, "link-expired")
    assert token not in caplog.text
    async with api(library, own) as here:
        assert "token=" not in (await here.get("/briefs")).text, "nobody needs one here"


async def test_the_json_of_a_brief_is_the_contracts(client: httpx.AsyncClient) -> None:
    made = await written(client)
    named = {"id", "topic", "week", "window", "title", "summary", "sections", "figures", "changes", "citations"}
    assert named | {"dropped", "coverage", "provenance", "usage"} <= made.keys()
    assert {"new_topics", "rising", "fading", "seen_before"} <= made["changes"].keys()
    for section in made["sections"]:
        assert {"heading", "sentences", "paper_ids"} <= section.keys()
