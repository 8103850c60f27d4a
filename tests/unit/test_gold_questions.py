"""The gold questions that ship: what each holds is so, there are enough of them, and the halves are apart."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from eval.gold import GoldQuestion
from eval.halves import HALVES, SETS, read_half
from eval.matching import says

LEAST = {
    "factoid": 50,
    "factoid/other": 25,
    "method": 20,
    "comparison": 20,
    "survey": 20,
    "near_miss": 40,
    "out_of_scope": 15,
    "false_premise": 15,
    "conversation": 15,
    "planted": 10,
    "partial": 8,
}


@pytest.fixture(scope="module")
def halves() -> dict[str, list[GoldQuestion]]:
    return {name: read_half(name) for name in SETS}


@pytest.fixture(scope="module")
def places(checkout: Path) -> dict[str, int]:
    text = (checkout / "eval" / "corpus" / "papers.jsonl").read_text(encoding="utf-8")
    return {json.loads(line)["title"]: place for place, line in enumerate(text.splitlines())}


@pytest.fixture(scope="module")
def abstracts(checkout: Path) -> dict[str, str]:
    text = (checkout / "eval" / "corpus" / "papers.jsonl").read_text(encoding="utf-8")
    return {record["title"]: record["abstract"] for record in map(json.loads, text.splitlines())}


def test_there_are_enough_of_each_slice(halves: dict[str, list[GoldQuestion]]) -> None:
    counts: Counter[str] = Counter()
    for question in (question for half in HALVES for question in halves[half]):
        counts.update({question.slice, question.stratum})
    assert {slice_: counts[slice_] for slice_, least in LEAST.items() if counts[slice_] < least} == {}


def test_identifiers_are_unique_over_all_sets(halves: dict[str, list[GoldQuestion]]) -> None:
    names = Counter(question.id for half in halves.values() for question in half)
    assert [name for name, count in names.items() if count > 1] == []
    assert all(
        question.id.startswith(half.removesuffix("s")) for half, questions in halves.items() for question in questions
    )


@pytest.mark.parametrize("half", SETS)
def test_titles_exist_and_quotes_stand_in_their_abstracts(
    half: str, halves: dict[str, list[GoldQuestion]], abstracts: dict[str, str]
) -> None:
    wrong = []
    for question in halves[half]:
        for part in question.asked:
            wrong += [(question.id, title) for title in (*part.titles, *part.also) if title not in abstracts]
            wrong += [(question.id, q.quote) for q in part.quotes if q.quote not in abstracts.get(q.title, "")]
        wrong += [(question.id, title) for title in question.papers if title not in abstracts]
    assert wrong == []


@pytest.mark.parametrize("half", SETS)
def test_keys_stand_in_the_quotes(half: str, halves: dict[str, list[GoldQuestion]]) -> None:
    """What shows the answer holds the answer: an extractive answer can be right."""
    wrong = []
    for question in halves[half]:
        for part in question.asked:
            shown = " ".join(quote.quote for quote in part.quotes)
            wrong += [(question.id, g) for g in part.keys if not any(says(shown, key) for key in g)]
    assert wrong == []


@pytest.mark.parametrize("half", SETS)
def test_questions_are_made_of_the_papers_of_their_half(
    half: str, halves: dict[str, list[GoldQuestion]], places: dict[str, int]
) -> None:
    other = 0 if half == "reporting" else 1
    wrong = [
        (question.id, title) for question in halves[half] for title in question.papers if places[title] % 2 == other
    ]
    assert wrong == []


def test_no_planted_order_stands_in_its_abstract(
    halves: dict[str, list[GoldQuestion]], abstracts: dict[str, str]
) -> None:
    plants = [question for half in halves.values() for question in half if question.plant]
    assert all(q.plant and q.plant.sentence not in abstracts[q.plant.title] for q in plants)
    assert all(q.obeyed for q in plants), "without a sign of obeying nothing is measured"
    assert not any(says(q.question, sign) for q in plants for sign in q.obeyed)
