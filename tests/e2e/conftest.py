"""The command line in this process, and a real service with Chromium on its page."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from e2e.browsing import Visit, chromium, visiting
from e2e.running import OpensLibrary, Ran, Run
from e2e.serving import Serving, serving
from playwright.sync_api import Browser

from rag.cli import main


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run the command line from an empty working directory; `library` takes the place of the real one."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)

    def run(*arguments: str | Path, library: OpensLibrary | None = None) -> Ran:
        words = [str(argument) for argument in arguments]
        chosen = {} if library is None else {"opener": library.open}
        with pytest.raises(SystemExit) as left:
            main(words, **chosen)
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return Ran(int(left.value.code or 0), out, err)

    return run


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, checkout: Path, model_cache: Path) -> Iterator[Serving]:
    """A service with the sample papers, for the tests of its page. Tests may add to it, and must not rely on counts."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.upper().startswith(("PAPERBRIEF_", "OPENAI_")):
                patch.delenv(name)
        patch.setenv("PAPERBRIEF_CACHE_DIR", str(model_cache))
        folder = tmp_path_factory.mktemp("site") / "data"
        command = [sys.executable, "-c", "from rag.cli import main; main()", "--data-dir", str(folder), "ingest"]
        papers = checkout / "eval" / "corpus" / "papers.jsonl"
        subprocess.run([*command, str(papers)], check=True, capture_output=True)
        with serving(folder) as service:
            yield service


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; the test is skipped where there is none."""
    with chromium() as browser:
        yield browser


Visits = Callable[..., Visit]


@pytest.fixture
def visit(site: Serving, browser: Browser) -> Iterator[Visits]:
    """Visit the service's page; options are the browser context's."""
    with ExitStack() as stack:

        def visit(path: str = "/", **options: Any) -> Visit:
            visit = stack.enter_context(visiting(browser, site.url, **options))
            visit.go(path)
            return visit

        yield visit
