"""The service as a process of its own: starting, answering, bad days, stopping."""

from __future__ import annotations

import json
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
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


# ------------------------------------------------------------------------------- the command line beside a service

QUESTION = "What is the speedup of SpecDec++?"
HEAVY = {"numpy", "chromadb", "sqlalchemy", "tantivy", "onnxruntime", "fastapi", "uvicorn", "openai", "httpx"}


def test_commands_talk_to_the_service_that_owns_the_folder(run: Run, sample: Path, service: Serving) -> None:
    asked = run("--data-dir", sample, "ask", QUESTION, "--json")
    assert asked.status == 0
    assert "2.04x" in asked.json["text"]
    again = httpx.get(f"{service.url}/v1/answers/{asked.json['id']}")
    assert again.json() == asked.json
    shown = run("--data-dir", sample, "ask", QUESTION, "--mode", "extractive")
    assert "2.04x" in shown.out
    found = run("--data-dir", sample, "search", "speculative decoding", "--top-k", "2", "--explain", "--json")
    assert len(found.json["hits"]) == 2
    assert found.json["hits"][0]["explain"]["dense_rank"]
    declined = run("--data-dir", sample, "ask", "Who won the 1911 regatta of Xylophonia?")
    assert declined.status == 3
    begun = run("--data-dir", sample, "ask", QUESTION, "--conversation", "new", "--json").json
    assert httpx.get(f"{service.url}/v1/conversations/{begun['conversation_id']}").json()["total"] == 1


def test_briefs_are_written_and_read_through_the_service(
    run: Run, sample: Path, service: Serving, tmp_path: Path
) -> None:
    made = run("--data-dir", sample, "brief", "speculative decoding", "--max-papers", "3", "--json")
    assert made.status == 0
    assert made.json["constraints"]["max_papers"] == 3
    assert httpx.get(f"{service.url}/v1/briefs/{made.json['id']}").json() == made.json
    assert run("--data-dir", sample, "brief", "--show", made.json["id"], "--json").json == made.json
    assert made.json["id"] in run("--data-dir", sample, "brief", "--list").out
    nothing = run("--data-dir", sample, "brief", "--week", "2001-W01", "--out", tmp_path / "nothing.html")
    assert nothing.status == 3
    assert "nothing new" in (tmp_path / "nothing.html").read_text(encoding="utf-8")
    wrong = run("--data-dir", sample, "brief", "--week", "2025-W60")
    assert wrong.status == 1
    assert "'2025-W60' is no week" in wrong.err
    assert "Stop the service first" in run("--data-dir", sample, "brief", "--rebuild", made.json["id"]).err


def test_the_services_problems_are_sentences(run: Run, sample: Path, service: Serving) -> None:
    ran = run("--data-dir", sample, "ask", QUESTION, "--mode", "generative")
    assert (ran.status, ran.out) == (1, "")
    assert "There is no language model" in ran.err
    alone = run("--data-dir", sample, "reindex")
    assert alone.status == 1
    assert f"process {service.process.pid}" in alone.err
    assert "Stop the service first" in alone.err


def test_files_are_sent_to_the_service(run: Run, sample: Path, service: Serving, tmp_path: Path) -> None:
    papers = tmp_path / "papers.jsonl"
    text = "We teach otters to sort letters by colour, and 81% of the letters arrive."
    papers.write_text(json.dumps({"id": "2501.99999", "title": "Otters", "abstract": text}) + '\n{"title": "none"}\n')
    loaded = run("--data-dir", sample, "ingest", papers, "--json")
    assert loaded.status == 4
    assert (loaded.json["added"], len(loaded.json["refused"])) == (1, 1)
    found = run("--data-dir", sample, "search", "otters sort letters", "--top-k", "1", "--json")
    assert found.json["hits"][0]["paper"]["id"] == "2501.99999"
    nothing = tmp_path / "notes.txt"
    nothing.write_text("nothing of the kind")
    refused = run("--data-dir", sample, "ingest", nothing)
    assert refused.status == 1
    assert "notes.txt is none of the formats" in refused.err
    assert httpx.delete(f"{service.url}/v1/papers/2501.99999").status_code == 204


def test_the_file_that_names_the_service_is_its_owners_alone(sample: Path, service: Serving) -> None:
    path = sample / "service.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text())["url"] == service.url


def test_what_a_killed_service_left_misleads_nobody(run: Run, tmp_path: Path, model_cache: Path) -> None:
    data = tmp_path / "data"
    with serving(data, PAPERBRIEF_CACHE_DIR=str(model_cache)) as service:
        assert (data / "service.json").exists()
        service.process.kill()
        service.process.wait(30)
    assert (data / "service.json").exists()
    assert run("--data-dir", data, "search", "anything", "--json").json == {"hits": []}
    with serving(data, PAPERBRIEF_CACHE_DIR=str(model_cache)) as again:
        assert run("--data-dir", data, "search", "anything", "--json").json == {"hits": []}
        assert again.stop() == 0
    assert not (data / "service.json").exists()


def test_the_thin_client_imports_nothing_heavy(sample: Path, service: Serving) -> None:
    script = (
        "import sys\n"
        "from rag.cli import main\n"
        "try:\n"
        f"    main(['--data-dir', {str(sample)!r}, 'ask', {QUESTION!r}])\n"
        "except SystemExit as left:\n"
        "    assert not left.code\n"
        f"heavy = {HEAVY!r} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "2.04x" in ran.stdout


def test_running_requests_end_before_it_stops(
    sample: Path, service: Serving, tmp_path: Path, model_cache: Path
) -> None:
    data = tmp_path / "data"
    with serving(data, PAPERBRIEF_CACHE_DIR=str(model_cache)) as other:
        lines = "".join(
            json.dumps({"id": f"2501.{n:05d}", "title": f"Paper {n}", "abstract": f"We count to {n} in {n + 1} steps."})
            + "\n"
            for n in range(120)
        )
        address = f"{other.url}/v1/papers"
        with ThreadPoolExecutor(1) as threads:
            headers = {"Content-Type": "application/x-ndjson"}
            sending = threads.submit(httpx.post, address, content=lines.encode(), headers=headers, timeout=60)
            for _ in range(100):
                if httpx.get(f"{other.url}/v1/corpus/health").json()["papers"]:
                    break
                time.sleep(0.02)
            assert other.stop() == 0
            assert sending.result().json()["added"] == 120
