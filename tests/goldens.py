"""Golden files: what a test renders, kept for review. With PAPERBRIEF_GOLDEN=1 they are written anew, not compared."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "golden"
REWRITING = os.environ.get("PAPERBRIEF_GOLDEN") == "1"  # read at import: tests take our own variables away


def assert_golden(name: str, text: str) -> None:
    """`text` is what the golden file `name` (a path below tests/golden) holds; or becomes it."""
    path = FOLDER / name
    if REWRITING:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.exists(), f"there is no golden file {name}; `make golden` writes it"
    assert text == path.read_text(encoding="utf-8"), f"{name} has changed; `make golden` writes it anew, for review"
