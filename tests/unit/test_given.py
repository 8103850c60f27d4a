"""Whether a sentence gives the figure that was asked for."""

from __future__ import annotations

import pytest

from rag.given import asked_figure, gives_figure, wants_figure
from rag.question import understand


def given(question: str, sentence: str) -> float:
    wanted = wants_figure(question, understand(question).figure)
    assert wanted is not None, f"{question!r} asks for no figure"
    return gives_figure(question, wanted, [sentence])


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("How many tasks does Kestrel have?", "Kestrel is a benchmark of five reading tasks."),
        ("How many tables were read?", "It was trained on a corpus of 13k scanned tables."),
        ("How many parameters does it have?", "Kestrel, a 7-billion-parameter reader, is slow."),
        ("What speedup does Kestrel reach?", "The speedup is 2.04x on TallyBank."),
        ("By what percentage does it cut the cost?", "The cost falls by 15%."),
        ("What accuracy does it reach?", "On TallyBank its accuracy is 70.8%."),
        ("How many hours does training take?", "Training takes 16 hours on one GPU."),
        ("What did it cost in dollars?", "All of it was trained for $800."),
        ("Kestrel F1 on TallyBank", "On TallyBank it reaches an F1 of 78.5."),
        ("How big is it?", "It has 3.9B weights."),
        ("How many percent of the tables is read right?", "It reads 71.5% of the tables."),
        ("How many sets of data does it bring together?", "Kestrel brings together 28 datasets."),
        ("number of tokens Kestrel-2 was trained on", "It was trained on 3B tokens."),
        ("How large is the vocabulary of Kestrel's tokenizer?", "Its tokenizer has a vocabulary of 32k pieces."),
        ("What share of the quality is kept?", "With short tables it preserves 98% of full performance."),
        ("How long did the tuning take?", "It trains few parameters, and does so in 16 hours."),
        ("I need the quantity of tables it read.", "It was trained on 13k scanned tables."),
    ],
)
def test_the_very_figure_is_given(question: str, sentence: str) -> None:
    assert given(question, sentence) >= 0.9


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("By what percentage does it cut the time?", "On five reading tasks it cuts the time."),
        (
            "How many rows does TallyBank have?",
            "It has three kinds of tables and offers five sources for rows of text.",
        ),
        ("How many parameters does it have?", "It reads 13 tables with few parameters."),
        ("What recall does it reach?", "Its accuracy is 70.8%."),
        ("How many hours does training take?", "Training takes 16 GPUs."),
        ("What did it cost in dollars?", "It was trained on 187 tables."),
        ("What BLEU score does it reach?", "It outperforms all others in four tasks."),
        ("Kestrel MRR on rows", "Kestrel is the best reader in four tasks."),
        ("Fast as it is, how much electricity does its training use?", "The speedup is up to 2.49x on one GPU."),
        ("by what % does it cut the time?", "On five reading tasks it cuts the time."),
        ("What did training cost in dollars?", "At the same training budget its accuracy is 72.4%."),
        ("How large, in GPU-days, was the training budget?", "At the same budget its accuracy is 72.4%."),
        ("How large is the vocabulary of Kestrel's tokenizer?", "Kestrel is a 7-billion-parameter reader."),
        ("For a copy I need the exact percentage of rows that Kestrel skips.", "It skips a few of the rows."),
        ("can i run Kestrel 3B at home, how many tokens/s", "Kestrel 3B was trained on 300B tokens."),
        ("At which numerical value of the threshold was it stopped?", "It stops at a threshold."),
        ("How many customer letters were read?", "Its accuracy rises by 3.6%."),
        ("What latency in milliseconds does it reach?", "It saves 30% of the index costs."),
        ("What is the row recovery rate of Kestrel?", "Kestrel, a 7-billion-parameter reader, is slow."),
    ],
)
def test_another_figure_is_not_the_one_that_was_asked_for(question: str, sentence: str) -> None:
    assert given(question, sentence) <= 0.5


@pytest.mark.parametrize(
    "question", ["Which one adapts at test time?", "Which of the two learns what happens at run time?"]
)
def test_a_moment_is_not_a_time_that_is_asked_for(question: str) -> None:
    assert wants_figure(question, understand(question).figure) is None


def test_only_a_terse_question_asks_for_a_figure_by_naming_a_metric() -> None:
    assert wants_figure("Kestrel recall on rows", None) is not None
    assert wants_figure("Does Kestrel improve recall?", None) is None
    assert wants_figure("Kestrel on rows", None) is None


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("How many parameters does it have?", "how many parameters"),
        ("What F1 does it reach?", "a figure for F1"),
        ("What did it cost?", "a price"),
        ("How much faster is it?", "such a percentage or factor"),
    ],
)
def test_what_is_not_given_can_be_said(question: str, words: str) -> None:
    wanted = wants_figure(question, understand(question).figure)
    assert wanted is not None
    assert asked_figure(question, wanted) == words
