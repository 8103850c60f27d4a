"""The doors for other programs at a real service: OpenAI's client, assistants over HTTP and over standard input.

The examples of docs/openai.md and docs/mcp.md are run as they stand there.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from contract.papers import settings
from e2e.serving import Serving, serving
from mcp import Client, StdioServerParameters

from rag.library import open_library
from rag.lock import owned
from rag.models import Answer
from rag.sources import read

pytestmark = pytest.mark.anyio

QUESTION = "What is the speedup of SpecDec++?"
SPEEDUP = "2.04x"
PROGRAM = ["-c", "from rag.cli import main; main()"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, model_cache: Path, checkout: Path) -> Path:
    """A data folder with a few of the sample papers, to be copied."""
    folder = tmp_path_factory.mktemp("doors") / "made"
    own = settings(folder).model_copy(update={"cache_dir": model_cache})
    papers = list(read(checkout / "eval" / "corpus" / "papers.jsonl"))
    wanted = [paper for paper in papers if "SpecDec" in getattr(paper, "title", "")]

    async def filled() -> None:
        async with open_library(own) as library:
            await library.ingest([*wanted, *papers[:5]])

    # Not an async fixture: tests without an event loop use it too, in whatever order they come.
    anyio.run(filled)
    return folder


@pytest.fixture(scope="module")
def data(made: Path) -> Path:
    """The folder of the service."""
    return Path(shutil.copytree(made, made.with_name("data")))


@pytest.fixture
def alone(made: Path, tmp_path: Path) -> Path:
    """A folder that nobody has open."""
    return Path(shutil.copytree(made, tmp_path / "alone"))


@pytest.fixture(scope="module")
def service(data: Path, model_cache: Path) -> Iterator[Serving]:
    with serving(data, PAPERBRIEF_CACHE_DIR=str(model_cache)) as service:
        yield service


def program(data: Path) -> StdioServerParameters:
    """`paperbrief mcp` as an assistant starts it."""
    arguments = [*PROGRAM, "--data-dir", str(data), "mcp"]
    return StdioServerParameters(command=sys.executable, args=arguments, env=dict(os.environ), cwd=data.parent)


def blocks(page: Path, language: str) -> list[str]:
    """The examples of a page."""
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def ran(example: str, url: str) -> str:
    """What an example prints when it is run at a service."""
    assert "http://127.0.0.1:8000" in example
    here = example.replace("http://127.0.0.1:8000", url)
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", here], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


# ----------------------------------------------------------------------------------------------------- at a service


async def test_the_examples_for_openais_clients_run(service: Serving, checkout: Path) -> None:
    whole, streamed, llamaindex = blocks(checkout / "docs" / "openai.md", "python")
    told = ran(whole, service.url)
    assert SPEEDUP in told
    assert "is from SpecDec++: Boosting Speculative Decoding via Adaptive Candidate Lengths http" in told
    assert told.endswith("answered\n")
    told = ran(streamed, service.url)
    assert told.index(SPEEDUP) < told.index("cites SpecDec++")
    assert SPEEDUP in ran(llamaindex, service.url)


async def test_the_example_for_assistants_runs(service: Serving, checkout: Path) -> None:
    (example,) = blocks(checkout / "docs" / "mcp.md", "python")
    told = ran(example, service.url)
    assert told.count(SPEEDUP) >= 2
    assert "Outcome: answered." in told


def test_the_example_of_a_configuration_starts_the_tools(checkout: Path) -> None:
    local, remote = (
        json.loads(block)["mcpServers"]["paperbrief"] for block in blocks(checkout / "docs" / "mcp.md", "json")
    )
    assert local["command"].endswith("/paperbrief")
    assert [*local["args"][:1], *local["args"][2:]] == ["--data-dir", "mcp"]
    assert remote["url"].endswith("/mcp")


async def test_an_assistant_beside_a_service_reads_through_it(service: Serving, data: Path) -> None:
    async with Client(program(data)) as client:
        result = await client.call_tool("ask", {"question": QUESTION})
        answer = Answer.model_validate(result.structured_content)
        assert SPEEDUP in answer.text
        missing = await client.call_tool("get_paper", {"paper_id": "0000.00000"})
        assert missing.is_error
        assert missing.content[0].text == "There is no paper '0000.00000'. Search for its title."
    service.line_with('"path": "/mcp"')


# ------------------------------------------------------------------------------------------------- without a service


async def test_an_assistant_without_a_service_opens_the_folder(alone: Path) -> None:
    async with Client(program(alone)) as client:
        assert {tool.name for tool in (await client.list_tools()).tools} >= {"search_papers", "get_paper", "ask"}
        with owned(alone):
            refused = await client.call_tool("ask", {"question": QUESTION})
        assert refused.is_error
        assert f"is in use by process {os.getpid()}" in refused.content[0].text
        result = await client.call_tool("ask", {"question": QUESTION})
        assert SPEEDUP in Answer.model_validate(result.structured_content).text


def test_standard_output_carries_the_protocol_alone(alone: Path) -> None:
    client = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "a test", "version": "1"}}
    calls: list[dict[str, Any]] = [
        {"method": "initialize", "params": client},
        {"method": "tools/list"},
        {"method": "tools/call", "params": {"name": "ask", "arguments": {"question": QUESTION}}},
        {"method": "tools/call", "params": {"name": "ask", "arguments": {"question": " ? "}}},
    ]
    said = [{"jsonrpc": "2.0", "id": number, **call} for number, call in enumerate(calls)]
    said.insert(1, {"jsonrpc": "2.0", "method": "notifications/initialized"})
    command = [sys.executable, *PROGRAM, "--data-dir", str(alone), "mcp"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("not json\n" + "".join(json.dumps(message) + "\n" for message in said))
        process.stdin.flush()
        told = [json.loads(process.stdout.readline()) for _ in calls]
        rest, log = process.communicate(timeout=60)
    assert process.returncode == 0, log
    assert rest == ""
    by_id = {message["id"]: message["result"] for message in told}
    assert SPEEDUP in by_id[2]["content"][0]["text"]
    assert by_id[3]["isError"]
    assert QUESTION not in log
