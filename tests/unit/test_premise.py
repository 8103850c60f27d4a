"""Whether a stored paper contradicts what a question takes for granted."""

from __future__ import annotations

import pytest
from answering import found

from rag.models import Paper
from rag.premise import Conflict, conflict
from rag.question import understand

PAPERS = [
    Paper(
        id="2401.1",
        title="RowNet: Reading Tables Slowly",
        abstract="Tables are long. RowNet is a reader that speeds up reading and saves 28 times the memory. "
        "It reaches 71.5% accuracy on TallyBank and is trained on 13 distinct tasks. "
        "RowNet is as careful as ColNet. Training costs $20. RowNet equals ColNet on long tables. "
        "RowNet improves the accuracy on CellBank from 14.2 to 15.9. In RowNet only the top rows change most. "
        "RowNet replaces lookup grids with a cursor. Instead of spreadsheets, RowNet reads paper.",
    ),
    Paper(
        id="2401.2",
        title="ColNet: Columns First",
        abstract="ColNet is a reader of columns. It needs 3 GB. Its objective, Column Spin, turns columns.",
    ),
    Paper(
        id="2401.4",
        title="WaveNet: Tides in Text",
        abstract="WaveNet is an encoder-decoder model that is trained on posts collected from Reddit "
        "and needs 300 labels. "
        "On oceans WaveNet beats ColNet by far. The middle layers of WaveNet hold the tides. "
        "WaveNet is over 50 times faster. Neither moon nor wind matters to it. It works without wires or radio. "
        "Neither salt nor ice brought gains.",
    ),
    Paper(
        id="2401.3",
        title="GridNet: No Lessons",
        abstract="GridNet is a training-free cursor. It beats even a training method.",
    ),
]


def against(text: str) -> Conflict | None:
    question = understand(text)
    return conflict(question, found(question, PAPERS))


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("Why does RowNet save only 10 times the memory?", "28 times"),
        ("How did RowNet reach an accuracy of 99% on TallyBank?", "71.5%"),
        ("How did RowNet reach an accuracy of 83.2% on TallyBank?", "71.5%"),
        ("Since RowNet costs $500 to train, is it any good?", "$20"),
        ("Why was RowNet trained on 5 tasks?", "13 distinct tasks"),
        ("Why does RowNet slow down reading?", "speeds up"),
        ("Why does RowNet fail to speed up reading?", "speeds up"),
        ("Why is RowNet less careful than ColNet?", "as careful as"),
        ("How come RowNet is worse than ColNet on long tables?", "equals ColNet"),
        ("Why does the accuracy on CellBank drop with RowNet?", "improves the accuracy on CellBank"),
        ("Why do the bottom rows change most in RowNet?", "the top rows change most"),
        ("What does RowNet gain from its lookup grids?", "replaces lookup grids"),
        ("Since RowNet is built on spreadsheets, how does it read them?", "Instead of spreadsheets"),
        ("How is the cursor of GridNet trained?", "training-free"),
        ("What does the Column Spin objective do in RowNet?", "Column Spin"),
        ("RowNet saves half the memory. How?", "28 times"),
        ("As RowNet needs lookup grids, how large are they?", "replaces lookup grids"),
        ("Do the authors say why RowNet makes the accuracy on CellBank worse?", "improves the accuracy on CellBank"),
        ("RowNet was trained on nine tasks, wasn't it? Which?", "13 distinct tasks"),
        ("Why does ColNet come out ahead of WaveNet on oceans?", "WaveNet beats ColNet"),
        ("Given that WaveNet learns from Wikipedia, is it any good?", "collected from Reddit"),
        ("Odd that WaveNet, a decoder-only model, reads both ways. How so?", "encoder-decoder"),
        ("Since WaveNet needs no labels, where does it take its classes from?", "needs 300 labels"),
        ("Why are the last layers of WaveNet the ones with the tides?", "middle layers"),
        ("Why is WaveNet slower than ships?", "50 times faster"),
        ("In WaveNet salt brought large gains. How large?", "Neither salt nor ice"),
        ("WaveNet needs radio. How strong?", "without wires or radio"),
    ],
)
def test_a_wrong_premise_is_met_with_the_papers_own_word(question: str, says: str) -> None:
    met = against(question)
    assert met is not None
    assert says in met.evidence.text
    assert met.evidence.paper.title in met.detail


@pytest.mark.parametrize(
    "question",
    [
        "Why does RowNet save 28 times the memory?",
        "How does RowNet reach 71.5% on TallyBank?",
        "Why was RowNet trained on 13 tasks?",
        "Does RowNet save 10 times the memory?",
        "How much of the memory is not needed by RowNet?",
        "Why does RowNet speed up reading?",
        "Which papers save 10 times the memory?",
        "How does RowNet read tables?",
        "Why is bread baked at 220 degrees in 40 minutes?",
        "What does RowNet use instead of lookup grids?",
        "What takes the place of lookup grids in RowNet?",
        "How does RowNet do without spreadsheets?",
        "How does RowNet do on Column Spin?",
        "Why do the top rows change most in RowNet?",
        "Why is RowNet better than spreadsheets?",
        "Why does WaveNet beat ColNet on oceans?",
        "Given that WaveNet learns from Reddit, is it any good?",
        "Does WaveNet learn from Wikipedia?",
        "Since WaveNet needs labels, how many?",
        "Why are the middle layers of WaveNet the ones with the tides?",
        "How do RowNet and ColNet compare?",
        "Why does the wind not matter to WaveNet?",
        "In WaveNet salt brought no gains. What about ice?",
        "What accuracy does WaveNet reach on Wikipedia?",
    ],
)
def test_what_a_paper_says_or_does_not_speak_of_is_no_conflict(question: str) -> None:
    assert against(question) is None
