"""The service as a process of its own: starting, answering, bad days, stopping."""

from __future__ import annotations

import json
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from e2e.running import Run
from e2e.serving import Serving, serving

from rag.cli import main


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory, checkout: Path, model_cache: Path) -> Path:
    """A data folder with the sample papers."""
    folder = tmp_path_factory.mktemp("sample") / "data"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PAPERBRIEF_CACHE_DIR", str(model_cache))
        with pytest.raises(SystemExit) as left:
            main(["--data-dir", str(folder), "ingest", str(checkout / "eval" / "corpus" / "papers.jsonl")])
    assert not left.value.code
    return folder


@pytest.fixture(scope="module")
def service(sample: Path, model_cache: Path) -> Iterator[Serving]:
    with serving(sample, PAPERBRIEF_CACHE_DIR=str(model_cache)) as service:
        yield service


def test_it_answers_and_logs_without_the_question(service: Serving) -> None:
    body = {"question": "What is the speedup of SpecDec++?"}
    response = httpx.post(f"{service.url}/v1/ask", json=body, headers={"X-Request-ID": "find-me-123"})
    assert response.status_code == 200
    assert "2.04x" in response.json()["text"]
    logged = json.loads(service.line_with("find-me-123"))
    assert (logged["method"], logged["path"], logged["status"]) == ("POST", "/v1/ask", 200)
    assert "SpecDec" not in "".join(service.lines)


def test_a_port_in_use_is_one_sentence(run: Run, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ran = run("--data-dir", tmp_path / "other", "serve", "--port", taken.getsockname()[1])
    assert ran.status == 1
    assert "cannot listen on 127.0.0.1" in ran.err


def test_a_folder_in_use_ends_it_with_one_sentence(run: Run, sample: Path, service: Serving) -> None:
    ran = run("--data-dir", sample, "serve", "--port", "0")
    assert ran.status == 1
    assert f"is in use by process {service.process.pid}" in ran.err


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_told(tmp_path: Path, model_cache: Path, sign: signal.Signals) -> None:
    with serving(tmp_path / "data", PAPERBRIEF_CACHE_DIR=str(model_cache)) as service:
        assert httpx.get(f"{service.url}/healthz").status_code == 200
        assert service.stop(sign) == 0
    assert service.lines[-1] == "paperbrief: stopped.\n"
    assert "Traceback" not in "".join(service.lines)


def test_keys_are_made_beside_a_running_service(run: Run, tmp_path: Path, model_cache: Path) -> None:
    data = tmp_path / "data"
    refused = run("--data-dir", data, "serve", "--host", "0.0.0.0", "--port", "0")
    assert refused.status == 1
    assert "paperbrief keys create" in refused.err
    first = run("--data-dir", data, "keys", "create", "first")
    assert first.out.startswith("pbk_")
    with serving(data, "--host", "0.0.0.0", PAPERBRIEF_CACHE_DIR=str(model_cache)) as service:
        address = f"http://127.0.0.1:{service.port}/v1/papers"
        assert httpx.get(address).status_code == 401
        made = run("--data-dir", data, "keys", "create", "second", "--scope", "read", "--scope", "write", "--json").json
        headers = {"Authorization": f"Bearer {made['key']}"}
        assert httpx.get(address, headers=headers).status_code == 200
        listed = run("--data-dir", data, "keys", "list").out
        assert "first" in listed
        assert made["key"] not in listed
        assert run("--data-dir", data, "keys", "revoke", made["id"]).status == 0
        assert httpx.get(address, headers=headers).status_code == 401
        assert httpx.get(address, headers={"Authorization": f"Bearer {first.out.strip()}"}).status_code == 200
    assert made["key"] not in "".join(service.lines)
    assert run("--data-dir", data, "keys", "revoke", "nobody").status == 1
    assert run("--data-dir", data, "keys", "create", "third", "--scope", "all").status == 2
