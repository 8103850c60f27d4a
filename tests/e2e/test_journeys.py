"""The command line on the real library: load, ask, search, examine, rebuild, and what happens when it cannot."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from e2e.running import Run

from rag.cli import main
from rag.models import Answer, IngestReport

RECORDS = [
    {
        "id": "2401.00001",
        "title": "Kestrel: Reading Long Tables with Small Models",
        "abstract": "Long tables overflow the context of small language models. We present Kestrel, a reader that "
        "folds a table into a ledger of cells and reads the ledger row by row. Kestrel reaches 71.5% accuracy on the "
        "TallyBank benchmark, 6.2 points above the strongest earlier reader. It needs no fine-tuning and runs on one "
        "graphics card with 8 GB of memory.",
        "published": "2024-01-02",
        "tags": ["tables"],
    },
    {
        "id": "2402.00002",
        "title": "Moss: Soil Moisture from Radio Echoes",
        "abstract": "Measuring soil moisture usually needs a probe in the ground. We describe Moss, which estimates "
        "moisture from the echoes of an ordinary radio transmitter. In three fields over one summer Moss stays within "
        "4% of the probes. The code and the recordings are released for further study.",
        "published": "2024-02",
        "tags": ["sensing"],
    },
]


def as_lines(*records: object) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, model_cache: Path) -> Path:
    """A data folder with two papers in it, loaded by the real command line."""
    top = tmp_path_factory.mktemp("real")
    (top / "papers.jsonl").write_text(as_lines(*RECORDS))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PAPERBRIEF_CACHE_DIR", str(model_cache))
        with pytest.raises(SystemExit) as left:
            main(["--data-dir", str(top / "data"), "ingest", str(top / "papers.jsonl")])
    assert not left.value.code
    return top / "data"


def test_ask_quotes_a_stored_abstract(run: Run, folder: Path) -> None:
    ran = run("--data-dir", folder, "ask", "What accuracy does Kestrel reach on TallyBank?", "--json")
    assert ran.status == 0, ran.err
    answer = Answer.model_validate_json(ran.out)
    assert answer.citations[0].paper_id == "2401.00001"
    assert "71.5%" in answer.text
    abstracts = {record["id"]: str(record["abstract"]) for record in RECORDS}
    for citation in answer.citations:
        for quote in citation.quotes:
            assert abstracts[citation.paper_id][quote.start : quote.end] == quote.quote


def test_a_question_that_no_paper_answers_exits_with_3(run: Run, folder: Path) -> None:
    ran = run("--data-dir", folder, "ask", "Who won the 1998 football world cup?", "--json")
    assert ran.status == 3, ran.out
    answer = Answer.model_validate_json(ran.out)
    assert answer.outcome in ("insufficient_evidence", "out_of_scope")
    assert answer.citations == ()


def test_search_finds_by_words_within_a_scope(run: Run, folder: Path) -> None:
    hits = run("--data-dir", folder, "search", "soil moisture from radio", "--explain", "--json").json["hits"]
    assert hits[0]["paper"]["id"] == "2402.00002"
    assert hits[0]["explain"]["lexical_rank"] == 1
    scoped = run("--data-dir", folder, "search", "soil moisture", "--tag", "tables", "--json").json["hits"]
    assert [hit["paper"]["id"] for hit in scoped] == ["2401.00001"]


def test_loading_again_changes_nothing(run: Run, folder: Path) -> None:
    ran = run("--data-dir", folder, "ingest", folder.parent / "papers.jsonl", "--json")
    assert ran.status == 0
    assert IngestReport.model_validate_json(ran.out) == IngestReport(read=2, unchanged=2)


def test_a_bad_record_is_refused_and_the_rest_is_loaded(run: Run, tmp_path: Path) -> None:
    source = tmp_path / "mixed.jsonl"
    source.write_text(as_lines(RECORDS[0]) + "{broken\n" + as_lines(RECORDS[1]))
    ran = run("ingest", source, "--json")
    assert ran.status == 4
    report = IngestReport.model_validate_json(ran.out)
    assert (report.read, report.added, [item.record for item in report.refused]) == (3, 2, [2])
    seen = run("ingest", source)
    assert seen.status == 4
    assert "record 2" in seen.out


def test_a_file_that_is_no_source_fails_with_a_sentence(run: Run, tmp_path: Path) -> None:
    source = tmp_path / "picture.png"
    source.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\xff\xfe")
    ran = run("ingest", source)
    assert (ran.status, ran.out) == (1, "")
    assert "picture.png" in ran.err


@pytest.mark.parametrize("question", ["", "   ", "why " * 2500])
def test_questions_that_cannot_be_asked(run: Run, folder: Path, question: str) -> None:
    ran = run("--data-dir", folder, "ask", question)
    assert (ran.status, ran.out) == (1, "")
    assert "question" in ran.err


def test_doctor_is_content_and_reindex_keeps_every_paper(run: Run, folder: Path) -> None:
    assert run("--data-dir", folder, "doctor").status == 0
    report = run("--data-dir", folder, "reindex", "--json").json
    assert report["papers"] == 2
    assert run("--data-dir", folder, "doctor", "--json").status == 0


def test_a_second_process_on_the_folder_is_refused(run: Run, folder: Path) -> None:
    """The first process holds the folder open for as long as its standard input is."""
    code = (
        "import asyncio, sys; from pathlib import Path\n"
        "from rag.config import Settings; from rag.library import open_library\n"
        "async def hold():\n"
        "    async with open_library(Settings(data_dir=Path(sys.argv[1]))):\n"
        "        print('open', flush=True); sys.stdin.read()\n"
        "asyncio.run(hold())"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "open\n"
        ran = run("--data-dir", folder, "ingest", folder.parent / "papers.jsonl")
        first.communicate("")
    assert (ran.status, ran.out) == (1, "")
    assert str(first.pid) in ran.err, "the sentence names the process that has the folder"


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a folder that not even the superuser may write")
def test_a_folder_that_cannot_be_written_is_a_sentence(run: Run) -> None:
    ran = run("--data-dir", "/proc/paperbrief", "ask", "What is Kestrel?")
    assert (ran.status, ran.out) == (1, "")
    assert "/proc/paperbrief" in ran.err


def test_a_file_in_place_of_the_folder_is_a_sentence(run: Run, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder")
    ran = run("ask", "What is Kestrel?")
    assert (ran.status, ran.out) == (1, "")
    assert str(tmp_path / "data") in ran.err


def test_the_demo_answers_its_questions_and_writes_a_brief(run: Run, tmp_path: Path) -> None:
    from rag.cli.demo import QUESTIONS

    ran = run("--data-dir", tmp_path / "demo", "demo")
    assert ran.status == 0, ran.err
    assert all(question in ran.out for question in QUESTIONS)
    assert ran.out.count("Looked in") == len(QUESTIONS)
    assert ran.out.count("[1] ") >= len(QUESTIONS)
    saved = tmp_path / "demo" / "brief-2025-W11.html"
    assert str(saved) in ran.out.replace("\n", "")
    title = ran.out[ran.out.index("2025-W11: ") :].partition("\n")[0]
    assert f'<h1 dir="auto">{title}</h1>' in saved.read_text(encoding="utf-8")
    assert "Written without a language model" in ran.out
    again = run("--data-dir", tmp_path / "demo", "demo")
    assert title in again.out
    assert len(run("--data-dir", tmp_path / "demo", "brief", "--list").out.splitlines()) == 1
    assert not (tmp_path / "data").exists(), "the sample never lands among the reader's own papers"
