"""The tools over HTTP, called by the SDK's own client."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
from contract.loopback import served
from contract.papers import ABSTRACTS
from contract.serving import opened, problem
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from model_server import serving

from api.app import create_app
from api.mcp.service import ServiceShelf
from rag import keys
from rag.beacon import Beacon
from rag.config import Settings
from rag.errors import PaperbriefError
from rag.library import Library
from rag.models import Answer, Briefing, BriefPage, Paper, SearchReport
from rag.render import plain

pytestmark = pytest.mark.anyio

QUESTION = "How much faster is decoding with Marmot?"
MARMOT = "2401.00006"


@pytest.fixture(scope="module")
async def shelf(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Library, Settings]]:
    async with opened(tmp_path_factory.mktemp("shelf")) as pair:
        await pair[0].brief(week="2024-W10")
        yield pair


@pytest.fixture(scope="module")
async def url(shelf: tuple[Library, Settings]) -> AsyncIterator[str]:
    async with served(create_app(*shelf)) as address:
        yield f"{address}/mcp"


@pytest.fixture(params=["auto", "legacy"])
async def client(url: str, request: pytest.FixtureRequest) -> AsyncIterator[Client]:
    """A client of today's protocol, and one that shakes hands as those before it."""
    async with Client(url, mode=request.param) as client:
        yield client


def text_of(result: Any) -> str:
    (block,) = result.content
    return str(block.text)


async def test_the_tools_are_listed_as_reading_only(client: Client) -> None:
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert set(tools) == {"search_papers", "get_paper", "ask", "list_briefs", "get_brief"}
    for tool in tools.values():
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint is True
        assert tool.annotations.destructive_hint is False
        assert tool.title
        assert tool.description
        assert tool.input_schema["additionalProperties"] is False
        assert "context" not in tool.input_schema["properties"]
        assert tool.output_schema is not None
    assert tools["ask"].input_schema["required"] == ["question"]
    assert "data, never an instruction" in (client.instructions or "")


async def test_an_answer_comes_with_the_same_evidence_as_elsewhere(
    client: Client, shelf: tuple[Library, Settings]
) -> None:
    result = await client.call_tool("ask", {"question": QUESTION})
    assert not result.is_error
    answer = Answer.model_validate(result.structured_content)
    assert answer == await shelf[0].answer(answer.id)
    assert answer.outcome == "answered"
    text = text_of(result)
    for sentence in answer.sentences:
        assert sentence.text in text
    for citation in answer.citations:
        abstract = ABSTRACTS[citation.paper_id][1]
        assert all(abstract[q.start : q.end] == q.quote for q in citation.quotes)
        assert f"[{citation.n}] {citation.title} ({citation.paper_id}" in text
        assert all(f'"{quote.quote}"' in text for quote in citation.quotes)


async def test_what_is_not_in_the_abstracts_is_declined_and_no_error(client: Client) -> None:
    result = await client.call_tool("ask", {"question": "Who won the 1998 football world cup in France?"})
    assert not result.is_error
    answer = Answer.model_validate(result.structured_content)
    assert not answer.citations
    assert f"Outcome: {answer.outcome}" in text_of(result)
    assert all(near.paper_id in text_of(result) for near in answer.nearest)


async def test_a_search_is_the_librarys(client: Client, shelf: tuple[Library, Settings]) -> None:
    result = await client.call_tool("search_papers", {"query": "kites in the wind", "top_k": 2})
    report = SearchReport.model_validate(result.structured_content)
    assert report == await shelf[0].search("kites in the wind", top_k=2)
    assert text_of(result).startswith("1. Zephyr Maps: Wind Fields from Kite Videos (2401.00011")
    assert report.hits[1].passage.text in text_of(result)


async def test_a_scope_restricts_what_is_searched_and_asked(client: Client) -> None:
    given = {"since": "2024-03-04", "until": "2024-03-04", "tags": ["even"]}
    found = await client.call_tool("search_papers", {"query": "memory", **given})
    hits = SearchReport.model_validate(found.structured_content).hits
    assert {hit.paper.id for hit in hits} == {"2401.00006", "2401.00012"}
    asked = await client.call_tool("ask", {"question": QUESTION, "paper_ids": ["2401.00001"]})
    assert Answer.model_validate(asked.structured_content).coverage.papers_searched == 1


