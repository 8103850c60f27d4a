"""The page of a brief, and the signed links of mails that open it to people without a key."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from contract.papers import HashingEmbedder, records, settings
from contract.serving import problem

from api.app import create_app
from rag.config import Settings
from rag.deliver.tokens import LASTS, Tokens
from rag.library import Library, open_library
from rag.models import Briefing, Listing

pytestmark = pytest.mark.anyio

OUTSIDE = "203.0.113.7"
HTML = {"Accept": "text/html"}
Shelf = tuple[Library, Settings, Briefing]


@pytest.fixture
async def shelf(tmp_path: Path) -> AsyncIterator[Shelf]:
    own = settings(tmp_path / "data").model_copy(update={"host": "0.0.0.0"})
    async with open_library(own, embedder=HashingEmbedder()) as library:
        listed = (Listing("daily-papers", "2025-03-10", None),)
        await library.ingest([replace(one, listings=listed) for one in records()])
        yield library, own, await library.brief(week="2025-W11")


def outside(library: Library, own: Settings) -> httpx.AsyncClient:
    """A client on another machine, to whom nothing is open without a key."""
    app = create_app(library, own)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False, client=(OUTSIDE, 1234))
    return httpx.AsyncClient(transport=transport, base_url="http://10.0.0.1:8000")


async def test_the_page_is_whole_without_scripts(shelf: Shelf) -> None:
    library, own, made = shelf
    async with outside(library, own.model_copy(update={"public_read": True})) as client:
        read = await client.get(f"/briefs/{made.id}")
        listed = await client.get("/briefs")
        missing = await client.get("/briefs/brf_0")
    assert read.status_code == 200
    assert "script-src 'self'" in read.headers["content-security-policy"]
    assert not re.search(r" (?:style|on[a-z]+)=", read.text)
    for citation in made.citations:
        assert f'id="source-{citation.n}"' in read.text
    marked = re.findall(r"<mark>(.*?)</mark>", read.text, re.DOTALL)
    assert len(marked) >= len(made.citations)
    assert f'href="/?brief={made.id}"' in read.text
    assert f'href="/briefs/{made.id}"' in listed.text
    assert 'type="application/atom+xml"' in listed.text
    assert missing.status_code == 404
    assert "There is no such brief" in missing.text


async def test_an_empty_brief_has_a_page(shelf: Shelf) -> None:
    library, own, _ = shelf
    made = await library.brief(week="2001-W01")
    async with outside(library, own.model_copy(update={"public_read": True})) as client:
        read = await client.get(f"/briefs/{made.id}")
    assert "nothing new" in read.text
    assert "Ask about this brief" not in read.text


async def test_a_link_opens_its_brief_and_nothing_else(shelf: Shelf) -> None:
    library, own, made = shelf
    other = await library.brief(topic="decoding")
    token = Tokens.for_settings(own).sign("brief", made.id)
    async with outside(library, own) as client:
        problem(await client.get(f"/briefs/{made.id}"), 401, "key-needed")
        read = await client.get(f"/briefs/{made.id}", params={"token": token}, headers=HTML)
        assert read.status_code == 200
        assert made.title[:8] in read.text
        assert "<mark>" in read.text
        assert "Ask about this brief" not in read.text  # which the link does not open
        assert token not in read.text
        for path in (f"/briefs/{other.id}", "/briefs/nothing"):
            problem(await client.get(path, params={"token": token}), 403, "link-not-ours")
        for path in (
            "/briefs",
            f"/v1/briefs/{made.id}",
            f"/v1/briefs/{made.id}.html",
            "/feeds/briefs.atom",
            "/v1/papers",
        ):
            problem(await client.get(path, params={"token": token}), 401, "key-needed")
        problem(await client.post(f"/briefs/{made.id}", params={"token": token}), 401, "key-needed")


async def test_links_that_are_not_good_open_nothing(shelf: Shelf) -> None:
    library, own, made = shelf
    tokens = Tokens.for_settings(own)
    good = tokens.sign("brief", made.id)
    path = f"/briefs/{made.id}"
    async with outside(library, own) as client:
        # Not the last character, of which not every bit counts.
        spoilt = good[:-9] + ("A" if good[-9] != "A" else "B") + good[-8:]
        for token in (spoilt, "x", "", tokens.sign("unsubscribe", made.id)):
            problem(await client.get(path, params={"token": token}), 403, "link-not-ours")
        old = tokens.sign("brief", made.id, now=time.time() - LASTS["brief"] - 1)
        problem(await client.get(path, params={"token": old}), 410, "link-expired")
        asked = await client.get(path, params={"token": old}, headers=HTML)
        assert asked.status_code == 410
        assert "This link is no longer valid." in asked.text
        assert 'name="key"' in asked.text  # who has a key can go on with it


async def test_guessing_links_is_slowed_down(shelf: Shelf) -> None:
    library, own, made = shelf
    async with outside(library, own) as client:
        codes = [(await client.get(f"/briefs/{made.id}", params={"token": "x"})).status_code for _ in range(25)]
    assert codes[0] == 403
    assert codes[-1] == 429


async def test_whoever_may_read_anyway_needs_no_good_link(shelf: Shelf) -> None:
    library, own, made = shelf
    async with outside(library, own.model_copy(update={"public_read": True})) as client:
        read = await client.get(f"/briefs/{made.id}", params={"token": "old"})
    assert read.status_code == 200
    assert "Ask about this brief" in read.text
