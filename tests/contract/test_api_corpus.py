"""What the page shows before anybody has asked: questions with an answer, and tags."""

from __future__ import annotations

from pathlib import Path

import pytest
from contract.serving import api, opened

pytestmark = pytest.mark.anyio


async def test_examples_are_questions_with_an_answer_and_follow_the_papers(tmp_path: Path) -> None:
    async with opened(tmp_path) as (library, settings), api(library, settings) as client:
        questions = (await client.get("/v1/corpus/examples")).json()["questions"]
        assert 0 < len(questions) <= 3
        for question in questions:
            assert (await client.post("/v1/ask", json={"question": question})).json()["outcome"] == "answered"
        assert (await client.get("/v1/corpus/examples")).json()["questions"] == questions
        for paper in (await library.papers(limit=200)).papers:
            await library.delete(paper.id)
        assert (await client.get("/v1/corpus/examples")).json() == {"questions": []}


async def test_tags_are_listed_with_how_many_papers_carry_them(tmp_path: Path) -> None:
    async with opened(tmp_path) as (library, settings), api(library, settings) as client:
        before = (await client.get("/v1/corpus/tags")).json()["tags"]
        assert all(tag["papers"] > 0 for tag in before)
        await library.edit_tags("2401.00001", add=["ledgers", "attention"])
        await library.edit_tags("2401.00002", add=["attention"])
        after = (await client.get("/v1/corpus/tags")).json()["tags"]
        assert [tag for tag in after if tag not in before] == [
            {"tag": "attention", "papers": 2},
            {"tag": "ledgers", "papers": 1},
        ]