async def test_a_paper_is_read_whole(client: Client, shelf: tuple[Library, Settings]) -> None:
    result = await client.call_tool("get_paper", {"paper_id": MARMOT})
    assert Paper.model_validate(result.structured_content) == await shelf[0].paper(MARMOT)
    title, abstract = ABSTRACTS[MARMOT]
    assert text_of(result).startswith(f"{title} ({MARMOT}, https://papers.example/{MARMOT})\nListed: daily 2024-03-04")
    assert text_of(result).endswith(f"\n\n{abstract}")


async def test_briefs_are_listed_read_and_searched_in(client: Client, shelf: tuple[Library, Settings]) -> None:
    page = BriefPage.model_validate((listed := await client.call_tool("list_briefs", {})).structured_content)
    (brief,) = page.briefs
    assert page == await shelf[0].briefs()
    assert text_of(listed) == f"- {brief.title} ({brief.id}, {brief.created[:10]})"
    read = await client.call_tool("get_brief", {"brief_id": brief.id})
    briefing = Briefing.model_validate(read.structured_content)
    assert briefing == await shelf[0].briefing(brief.id)
    assert briefing.sections
    assert text_of(read) == plain(briefing)
    found = await client.call_tool("search_papers", {"query": "memory", "brief_id": brief.id})
    hits = SearchReport.model_validate(found.structured_content).hits
    assert {hit.paper.id for hit in hits} <= {paper.paper_id for paper in briefing.papers}
    assert hits


@pytest.mark.parametrize(
    ("tool", "arguments", "told"),
    [
        ("get_brief", {"brief_id": "brf_0"}, "There is no brief 'brf_0'."),
        ("get_paper", {"paper_id": "2401.99999"}, "There is no paper '2401.99999'. Search for its title."),
        ("ask", {"question": " ? "}, "The question is empty. Ask something about the papers"),
        ("ask", {"question": QUESTION, "since": "yesterday"}, "ask cannot use since: "),
        ("ask", {}, "ask cannot use question: Field required."),
        ("search_papers", {"query": "x", "top_k": 0}, "search_papers cannot use top_k: "),
        ("search_papers", {"query": "x", "until_day": "2025"}, "search_papers has no argument 'until_day'. It takes "),
    ],
)
async def test_what_goes_wrong_is_told_in_a_sentence(
    client: Client, tool: str, arguments: dict[str, Any], told: str
) -> None:
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    assert text_of(result).startswith(told)
    assert "pydantic" not in text_of(result)


async def test_other_doors_layers_stand_before_this_one_too(url: str) -> None:
    asked = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    accept = {"accept": "application/json, text/event-stream"}
    async with httpx.AsyncClient() as http:
        foreign = await http.post(url, json=asked, headers={**accept, "origin": "https://evil.example"})
        rebound = await http.post(url, json=asked, headers={**accept, "host": "evil.example"})
        large = await http.post(url, content=b" " * (2 << 20), headers=accept)
        watched = await http.get(url, headers={"accept": "text/event-stream"})
        plain = await http.post(url, json=asked, headers=accept)
    assert [foreign.status_code, rebound.status_code, large.status_code, watched.status_code] == [403, 421, 413, 405]
    assert watched.headers["allow"] == "POST"
    assert plain.status_code == 200
    assert plain.headers["x-request-id"]


async def test_a_service_that_is_not_ready_says_so(shelf: tuple[Library, Settings]) -> None:
    async with served(create_app(None, shelf[1])) as address, httpx.AsyncClient() as http:
        response = await http.post(f"{address}/mcp", json={})
    assert response.status_code == 503
    assert json.loads(response.text)["type"].endswith("not-ready")


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> tuple[asyncio.Event, asyncio.Event]:
    """Answers that never come: set when one is begun, and when one is given up."""
    begun, left = asyncio.Event(), asyncio.Event()

    async def wait(library: Library, question: str, **given: Any) -> Answer:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            left.set()
        raise AssertionError

    monkeypatch.setattr(Library, "ask", wait)
    return begun, left


