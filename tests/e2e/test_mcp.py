"""`paperbrief mcp` as an assistant starts it: the SDK's client over standard input and output."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from contract.papers import settings
from mcp import Client, StdioServerParameters

from rag.library import open_library
from rag.models import Answer
from rag.sources import read

pytestmark = pytest.mark.anyio

QUESTION = "What is the speedup of SpecDec++?"


@pytest.fixture(scope="module")
async def data(tmp_path_factory: pytest.TempPathFactory, model_cache: Path, checkout: Path) -> Path:
    """A data folder with a few of the sample papers."""
    folder = tmp_path_factory.mktemp("assistant") / "data"
    own = settings(folder).model_copy(update={"cache_dir": model_cache})
    async with open_library(own) as library:
        papers = list(read(checkout / "eval" / "corpus" / "papers.jsonl"))
        await library.ingest([paper for paper in papers if "SpecDec" in getattr(paper, "title", "")] + papers[:5])
    return folder


def program(data: Path) -> StdioServerParameters:
    command = ["-c", "from rag.cli import main; main()", "--data-dir", str(data), "mcp"]
    return StdioServerParameters(command=sys.executable, args=command, env=dict(os.environ), cwd=data.parent)


async def test_an_assistant_asks(data: Path) -> None:
    async with Client(program(data)) as client:
        tools = await client.list_tools()
        assert {tool.name for tool in tools.tools} >= {"search_papers", "get_paper", "ask"}
        result = await client.call_tool("ask", {"question": QUESTION})
        answer = Answer.model_validate(result.structured_content)
        assert answer.outcome == "answered"
        (block,) = result.content
        assert answer.sentences[0].text in block.text
        missing = await client.call_tool("get_paper", {"paper_id": "0000.00000"})
        assert missing.is_error
        assert missing.content[0].text == "There is no paper '0000.00000'. Search for its title."
