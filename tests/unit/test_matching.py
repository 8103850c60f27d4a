"""Gold keys in texts, gold quotes in abstracts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.matching import alike, missing_keys, quote_span, says, without_markers


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("It is 3.79 times faster.", "3.79x"),
        ("It is 3.79× faster.", "3.79 times"),
        ("a cut of 30 percent", "30%"),
        ("30 % less", "30 percent"),
        ("25,000 pairs", "25000"),
        ("cut by quantization", "quantiz"),
        ("pre-training on code", "training"),
        ("many LLMs", "LLM"),
        ("DNA-based", "DNA"),
        ("It ends at 2.5.", "2.5"),
        ("9.5B parameters", "9.5B"),
        ("the models' “own” words", 'models\' "own"'),
        ("semi‑supervised", "semi-supervised"),
        ("C++ and Rust", "c++"),
    ],
)
def test_key_is_found(text: str, key: str) -> None:
    assert says(text, key)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("12%", "2%"),
        ("1.2%", "2%"),
        ("2.57", "2.5"),
        ("1,024 pairs", "24"),
        ("v2.5", "2.5"),
        ("dequantized", "quantiz"),
        ("unless", "less"),
        ("DNABERT", "DNA"),
        ("30 pieces", "30%"),
    ],
)
def test_key_is_not_found_in_something_else(text: str, key: str) -> None:
    assert not says(text, key)


def test_one_alternative_of_each_group_is_enough() -> None:
    text = "It halves the cost on images."
    assert missing_keys(text, [["halv", "50%"], ["image"]]) == []
    assert missing_keys(text, [["halv"], ["video", "film"]]) == [["video", "film"]]


def test_citation_marks_are_no_figures() -> None:
    assert without_markers("It wins [1][2]. By far [12].") == "It wins. By far."


@given(st.text(max_size=60))
def test_alike_settles(text: str) -> None:
    assert alike(alike(text)) == alike(text)


ABSTRACT = "It is 3.79x faster. It needs\n30% of the memory."


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ("It is 3.79x faster.", "It is 3.79x faster."),
        ("It is 3.79times faster.", "It is 3.79x faster."),
        ("it needs 30\\% of the memory.", "It needs\n30% of the memory."),
        ("It needs nothing.", None),
    ],
)
def test_quote_is_found_as_it_stands_or_as_it_was_cleaned(quote: str, found: str | None) -> None:
    span = quote_span(ABSTRACT, quote)
    assert (ABSTRACT[slice(*span)] if span else None) == found