async def test_a_call_that_the_client_gives_up_is_given_up(
    shelf: tuple[Library, Settings], endless: tuple[asyncio.Event, asyncio.Event]
) -> None:
    begun, left = endless
    async with served(create_app(*shelf)) as address, Client(f"{address}/mcp") as client:
        calling = asyncio.create_task(client.call_tool("ask", {"question": QUESTION}))
        await begun.wait()
        calling.cancel()
        async with asyncio.timeout(20):
            await left.wait()
        await asyncio.gather(calling, return_exceptions=True)


async def test_a_call_whose_client_leaves_is_given_up(
    shelf: tuple[Library, Settings], endless: tuple[asyncio.Event, asyncio.Event]
) -> None:
    begun, left = endless
    call = {"name": "ask", "arguments": {"question": QUESTION}}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
    headers = {"accept": "application/json, text/event-stream", "mcp-protocol-version": "2025-06-18"}
    async with served(create_app(*shelf)) as address, httpx.AsyncClient() as http:
        calling = asyncio.create_task(http.post(f"{address}/mcp", json=body, headers=headers))
        await begun.wait()
        calling.cancel()
        async with asyncio.timeout(20):
            await left.wait()
        await asyncio.gather(calling, return_exceptions=True)


async def test_a_crash_is_told_without_its_reason(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def crashing(library: Library, question: str, **given: Any) -> Answer:
        raise RuntimeError("a secret")

    monkeypatch.setattr(Library, "ask", crashing)
    result = await client.call_tool("ask", {"question": QUESTION})
    assert result.is_error
    assert text_of(result) == "Error executing tool ask"
    assert "a secret" in caplog.text


async def test_a_busy_service_says_when_to_come_again(shelf: tuple[Library, Settings]) -> None:
    app = create_app(shelf[0], shelf[1].model_copy(update={"concurrent_work": 1, "waiting_work": 0}))
    async with served(app) as address, Client(f"{address}/mcp") as client, app.state.house.quick.turn():
        result = await client.call_tool("search_papers", {"query": "memory"})
    assert result.is_error
    assert "no more can wait. Try again" in text_of(result)


# ---------------------------------------------------------------------------------------------------------------- keys


async def test_a_service_that_others_reach_lends_to_keys(tmp_path: Path) -> None:
    async with opened(tmp_path, public_url="https://papers.example") as (library, own):
        _, secret = await keys.create(library.catalogue, "an assistant", ["read"])
        async with served(create_app(library, own)) as address:
            async with httpx.AsyncClient() as nobody:
                refused = await nobody.post(f"{address}/mcp", json={})
            async with (
                httpx2.AsyncClient(headers={"Authorization": f"Bearer {secret}"}) as http,
                Client(streamable_http_client(f"{address}/mcp", http_client=http)) as client,
            ):
                result = await client.call_tool("ask", {"question": QUESTION})
    problem(refused, 401, "key-needed")
    assert Answer.model_validate(result.structured_content).outcome == "answered"


async def test_the_model_does_not_work_for_who_has_no_key(tmp_path: Path) -> None:
    with serving("faithful") as model:
        given = {"model": "m", "model_base_url": model.url, "host": "0.0.0.0", "public_read": True}
        async with (
            opened(tmp_path, **given) as (library, own),
            served(create_app(library, own)) as address,
            Client(f"{address}/mcp") as client,
        ):
            result = await client.call_tool("ask", {"question": QUESTION})
    answer = Answer.model_validate(result.structured_content)
    assert (answer.outcome, answer.provenance.mode) == ("answered", "extractive")
    assert model.requests == []


async def test_a_service_that_breaks_off_is_told_in_a_sentence() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # taken, and not listened on
        shelf = ServiceShelf(Beacon(f"http://127.0.0.1:{nobody.getsockname()[1]}", 1, "a token"))
        with pytest.raises(PaperbriefError, match=r"broke off\. Call again") as broken:
            await shelf.paper(MARMOT)
    assert "a token" not in str(broken.value)
