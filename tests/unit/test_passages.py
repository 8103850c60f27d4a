"""Passages: windows with identifiers that name one revision, and the text that is embedded."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.models import Paper
from rag.passages import SIZE, STEP, parse_passage_id, passage_id, passages, text_to_embed, windows

ABSTRACT = "Kites fly. We steer one. It holds in rain. It holds in snow. Code is there. It is free. We thank all."


@given(st.text(min_size=1), st.integers(1, 10**9), st.integers(0, 10**6))
def test_an_identifier_tells_paper_revision_and_number(paper_id: str, revision: int, number: int) -> None:
    assert parse_passage_id(passage_id(paper_id, revision, number)) == (paper_id, revision, number)


@pytest.mark.parametrize("identifier", ["", "alien", "2401.1", "a@1", "a#1", "a@x#1", "a@1#x"])
def test_what_is_no_identifier_of_ours_is_refused(identifier: str) -> None:
    with pytest.raises(ValueError):
        parse_passage_id(identifier)


def test_passages_hold_their_text_and_cover_the_abstract() -> None:
    paper = Paper(id="a@1#b", title="Kites", abstract=ABSTRACT, revision=4)
    found = passages(paper)
    assert [passage.passage_id for passage in found] == ["a@1#b@4#0", "a@1#b@4#1", "a@1#b@4#2"]
    assert all(passage.text == ABSTRACT[passage.start : passage.end] for passage in found)
    assert [(passage.start, passage.end) for passage in found] == windows(ABSTRACT)
    assert (found[0].start, found[-1].end) == (0, len(ABSTRACT))
    assert {passage.paper_id for passage in found} == {"a@1#b"}
    assert {passage.revision for passage in found} == {4}


def test_windows_of_the_chosen_size_do_not_overlap() -> None:
    """Size and step as decided; a window less would leave sentences out, one more would store them twice."""
    spans = windows(ABSTRACT)
    assert SIZE == STEP
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))


def test_overlapping_windows_end_with_the_last_sentence() -> None:
    assert windows("A one. A two. A three.", size=2, step=1) == [(0, 13), (7, 22)]
    assert windows("A one. A two. A three.", size=3, step=1) == [(0, 22)]


def test_size_0_is_the_whole_abstract() -> None:
    assert windows(f"  {ABSTRACT} ", size=0) == [(2, 2 + len(ABSTRACT))]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Kites", "Kites. We fly."),
        ("Do Kites Fly?", "Do Kites Fly? We fly."),
        ("They Fly!", "They Fly! We fly."),
        ("They fly.", "They fly. We fly."),
        ("", "We fly."),
    ],
)
def test_the_title_stands_in_front_of_what_is_embedded(title: str, expected: str) -> None:
    assert text_to_embed(title, "We fly.") == expected
