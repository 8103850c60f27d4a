"""Running the command line in this process, with the real library or a small one in its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from e2e.running import OpensLibrary, Ran, Run

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
