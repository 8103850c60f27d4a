"""What the README and the docs promise: outputs as they are, links that lead somewhere, targets that exist."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TARGETS = (".venv", "demo", "serve", "test", "check", "bench", "eval", "golden", "lock")

needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="needs make")


def pages(checkout: Path) -> list[Path]:
    return [*checkout.glob("*.md"), *(checkout / "docs").rglob("*.md")]


def test_generated_parts_are_up_to_date(checkout: Path) -> None:
    ran = subprocess.run(
        [sys.executable, checkout / "docs" / "generate.py", "--check"], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_links_lead_somewhere(checkout: Path) -> None:
    broken = [
        f"{page.relative_to(checkout)}: {target}"
        for page in pages(checkout)
        for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
        if "://" not in target and not (page.parent / target.partition("#")[0]).exists()
    ]
    assert broken == []


@needs_make
def test_help_lists_the_targets_and_is_the_default(checkout: Path) -> None:
    told = subprocess.run(["make", "-s"], cwd=checkout, capture_output=True, text=True, check=True).stdout
    listed = re.findall(r"^  make (\S+) +\S", told, re.MULTILINE)
    assert set(TARGETS) <= set(listed)


@needs_make
def test_the_docs_name_targets_that_exist(checkout: Path) -> None:
    makefile = (checkout / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z.]+):", makefile, re.MULTILINE))
    named = {
        (page.name, target)
        for page in pages(checkout)
        for target in re.findall(r"(?:^|`)make ([a-z.]+)", page.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert {(page, target) for page, target in named if target not in targets} == set()


@needs_make
@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ("exit 1", "needs Python 3.11 or newer"),
        ('case "$*" in *ensurepip*) exit 1;; esac', "apt-get install python3-venv"),
    ],
)
def test_make_says_what_is_missing(checkout: Path, tmp_path: Path, script: str, sentence: str) -> None:
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(checkout / name, tmp_path)
    shutil.copytree(checkout / "requirements", tmp_path / "requirements")
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    ran = subprocess.run(
        ["make", "demo", f"PYTHON={python}"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode != 0
    assert sentence in ran.stderr
    assert not (tmp_path / ".venv").exists()
