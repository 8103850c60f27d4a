"""What a sentence is by its wording, and whether it gives the figure that is sought."""

from __future__ import annotations

import pytest
from answering import found

from rag.compose import cues
from rag.models import Paper
from rag.question import understand
from rag.text.asked import sought

READER = Paper(
    id="2401.1",
    title="Kestrel: Reading Tables Slowly",
    abstract="Tables are long. However, existing readers are hasty. We propose Kestrel, a reader. "
    "It reads row by row, using a cursor. On TallyBank, it outperforms hasty readers by 4%.",
)


def test_background_ends_where_the_papers_own_work_begins() -> None:
    ordered = sorted(found(understand("rows"), [READER]), key=lambda e: e.start)
    assert [cues.is_background(e) for e in ordered] == [True, True, False, False, False]
    assert [cues.is_mechanism(e) for e in ordered] == [False, False, False, True, False]


@pytest.mark.parametrize(
    ("question", "sentence", "gives"),
    [
        ("How much faster is it?", "It is 3.2x faster.", True),
        ("How much faster is it?", "It has 7B parameters.", False),
        ("What does it cost to train?", "It was trained for $20.", True),
        ("What does it cost to train?", "The budget was just 187.", True),
        ("What does it cost to train?", "It was trained on 187 tables.", False),
        ("How long does training take?", "Training takes 16 hours.", True),
        ("How long does training take?", "Training takes long.", False),
        ("How many tables are there?", "There are 13 distinct tables.", True),
        ("How many tables are there?", "There are 13 rows in it.", False),
        ("What accuracy does it reach?", "It reaches 71.5%.", True),
        ("What accuracy does it reach?", "It scores 71.5 on TallyBank.", True),
        ("What accuracy does it reach?", "It is accurate.", False),
        ("How much is gained?", "It doubles the index.", True),
        ("How large is RowNet?", "RowNet 7 is large.", False),
    ],
)
def test_the_figure_that_is_sought(question: str, sentence: str, gives: bool) -> None:
    assert bool(cues.figure_fit(sentence, sought(question))) is gives


@pytest.mark.parametrize(
    ("thing", "sentence", "defines"),
    [
        ("kestrel", "Kestrel is a reader.", True),
        ("kestrel", "We propose Kestrel, which reads.", True),
        ("KRS", "The Kestrel Reading Scheme (KRS) reads.", True),
        ("row spinning", "Row spinning refers to rows that spin.", True),
        ("kestrel laws", "The Kestrel Law is a law of reading.", True),
        ("kestrel", "Rows are read as Kestrel reads them.", False),
    ],
)
def test_a_definition_says_what_the_thing_is(thing: str, sentence: str, defines: bool) -> None:
    assert cues.defines(sentence, thing) is defines
