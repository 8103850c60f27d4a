"""Runs with a model: recorded from a server on this machine, played back without it, judged by another."""

from __future__ import annotations

import json
from pathlib import Path

import asked
import pytest
from contract.papers import records
from model_server import serving
from typer.testing import CliRunner

from eval import cli
from eval.recorded import NotRecorded, Recorder, Recording, Replay
from eval.voices import voices
from rag.config import Settings
from rag.errors import BadReply, InputError, ModelUnavailable, PaperbriefError, SettingsError
from rag.llm import Completion
from rag.prompting import Message

ASKED = (Message("user", "How many?"),)


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    gold, corpus = tmp_path / "gold.jsonl", tmp_path / "papers.jsonl"
    gold.write_text(asked.lines([asked.FACTOID, asked.PLANTED, asked.NEAR]), encoding="utf-8")
    lines = [json.dumps({"id": r.identifier, "title": r.title, "abstract": r.abstract}) for r in records()]
    corpus.write_text("\n".join(lines), encoding="utf-8")
    return ["--gold", str(gold), "--corpus", str(corpus), "--out", str(tmp_path / "out"), "--json"]


def rows(printed: str) -> list[dict[str, object]]:
    found = json.loads(printed)["rows"]
    for row in found:
        row["values"].pop("latency_ms")
    return list(found)


