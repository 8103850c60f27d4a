"""Terms: how a name is written in a question and in a paper, and that the two meet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.terms import terms

TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from(
            ["PC", "^", "2", "C", "++", "#", "%", "-", "_", ".", ",", "'s", "é", " ", "\u0301", "½", "´", "GPT"]
        )
    ).map("".join),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PC^2", ["pc2", "pc", "2"]),
        ("PC2", ["pc2"]),
        ("C++", ["c++"]),
        ("(C++).", ["c++"]),
        ("C#", ["c#"]),
        ("GPT-4", ["gpt4", "gpt", "4"]),
        ("gpt4", ["gpt4"]),
        ("SpecDec++", ["specdec++", "specdec"]),
        ("BERT_BASE", ["bertbase", "bert", "base"]),
        ("pre-training", ["pretraining", "pre", "training"]),
        ("Llama-3.1-70B", ["llama3170b", "llama", "3.1", "70b"]),
        ("$L_2$", ["l2"]),
        ("e.g.", ["eg"]),
        ("A/B", ["ab"]),
        ("3.79x", ["3.79x"]),
        ("25,000 and 1,234,567", ["25000", "and", "1234567"]),
        ("30% or 30 %", ["30", "or", "30"]),
        ("0.5", ["0.5"]),
        ("Müller's naïve Café", ["muller", "naive", "cafe"]),
        ("cafe\u0301", ["cafe"]),
        ("Straße", ["strasse"]),
        ("ﬁne x²", ["fine", "x2"]),
        ("-- ++ … ()", []),
        ("", []),
    ],
)
def test_terms(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("PC2", "PC^2"),
        ("PC^2", "PC2"),
        ("gpt4", "GPT-4"),
        ("GPT 4", "GPT-4"),
        ("c++", "C++,"),
        ("specdec", "SpecDec++"),
        ("SpecDec++", "specdec++"),
        ("bert base", "BERT_BASE"),
        ("BERT-base", "BERT_BASE"),
        ("pretraining", "pre-training"),
        ("pre training", "pre-training"),
        ("Muller", "Müller's"),
        ("muller’s", "Mu\u0308ller"),
        ("25000", "25,000"),
        ("llama", "Llama-3.1-70B"),
        ("l2", "$L_2$"),
        ("sobert", "SOBertBase"),
    ],
)
def test_a_name_is_found_however_it_is_written(asked: str, written: str) -> None:
    assert set(terms(asked)) & set(terms(written, name_parts=True))


@pytest.mark.parametrize(("one", "other"), [("C", "C++"), ("C++", "C#"), ("3.79", "379"), ("PC2", "PC3")])
def test_names_that_differ_by_a_sign_stay_apart(one: str, other: str) -> None:
    assert not set(terms(one)) & set(terms(other, name_parts=True))


def test_parts_of_a_joined_name_are_for_what_is_indexed() -> None:
    assert terms("MosaicBERT") == ["mosaicbert"]
    assert terms("MosaicBERT", name_parts=True) == ["mosaicbert", "mosaic", "bert"]


@given(TEXTS)
def test_any_text_has_terms_without_white_space(text: str) -> None:
    for found in (terms(text), terms(text, name_parts=True)):
        assert all(term and not any(c.isspace() for c in term) for term in found)
    assert terms(text) == terms(text)


@given(TEXTS)
def test_what_is_indexed_has_all_that_a_question_has(text: str) -> None:
    assert set(terms(text)) <= set(terms(text, name_parts=True))


@given(TEXTS)
def test_upper_and_lower_case_give_the_same(text: str) -> None:
    plain = text.encode("ascii", "ignore").decode()
    assert terms(plain.upper()) == terms(plain.lower())


@given(st.lists(st.sampled_from(["kites", "GPT-4", "PC^2", "C++", "3.5%"]), max_size=8))
def test_order_and_repeats_are_kept(words: list[str]) -> None:
    assert terms(" ".join(words)) == [term for word in words for term in terms(word)]
