"""The page of a brief, and the signed links of mails that open it to people without a key."""

from __future__ import annotations

import asyncio
import html
import re
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import feedparser
import httpx
import pytest
from contract.papers import HashingEmbedder, records, settings
from contract.serving import api, problem
from contract.test_briefs import invented, listed

from api.app import create_app
from rag.config import Settings
from rag.deliver.tokens import LASTS, Tokens
from rag.library import Library, open_library
from rag.models import BriefConstraints, Briefing, Listing, PaperRecord
from rag.render.mail import MOST_BYTES, Links, mail
from rag.render.parts import when

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


async def test_a_form_writes_a_brief_for_who_may(shelf: Shelf) -> None:
    library, own, _ = shelf
    async with api(library, own.model_copy(update={"host": "127.0.0.1"})) as client:
        assert 'action="/briefs"' in (await client.get("/briefs")).text
        sent = await client.post("/briefs", data={"topic": " decoding ", "week": "2025-W11"})
        assert sent.status_code == 303
        made = await library.briefing(sent.headers["location"].removeprefix("/briefs/"))
        assert (made.topic, made.week) == ("decoding", "2025-W11")
        newest = await client.post("/briefs", data={"topic": "", "week": ""})
        made = await library.briefing(newest.headers["location"].removeprefix("/briefs/"))
        assert (made.topic, made.week) == (None, "2025-W11")
        wrong = {"2025-W60": {"week": "2025-W60"}, "--!": {"topic": "--!"}, "yesterday": {"week": "yesterday"}}
        for typed, given in wrong.items():
            told = await client.post("/briefs", data=given)
            assert told.status_code == 422
            assert 'role="alert"' in told.text
            assert f'value="{typed}"' in told.text  # to be put right
        problem(await client.post("/briefs", json={"topic": "x"}), 415, "unsupported-media-type")
        foreign = await client.post("/briefs", data={"topic": "x"}, headers={"Origin": "https://evil.example"})
        problem(foreign, 403, "cross-site")
    async with outside(library, own.model_copy(update={"public_read": True})) as client:
        assert "<form" not in (await client.get("/briefs")).text
        problem(await client.post("/briefs", data={"topic": "x"}), 401, "key-needed")
    assert len((await library.briefs()).briefs) == 3


async def test_a_brief_that_takes_long_comes_into_the_list(shelf: Shelf) -> None:
    library, own, _ = shelf
    async with api(library, own, host="127.0.0.1", request_seconds=0.001) as client:
        sent = await client.post("/briefs", data={"week": "2025-W11"})
        assert (sent.status_code, sent.headers["location"]) == (303, "/briefs")
        for _ in range(600):
            if len((await library.briefs()).briefs) == 2:
                break
            await asyncio.sleep(0.1)
        assert len((await library.briefs()).briefs) == 2


async def test_an_empty_brief_has_a_page(shelf: Shelf) -> None:
    library, own, _ = shelf
    made = await library.brief(week="2001-W01")
    async with outside(library, own.model_copy(update={"public_read": True})) as client:
        read = await client.get(f"/briefs/{made.id}")
    assert "nothing new" in read.text
    assert "Ask about this brief" not in read.text


async def test_a_brief_shows_what_it_read_whatever_became_of_the_papers(shelf: Shelf) -> None:
    library, own, made = shelf
    first, second = made.citations[:2]
    kept = await library.paper(first.paper_id)
    text = "This abstract says something else today, and nothing of what was quoted."
    await library.ingest(
        [PaperRecord(record=0, title=kept.title, abstract=text, identifier=kept.id, source="invented")]
    )
    await library.delete(second.paper_id)
    async with outside(library, own.model_copy(update={"public_read": True})) as client:
        read = (await client.get(f"/briefs/{made.id}")).text
    changed = read[read.index(f'id="source-{first.n}"') :].partition("</details>")[0]
    assert 'data-revision="1"' in changed
    assert "This is how it stood in revision 1." in changed
    assert text not in changed
    marked = "".join(re.findall(r"<mark>(.*?)</mark>", changed, re.DOTALL))
    assert all(html.escape(quote.quote) in marked for quote in first.quotes)
    gone = read[read.index(f'id="source-{second.n}"') :].partition("</details>")[0]
    assert "data-gone" in gone
    assert "No longer in the library" in gone
    assert "<blockquote" in gone


async def test_topics_are_drawn_over_the_weeks_that_are_known(shelf: Shelf) -> None:
    library, own, made = shelf
    for day, numbers in (("2025-03-18", range(10, 13)), ("2025-03-26", range(20, 26))):
        await library.ingest(listed(day, [invented(number) for number in numbers]))
    later = await library.brief(week="2025-W13")
    assert [when(window) for window in later.changes.windows] == ["W09", "W10", "W11", "W12", "W13"]
    history = later.changes.histories[0]
    assert history.papers[:2] == (None, None)  # nothing was listed: not known, and not none
    assert history.papers[-2:] == (3, 6)
    async with outside(library, own.model_copy(update={"public_read": True})) as client:
        read = (await client.get(f"/briefs/{later.id}")).text
        assert '<svg xmlns="http://www.w3.org/2000/svg" class="weeks"' in read
        assert f"{history.topic}: not known, not known, " in read
        first = (await client.get(f"/briefs/{made.id}")).text
    assert 'class="weeks"' not in first
    assert (await library.rebuild_brief(later.id)).changes == later.changes


async def test_three_hundred_papers_on_one_theme_stay_readable_in_every_form(shelf: Shelf) -> None:
    library, own, _ = shelf
    await library.ingest(listed("2025-04-01", [invented(number) for number in range(100, 400)]))
    usual = await library.brief(week="2025-W14")
    most = await library.brief(week="2025-W14", constraints=BriefConstraints(max_papers=100, max_words=5_000))
    assert most.coverage.papers_reported == 100
    links = Links(
        page="https://b.example/briefs/x?token=" + "t" * 160,
        unsubscribe="https://b.example/u",
        site="https://b.example",
    )
    for made in (usual, most):
        assert len(mail(made, links).html.encode()) <= MOST_BYTES
        async with outside(library, own.model_copy(update={"public_read": True})) as client:
            read = await client.get(f"/briefs/{made.id}")
            feed = await client.get("/feeds/briefs.atom")
        assert read.status_code == 200
        assert len(read.content) < 400_000
        assert not feedparser.parse(feed.content).bozo
    assert "This mail is shortened." in mail(most, links).html


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
            "/v1/papers",
        ):
            problem(await client.get(path, params={"token": token}), 401, "key-needed")
        problem(await client.get("/feeds/briefs.atom", params={"token": token}), 403, "link-not-ours")
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
