"""What a question asks for: its kind, its parts, the figure and the thing that are sought."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.question import Kind, understand
from rag.text.asked import head_noun, sought
from rag.text.kin import kin, ordinary


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("How much memory does Kestrel need?", Kind.FIGURE),
        ("how many tables are in TallyBank", Kind.FIGURE),
        ("What accuracy does Kestrel reach?", Kind.FIGURE),
        ("By how much does it cut the cost?", Kind.FIGURE),
        ("How does Kestrel read tables?", Kind.METHOD),
        ("Why do tables grow?", Kind.METHOD),
        ("In what way are rows read?", Kind.METHOD),
        ("Compare Kestrel and Marmot", Kind.COMPARISON),
        ("compare kestrel with marmot", Kind.COMPARISON),
        ("Kestrel vs Marmot", Kind.COMPARISON),
        ("What is the difference between Kestrel and Marmot?", Kind.COMPARISON),
        ("Which is faster, Kestrel or Marmot?", Kind.COMPARISON),
        ("How does Kestrel do against Marmot?", Kind.COMPARISON),
        ("Which papers are about tables?", Kind.SURVEY),
        ("papers on tables", Kind.SURVEY),
        ("Any work on tables?", Kind.SURVEY),
        ("What is there on tables?", Kind.SURVEY),
        ("Are there papers on tables?", Kind.SURVEY),
        ("Which paper deals with tables?", Kind.SURVEY),
        ("Does reading slowly help?", Kind.YES_NO),
        ("Is Kestrel better than Marmot?", Kind.YES_NO),
        ("Can it work without labels?", Kind.YES_NO),
        ("What is Kestrel?", Kind.DEFINITION),
        ("what's row-wise reading", Kind.DEFINITION),
        ("What does RWR stand for?", Kind.DEFINITION),
        ("whats the idea of kestrel", Kind.DEFINITION),
        ("Who wrote the Kestrel paper?", Kind.IMPRINT),
        ("When was Kestrel published?", Kind.IMPRINT),
        ("Who are the authors of Kestrel?", Kind.IMPRINT),
        ("slow reading of tables", Kind.OPEN),
    ],
)
def test_the_kind_is_recognised(text: str, kind: Kind) -> None:
    assert understand(text).kind is kind


def test_a_double_question_falls_into_its_parts_and_each_knows_what_it_is_about() -> None:
    question = understand("What is Kestrel-9 and how many tables does it read?")
    assert [part.kind for part in question.parts] == [Kind.DEFINITION, Kind.FIGURE]
    assert question.parts[1].content.split() == ["tables", "read", "Kestrel-9"]
    assert question.parts[1].figure is not None


def test_a_question_is_not_split_at_an_and_between_things() -> None:
    assert understand("How do Kestrel and tables get on?").parts == ()


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        ("What is the difference between Kestrel and Marmot?", ["Kestrel", "Marmot"]),
        ("Kestrel versus Marmot", ["Kestrel", "Marmot"]),
        ("How do Kestrel and Marmot differ?", ["Kestrel", "Marmot"]),
        (
            "How do slow and fast readers compare on wide tables?",
            ["slow readers wide tables", "fast readers wide tables"],
        ),
        ("Which is cheaper, Kestrel or Marmot?", ["Kestrel cheaper", "Marmot cheaper"]),
    ],
)
def test_a_comparison_has_two_sides(text: str, sides: list[str]) -> None:
    assert [part.content for part in understand(text).parts] == sides


def test_a_survey_has_alternatives_that_share_their_noun() -> None:
    assert [p.content for p in understand("List papers about narrow or wide tables").parts] == [
        "narrow tables",
        "wide tables",
    ]
    assert [p.content for p in understand("papers on tables or charts").parts] == ["tables", "charts"]


def test_names_stay_in_the_content_and_question_words_go() -> None:
    assert understand("How many of the rows does the PC^2 model need?").content == "rows PC^2 model"


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("How much faster is it?", "x"),
        ("What speedup does it reach?", "x"),
        ("How long does it take to train?", "hours"),
        ("What does it cost to train?", "$"),
        ("What accuracy does it reach?", "%"),
        ("What fraction of the rows is read?", "%"),
        ("How many gigabytes does it take?", "GB"),
        ("How much memory does it need?", "MB"),
        ("How many tables are there?", "*"),
    ],
)
def test_the_unit_of_the_figure_is_known(text: str, unit: str) -> None:
    assert unit in sought(text).units


def test_what_is_counted_is_known() -> None:
    assert sought("How many long tables does it read?").counted == "tables"
    assert sought("How many labelled tables are in it?").counted == "tables"
    assert sought("What is the vocabulary size of Kestrel?").counted == "vocabulary"
    assert sought("How large is Kestrel?").counted is None


def test_how_well_may_be_answered_in_words() -> None:
    assert not sought("How well does it read?").strict
    assert sought("How much does it cost?").strict


@pytest.mark.parametrize(
    ("text", "noun"),
    [
        ("On which phone was Kestrel tested?", "phone"),
        ("What learning rate was used?", "rate"),
        ("How many GPUs was it trained on?", "GPUs"),
        ("How much memory does it take?", "memory"),
        ("How much faster is it?", None),
        ("What is Kestrel?", None),
        ("Which method is best?", None),
        ("Which dataset was used?", None),
    ],
)
def test_the_thing_that_an_answer_has_to_name(text: str, noun: str | None) -> None:
    assert head_noun(text) == noun


def test_relatives_are_mutual_and_a_word_is_none_of_its_own() -> None:
    assert "budget" in kin("Price")
    assert "price" in kin("budget")
    assert "price" not in kin("price")
    assert kin("kestrel") == frozenset()
    assert ordinary("Big")
    assert not ordinary("kestrel")


@given(st.text(max_size=300))
def test_any_text_is_understood(text: str) -> None:
    question = understand(text)
    assert question.text == text
    assert question == understand(text)
    assert len(question.parts) != 1
    assert all(part.content for part in question.parts if part.kind in (Kind.COMPARISON, Kind.SURVEY))
