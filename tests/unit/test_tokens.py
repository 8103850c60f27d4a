"""Token-level recall, precision and IoU against counting by characters, and by hand."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from eval.tokens import Cover, Span, Tokens, cover, precision_omega

TEXT = "one two three four five six seven eight nine ten"  # places 0, 4, 8, 14, 19, 24, 28, 34, 40, 45
TOKENS = Tokens({"p": TEXT, "q": TEXT})


def span(first: str, last: str, paper: str = "p") -> Span:
    return Span(paper, TEXT.index(first), TEXT.index(last) + len(last))


def test_by_hand() -> None:
    relevant = [span("two", "four")]
    assert cover(TOKENS, [span("two", "four")], relevant) == Cover(1.0, 1.0, 1.0)
    assert cover(TOKENS, [span("one", "six")], relevant) == Cover(1.0, 3 / 6, 3 / 6)
    assert cover(TOKENS, [span("four", "six")], relevant) == Cover(1 / 3, 1 / 3, 1 / 5)
    assert cover(TOKENS, [span("two", "four", "q")], relevant) == Cover(0.0, 0.0, 0.0)
    assert cover(TOKENS, [], relevant) == Cover(0.0, 0.0, 0.0)


def test_what_overlaps_is_brought_twice_and_found_once() -> None:
    found = cover(TOKENS, [span("one", "four"), span("three", "six")], [span("three", "four")])
    assert found == Cover(1.0, 2 / 8, 2 / 8)


def test_precision_omega_is_that_of_all_passages_that_hold_something_relevant() -> None:
    passages = [span("one", "five"), span("six", "ten"), span("one", "ten", "q")]
    assert precision_omega(TOKENS, passages, [span("two", "three")]) == 2 / 5
    assert precision_omega(TOKENS, passages, [span("five", "six")]) == 2 / 10
    assert precision_omega(TOKENS, passages, [span("two", "two"), span("two", "two", "q")]) == 2 / 15


def test_half_a_word_is_no_token_and_signs_are() -> None:
    tokens = Tokens({"p": "It is 3.5x faster."})
    assert tokens.inside(Span("p", 1, 13)) == [("p", 3), ("p", 6), ("p", 7), ("p", 8)]


def test_nothing_relevant_has_no_recall() -> None:
    with pytest.raises(ValueError, match="no recall"):
        cover(TOKENS, [span("one", "two")], [])


SPANS = st.lists(
    st.tuples(st.integers(0, 29), st.integers(1, 12), st.sampled_from("pq")).map(
        lambda t: Span(t[2], t[0], min(t[0] + t[1], 30))
    ),
    max_size=5,
)


@given(SPANS, SPANS)
def test_agrees_with_counting_characters(retrieved: list[Span], relevant: list[Span]) -> None:
    """Where every token is one character, tokens are places: sets of places give the same."""
    assume(relevant)
    tokens = Tokens({"p": "." * 30, "q": "." * 30})
    wanted = {(s.paper_id, place) for s in relevant for place in range(s.start, s.end)}
    brought = [(s.paper_id, place) for s in retrieved for place in range(s.start, s.end)]
    both = len(wanted & set(brought))
    found = cover(tokens, retrieved, relevant)
    assert found.recall == both / len(wanted)
    assert found.precision == (both / len(brought) if brought else 0.0)
    assert found.iou == both / (len(wanted) + len(brought) - both)
    assert found.iou <= min(found.recall, 1.0)
