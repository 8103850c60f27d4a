"""The HTTP door over a real library: what each address answers, and that every error is a problem document."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from contract.papers import ABSTRACTS, record
from contract.serving import api, client_of, events, opened, problem

from api.app import create_app
from rag.config import Settings
from rag.library import Library

pytestmark = pytest.mark.anyio

QUESTION = "How much faster is decoding with Marmot?"


@pytest.fixture(scope="module")
async def shelf(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Library, Settings]]:
    async with opened(tmp_path_factory.mktemp("shelf")) as pair:
        yield pair


@pytest.fixture
async def client(shelf: tuple[Library, Settings]) -> AsyncIterator[httpx.AsyncClient]:
    async with api(*shelf) as client:
        yield client


# ------------------------------------------------------------------------------------------------- what is answered


async def test_an_answer_is_the_librarys_and_can_be_read_again(client: httpx.AsyncClient) -> None:
    response = await client.post("/v1/ask", json={"question": QUESTION})
    assert response.status_code == 200
    answer = response.json()
    assert answer["outcome"] == "answered"
    assert "2.3x" in answer["text"]
    for citation in answer["citations"]:
        paper = (await client.get(f"/v1/papers/{citation['paper_id']}")).json()
        assert all(paper["abstract"][q["start"] : q["end"]] == q["quote"] for q in citation["quotes"])
    assert (await client.get(f"/v1/answers/{answer['id']}")).json() == answer


async def test_the_answers_that_cite_a_paper_are_listed(client: httpx.AsyncClient) -> None:
    answer = (await client.post("/v1/ask", json={"question": QUESTION})).json()
    cited = answer["citations"][0]
    response = await client.get(f"/v1/papers/{cited['paper_id']}/answers", params={"limit": 200})
    assert response.status_code == 200
    (listed,) = [one for one in response.json()["answers"] if one["id"] == answer["id"]]
    assert (listed["id"], listed["question"], listed["quotes"]) == (answer["id"], QUESTION, cited["quotes"])
    problem(await client.get("/v1/papers/math/0001001/answers"), 404, "not-found")


async def test_a_stream_ends_with_the_whole_answer(client: httpx.AsyncClient) -> None:
    response = await client.post("/v1/ask", json={"question": QUESTION, "stream": True})
    assert response.headers["content-type"].startswith("text/event-stream")
    told = events(response.text)
    names = [name for name, _ in told]
    assert names[0] == "status"
    assert names[-1] == "answer"
    assert names.count("answer") == 1
    whole = told[-1][1]
    assert [content for name, content in told if name == "sentence"] == whole["sentences"]
    assert [content for name, content in told if name == "citation"] == whole["citations"]
    assert (await client.get(f"/v1/answers/{whole['id']}")).json() == whole


async def test_an_error_in_a_stream_is_an_event_with_a_problem(client: httpx.AsyncClient) -> None:
    response = await client.post("/v1/ask", json={"question": "Why?", "conversation_id": "cnv_0", "stream": True})
    name, told = events(response.text)[-1]
    assert (name, told["type"]) == ("error", "urn:paperbrief:problem:not-found")
    assert told["request_id"] == response.headers["x-request-id"]


async def test_a_conversation_is_kept_and_removed(client: httpx.AsyncClient) -> None:
    first = (await client.post("/v1/ask", json={"question": QUESTION, "conversation_id": "new"})).json()
    conversation = first["conversation_id"]
    assert conversation.startswith("cnv_")
    second = await client.post("/v1/ask", json={"question": "What is Quokka?", "conversation_id": conversation})
    kept = (await client.get(f"/v1/conversations/{conversation}")).json()
    assert kept["turns"] == [first, second.json()]
    last = (await client.get(f"/v1/conversations/{conversation}", params={"limit": 1})).json()
    assert [turn["id"] for turn in last["turns"]] == [second.json()["id"]]
    assert (await client.delete(f"/v1/conversations/{conversation}")).status_code == 204
    problem(await client.get(f"/v1/conversations/{conversation}"), 404, "not-found")
    problem(await client.get(f"/v1/answers/{first['id']}"), 404, "not-found")
    problem(await client.post("/v1/ask", json={"question": "Why?", "conversation_id": conversation}), 404, "not-found")


async def test_a_scope_restricts_an_answer(client: httpx.AsyncClient) -> None:
    body = {"question": QUESTION, "scope": {"paper_ids": ["2401.00001"]}}
    answer = (await client.post("/v1/ask", json=body)).json()
    assert {citation["paper_id"] for citation in answer["citations"]} <= {"2401.00001"}
    assert answer["coverage"]["papers_searched"] == 1


async def test_a_search_is_the_librarys(client: httpx.AsyncClient, shelf: tuple[Library, Settings]) -> None:
    response = await client.post("/v1/search", json={"query": "kites in the wind", "top_k": 3, "explain": True})
    expected = await shelf[0].search("kites in the wind", top_k=3, explain=True)
    assert response.json() == expected.model_dump(mode="json")
    assert response.json()["hits"][0]["paper"]["id"] == "2401.00011"


async def test_papers_come_page_by_page(client: httpx.AsyncClient) -> None:
    seen: list[str] = []
    cursor = None
    while True:
        query = {"limit": 5, **({"cursor": cursor} if cursor else {})}
        page = (await client.get("/v1/papers", params=query)).json()
        seen += [paper["id"] for paper in page["papers"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == list(ABSTRACTS)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"q": "quokka tablets"}, {"2401.00008"}),
        ({"q": "100%"}, set()),
        ({"tag": ["odd", "unpaired"], "paper_id": ["2401.00001", "2401.00002"]}, {"2401.00001"}),
        ({"since": "2024-03-18"}, {"2401.00002", "2401.00005", "2401.00008", "2401.00011"}),
        ({"until": "2024-02"}, set()),
    ],
)
async def test_papers_can_be_filtered(client: httpx.AsyncClient, query: dict[str, object], expected: set[str]) -> None:
    page = (await client.get("/v1/papers", params=query)).json()
    assert {paper["id"] for paper in page["papers"]} == expected


async def test_a_paper_has_a_past_and_a_raw_text(client: httpx.AsyncClient, shelf: tuple[Library, Settings]) -> None:
    old, new = "An old abstract with 30\\% of it.", "A new abstract with 40\\% of it."
    for abstract in (old, new):
        await shelf[0].ingest([record("2405.00001", 1, title="On Revisions", abstract=abstract)])
    plain = (await client.get("/v1/papers/2405.00001")).json()
    assert (plain["revision"], plain["abstract"], plain["raw"]) == (2, "A new abstract with 40% of it.", None)
    assert [(r["revision"], r["abstract"]) for r in plain["revisions"]] == [(1, "An old abstract with 30% of it.")]
    raw = (await client.get("/v1/papers/2405.00001", params={"raw": "true"})).json()["raw"]
    assert raw["abstract"] == new
    assert raw["cleaning"]
    assert (await client.delete("/v1/papers/2405.00001")).status_code == 204
    problem(await client.get("/v1/papers/2405.00001"), 404, "not-found")
    problem(await client.delete("/v1/papers/2405.00001"), 404, "not-found")


async def test_health_counts_papers_and_days(client: httpx.AsyncClient) -> None:
    told = (await client.get("/v1/corpus/health")).json()
    assert (told["papers"], told["pending"]) == (12, 0)
    assert [day["day"] for day in told["days"]] == ["2024-03-04", "2024-03-11", "2024-03-18"]
    assert told["gaps"] == [
        {"feed": "daily", "since": "2024-03-05", "until": "2024-03-08", "days": 4},
        {"feed": "daily", "since": "2024-03-12", "until": "2024-03-15", "days": 4},
    ]


async def test_it_is_alive_before_it_is_ready(shelf: tuple[Library, Settings]) -> None:
    app = create_app(None, shelf[1])
    async with client_of(app) as client:
        assert (await client.get("/healthz")).status_code == 200
        told = problem(await client.get("/readyz"), 503, "not-ready")
        assert told["retry_after"] >= 1
        problem(await client.post("/v1/ask", json={"question": QUESTION}), 503, "not-ready")
        app.state.house.opened = shelf[0]
        ready = (await client.get("/readyz")).json()
        assert ready["status"] == "ready"
        assert ready["embedding"] == "test/hashing-0/256"


# --------------------------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("body", "at"),
    [
        ({}, "body.question"),
        ({"question": 3}, "body.question"),
        ({"question": "a" * 5_000}, "body.question"),
        ({"question": "What?", "stream": "yes"}, "body.stream"),
        ({"question": "What?", "stream": 1}, "body.stream"),
        ({"question": "What?", "mode": "loud"}, "body.mode"),
        ({"question": "What?", "qestion": "What?"}, "body.qestion"),
        ({"question": "What?", "scope": {"since": "2025-02-30"}}, "body.scope.since"),
        ({"question": "What?", "scope": {"since": "yesterday"}}, "body.scope.since"),
        ({"question": "What?", "scope": {"paper_ids": "2401.00001"}}, "body.scope.paper_ids"),
        ({"question": "What?", "scope": {"day": "2025-03-12"}}, "body.scope.day"),
        ([], "body"),
    ],
)
async def test_a_wrong_question_is_told_where(client: httpx.AsyncClient, body: object, at: str) -> None:
    told = problem(await client.post("/v1/ask", json=body), 422, "invalid-request")
    assert [each["at"] for each in told["errors"]] == [at]


async def test_what_is_wrong_with_the_text_itself_is_told(client: httpx.AsyncClient) -> None:
    told = problem(await client.post("/v1/ask", json={"question": " ... "}), 422, "invalid-request")
    assert told["detail"] == "The question is empty."
    assert told["hint"]
    problem(await client.post("/v1/ask", json={"question": QUESTION, "mode": "generative"}), 409, "no-model")
    problem(await client.get("/v1/papers", params={"cursor": "x"}), 422, "invalid-request")
    problem(await client.get("/v1/papers", params={"cursor": "9" * 30}), 422, "invalid-request")


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b'{"question": "a"', b"\xff\xfe", b'{"question": "\xff"}', b'{"question": NaN,}', b"[" * 9_000],
)
async def test_a_body_that_is_no_json_is_told(client: httpx.AsyncClient, content: bytes) -> None:
    response = await client.post("/v1/ask", content=content, headers={"Content-Type": "application/json"})
    assert response.status_code in (400, 422)
    problem(response, response.status_code, "malformed-body" if response.status_code == 400 else "invalid-request")
    assert (await client.get("/healthz")).status_code == 200


@pytest.mark.parametrize("media", ["text/plain", "application/xml", "application/x-www-form-urlencoded", ""])
async def test_another_media_type_is_told(client: httpx.AsyncClient, media: str) -> None:
    headers = {"Content-Type": media} if media else {}
    response = await client.post("/v1/ask", content=b'{"question": "a"}', headers=headers)
    problem(response, 415, "unsupported-media-type")


async def test_unknown_addresses_methods_and_parameters(client: httpx.AsyncClient) -> None:
    problem(await client.get("/v1/nothing"), 404, "not-found")
    problem(await client.get("/v1/papers/"), 404, "not-found")
    problem(await client.get("/v1/answers/ans_0"), 404, "not-found")
    problem(await client.get("/v1/answers/..%2f..%2fetc%2fpasswd"), 404, "not-found")
    problem(await client.get("/v1/papers/..%2f..%2fetc%2fpasswd"), 404, "not-found")
    problem(await client.get("/v1/papers/%00%ff"), 404, "not-found")
    problem(await client.get("/v1/papers", params={"limt": 3}), 422, "invalid-request")
    problem(await client.get("/healthz", params={"deep": "true"}), 422, "invalid-request")
    response = await client.put("/v1/papers/2401.00001")
    problem(response, 405, "method-not-allowed")
    assert response.headers["allow"] == "DELETE, GET, HEAD"
    assert (await client.head("/healthz")).status_code == 200


async def test_a_browser_that_follows_a_dead_link_is_shown_a_page(client: httpx.AsyncClient) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    shown = await client.get("/no/such/page", headers=browser)
    assert shown.status_code == 404
    assert shown.headers["content-type"].startswith("text/html")
    assert "There is no such page" in shown.text
    assert "script-src 'self'" in shown.headers["content-security-policy"]
    for address, headers in (("/no/such/page", {}), ("/v1/nothing", browser)):
        assert problem(await client.get(address, headers=headers), 404, "not-found")


async def test_every_response_carries_the_same_headers(client: httpx.AsyncClient) -> None:
    for response in (await client.get("/healthz"), await client.get("/nothing"), await client.post("/v1/ask")):
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
        assert response.headers["referrer-policy"] == "no-referrer"
    mine = await client.get("/healthz", headers={"X-Request-ID": "mine-12345678"})
    assert mine.headers["x-request-id"] == "mine-12345678"
    odd = await client.get("/healthz", headers={"X-Request-ID": "a\tb{}"})
    assert odd.headers["x-request-id"] != "a\tb{}"


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "a@b", "", "x:y"])
async def test_another_host_name_is_refused(client: httpx.AsyncClient, host: str) -> None:
    problem(await client.get("/healthz", headers={"Host": host}), 421, "unknown-host")


@pytest.mark.parametrize(
    "host", ["localhost:8000", "127.0.0.1", "[::1]:80", "LOCALHOST", "papers.example", "10.0.0.7:80"]
)
async def test_our_own_host_names_are_known(shelf: tuple[Library, Settings], host: str) -> None:
    async with api(*shelf, public_url="https://papers.example") as client:
        assert (await client.get("/healthz", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize(
    ("headers", "refused"),
    [
        ({"Origin": "https://evil.example"}, True),
        ({"Origin": "null"}, True),
        ({"Origin": "http://localhost:3000"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, True),
        ({"Sec-Fetch-Site": "same-site"}, True),
        ({"Origin": "http://localhost"}, False),
        ({"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Origin": "https://app.example", "Sec-Fetch-Site": "cross-site"}, False),
        ({}, False),
    ],
)
async def test_another_sites_page_may_not_ask(
    shelf: tuple[Library, Settings], headers: dict[str, str], refused: bool
) -> None:
    async with api(*shelf, cors_origins=("https://app.example",)) as client:
        response = await client.post("/v1/search", json={"query": "kites"}, headers=headers)
        if refused:
            problem(response, 403, "cross-site")
        else:
            assert response.status_code == 200
        assert (await client.get("/healthz", headers=headers)).status_code == 200
