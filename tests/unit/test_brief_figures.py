"""Headline figures: the value as it stands, and what it is a figure of."""

from __future__ import annotations

import pytest

from rag.brief.figures import headlines
from rag.brief.roles import Line


def line(text: str) -> Line:
    return Line(0, 100, 100 + len(text), text, True, 0.0, 1.0)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "It needs 56 times fewer operations and 28 times less memory.",
            [
                ("56 times", "It needs … fewer operations and 28 times less memory"),
                ("28 times", "It needs 56 times fewer operations and … less memory"),
            ],
        ),
        (
            "The speedup is up to 3.79x over plain decoding and up to 1.52x over drafting.",
            [
                ("up to 3.79x", "The speedup is … over plain decoding and up to 1.52x over drafting"),
                ("up to 1.52x", "The speedup is up to 3.79x over plain decoding and … over drafting"),
            ],
        ),
        ("Quilt saves 30%-50% of index costs.", [("30%-50%", "Quilt saves … of index costs")]),
        ("Quilt has an F1 score of 96.5% on two corpora.", [("96.5%", "Quilt has an F1 score of … on two corpora")]),
        (
            "Quilt skips pages, and takes just 16 hours.",
            [("just 16 hours", "Quilt skips pages, and takes …")],
        ),
        (
            "Quilt reads whole books without a break, while memory shrinks by 77% against Patch.",
            [("77%", "memory shrinks by … against Patch")],
        ),
        (
            "Quilt reduces waiting 28x and gives a 4.5x speedup.",
            [("28x", "Quilt reduces waiting … and"), ("4.5x", "Quilt reduces waiting 28x and gives a … speedup")],
        ),
        ("In 2019 it read a book with 2-shot prompts of GPT-4 and TriLM 3.9B.", []),
        ("It has three parts and 7 tasks.", []),
    ],
)
def test_figures_of_a_sentence(text: str, found: list[tuple[str, str]]) -> None:
    made = headlines(line(text))
    assert [one.value for one in made] == [value for value, _ in found]
    for one, (_, quantity) in zip(made, found, strict=True):
        assert one.quantity.startswith(quantity)


def test_a_long_clause_gives_the_words_around_its_figure() -> None:
    text = (
        "Over all the many corpora of long and short books that libraries of three towns have kept for their readers "
        "since they opened, Quilt saves 30% of pages."
    )
    made = headlines(line(text))
    assert [one.value for one in made] == ["30%"]
    assert len(made[0].quantity.split()) < 20
    assert "saves … of pages" in made[0].quantity


def test_a_figure_stands_in_its_quote_and_the_quote_in_the_text() -> None:
    text = "On Alpaca, the speedup is 2.04x; on the other corpus (with 1,319 tasks), it is 2.26x, which is 9.4% better."
    whole = " " * 100 + text
    made = headlines(line(text), most=9)
    assert [one.value for one in made] == ["2.04x", "2.26x", "9.4%"]
    for one in made:
        assert whole[one.start : one.end] == one.quote
        assert one.value in one.quote


def test_the_weightiest_are_kept_in_their_order() -> None:
    text = "With 7B weights and 3B tokens it is 2x faster, 30% cheaper, scores an accuracy of 81.2 and 5 points more."
    assert [one.value for one in headlines(line(text), most=3)] == ["2x", "30%", "5 points"]