def test_a_recorded_run_is_played_back_without_the_server(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "replies.jsonl"
    generative = [*arguments, "--mode", "generative"]
    monkeypatch.setenv("PAPERBRIEF_MODEL", "played")
    monkeypatch.setenv("PAPERBRIEF_MODEL_API_KEY", "sk-secret-of-the-test")
    with serving("faithful") as server:
        monkeypatch.setenv("PAPERBRIEF_MODEL_BASE_URL", server.url)
        live = CliRunner().invoke(cli.app, [*generative, "--record", str(file)])
        assert live.exit_code == 0, live.output
        asked_first = len(server.requests)
        again = CliRunner().invoke(cli.app, [*generative, "--record", str(file)])
        assert (again.exit_code, len(server.requests)) == (0, asked_first), "what is recorded is not asked again"
    assert asked_first >= 2
    made = json.loads(live.stdout)["made"]
    assert (made["mode"], made["model"], made["prompts"]) == ("generative", "played", ["answer@v1"])
    text = file.read_text(encoding="utf-8")
    assert "sk-secret" not in text
    assert server.url not in text
    for name in ("PAPERBRIEF_MODEL", "PAPERBRIEF_MODEL_API_KEY", "PAPERBRIEF_MODEL_BASE_URL"):
        monkeypatch.delenv(name)
    played = CliRunner().invoke(cli.app, [*generative, "--replay", str(file)])
    assert played.exit_code == 0, played.output
    assert rows(played.stdout) == rows(live.stdout) == rows(again.stdout)
    assert json.loads(played.stdout)["made"]["model"] == "played"


def test_a_request_that_was_not_recorded_ends_the_run(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "replies.jsonl"
    Recording(file, "played", writable=True)
    played = CliRunner().invoke(cli.app, [*arguments, "--mode", "generative", "--replay", str(file)])
    assert played.exit_code == 1
    assert isinstance(played.exception, NotRecorded)
    assert "--record" in played.exception.hint


def test_a_judge_gives_a_second_opinion(arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "replies.jsonl"
    with serving("judge") as server:
        monkeypatch.setenv("PAPERBRIEF_MODEL_BASE_URL", server.url)
        live = CliRunner().invoke(cli.app, [*arguments, "--judge", "other", "--record", str(file)])
        assert live.exit_code == 0, live.output
        assert {request["model"] for request in server.requests} == {"other"}
    opinions = json.loads(live.stdout)["judge"]
    assert (opinions["model"], opinions["prompt"]) == ("other", "judge@v1")
    assert opinions["n"] == len(server.requests) > 0
    assert opinions["states"]["made-factoid-01"] is True
    played = CliRunner().invoke(cli.app, [*arguments, "--judge", "other", "--replay", str(file)])
    assert json.loads(played.stdout)["judge"] == opinions
    report = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "A second opinion" in report


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("settings", "asked_for", "error"),
    [
        ({}, {"mode": "generative"}, SettingsError),
        ({"model": "m"}, {"mode": "generative", "judge": "m"}, InputError),
        ({"model": "m"}, {"record": Path("a"), "replay": Path("b"), "mode": "generative"}, InputError),
        ({}, {"record": Path("a")}, InputError),
        ({}, {"replay": Path("absent.jsonl"), "mode": "generative"}, InputError),
    ],
)
async def test_models_that_cannot_speak_together_are_refused(
    settings: dict[str, str], asked_for: dict[str, object], error: type[PaperbriefError], tmp_path: Path
) -> None:
    order = {"mode": "extractive", "judge": None, "record": None, "replay": None} | asked_for
    with pytest.raises(error):
        async with voices(Settings(data_dir=tmp_path, **settings), **order):  # type: ignore[arg-type]
            pass


class Scripted:
    """A model that fails once and then answers."""

    name = "scripted"

    def __init__(self) -> None:
        self.calls = 0

    async def complete(self, messages: object, *, schema: object = None, max_tokens: int) -> Completion:
        self.calls += 1
        if self.calls == 1:
            raise ModelUnavailable("It is busy.", hint="Wait.", retryable=True)
        return Completion(f"call {self.calls}", "scripted-2", False, 3, 4)


@pytest.mark.anyio
async def test_a_failure_is_recorded_played_back_and_asked_again_when_recording(tmp_path: Path) -> None:
    file = tmp_path / "replies.jsonl"
    model = Scripted()
    with pytest.raises(ModelUnavailable):
        await Recorder(model, Recording(file, "scripted", writable=True)).complete(ASKED, max_tokens=5)
    with pytest.raises(ModelUnavailable, match="It is busy") as caught:
        await Replay(Recording(file, None, writable=False)).complete(ASKED, max_tokens=5)
    assert (caught.value.hint, caught.value.retryable) == ("Wait.", True)
    recorder = Recorder(model, Recording(file, "scripted", writable=True))
    said = await recorder.complete(ASKED, max_tokens=5)
    assert await recorder.complete(ASKED, max_tokens=5) == said
    assert model.calls == 2
    replay = Replay(Recording(file, None, writable=False))
    assert replay.name == "scripted"
    assert await replay.complete(ASKED, max_tokens=5) == said
    for other in ((Message("user", "How few?"),), (Message("system", "How many?"),)):
        with pytest.raises(NotRecorded):
            await replay.complete(other, max_tokens=5)
    with pytest.raises(NotRecorded):
        await replay.complete(ASKED, max_tokens=6)
    with pytest.raises(NotRecorded):
        await replay.complete(ASKED, max_tokens=5, schema=asked.GoldQuestion)


def test_a_recording_cut_short_is_read_up_to_there_and_other_files_are_none(tmp_path: Path) -> None:
    file = tmp_path / "replies.jsonl"
    recording = Recording(file, "m", writable=True)
    recording.keep("m", "a", Completion("Yes.", "m", False, 1, 1))
    recording.keep("m", "b", BadReply("No."))
    assert len(Recording(file, None, writable=False)) == 2
    file.write_text(file.read_text(encoding="utf-8")[:-9], encoding="utf-8")
    cut = Recording(file, "m", writable=True)
    assert len(cut) == 1
    cut.keep("m", "c", Completion("Yes.", "m", False, 1, 1))
    assert len(Recording(file, None, writable=False)) == 2
    with pytest.raises(InputError, match="records the model 'm'"):
        Recording(file, "n", writable=True)
    file.write_text("{}\n", encoding="utf-8")
    with pytest.raises(InputError, match="is no recording"):
        Recording(file, None, writable=False)
