"""Sentences in the third person: invented ones, in the ways in which abstracts put things."""

from __future__ import annotations

import pytest

from rag.brief.wording import Called, opening, short_title, shortened, worded

QUILT = Called("Quilt", "Stitching Long Texts")
UNNAMED = Called(None, "Stitching Long Texts")


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("In this paper, we propose Quilt, a reader that skips pages.", "Quilt is a reader that skips pages."),
        ("We present Quilt: an index for long texts.", "Quilt is an index for long texts."),
        ("We introduce Quilt, which skips pages.", "Quilt skips pages."),
        ("We propose a reader called Quilt that skips pages.", "Quilt is a reader that skips pages."),
        (
            "To close this gap, we propose Quick Uniting of Long Texts (Quilt), a reader that skips pages.",
            "Quick Uniting of Long Texts (Quilt) is a reader that skips pages.",
        ),
        (
            "We develop a page-skipping reader (Quilt) with two heads.",
            "Quilt is a page-skipping reader with two heads.",
        ),
        ("Experiments on three corpora show that our method saves 3 hours.", "On three corpora, Quilt saves 3 hours."),
        ("We find that Quilt saves 3 hours.", "Quilt saves 3 hours."),
        ("Furthermore, it saves 3 hours on one machine.", "Quilt saves 3 hours on one machine."),
        ("Our approach's memory is halved on long texts.", "Quilt’s memory is halved on long texts."),
        ("Moreover, we train our reader on 9 corpora.", "The authors train their reader on 9 corpora."),
    ],
)
def test_what_is_said_of_a_system(text: str, first: str) -> None:
    assert worded(text, QUILT)[0] == first


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("We propose a reader that skips pages.", "The authors propose a reader that skips pages."),
        ("In this study, we compare two readers of texts.", "The authors compare two readers of texts."),
        ("Our results show that skipping pages saves 3 hours.", "Skipping pages saves 3 hours."),
    ],
)
def test_what_is_said_without_a_system(text: str, first: str) -> None:
    assert worded(text, UNNAMED)[0] == first


def test_a_sentence_is_said_in_its_clauses_too() -> None:
    text = "Quilt, a reader for long texts, is the first to be trained; it needs 3 hours less than Patch."
    made = worded(text, QUILT)
    assert "Quilt is a reader for long texts." in made
    assert "Quilt needs 3 hours less than Patch." in made


def test_a_word_that_begins_like_we_is_left_alone() -> None:
    assert worded("Weak readers skip pages, we find.", QUILT)[0].startswith("Weak readers skip pages")


def test_what_is_only_supposed_stays_supposed() -> None:
    made = worded("We hypothesize that skipping pages saves time.", QUILT)
    assert made[0] == "The authors hypothesize that skipping pages saves time."
    assert "Skipping pages saves time." not in made


def test_it_is_left_alone_where_it_stands_for_something_else() -> None:
    made = worded("It saves 3 hours on one machine.", QUILT, speaks_of_system=False)
    assert made == []


def test_nothing_in_the_first_person_and_nothing_that_points_elsewhere() -> None:
    for text in (
        "We propose Quilt, our reader that skips the pages which we marked for us.",
        "This shows that we can skip pages.",
        "These results hold on all corpora that we tried.",
    ):
        for made in worded(text, QUILT):
            assert not any(
                word in made.replace(".", " ").split() for word in ("We", "we", "our", "us", "These", "This")
            )


def test_names_keep_their_small_letter() -> None:
    made = worded("In particular, fastQuilt saves 3 hours a day.", Called("fastQuilt", "x y z"))
    assert made[0] == "fastQuilt saves 3 hours a day."


def test_a_long_sentence_loses_praise_but_no_figure() -> None:
    long = "Quilt reads long texts in one pass and skips what a reader would skip in a library"
    assert shortened(f"{long}, demonstrating the power of skipping.") == f"{long}."
    assert shortened(f"{long}, demonstrating a gain of 3%.") == f"{long}, demonstrating a gain of 3%."


def test_openings_that_lead_over() -> None:
    assert "However, To this end, ".startswith("However, ")
    assert opening("However, Quilt skips pages of long texts.") == len("However, ")
    assert opening("To this end, we present Quilt and its index.") == len("To this end, ")
    assert opening("On one machine, Quilt skips pages.") == 0
    assert opening("However, no.") == 0


def test_short_titles() -> None:
    assert short_title("Stitching Long Texts: A Study of Readers") == "Stitching Long Texts"
    assert short_title("Quilt: A Study of Readers") == "Quilt: A Study of Readers"
    assert short_title("Shall We Skip Pages? A Study") == "Shall We Skip Pages?"
    assert short_title("word " * 40).endswith(" …")
    assert len(short_title("word " * 40)) < 90


def test_what_an_analysis_reveals_is_told_without_the_analysis() -> None:
    made = worded("Our empirical analysis reveals several insights: skipping pages saves 3 hours.", UNNAMED)
    assert made[0] == "Skipping pages saves 3 hours."


def test_it_behind_an_opening_is_the_system() -> None:
    assert worded("In long books it saves 3 hours.", QUILT)[0] == "In long books, Quilt saves 3 hours."
    assert all("Quilt" not in one for one in worded("In long books it saves 3 hours.", QUILT, speaks_of_system=False))
