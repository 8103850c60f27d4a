"""What a question asks for: its kind, its parts, the figure and the thing that are sought."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.question import Kind, understand
from rag.text.asked import asking, head_noun, sought
from rag.text.kin import kin, ordinary, relatives


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
    ("text", "parts"),
    [
        (
            "Kestrel gain on long tables? also peak memory vs Marmot",
            ["Kestrel gain on long tables", "peak memory vs Marmot"],
        ),
        ("How fast is Kestrel-9, and also how large?", ["How fast is Kestrel-9", "how large?"]),
        ("What does Kestrel-9 read as well as how fast is it?", ["What does Kestrel-9 read", "how fast is it?"]),
        ("size of the Kestrel corpus, and licence?", ["size of the Kestrel corpus", "licence?"]),
        (
            "I need two figures for Kestrel: the accuracy on tables, and the quantity of rows it was trained on.",
            ["I need two figures for Kestrel: the accuracy on tables", "the quantity of rows it was trained on."],
        ),
    ],
)
def test_two_things_asked_in_one_are_two_parts(text: str, parts: list[str]) -> None:
    found = understand(text).parts
    assert [part.text for part in found] == parts
    assert "Kestrel" in found[1].content


@pytest.mark.parametrize(
    "text",
    [
        "Does Kestrel also read charts?",
        "What does a reader of tables learn from rows as well as columns?",
        "How does Kestrel read narrow, wide, and empty tables?",
        "Kestrel has two cursors: what do the first and the second do?",
    ],
)
def test_one_question_stays_one(text: str) -> None:
    assert understand(text).parts == ()


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


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Could you tell me how many rows Kestrel reads?", Kind.FIGURE),
        ("Kestrel accuracy on TallyBank", Kind.FIGURE),
        ("I read of a reader that is faster than others. How much memory does it take?", Kind.FIGURE),
        ("an overview of work on tables", Kind.SURVEY),
        ("who works on tables?", Kind.SURVEY),
        ("I need related work on tables", Kind.SURVEY),
        ("What new benchmarks have been proposed?", Kind.SURVEY),
        ("Which benchmarks does Kestrel use?", Kind.OPEN),
        ("What does Kestrel consist of?", Kind.METHOD),
        ("What stops Kestrel from skipping rows?", Kind.METHOD),
        ("What is the difference in speed between Kestrel and Marmot?", Kind.COMPARISON),
        ("Kestrel and Marmot both read tables. How do they go about it?", Kind.COMPARISON),
        ("How many rows are set against columns in the family?", Kind.FIGURE),
    ],
)
def test_what_is_asked_is_taken_from_the_clause_that_asks(text: str, kind: Kind) -> None:
    assert understand(text).kind is kind


def test_the_clause_that_asks_is_told_from_what_it_asks_of() -> None:
    text = "There is a faster reader which skips rows. How many columns does it keep?"
    assert asking(text) == "How many columns does it keep?"
    assert understand(text).asks == "columns keep"
    assert asking("how many columns does Kestrel keep") == "how many columns does Kestrel keep"


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("Faster readers are known. How much memory does Kestrel take?", {"GB", "MB"}),
        ("How many times does Kestrel cut the memory?", {"x"}),
        ("How much does reading slowly help?", {"%", "x"}),
        ("How expensive is it to train?", {"$", "%"}),
        ("By what factor does it shorten reading?", {"x"}),
        ("Kestrel F1 on TallyBank?", {"%", "points"}),
    ],
)
def test_the_figure_is_that_of_the_clause_that_asks(text: str, units: set[str]) -> None:
    figure = sought(text)
    assert figure is not None
    assert units <= figure.units


@pytest.mark.parametrize("text", ["How is Kestrel trained?", "What reads tables?", "Kestrel reads tables"])
def test_a_question_for_no_figure_seeks_none(text: str) -> None:
    assert sought(text) is None


def test_both_parts_know_the_subject_that_only_the_last_one_names() -> None:
    question = understand("How much memory and how many rows does Kestrel-9 need?")
    assert [part.names for part in question.parts] == [("Kestrel-9",), ("Kestrel-9",)]
    assert question.parts[0].asks == "memory"


def test_each_alternative_of_a_survey_is_asked_for_with_all_that_is_shared() -> None:
    parts = understand("Which papers read narrow, short or wide tables of numbers?").parts
    assert [part.content for part in parts] == [f"read {width} tables" for width in ("narrow", "short", "wide")]


def test_capitals_that_only_stress_make_no_name() -> None:
    assert understand("WHICH PAPERS ARE ABOUT READING TABLES SLOWLY").names == ()
    assert understand("What is the BEST way to read, and NOT to skip?").names == ()
    assert understand("Does KESTREL read tables?").names == ("KESTREL",)
    assert understand("How fast is a 70B reader?").names == ()


def test_relatives_of_a_phrase_are_those_of_each_of_its_words() -> None:
    parse, trees, rows = relatives(["parse", "trees", "kestrel"])
    assert "abstract syntax tree" in parse & trees
    assert rows == frozenset()
    assert "ternary" in relatives(["three-valued"])[0]


@pytest.mark.parametrize(
    "text",
    [
        "whats out there for reading tables + lists?",
        "need papers on cleaner training text: sieving, picking",
        "Give me all papers which work with fish or birds.",
        "Who in this collection works on tables?",
        "I'm interested in fish: naming, counting. what have you got?",
    ],
)
def test_asking_for_all_that_there_is_has_many_forms(text: str) -> None:
    assert understand(text).kind is Kind.SURVEY


@pytest.mark.parametrize(
    "text",
    ["Which three parts work together in Kestrel?", "By what technique are tables made to read themselves?"],
)
def test_a_verb_or_a_technique_is_no_request_for_papers(text: str) -> None:
    assert understand(text).kind is not Kind.SURVEY


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("paper that weighs otters by night - which otters grow?", Kind.OPEN),
        ("The otter-name study: what form do the labels take?", Kind.OPEN),
        ("paper about otters?", Kind.SURVEY),
        ("papers that weigh otters", Kind.SURVEY),
    ],
)
def test_who_goes_on_to_ask_of_one_paper_asks_for_no_list(text: str, kind: Kind) -> None:
    assert understand(text).kind is kind


def test_sides_stand_behind_a_colon_and_end_with_their_sentence() -> None:
    asked = understand(
        "There are two ways I know of to weigh an otter: HydroScale and the PAWS adapters. What does each cost?"
    )
    assert [part.text for part in asked.parts] == ["HydroScale", "the PAWS adapters"]


@pytest.mark.parametrize(("short", "long"), [("acc", "accuracy"), ("ckpts", "checkpoint"), ("perf", "performance")])
def test_what_people_shorten_is_the_word(short: str, long: str) -> None:
    assert long in kin(short)
