"""The service's log."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator

import pytest

from api.logs import log_to_standard_error


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """The root logger, put back as it was, with the levels of the loggers that are set."""
    root = logging.getLogger()
    handlers, levels = list(root.handlers), {n: logging.getLogger(n).level for n in ("", "paperbrief", "rag", "api")}
    yield root
    root.handlers[:] = handlers
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def test_lines_go_to_standard_error_as_it_is_when_they_are_written(
    root: logging.Logger, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stderr", first)
    log_to_standard_error()
    logging.getLogger("rag").info("one")
    assert json.loads(first.getvalue())["message"] == "one"
    monkeypatch.setattr(sys, "stderr", second)
    first.close()
    logging.getLogger("rag").info("two")
    assert json.loads(second.getvalue())["message"] == "two"
