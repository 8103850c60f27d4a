"""`paperbrief brief` and `paperbrief tags`, on the real library with the sample papers."""

from __future__ import annotations

import json
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from contract.papers import HashingEmbedder
from e2e.running import Run

from rag.library import Library, open_library


class Small:
    """The real library with a small embedder in place of the model."""

    def open(self, settings: Any) -> AbstractAsyncContextManager[Library]:
        return open_library(settings, embedder=HashingEmbedder())


SMALL = Small()


@pytest.fixture
def loaded(run: Run, checkout: Path) -> None:
    done = run("ingest", checkout / "eval" / "corpus" / "papers.jsonl", library=SMALL)
    assert done.status == 0


def test_a_brief_is_written_shown_listed_and_rebuilt(run: Run, loaded: None, tmp_path: Path) -> None:
    made = run("brief", "speculative decoding", "--json", library=SMALL)
    assert made.status == 0
    brief_id = made.json["id"]
    assert made.json["topic"] == "speculative decoding"
    assert made.json["summary"]
    shown = run("brief", "--show", brief_id, "--json", library=SMALL)
    assert shown.json == made.json
    assert brief_id in run("brief", "--list", library=SMALL).out
    again = run("brief", "--rebuild", brief_id, "--json", library=SMALL)
    assert "the same but for the time" in again.err
    one, other = again.json, made.json
    assert one["provenance"].pop("created") >= other["provenance"].pop("created")
    assert one == other
    text = run("brief", "--show", brief_id, library=SMALL)
    assert text.out.startswith("Speculative decoding")
    assert brief_id in text.err


@pytest.mark.parametrize("name", ["brief.html", "brief.md", "brief.txt", "brief.json"])
def test_a_brief_goes_to_a_file(run: Run, loaded: None, tmp_path: Path, name: str) -> None:
    done = run("brief", "--week", "2025-W11", "--out", tmp_path / name, library=SMALL)
    assert done.status == 0
    assert done.out == ""
    text = (tmp_path / name).read_text(encoding="utf-8")
    assert "2025-W11" in text
    if name.endswith(".json"):
        assert json.loads(text)["week"] == "2025-W11"


def test_nothing_to_report_exits_with_3_and_reads_well(run: Run, loaded: None) -> None:
    for arguments in (("--week", "2020-W10"), ("--week", "last"), ("volcanic soil chemistry",)):
        done = run("brief", *arguments, library=SMALL)
        assert done.status == 3
        assert "nothing" in done.out.casefold()


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (("--week", "2025-W99"), 1, "no week"),
        (("--since", "12.3.2025"), 1, "no day"),
        (("--week", "2025-W11", "--since", "2025-03-10"), 2, "either --week"),
        (("topic", "--show", "brf_1"), 2, "give one of"),
        (("--out", "brief.docx"), 2, "has no form"),
        (("--show", "brf_1"), 1, "no brief"),
        (("--mode", "generative"), 1, "no language model"),
        ((" ",), 1, "topic is empty"),
    ],
)
def test_wrong_usage_is_said_in_a_sentence(run: Run, arguments: tuple[str, ...], status: int, says: str) -> None:
    done = run("brief", *arguments, library=SMALL)
    assert done.status == status
    assert says in " ".join(done.err.replace("│", " ").split())


def test_tags_are_listed_and_changed(run: Run, loaded: None) -> None:
    assert "no paper has a tag" in run("tags", library=SMALL).err
    listed = run("tags", "--assign", library=SMALL)
    assert "speculative decoding" in listed.out
    assert "70 papers" in listed.err
    counted = {one["tag"]: one["papers"] for one in run("tags", "--json", library=SMALL).json}
    found = run("search", "PEARL parallel speculative decoding", "--json", library=SMALL).json["hits"]
    paper = next(hit["paper"] for hit in found if hit["paper"]["title"].startswith("Parallel Speculative"))
    assert "speculative decoding" in paper["tags"]
    changed = run(
        *("tags", "--paper", paper["id"], "--remove", "speculative decoding", "--add", "to read", "--json"),
        library=SMALL,
    )
    assert "to read" in changed.json["tags"]
    assert "speculative decoding" not in changed.json["tags"]
    after = {one["tag"]: one["papers"] for one in run("tags", "--assign", "--json", library=SMALL).json}
    assert after["speculative decoding"] == counted["speculative decoding"] - 1
    assert run("tags", "--add", "x", library=SMALL).status == 2
