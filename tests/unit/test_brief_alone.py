"""Whether a sentence can be read by itself, and whether it says what a thing is."""

from __future__ import annotations

import pytest

from rag.brief.alone import points_away
from rag.brief.defines import says_what


@pytest.mark.parametrize(
    "text",
    [
        "This work treats the choice as a game.",
        "Quilt is the first such method, applied to readers.",
        "The proposed framework alternates two steps.",
        "Quilt, a reader, is the first to be trained.",
        "In this way Quilt skips pages.",
        "These adapters are trained once.",
        "Quilt removes both bottlenecks.",
        "It skips pages.",
        "On two corpora it beats the best readers.",
        "Quilt is a framework against it with three parts.",
        "The FST-D variant looks deeper into that future.",
        "The resulting readers improve on the originals.",
        "For three corpora, gains reach a further 0.2%.",
        "Quilt makes such readers faster.",
    ],
)
def test_what_points_at_something_untold(text: str) -> None:
    assert points_away(text)


@pytest.mark.parametrize(
    "text",
    [
        "Quilt is a reader that skips pages.",
        "Quilt paraphrases books in styles such as verse.",
        "The method of skipping pages saves 3 hours.",
        "The authors propose a framework, and the framework saves 3 hours.",
        "Quilt saves both time and money.",
        "This paper compares two readers.",
        "Unlike those of Patch, the pages of Quilt are short.",
        "It is known that readers skip pages.",
        "Quilt is the first reader that skips pages.",
    ],
)
def test_what_is_read_by_itself(text: str) -> None:
    assert not points_away(text)


def test_what_was_told_before_is_resolved() -> None:
    before = "Quilt is a framework with two small heads."
    assert not points_away("It skips pages.", before)
    assert not points_away("These heads are trained once.", before)
    assert not points_away("The approach saves 3 hours.", before)
    assert points_away("These adapters are trained once.", before)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Quilt is a reader that skips pages.", True),
        ("Stitched Reading (Quilt) is a reader that skips pages.", True),
        ("Quilt, a reader for long texts, is 3x faster.", True),
        ("Quilt combines a reader with a notebook.", True),
        ("The authors propose Quilt for reading long texts.", True),
        ("Quilt outperforms Patch on two corpora.", False),
        ("Quilt is 3x faster than Patch.", False),
        ("Quilt makes reading 3x faster.", False),
        ("Quilt consists of two main components.", False),
        ("On two corpora, Quilt needs 3 hours.", False),
        ("Patch is a reader.", False),
    ],
)
def test_whether_a_sentence_says_what_a_thing_is(text: str, says: bool) -> None:
    assert says_what(text, "Quilt") is says
