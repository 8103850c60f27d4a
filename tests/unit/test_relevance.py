"""How much of a question a text speaks of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.evidence import name_keys, weighed
from rag.relevance import Context, Relatives, Word, relevance, share, spelled

ROW = Word("rows", 2.0, (frozenset({"row"}),))
PRICE = Word("price", 1.0, (frozenset({"price"}),), kin=frozenset({"budget"}))


def test_a_relative_counts_less_than_the_word_itself() -> None:
    assert share([PRICE], {"price"}) == 1.0
    assert 0.5 < share([PRICE], {"budget"}) < 1.0
    assert share([PRICE], {"row"}) == 0.0


def test_the_rarer_word_counts_more() -> None:
    assert share([ROW, PRICE], {"row"}) == pytest.approx(2 / 3)


def test_what_stands_around_a_sentence_counts_the_less_the_farther_it_is() -> None:
    nothing: frozenset[str] = frozenset()
    here = frozenset({"row"})
    counted = [
        share([ROW], here),
        share([ROW], nothing, Context(here, here, here, here)),
        share([ROW], nothing, Context(nothing, here, here, here)),
        share([ROW], nothing, Context(nothing, nothing, here, here)),
        share([ROW], nothing, Context(nothing, nothing, nothing, here)),
        share([ROW], nothing, Context(nothing, nothing, nothing, nothing)),
    ]
    assert counted == sorted(set(counted), reverse=True)


def unseen(text: str) -> Word:
    return Word(text, 1.0, (frozenset({text.casefold()}),), seen=False)


@pytest.mark.parametrize(
    ("written", "meant"), [("tabel", "table"), ("kestral", "kestrel"), ("recomendation", "recommendation")]
)
def test_a_misspelt_word_is_matched_by_the_nearest(written: str, meant: str) -> None:
    (word,) = spelled([unseen(written)], [meant, "row", "column"])
    assert 0.0 < word.found({meant}) < 1.0


@pytest.mark.parametrize(
    ("written", "other"), [("GPT-5", "gpt4"), ("cat", "car"), ("BERT", "bart"), ("marmot", "kestrel")]
)
def test_a_name_or_a_short_word_is_meant_as_it_stands(written: str, other: str) -> None:
    (word,) = spelled([unseen(written)], [other])
    assert word.found({other}) == 0.0


def test_a_word_that_some_paper_has_is_not_corrected() -> None:
    word = Word("tabel", 1.0, (frozenset({"tabel"}),), seen=True)
    assert spelled([word], ["table"]) == (word,)


def test_names_are_told_apart_that_stems_confuse() -> None:
    assert name_keys("DNAROW-S") & name_keys("DNAROW-2") == name_keys("DNAROW")
    assert name_keys("RowNet-7B") >= name_keys("RowNet")
    assert name_keys("ROWs") >= name_keys("ROW")
    assert "llama" in name_keys("the Llama3 tokenizer")


def test_ordinary_and_unseen_words_weigh_less() -> None:
    def weight(text: str, often: int, *, named: bool = False) -> float:
        return weighed(text, [text], Relatives(), {text: often}, 70, named=named).weight

    assert weight("kestrel", 1) > weight("rows", 20) > weight("rows", 60)
    assert weight("big", 1) < weight("kestrel", 1)
    assert weight("kestrel", 0) < weight("KestRel", 0, named=True)


@given(st.floats(0, 1), st.floats(0, 1))
def test_relevance_is_a_share(cosine: float, coverage: float) -> None:
    assert min(cosine, coverage) - 1e-9 <= relevance(cosine, coverage) <= max(cosine, coverage) + 1e-9


@given(
    st.lists(st.sampled_from(["row", "table", "cell", "price", "budget"])),
    st.sets(st.sampled_from(["row", "price", "budget"])),
)
def test_a_share_lies_between_nothing_and_all(asked: list[str], stems: set[str]) -> None:
    words = [Word(text, 1.0, (frozenset({text}),)) for text in asked]
    assert 0.0 <= share(words, stems) <= 1.0
    assert share(words, stems) <= share(words, stems | {"table"})
