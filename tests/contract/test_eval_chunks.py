"""Windows compared over invented papers, through a real library."""

from __future__ import annotations

import json
from pathlib import Path

import asked
import pytest
from contract.papers import ABSTRACTS, HashingEmbedder, records
from typer.testing import CliRunner

from eval import cli
from eval.asking import shelf
from eval.chunks import WINDOWS, compare_windows, sought, table
from eval.gold import parse
from eval.tokens import Span, Tokens


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "papers.jsonl"
    lines = [json.dumps({"id": r.identifier, "title": r.title, "abstract": r.abstract}) for r in records()]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.mark.anyio
async def test_every_window_is_measured_and_so_is_search(corpus: Path) -> None:
    questions = parse(asked.lines().splitlines(), "made")
    async with shelf(corpus, embedder=HashingEmbedder()) as opened:
        wanted = sought(questions, opened.corpus)
        report = await compare_windows(opened, questions, HashingEmbedder(), top=12, sizes=WINDOWS)
    assert {one.id for one in wanted} == {
        *("made-factoid-01", "made-comparison-01", "made-premise-01", "made-planted-01", "made-partial-01"),
        "made-conversation-01",
    }
    assert next(one.text for one in wanted if one.id == "made-conversation-01").startswith("How many planted errors")
    assert report.questions == len(wanted)
    assert len(report.lines) == len(WINDOWS) + 1
    whole = next(line for line in report.lines if line.name == "whole abstract")
    assert (whole.passages, whole.recall.mean) == (len(ABSTRACTS), 1.0), "twelve whole abstracts are everything"
    everything = sum(len(Tokens({"p": text}).inside(Span("p", 0, len(text)))) for _, text in ABSTRACTS.values())
    assert whole.tokens * whole.passages == pytest.approx(everything)
    single = report.lines[0]
    assert single.omega is not None
    assert single.omega.mean == 1.0, "a gold quote that is a sentence needs no other"
    assert report.lines[-1].omega is None
    assert table(report).count("\n| ") == len(report.lines) + 1


def test_command(corpus: Path, tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    gold.write_text(asked.lines([asked.FACTOID]), encoding="utf-8")
    printed = CliRunner().invoke(cli.app, ["chunks", "--gold", str(gold), "--corpus", str(corpus), "--json"])
    assert printed.exit_code == 0, printed.output
    report = json.loads(printed.stdout)
    assert report["questions"] == 1
    assert report["lines"][5]["name"] == "3 sentences, step 3"
    assert report["lines"][5]["recall"]["mean"] == 1.0
