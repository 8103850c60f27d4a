"""Names: how they are written, and what a paper's system is called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.names import called, names, proper_names, system_name, system_of


@pytest.mark.parametrize(
    "name", ["KesTreL", "GPT-4", "C++", "PC^2", "k-NN", "T5", "SpecDec++", "B-PROP", "mBERT", "F1"]
)
def test_a_name_is_told_by_its_writing(name: str) -> None:
    assert names(f"We use {name}, which is new.") == (name,)


@pytest.mark.parametrize("word", ["Tables", "Pre-Training", "rows", "2024", "https://Example.org/X", "I"])
def test_ordinary_words_are_no_names(word: str) -> None:
    assert names(f"There {word} are.") == ()


def test_names_come_once_and_in_order() -> None:
    assert names("BERT beats GPT-4, and BERT's rows are BERT") == ("BERT", "GPT-4")


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Kestrel: Reading Tables Slowly", "Kestrel"),
        ("TabBERT++ Large: Reading", "TabBERT++ Large"),
        ("Do Tables Help? A Study", None),
        ("On the long and winding way: a survey", None),
    ],
)
def test_the_name_before_the_colon(title: str, name: str | None) -> None:
    assert system_name(title) == name


@pytest.mark.parametrize(
    ("title", "abstract", "name"),
    [
        ("Slow Reading", "Tables are long. We propose Slow Table Reading (STR), which is slow.", "STR"),
        ("Slow Reading", "We present a simple framework for rows, namely Slow reAding of Rows (SAR).", "SAR"),
        ("Slow Reading", "We present Kestrel, a reader. Kestrel is slow.", "Kestrel"),
        ("Slow Reading", "Tables are long. Kestrel is a slow reader. On rows, Kestrel wins.", "Kestrel"),
        ("Slow Reading", "Tables are long. A Slow Table Reader (STR-Net) is proposed in this paper.", "STR-Net"),
        ("Slow Reading", "We study rows. Our TabReader is slow.", "TabReader"),
        ("Row Reading: Slower is Better", "We propose Row Reading, which is slow.", "Row Reading"),
        ("Row Reading: Slower is Better", "We propose Row Reading (RoRe), which is slow.", "RoRe"),
        ("Slow Reading", "We introduce Rowread (RowRead). RowRead is slow, and RowRead is good.", "RowRead"),
    ],
)
def test_the_system_is_what_the_abstract_proposes(title: str, abstract: str, name: str) -> None:
    assert system_of(title, abstract) == name


@pytest.mark.parametrize(
    "abstract",
    [
        "Table question answering (TQA) is hard. We propose a framework for TQA that reads rows.",
        "Row pairing (RP) is a reading problem where rows are paired. We solve it.",
        "We propose a method. It reads rows with LLMs, and LLMs are slow.",
        "Some studies propose readers that use a Row Tree (RT). We do not.",
        "We compare three readers, namely RowGen, RowCoder, and RowT5.",
        "Tables are long. We read them.",
    ],
)
def test_what_existed_before_is_no_system(abstract: str) -> None:
    assert system_of("Reading Tables", abstract) is None


@given(st.text(max_size=200), st.text(max_size=600))
def test_any_text_is_read(title: str, abstract: str) -> None:
    name = system_of(title, abstract)
    assert name is None or name.casefold() in f"{title} {abstract}".casefold()


@pytest.mark.parametrize(
    ("title", "abstract", "names"),
    [
        ("Slow Reading", "We propose Slow Table Reading (STR), which is slow.", ("STR", "Slow Table Reading")),
        ("Row Reading: Slower is Better", "We propose Row Reading (RoRe).", ("RoRe", "Row Reading")),
        ("Reading Tables with KRS", "KRS, the Kestrel Reading Scheme, is a reader.", ("KRS", "Kestrel Reading Scheme")),
        ("Slow Reading", "We propose row-to-row-reading (RTRR), a scheme.", ("RTRR", "row-to-row-reading")),
        (
            "Reading Every Row: Slower",
            "Reading Every Row (Rowly) is a reader. Rowly reads.",
            ("Rowly", "Reading Every Row"),
        ),
        ("Kestrel: Reading Tables", "Kestrel (which is slow) reads.", ("Kestrel",)),
        ("KesData and KesBERT: Rows", "We read rows.", ("KesData and KesBERT", "KesData", "KesBERT")),
        ("Reading Tables", "Tables are long.", ()),
    ],
)
def test_a_system_has_a_long_and_a_short_name(title: str, abstract: str, names: tuple[str, ...]) -> None:
    assert called(title, abstract) == names


@pytest.mark.parametrize(
    ("abstract", "name"),
    [
        ("Tables are long. From this follows Kestrel, a slow method for rows.", "Kestrel"),
        ("Tables are long. This was seen in Kestrel. We then use Kestrel, a slow method.", None),
        ("Many existing methods use Kestrel, a slow method.", None),
    ],
)
def test_a_name_with_its_kind_behind_it_is_a_system(abstract: str, name: str | None) -> None:
    assert system_of("Slow Reading", abstract) == name


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("What speedup does Medusa reach in Oslo?", ("Medusa", "Oslo")),
        ("Medusa is fast, and Kestrel is slow.", ("Kestrel",)),
        ("Does GraphBERT read tables?", ()),
        ("Reading Tables Slowly With Cursors", ()),
    ],
)
def test_a_capital_inside_a_sentence_makes_a_proper_name(text: str, names: tuple[str, ...]) -> None:
    assert proper_names(text) == names


def test_a_system_that_something_is_tried_on_is_not_the_papers_own() -> None:
    abstract = "The bounds are narrow. They hold for OTTERNET, a model that swims, and for two more."
    assert called("Bounds for Large Swimmers", abstract) == ()


def test_a_name_of_parts_that_are_put_in_is_not_the_systems() -> None:
    abstract = "We propose Heading Span Recognition (HSR) adapters, small modules. HSR adapters learn headings."
    assert system_of("Headings for Readers", abstract) is None
    assert system_of("Headings for Readers", abstract.replace(" adapters, small modules", ", a reader")) == "HSR"
