"""Fitting a calibration on invented cases: signs, folds by paper, the threshold, what is reported."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from eval.calibrate_cases import Case, author, joined, unanswerable
from eval.calibrate_fit import (
    AGAINST,
    IN_FAVOUR,
    TERMS,
    chosen_scope,
    chosen_threshold,
    cross_validated,
    fit,
    fitted,
    matrix,
    weighed,
)
from eval.gold import GoldQuestion
from rag.abstain import Proposal, Regression
from rag.answerability import NAMES, Features
from rag.question import understand

EMPTY = Features(**dict.fromkeys(NAMES, 0.0))


def case(place: int, *, answerable: bool, chance: random.Random, **given: Any) -> Case:
    """An answerable question is near and lacks nothing, the other is as near and its figure is missing."""
    found = replace(
        EMPTY,
        named=float(place % 2),
        coverage=chance.uniform(0.4, 1.0),
        cosine=chance.uniform(0.3, 0.8),
        figure_missing=0.0 if answerable else chance.choice([1.0, 1.0, 0.7]),
        first_by_vectors=1.0,
    )
    made: dict[str, Any] = {
        "whole": f"q{place}",
        "kind": "asked",
        "paper": f"paper {place % 15}",
        "slice": "factoid" if answerable else "near_miss",
        "expected": "answered" if answerable else "insufficient_evidence",
        "features": found,
        "answers": answerable,
        "answered": answerable,
        "author": "ash" if place % 2 else "oak",
        "nearest": found.cosine,
        "system_named": bool(place % 2),
    }
    return Case(**(made | given))


def invented(count: int = 90) -> list[Case]:
    chance = random.Random(3)
    return [case(place, answerable=place % 3 > 0, chance=chance) for place in range(count)]


def right(found: list[Case]) -> Any:
    return np.array([one.answers for one in found])


def test_what_decides_is_found_and_no_term_speaks_the_wrong_way() -> None:
    found = invented()
    made = fit(found, weighed(found), right(found))
    weights = dict(zip(TERMS, made.weights, strict=True))
    assert weights["figure_missing"] < 0
    assert min(weights, key=lambda name: weights[name]) == "figure_missing"
    assert all(weights[name] <= 0 for name in AGAINST)
    assert all(weights[name] >= 0 for name in IN_FAVOUR)


def test_the_file_says_what_the_fit_says() -> None:
    found = invented()
    made = fit(found, weighed(found), right(found))
    read = Regression.model_validate(made.as_json())
    by_fit = made.probabilities(matrix(found))
    assert [read.probability(one.features) for one in found] == pytest.approx(list(by_fit), abs=1e-3)


def test_no_case_is_judged_by_a_model_that_saw_its_paper() -> None:
    """A paper's cases all have labels that lie: judged without it, they are judged like the others."""
    found = [replace(one, answers=not one.answers) if one.paper == "paper 4" else one for one in invented()]
    said = cross_validated(found, weighed(found), right(found))
    lied = [said[place] for place, one in enumerate(found) if one.paper == "paper 4" and not one.answers]
    assert min(lied) > 0.5


def test_no_case_is_judged_by_a_model_that_saw_its_author() -> None:
    """All labels of one author lie: judged by the others' questions, they are judged like the others."""
    found = [replace(one, answers=not one.answers) if one.author == "ash" else one for one in invented()]
    said = cross_validated(found, weighed(found), right(found))
    lied = [said[place] for place, one in enumerate(found) if one.author == "ash" and not one.answers]
    assert min(lied) > 0.5


def test_whether_the_papers_answer_decides_and_not_whether_the_right_sentence_was_found() -> None:
    """Half of the answers are wrong ones: an answer is then less sure, and not declined for it."""
    found = [replace(one, answers=one.answers and place % 4 < 2) for place, one in enumerate(invented())]
    made = fitted(found)
    sure, able = (Regression.model_validate(content) for content in (made.regression, made.answerable))
    given = next(one.features for one in found if one.answered)
    assert sure.probability(given) < 0.7 < able.probability(given)
    assert (made.measured["at_threshold"]["precision"], made.measured["at_threshold"]["recall"]) == (1.0, 1.0)


def test_an_identifier_tells_the_author() -> None:
    for identifier, who in (("voice-a-near-miss-03", "voice-a"), ("choosing-factoid-01", "choosing"), ("mine", "mine")):
        assert author(cast(GoldQuestion, SimpleNamespace(id=identifier))) == who


