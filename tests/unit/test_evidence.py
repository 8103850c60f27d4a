"""Which paper a question names."""

from __future__ import annotations

import pytest
from answering import found

from rag.models import Paper
from rag.question import understand

RIGHT = Paper(
    id="1",
    title="RIGHT: Reading Tables",
    abstract="RIGHT is a reader. It uses Slow Row Scanning.",
)
FTP = Paper(id="2", title="Slow Row Scanning -- A Study", abstract="We propose Slow Row Scanning (SRS). It is slow.")


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("How does RIGHT read?", {"1"}),
        ("It reads rows, right?", set()),
        ("How fast is SRS?", {"2"}),
        ("how fast is slow row scanning", {"2"}),
        ("Is scanning a row slow?", set()),
    ],
)
def test_a_question_names_a_system_by_any_of_its_names(question: str, named: set[str]) -> None:
    assert {e.paper.id for e in found(understand(question), [RIGHT, FTP]) if e.own} == named
