"""Calibrating surveys on invented cases, and the topics that the packaged calibration is made on."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from eval.briefs.gold import packaged_topics
from eval.calibrate_cases import Case
from eval.calibrate_surveys import FEWEST, KEPT, fitted, surveys, topical
from rag.abstain import SurveyRule
from rag.answerability import NAMES, Features
from rag.question import Kind, understand

EMPTY = Features(**dict.fromkeys(NAMES, 0.0))


def case(place: int, chance: random.Random, **given: Any) -> Case:
    """Of three, one is answerable, one has its papers hidden, one is on an absent topic; most are told by standing."""
    sort = ("answerable", "hidden", "absent")[place % 3]
    stands = {"answerable": 0.75, "hidden": 0.5, "absent": 0.3}[sort] + chance.uniform(-0.2, 0.2)
    made: dict[str, Any] = {
        "whole": f"q{place}",
        "kind": "hidden" if sort == "hidden" else "asked",
        "paper": f"topic {place // 3 if sort != 'absent' else place}",
        "slice": "survey",
        "expected": "answered" if sort == "answerable" else "insufficient_evidence",
        "features": replace(EMPTY, survey=1.0, standing=stands, lead=chance.uniform(0.1, 0.2)),
        "answers": sort == "answerable",
        "answered": sort == "answerable",
        "nearest": 0.4,
        "system_named": False,
    }
    return Case(**(made | given))


def invented(count: int) -> list[Case]:
    chance = random.Random(5)
    return [case(place, chance) for place in range(count)]


def test_what_can_be_answered_is_kept_and_absent_topics_are_declined() -> None:
    made = fitted(invented(300))
    assert made is not None
    rule = SurveyRule.model_validate(made)
    answered = made["measured"]["answered"]
    assert answered["answerable"] >= KEPT - 0.01
    assert answered["answerable"] > answered["papers hidden"] > answered["topic absent"]
    assert answered["topic absent"] < 0.1
    assert rule.regression.probability(replace(EMPTY, standing=0.9)) > rule.threshold
    assert rule.regression.probability(replace(EMPTY, standing=0.2)) < rule.threshold


def test_too_few_surveys_of_a_sort_are_not_fitted() -> None:
    assert fitted(invented(3 * FEWEST - 3)) is None
    assert fitted([one for one in invented(300) if one.answered]) is None


def test_only_whole_surveys_count() -> None:
    first, *others = invented(4)
    found = [
        replace(first, features=replace(first.features, survey=0.0)),
        replace(first, silent=True),
        replace(first, kind="swapped"),
        *others,
    ]
    assert surveys(found) == others


def test_the_topics_are_for_choosing_and_are_asked_as_surveys() -> None:
    asked = topical()
    assert {understand(one.question).kind for one in asked} == {Kind.SURVEY}
    assert len({one.id for one in asked}) == len(asked)
    reporting = [topic.topic for topic in packaged_topics() if topic.half == "reporting"]
    assert reporting
    assert not [one for one in asked if any(topic.casefold() in one.question.casefold() for topic in reporting)]
    for sort in (True, False):
        assert sum(one.answerable is sort for one in asked) >= 2 * FEWEST


@pytest.mark.parametrize("topic", ["quantum computing", "sign language", "music generation"])
def test_an_absent_topic_is_in_no_digest(topic: str) -> None:
    from importlib.resources import files

    text = (files("eval") / "corpus" / "papers.jsonl").read_text(encoding="utf-8").casefold()
    assert topic not in text
    assert topic in (files("eval") / "gold" / "absent.txt").read_text(encoding="utf-8").splitlines()
