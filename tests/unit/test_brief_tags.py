"""Topic tags: from the text, from neighbours, from what is common."""

from __future__ import annotations

import numpy as np
import pytest

from rag.brief.tags import MOST, carried, checked_tag, choose
from rag.errors import InputError, SettingsError
from rag.text.topics import Vocabulary, asked_of, packaged, spoken_of, stems_of

TOPICS = Vocabulary.read(
    """
# a comment
decoding: speculative decoding, draft token
retrieval: retrieval augmented, RAG, passage
speed: faster inference, (speedup)
"""
)


def test_a_text_speaks_of_a_topic_by_its_phrases() -> None:
    spoken = spoken_of(TOPICS, "Speculative decoding with few draft tokens", "We verify the draft tokens at once.")
    assert list(spoken) == ["decoding"]
    assert 0.7 < spoken["decoding"] < 1


def test_hyphens_plurals_and_capitals_make_no_difference() -> None:
    assert spoken_of(TOPICS, "A", "It is Retrieval-Augmented and ranks Passages.").keys() == {"retrieval"}


def test_a_weak_word_counts_beside_a_strong_one_only() -> None:
    assert spoken_of(TOPICS, "A 2x speedup", "The speedup is large.") == {}
    alone = spoken_of(TOPICS, "A", "It makes for faster inference.")["speed"]
    assert spoken_of(TOPICS, "A", "It makes for faster inference, a speedup of 2x.")["speed"] > alone


def test_the_title_counts_more_and_repeats_count_less() -> None:
    title = spoken_of(TOPICS, "speculative decoding", "text")["decoding"]
    body = spoken_of(TOPICS, "text", "speculative decoding")["decoding"]
    assert title > body
    many = [spoken_of(TOPICS, "t", " ".join(["speculative decoding"] * n))["decoding"] for n in (1, 2, 3, 9)]
    steps = np.diff(many)
    assert all(steps > 0)
    assert steps[0] > steps[1]


def test_neighbours_bring_what_most_of_them_carry() -> None:
    pool = np.array([[1, 0], [0.99, 0.1], [0.98, 0.2], [0, 1]], np.float32)
    pool /= np.linalg.norm(pool, axis=1, keepdims=True)
    near = carried(
        np.array([[0.97, 0.24]], np.float32), pool, [{"dna": 1.0}, {"dna": 1.0}, {"dna": 1.0}, {"code": 1.0}]
    )
    assert near[0]["dna"] > 0.9
    assert near[0].get("code", 0.0) < 0.2
    assert dict(choose({}, near[0], {"dna": 3})).keys() == {"dna"}
    assert choose({}, {"dna": 0.4}, {"dna": 3}) == ()


def test_nobody_is_a_neighbour_of_itself_and_nothing_comes_from_an_empty_pool() -> None:
    one = np.array([[1, 0]], np.float32)
    assert carried(one, one, [{"dna": 1.0}]) == [{}]
    assert carried(one, np.zeros((0, 2), np.float32), []) == [{}]


def test_few_tags_are_chosen_and_codes_of_categories_are_none() -> None:
    chosen = choose({"a": 0.9, "b": 0.8, "c": 0.8, "d": 0.8, "cs.CL": 0.9, "faint": 0.2}, {}, {})
    assert [tag for tag, _ in chosen] == ["a", "b", "c"][:MOST]


def test_the_choice_does_not_depend_on_the_order_in_which_topics_come() -> None:
    assert choose({"a": 0.8, "b": 0.8}, {}, {}) == choose({"b": 0.8, "a": 0.8}, {}, {})


def test_a_malformed_vocabulary_is_refused() -> None:
    for text in ("decoding", "decoding:", ": phrase", "decoding: ,"):
        with pytest.raises(SettingsError, match="malformed"):
            Vocabulary.read(text)


def test_the_packaged_vocabulary_reads_and_names_nothing_twice() -> None:
    names = packaged().names
    assert len(names) > 70
    assert len(set(names)) == len(names)
    assert all(checked_tag(name) == name for name in names)


def test_what_is_no_tag() -> None:
    assert checked_tag("  two\nwords ") == "two words"
    for name in ("", "  ", "...", "x" * 61):
        with pytest.raises(InputError):
            checked_tag(name)


def test_a_topic_asks_for_tags_by_words_that_stand_apart() -> None:
    vocabulary = Vocabulary.read("small networks: binary model, (cheap), (fast)\nreading: reading pages\n")
    asked = asked_of(vocabulary, "binary and ternary language models")
    assert asked.keys() == {"small networks"}
    assert asked["small networks"].stems == stems_of("binary models")
    assert asked_of(vocabulary, "cheap and fast answers").keys() == {"small networks"}
    assert asked_of(vocabulary, "cheap answers") == {}
    assert asked_of(vocabulary, "reading pages")["reading"].strength > asked["small networks"].strength
