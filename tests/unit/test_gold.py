"""The form of gold questions: what is read, and what is refused."""

from __future__ import annotations

from typing import Any

import asked
import pytest

from eval.gold import chosen, digest, parse
from eval.halves import read_half
from rag.errors import InputError


def test_questions_of_every_slice_are_read() -> None:
    found = parse(asked.lines().splitlines(), "made")
    assert [question.slice for question in found] == [entry["slice"] for entry in asked.ALL]
    assert [turn.question for turn in found[-1].asked] == [asked.FACTOID["question"], "And the dense baseline?"]
    assert found[3].stratum == "near_miss/figure_not_given"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"slice": "riddle"}, "slice"),
        ({"wording": None}, "needs wording"),
        ({"keyes": []}, "keyes"),
        ({"keys": [[]]}, "group of keys is empty"),
        ({"titles": []}, "names the papers"),
        ({"outcome": "insufficient_evidence"}, "no keys, titles or quotes"),
        ({"also": asked.FACTOID["titles"]}, "stands in titles and in also"),
        ({"outcome": "maybe"}, "outcome"),
        ({"question": 7}, "question"),
    ],
)
def test_a_malformed_question_is_refused_with_its_line(changed: dict[str, Any], said: str) -> None:
    lines = [asked.lines([asked.COMPARISON]), "", asked.lines([{**asked.FACTOID, **changed}])]
    with pytest.raises(InputError, match=r"^Line 3 of made is no gold question") as caught:
        parse(lines, "made")
    assert said in caught.value.message
    assert caught.value.hint


def test_a_conversation_repeats_its_last_turn() -> None:
    with pytest.raises(InputError, match="repeats the question"):
        asked.gold(asked.CONVERSATION, question="Another?")


def test_identifiers_are_unique_and_files_are_not_empty() -> None:
    with pytest.raises(InputError, match="stands twice"):
        parse([asked.lines([asked.FACTOID]), asked.lines([asked.FACTOID])], "made")
    with pytest.raises(InputError, match="holds no gold questions"):
        parse([""], "made")


def test_slices_and_limits() -> None:
    found = parse(asked.lines().splitlines(), "made")
    assert {q.slice for q in chosen(found, ["near_miss", "survey"], None)} == {"near_miss", "survey"}
    assert len(chosen([*found, *found], [], 1)) == len(found)
    with pytest.raises(InputError, match="no slice 'riddle'"):
        chosen(found, ["riddle"], None)
    with pytest.raises(InputError, match="no half 'third'"):
        read_half("third")


def test_the_digest_is_of_what_is_asked() -> None:
    found = parse(asked.lines().splitlines(), "made")
    assert digest(found) == digest(found[::-1]) != digest(found[1:])
