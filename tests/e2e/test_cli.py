"""The command line: what it prints, where it prints it, and how it exits.

A small hand-written library answers here, so that every outcome can be brought about; test_journeys.py runs the real
one.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from e2e.running import Ran, Run

from rag import __version__
from rag.cli.meter import Meter, line
from rag.errors import QuestionError, StorageError
from rag.models import (
    Answer,
    AnswerSentence,
    Citation,
    Coverage,
    Dropped,
    Explanation,
    Hit,
    HitPassage,
    IngestReport,
    Nearest,
    Note,
    Paper,
    PaperRecord,
    Progress,
    Provenance,
    Quote,
    RefusedItem,
    RefusedRecord,
    Scope,
    SearchReport,
    SentenceEvidence,
)
from rag.sources import FORMATS

# typer reads arguments with pydantic, so pydantic is not among them.
HEAVY = (
    *("chromadb", "fastapi", "llama_index", "numpy", "onnxruntime", "openai", "pydantic_settings", "sqlalchemy"),
    *("tantivy", "rag.config", "rag.models", "rag.library"),
)


ABSTRACT = "Kestrel reads long tables. It reaches 71.5% accuracy on [bold]TallyBank[/bold] without fine-tuning."
QUOTE = ABSTRACT[27:]
PAPER = Paper(id="t-0123456789ab", title="Kestrel: Tables [Read] Slowly", abstract=ABSTRACT, published="2024-05")
PROVENANCE = Provenance(
    mode="extractive", embedding="invented", catalogue_revision=1, version=__version__, created="2026-01-01T00:00:00Z"
)
ANSWERED = Answer(
    id="ans_1",
    question="How good is Kestrel?",
    standalone_question="How good is Kestrel?",
    outcome="answered",
    text=f"{QUOTE} [1]",
    sentences=(
        AnswerSentence(
            text=QUOTE,
            subject="Kestrel",
            citations=(1,),
            support="verbatim",
            evidence=(SentenceEvidence(citation=1, start=27, end=len(ABSTRACT), quote=QUOTE),),
        ),
    ),
    citations=(
        Citation(
            n=1,
            paper_id=PAPER.id,
            title=PAPER.title,
            published=PAPER.published,
            quotes=(Quote(start=27, end=len(ABSTRACT), quote=QUOTE),),
        ),
    ),
    notes=(Note(kind="figure_not_given", detail="No abstract gives its speed."),),
    dropped=(Dropped(text="It is fast.", reason="unsupported", detail="no span"),),
    confidence=0.75,
    coverage=Coverage(papers_searched=1),
    provenance=PROVENANCE,
)
DECLINED = Answer(
    id="ans_2",
    question="Who won?",
    standalone_question="Who won?",
    outcome="insufficient_evidence",
    text="Nothing was found about who won.",
    nearest=(Nearest(paper_id=PAPER.id, title=PAPER.title, score=0.1),),
    confidence=0.0,
    coverage=Coverage(papers_searched=1),
    provenance=PROVENANCE,
)


@dataclass
class SmallLibrary:
    """Answers from what it was given, and remembers what it was asked."""

    answer: Answer = ANSWERED
    error: BaseException | None = None
    sound: bool = True
    asked: list[Any] = field(default_factory=list)
    data_dir: Path | None = None

    @asynccontextmanager
    async def open(self, settings: Any) -> AsyncIterator[Any]:
        self.data_dir = settings.data_dir
        if self.error is not None:
            raise self.error
        yield self

    async def ask(self, question: str, *, scope: Scope, mode: str | None, conversation_id: str | None) -> Answer:
        self.asked.append((question, scope, *(given for given in (mode, conversation_id) if given is not None)))
        return self.answer.model_copy(update={"conversation_id": conversation_id})

    async def search(self, query: str, *, top_k: int, scope: Scope, explain: bool) -> SearchReport:
        self.asked.append((query, top_k, scope, explain))
        explanation = Explanation(dense_rank=1, dense=0.8) if explain else None
        passage = HitPassage(start=0, end=26, text=ABSTRACT[:26])
        return SearchReport(hits=(Hit(paper=PAPER, score=0.9, passage=passage, explain=explanation),)[:top_k])

    async def ingest(
        self, records: Iterable[PaperRecord | RefusedRecord], *, progress: Callable[[Progress], None]
    ) -> IngestReport:
        given = list(records)
        progress(Progress("embed", 1, len(given)))
        refused = tuple(RefusedItem(record=r.record, reason=r.reason) for r in given if isinstance(r, RefusedRecord))
        return IngestReport(read=len(given), added=len(given) - len(refused), refused=refused)

    async def doctor(self, *, repair: bool) -> Any:
        finding = SimpleNamespace(name="vectors", ok=self.sound or repair, detail="3 of 4", hint="doctor --repair")
        return SimpleNamespace(findings=(finding,))

    async def reindex(self, *, embed: bool, progress: Callable[[Progress], None]) -> Any:
        self.asked.append(embed)
        progress(Progress("embed", 1, 1))
        return SimpleNamespace(papers=1, passages=2)


def test_an_answer_shows_sentences_titles_quotes_and_coverage(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    ran = run("ask", "How good is Kestrel?", library=SmallLibrary())
    assert ran.status == 0
    text = " ".join(ran.out.split())
    assert f"Kestrel: {QUOTE} [1]" in text, "the text of a paper is no markup"
    assert f"[1] {PAPER.title} t-0123456789ab, 2024-05" in text
    assert f"“{QUOTE}”" in text
    assert "Note: No abstract gives its speed." in text
    assert "1 sentence was left out" in text
    assert "Looked in 1 paper, titles and abstracts only" in text
    assert max(len(line) for line in ran.out.splitlines()) <= 60
    assert not any(line != line.rstrip() for line in ran.out.splitlines())
    assert ran.err == ""


def test_a_pipe_is_not_wrapped(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    assert f"Kestrel: {QUOTE} [1]\n" in run("ask", "How good is Kestrel?", library=SmallLibrary()).out


def test_declining_exits_with_3_and_names_the_nearest(run: Run) -> None:
    ran = run("ask", "Who won?", library=SmallLibrary(DECLINED))
    assert ran.status == 3
    assert "Nothing was found about who won." in ran.out
    assert PAPER.title in ran.out


@pytest.mark.parametrize("answer", [ANSWERED, DECLINED])
def test_json_is_the_contract_object_and_nothing_else(run: Run, answer: Answer) -> None:
    ran = run("ask", "x", "--json", library=SmallLibrary(answer))
    assert Answer.model_validate_json(ran.out) == answer
    assert ran.status == (0 if answer is ANSWERED else 3)


def test_the_scope_reaches_the_library(run: Run) -> None:
    library = SmallLibrary()
    run(
        *("ask", "x", "--since", "2025-03-01", "--until", "2025-03-12"),
        *("--tag", "a", "--tag", "b", "--paper", "2401.00001"),
        library=library,
    )
    scope = Scope(since="2025-03-01", until="2025-03-12", tags=("a", "b"), paper_ids=("2401.00001",))
    assert library.asked == [("x", scope)]


def test_the_mode_reaches_the_library(run: Run) -> None:
    library = SmallLibrary()
    assert run("ask", "x", "--mode", "extractive", library=library).status == 0
    assert library.asked == [("x", Scope(), "extractive")]
    assert run("ask", "x", "--mode", "creative", library=library).status == 2


def test_the_conversation_reaches_the_library_and_the_last_line_names_it(run: Run) -> None:
    library = SmallLibrary()
    library.answer = library.answer.model_copy(update={"standalone_question": "How big is QuickTortoise?"})
    ran = run("ask", "how big is it?", "--conversation", "cnv_0123456789abcdef", library=library)
    assert library.asked == [("how big is it?", Scope(), "cnv_0123456789abcdef")]
    assert ran.out.splitlines()[0] == "Understood as: How big is QuickTortoise?"
    assert ran.out.splitlines()[-1] == "Conversation cnv_0123456789abcdef"
    asked = run("ask", "x", "--conversation", "new", "--json", library=library)
    assert json.loads(asked.out)["conversation_id"] == "new"
    assert "Conversation" not in run("ask", "x", library=library).out


def test_search_shows_hits(run: Run) -> None:
    library = SmallLibrary()
    ran = run("search", "tables", "--top-k", "3", "--explain", library=library)
    assert ran.status == 0
    assert PAPER.title in ran.out
    assert ABSTRACT[:26] in ran.out
    assert "meaning: rank 1, 0.800; words: not found" in ran.out
    assert library.asked == [("tables", 3, Scope(), True)]
    assert (
        SearchReport.model_validate_json(run("search", "tables", "--json", library=library).out).hits[0].paper == PAPER
    )


def test_the_data_dir_option_comes_before_the_environment(run: Run, tmp_path: Path) -> None:
    library = SmallLibrary()
    run("--data-dir", tmp_path / "other", "ask", "x", library=library)
    assert library.data_dir == tmp_path / "other"
    run("ask", "x", library=library)
    assert library.data_dir == tmp_path / "data"


def test_doctor_fails_when_something_is_wrong(run: Run) -> None:
    ill = run("doctor", library=SmallLibrary(sound=False))
    assert (ill.status, "bad" in ill.out, "doctor --repair" in ill.out) == (1, True, True)
    assert run("doctor", "--repair", library=SmallLibrary(sound=False)).status == 0


def test_reindex_says_how_much(run: Run) -> None:
    library = SmallLibrary()
    ran = run("reindex", "--embed", library=library)
    assert (ran.status, ran.out, library.asked) == (0, "Indexed 1 papers in 2 passages.\n", [True])


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (StorageError("The disk is full.", hint="Make room."), "paperbrief: The disk is full. Make room.\n"),
        (QuestionError("The question is empty."), "paperbrief: The question is empty.\n"),
        (OSError(28, "No space left on device", "x.db"), "paperbrief: No space left on device (x.db).\n"),
    ],
)
def test_errors_are_one_sentence_on_standard_error(run: Run, error: Exception, sentence: str) -> None:
    assert run("ask", "x", library=SmallLibrary(error=error)) == Ran(1, "", sentence)


def test_control_c_is_a_sentence(run: Run) -> None:
    ran = run("ask", "x", library=SmallLibrary(error=KeyboardInterrupt()))
    assert ran.status == 130
    assert ran.err.startswith("paperbrief: stopped.")


@pytest.mark.parametrize(
    "arguments",
    [
        ("nothing",),
        ("ask",),
        ("ask", "x", "--since", "12.03.2025"),
        ("ask", "x", "--until", "2025-02-30"),
        ("ask", "caf\udce9"),
        ("search", "x", "--top-k", "0"),
        ("ingest",),
        ("ingest", "no-such-file.jsonl"),
        ("ingest", "."),
        ("ingest", __file__, "--format", "pdf"),
        ("ask", "x", "--nothing"),
    ],
)
def test_wrong_usage_exits_with_2(run: Run, arguments: tuple[str, ...]) -> None:
    library = SmallLibrary()
    ran = run(*arguments, library=library)
    assert (ran.status, ran.out, library.asked) == (2, "", [])
    assert ran.err


def test_hostile_text_cannot_command_the_terminal(run: Run) -> None:
    sentence = ANSWERED.sentences[0].model_copy(update={"text": "a\x1b[31mred\u202e\x07 [link=x]b[/link]"})
    answer = ANSWERED.model_copy(update={"sentences": (sentence,)})
    out = run("ask", "x", library=SmallLibrary(answer)).out
    assert not {"\x1b", "\x07", "\u202e"} & set(out)
    assert "[link=x]b[/link]" in out


def test_settings_show_where_values_come_from(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAPERBRIEF_EMBEDDING_API_KEY", "sk-invented")
    ran = run("--data-dir", "here", "settings")
    assert ran.status == 0
    assert "here  (command line)" in ran.out
    assert "sk-invented" not in ran.out
    told = run("settings", "--json").json
    assert told["embedding"] == {"value": "builtin", "origin": "default"}
    assert told["embedding_api_key"]["origin"] == "environment"
    assert "sk-invented" not in str(told)


def test_an_unknown_setting_is_refused_by_name(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAPERBRIEF_TREADS", "2")
    ran = run("ask", "x", library=SmallLibrary())
    assert (ran.status, ran.out) == (1, "")
    assert "PAPERBRIEF_TREADS" in ran.err
    assert "PAPERBRIEF_THREADS" in ran.err


def test_progress_is_a_bar_on_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with Meter(terminal=True) as meter:
        meter(Progress("reading", 2))
        meter(Progress("indexing", 1, 4))
        meter(Progress("indexing", 4, 4))
    out, err = capsys.readouterr()
    assert out == ""
    assert "reading" in err
    assert "4/4" in err


def test_progress_is_a_line_now_and_then_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    with Meter(terminal=False) as meter:
        meter(Progress("indexing", 1, 4))
    assert capsys.readouterr() == ("", ""), "short work says nothing"
    assert line(Progress("indexing", 1_200, 7_000), 1_000, 20.0) == "indexing: 1,200 of 7,000, 50.0/s, 116 s left"
    assert line(Progress("reading", 5), 0, 20.0) == "reading: 5"


def test_help_names_every_format(run: Run) -> None:
    told = run("ingest", "--help").out
    assert all(name in told for name in FORMATS)


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("ask", "--help"), ("ingest", "--help")])
def test_help_and_version_load_nothing_heavy(arguments: tuple[str, ...]) -> None:
    code = (
        "import sys; from rag.cli import main\n"
        "try: main(sys.argv[1:])\n"
        f"finally: print(*(name for name in {HEAVY} if name in sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    assert "paperbrief" in done.stdout
    assert done.stderr.strip() == ""