def test_cases_made_for_nothing_weigh_as_half_of_the_near_misses() -> None:
    found = invented()
    hidden = [replace(one, kind="hidden", answers=False, whole=f"{one.whole} hidden") for one in found]
    further = [replace(one, further=True) for one in found]
    silent = replace(found[0], silent=True)
    weights = weighed([*found, *hidden, *further, silent])
    near_misses = sum(one.slice == "near_miss" for one in (*found, silent))
    assert set(weights[: len(found)]) == {1.0}
    assert weights[len(found) : 2 * len(found)].sum() == pytest.approx(near_misses / 2)
    assert set(weights[2 * len(found) : 3 * len(found)]) == {0.4}
    assert weights[-1] == 0.0


def test_the_threshold_tells_them_apart_and_the_report_counts() -> None:
    found = invented()
    made = fitted(found)
    at = made.measured["at_threshold"]
    assert (at["precision"], at["recall"]) == (1.0, 1.0)
    assert made.measured["questions"] == 90
    assert at["answered"] + 30 == 90
    assert at["answered_wrongly_at_most"] == pytest.approx(1 - 0.05 ** (1 / 60), abs=1e-4)
    assert sum(found_bin["count"] for found_bin in made.measured["reliability"]) == 90
    assert made.measured["brier"] < 0.1
    assert [point["threshold"] for point in made.measured["curve"]] == [step / 100 for step in range(10, 91, 5)]
    assert {who: at["questions"] for who, at in made.measured["authors"].items()} == {"ash": 45, "oak": 45}


def test_a_threshold_balances_precision_and_recall() -> None:
    chance = random.Random(1)
    found = [case(place, answerable=place >= 4, chance=chance) for place in range(10)]
    said = np.array([0.1, 0.1, 0.1, 0.4, 0.3, 0.9, 0.9, 0.9, 0.9, 0.9])
    # Up to .3 three of four are declined, all rightly; from .4 on all four, and one that could be answered.
    assert 0.10 < chosen_threshold(found, said) <= 0.30 or chosen_threshold(found, said) > 0.40


def test_of_thresholds_that_nothing_tells_apart_the_lowest_is_taken() -> None:
    chance = random.Random(1)
    found = [case(place, answerable=place >= 4, chance=chance) for place in range(10)]
    assert chosen_threshold(found, np.array([0.1] * 4 + [0.9] * 6)) == pytest.approx(0.11)


def test_the_edge_of_the_scope_lies_between_what_is_outside_and_what_is_inside() -> None:
    chance = random.Random(2)
    outside = [
        case(2 * n, answerable=False, chance=chance, expected="out_of_scope", nearest=0.1 + 0.02 * n) for n in range(4)
    ]
    inside = [case(2 * n, answerable=True, chance=chance, nearest=0.3 + 0.1 * n, whole=f"in{n}") for n in range(4)]
    assert chosen_scope([*outside, *inside]) == pytest.approx((0.16 + 0.3) / 2)
    assert chosen_scope(inside) == 0.0


def gold(number: int, text: str, **given: Any) -> GoldQuestion:
    made = {
        "id": f"ash-{given.get('slice', 'factoid')}-{number}",
        "slice": "factoid",
        "wording": "own",
        "question": text,
        "outcome": "answered",
        "answer": "",
        "keys": [],
        "titles": ["Kestrel: Reading Tables"],
        "quotes": [],
    }
    return GoldQuestion.model_validate_json(json.dumps(made | given))


def test_the_part_that_is_not_given_is_told_by_what_its_answer_has_not() -> None:
    asked = gold(
        1,
        "What does the cursor of Kestrel read, and how many parameters are there?",
        slice="partial",
        outcome="partial",
        missing="the number of parameters of the cursor of Kestrel is not given",
        quotes=[{"title": "Kestrel: Reading Tables", "quote": "The cursor of Kestrel reads row by row."}],
    )
    first, second = (Proposal(part, (), sound=True) for part in understand(asked.question).parts)
    assert unanswerable(asked, (first, second)) is second
    assert unanswerable(asked, (second, first)) is second
    assert unanswerable(asked, (first,)) is None


def test_questions_on_one_paper_are_joined_and_those_in_vain_come_first() -> None:
    first, other = gold(1, "How accurate is Kestrel?"), gold(2, "Which tables does Kestrel read?")
    away = gold(3, "How fast is Marmot?", titles=["Marmot: Faster Decoding"])
    nothing: dict[str, Any] = {"slice": "near_miss", "outcome": "insufficient_evidence", "titles": []}
    near = gold(4, "How many rows does Kestrel skip?", **nothing, why="figure_not_given", near=first.titles[0])
    assert list(joined([first, away], [near])) == [(first, near)]
    pairs = list(joined([first, other, away, near]))
    assert {(one.id, two.id) for one, two in pairs} == {
        *((first.id, near.id), (first.id, other.id), (other.id, near.id), (other.id, first.id))
    }
    assert next(two.id for one, two in pairs if one is first) == near.id
