"""Papers over HTTP: arrays, lines and files, reports, jobs, and what a bad day leaves behind."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from contract.papers import HashingEmbedder, made_up, name_of, settings
from contract.serving import api, client_of, problem
from fastapi import FastAPI

from api.app import create_app
from api.routes import ingest as route
from rag.catalogue import jobs
from rag.config import Settings
from rag.errors import StorageError
from rag.library import Library, open_library
from rag.models import Job

pytestmark = pytest.mark.anyio

LINES = {"Content-Type": "application/x-ndjson"}
ASYNC = {"Prefer": "respond-async"}


@pytest.fixture
async def empty(tmp_path: Path) -> AsyncIterator[tuple[Library, Settings]]:
    own = settings(tmp_path / "data")
    async with open_library(own, embedder=HashingEmbedder(pause=0.002)) as library:
        yield library, own


@pytest.fixture
async def client(empty: tuple[Library, Settings]) -> AsyncIterator[httpx.AsyncClient]:
    async with api(*empty) as client:
        yield client


def papers(numbers: range) -> list[dict[str, str | None]]:
    return [
        {"id": record.identifier, "title": record.title, "abstract": record.abstract}
        for record in map(made_up, numbers)
    ]


def lines(numbers: range) -> bytes:
    return "".join(json.dumps(paper) + "\n" for paper in papers(numbers)).encode()


async def ended(client: httpx.AsyncClient, location: str) -> dict[str, object]:
    """A job once it has ended."""
    for _ in range(400):
        job: dict[str, object] = (await client.get(location)).json()
        if job["state"] not in ("queued", "running"):
            return job
        await asyncio.sleep(0.02)
    raise AssertionError(f"{location} does not end")


async def begun(client: httpx.AsyncClient, location: str) -> None:
    """Wait until a job has made some progress."""
    for _ in range(800):
        if (await client.get(location)).json()["progress"]:
            return
        await asyncio.sleep(0.005)
    raise AssertionError(f"{location} does not begin")


async def idle(app: FastAPI) -> None:
    """Wait until no job of an app is open."""
    for _ in range(800):
        if not app.state.house.jobs.open:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("jobs do not end")


def nothing_is_left(own: Settings) -> bool:
    return not list((own.data_dir / "uploads").glob("*"))


async def test_an_array_is_loaded_and_can_be_found(client: httpx.AsyncClient, empty: tuple[Library, Settings]) -> None:
    body = [*papers(range(3)), {"title": "No abstract"}, 7]
    report = (await client.post("/v1/papers", json=body)).json()
    assert (report["read"], report["added"], report["unchanged"]) == (5, 3, 0)
    assert [refused["record"] for refused in report["refused"]] == [4, 5]
    again = (await client.post("/v1/papers", json=papers(range(3)))).json()
    assert (again["added"], again["unchanged"]) == (0, 3)
    hits = (await client.post("/v1/search", json={"query": name_of(2)})).json()["hits"]
    assert hits[0]["paper"]["id"] == "2402.00002"
    assert nothing_is_left(empty[1])


@pytest.mark.parametrize("media", ["application/x-ndjson", "application/jsonl; charset=utf-8"])
async def test_lines_are_loaded(client: httpx.AsyncClient, media: str) -> None:
    response = await client.post("/v1/papers", content=lines(range(4)), headers={"Content-Type": media})
    assert response.json()["added"] == 4


async def test_a_file_is_told_by_its_content(client: httpx.AsyncClient) -> None:
    packed = gzip.compress(lines(range(4)))
    response = await client.post("/v1/ingest", content=packed, params={"listed": "2025-03-12"})
    assert response.json()["added"] == 4
    paper = (await client.get("/v1/papers/2402.00001")).json()
    assert [listing["day"] for listing in paper["listings"]] == ["2025-03-12"]


@pytest.mark.parametrize(
    ("address", "content", "headers", "status", "name"),
    [
        ("/v1/ingest", b"neither fish nor fowl", {}, 422, "unreadable-source"),
        ("/v1/ingest", b"", {}, 422, "unreadable-source"),
        ("/v1/ingest?format=beir&fmt=beir", b"{}", {}, 422, "invalid-request"),
        ("/v1/ingest?format=pdf", b"{}", {}, 422, "invalid-request"),
        ("/v1/ingest?listed=2025-02-30", b"{}", {}, 422, "invalid-request"),
        (
            "/v1/papers",
            b'{"title": "a", "abstract": "b"}',
            {"Content-Type": "application/json"},
            422,
            "invalid-request",
        ),
        ("/v1/papers", b"", {"Content-Type": "application/json"}, 422, "unreadable-source"),
        ("/v1/papers", b"a,b", {"Content-Type": "text/csv"}, 415, "unsupported-media-type"),
        ("/v1/papers", b"[]", {}, 415, "unsupported-media-type"),
    ],
)
async def test_what_is_no_papers_is_told(
    client: httpx.AsyncClient,
    empty: tuple[Library, Settings],
    address: str,
    content: bytes,
    headers: dict[str, str],
    status: int,
    name: str,
) -> None:
    problem(await client.post(address, content=content, headers=headers), status, name)
    assert nothing_is_left(empty[1])


async def test_too_many_bytes_are_refused_without_reading_on(empty: tuple[Library, Settings]) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1_000
            yield b"x" * 1_000

    async with api(*empty, max_upload_bytes=50_000, max_request_bytes=10_000) as client:
        told = problem(await client.post("/v1/ingest", content=b"x" * 60_000), 413, "body-too-large")
        assert "50,000" in told["detail"]
        problem(await client.post("/v1/ask", json={"question": "x" * 11_000}), 413, "body-too-large")
        problem(await client.post("/v1/nothing", content=b"x" * 11_000), 413, "body-too-large")
        assert (await client.get("/healthz")).status_code == 200
        assert nothing_is_left(empty[1])


async def test_a_job_can_be_followed(client: httpx.AsyncClient, empty: tuple[Library, Settings]) -> None:
    response = await client.post("/v1/papers", content=lines(range(60)), headers={**LINES, **ASYNC})
    assert response.status_code == 202
    assert response.headers["preference-applied"] == "respond-async"
    location = response.headers["location"]
    assert response.json()["state"] in ("queued", "running")
    assert location == f"/v1/jobs/{response.json()['id']}"
    seen = []
    while (job := (await client.get(location)).json())["state"] in ("queued", "running"):
        if job["progress"]:
            seen.append((job["progress"]["stage"], job["progress"]["done"]))
        await asyncio.sleep(0.01)
    assert job["state"] == "done"
    assert job["result"]["added"] == 60
    assert ("indexing", 16) in seen
    assert await empty[0].catalogue.read(jobs.get, job["id"]) == Job.model_validate(job)
    problem(await client.get("/v1/jobs/job_0"), 404, "not-found")


async def test_a_large_body_becomes_a_job_by_itself(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(route, "JOB_BYTES", 1_000)
    response = await client.post("/v1/ingest", content=lines(range(30)))
    assert response.status_code == 202
    job = await ended(client, response.headers["location"])
    assert (job["state"], job["problem"]) == ("done", None)


async def test_a_job_that_fails_says_why(client: httpx.AsyncClient) -> None:
    response = await client.post("/v1/ingest", content=b"neither fish nor fowl", headers=ASYNC)
    job = await ended(client, response.headers["location"])
    assert job["state"] == "failed"
    assert job["problem"]["type"] == "urn:paperbrief:problem:unreadable-source"  # type: ignore[index]


async def test_asking_and_searching_may_be_jobs_too(client: httpx.AsyncClient) -> None:
    await client.post("/v1/papers", json=papers(range(3)))
    asked = await client.post("/v1/ask", json={"question": f"What is {name_of(1)}?"}, headers=ASYNC)
    answer = (await ended(client, asked.headers["location"]))["result"]
    assert (await client.get(f"/v1/answers/{answer['id']}")).json() == answer  # type: ignore[index]
    sought = await client.post("/v1/search", json={"query": name_of(1)}, headers={"Prefer": "wait=1, respond-async"})
    found = (await ended(client, sought.headers["location"]))["result"]
    assert found["hits"][0]["paper"]["id"] == "2402.00001"  # type: ignore[index]


async def test_who_leaves_does_not_stop_what_was_sent(empty: tuple[Library, Settings]) -> None:
    app = create_app(*empty)
    async with client_of(app) as client:
        sending = asyncio.create_task(client.post("/v1/papers", content=lines(range(60)), headers=LINES))
        for _ in range(800):
            await asyncio.sleep(0.005)
            if app.state.house.jobs.open:
                break
        sending.cancel()
        await idle(app)
        assert sending.cancelled(), "it left before there was an answer"
        assert len((await client.get("/v1/papers", params={"limit": 200})).json()["papers"]) == 60
        assert (await client.get("/v1/corpus/health")).json()["pending"] == 0


async def test_jobs_wait_for_one_another_and_few_may_wait(empty: tuple[Library, Settings]) -> None:
    app = create_app(*empty)
    async with client_of(app) as client:
        async with app.state.house.loading.turn():
            sent = [
                await client.post("/v1/papers", content=lines(range(n, n + 2)), headers={**LINES, **ASYNC})
                for n in range(16)
            ]
            assert {response.status_code for response in sent} == {202}
            jobs_told = [(await client.get(response.headers["location"])).json() for response in sent]
            assert {job["state"] for job in jobs_told} == {"queued"}
            busy = await client.post("/v1/papers", content=lines(range(1)), headers={**LINES, **ASYNC})
            problem(busy, 503, "busy")
            assert int(busy.headers["retry-after"]) >= 1
        reports = [(await ended(client, response.headers["location"]))["result"] for response in sent]
        assert [report["added"] for report in reports] == [2, *[1] * 15]  # type: ignore[index]


async def test_a_restart_marks_what_it_cut_off_and_goes_on_with_the_papers(
    tmp_path: Path, empty: tuple[Library, Settings]
) -> None:
    library, own = empty
    app = create_app(None, own)
    await app.state.house.move_in(library)
    async with client_of(app) as client:
        sent = await client.post("/v1/papers", content=lines(range(200)), headers={**LINES, **ASYNC})
        location = sent.headers["location"]
        await begun(client, location)
        await app.state.house.move_out()
    (own.data_dir / "uploads" / "upload-left").touch()
    another = create_app(None, own)
    await another.state.house.move_in(library)
    async with client_of(another) as client:
        assert (await client.get(location)).json()["state"] == "interrupted"
        await idle(another)
        told = (await client.get("/v1/corpus/health")).json()
        assert (told["papers"], told["pending"]) == (200, 0)
    assert nothing_is_left(own)


async def test_a_killed_process_leaves_jobs_that_are_marked(empty: tuple[Library, Settings]) -> None:
    catalogue = empty[0].catalogue
    left = Job(id=jobs.new_id(), kind="ingest", state="running", created=jobs.now(), updated=jobs.now())
    old = Job(
        id=jobs.new_id(), kind="ask", state="done", created="2020-01-01T00:00:00Z", updated="2020-01-01T00:00:00Z"
    )
    for job in (left, old):
        await catalogue.write(jobs.keep, job)
    assert await catalogue.write(jobs.interrupt) == 1
    marked = await catalogue.read(jobs.get, left.id)
    assert marked is not None
    assert marked.state == "interrupted"
    assert await catalogue.read(jobs.get, old.id) is None, "jobs are forgotten after a while"


async def test_a_failing_catalogue_is_a_problem_and_the_next_request_is_answered(
    empty: tuple[Library, Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with api(*empty) as client:
        with monkeypatch.context() as broken:

            async def fail(*_: object, **__: object) -> None:
                error = StorageError("The disk is gone.", hint="Find it.")
                error.retryable = True
                raise error

            broken.setattr(type(empty[0].catalogue), "write", fail)
            told = problem(await client.post("/v1/papers", json=papers(range(1))), 503, "storage-failed")
            assert told["hint"] == "Find it."
        assert (await client.post("/v1/papers", json=papers(range(1)))).json()["added"] == 1
        assert nothing_is_left(empty[1])
