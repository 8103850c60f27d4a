"""`paperbrief brief --deliver`, `deliveries` and `schedule`, on the real library with a real mail server."""

from __future__ import annotations

from pathlib import Path

import pytest
from contract.papers import HashingEmbedder
from contract.postbox import postbox
from e2e.running import Run

from rag.library import open_library


class Small:
    """The real library with a small embedder in place of the model."""

    def open(self, settings):  # type: ignore[no-untyped-def]
        return open_library(settings, embedder=HashingEmbedder())


SMALL = Small()
WEEK = ("brief", "--week", "2025-W11", "--deliver")


def test_a_week_is_rehearsed_sent_once_and_counted(run: Run, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with postbox() as box:
        monkeypatch.setenv("PAPERBRIEF_SMTP_URL", box.url)
        papers = checkout / "eval" / "corpus" / "papers.jsonl"
        assert run("ingest", papers, library=SMALL).status == 0
        assert run("subscribers", "add", "ada@example.org", "--confirmed").status == 0
        topic = ("--topic", "speculative decoding")
        assert run("subscribers", "add", "bob@example.org", "--confirmed", *topic).status == 0
        shown = run(*WEEK, "--dry-run", library=SMALL)
        assert shown.status == 0
        assert "To: ada@example.org" in shown.out
        assert "To: bob@example.org" in shown.out
        assert box.arrived == []
        sent = run(*WEEK, "--json", library=SMALL)
        assert sent.status == 0
        assert sent.json["week"] == "2025-W11"
        assert sorted(box.recipients) == ["ada@example.org", "bob@example.org"]
        again = run(*WEEK, "--json", library=SMALL)
        assert again.json == sent.json
        assert len(box.arrived) == 2
        assert run("deliveries", "--json").json["counts"] == {"sent": 2}
        assert run("schedule", "--once", "--json", library=SMALL).json["briefs"] == {}


def test_wrong_usage(run: Run) -> None:
    assert run("brief", "--deliver", library=SMALL).status == 2
    assert run("brief", "--week", "last", "--dry-run", library=SMALL).status == 2
    assert "nothing was ever" in run("deliveries").err
