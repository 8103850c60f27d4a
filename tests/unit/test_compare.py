"""Two runs compared, and gates: what is a regression, what is chance, what a run fails for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eval.compare import Change, bound, compare
from eval.scores import Scores
from eval.scoring import Row
from rag.errors import InputError


def row(number: int, right: bool, **changed: object) -> Row:
    made = Row(
        id=f"q{number}",
        slice="factoid",
        stratum="factoid/own",
        question=f"Question {number}?",
        expected="answered",
        outcome="answered",
        right=right,
        causes=() if right else ("key_missing",),
        missing=(),
        not_cited=(),
        foreign=(),
        confidence=0.8,
        answer="…",
        values={"right": (float(right), 1.0), "latency_ms": (20.0 + number, 1.0), "invented": (0.0, 2.0)},
    )
    return replace(made, **changed)  # type: ignore[arg-type]


def run(*right: bool) -> Scores:
    return Scores.of([row(number, each) for number, each in enumerate(right)], {})


def of(scores: Scores, before: Scores, name: str) -> Change:
    return next(change for change in compare(scores, before).changes if change.measure.name == name)


def test_a_run_is_its_own_equal() -> None:
    scores = run(True, False, True)
    found = compare(scores, scores)
    assert (found.turned, found.common, found.others) == ((), 3, 0)
    assert found.failing(["any", "correct", "latency.p50"]) == []


def test_one_question_is_within_chance_and_any_still_fails() -> None:
    now, before = run(*[True] * 9, False), run(*[True] * 10)
    change = of(now, before, "correct.factoid")
    assert (change.worse, change.better, change.p) == (1, 0, 1.0)
    assert (change.regressed, change.significant) == (True, False)
    found = compare(now, before)
    assert found.failing(["significant"]) == []
    assert {c.measure.name for c in found.failing(["any"])} >= {"correct", "correct.factoid"}
    assert [c.measure.name for c in found.failing(["correct.factoid"])] == ["correct.factoid"]
    assert [(t.now.id, t.kind) for t in found.turned] == [("q9", "wrong now")]


def test_many_questions_are_more_than_chance() -> None:
    now, before = run(*[False] * 8, *[True] * 12), run(*[True] * 20)
    change = of(now, before, "correct.factoid")
    assert change.p == pytest.approx(2 / 2**8)
    assert change.significant
    assert change.difference.mean == pytest.approx(-0.4)
    assert "correct" in {c.measure.name for c in compare(now, before).failing(["significant"])}
    assert not compare(before, now).failing(["significant", "any"])


def test_only_questions_in_the_same_words_are_compared() -> None:
    before = run(True, True, True)
    now = Scores.of([row(0, False, question="Another?"), row(1, True), row(7, False)], {})
    found = compare(now, before)
    assert (found.common, found.others, found.turned) == (1, 4, ())


def test_times_are_compared_by_name_only() -> None:
    before = run(True, True)
    slow = [row(n, True, values={"right": (1.0, 1.0), "latency_ms": (900.0, 1.0)}) for n in range(2)]
    found = compare(Scores.of(slow, {}), before)
    assert found.failing(["any", "significant"]) == []
    assert [c.measure.name for c in found.failing(["latency.p95"])] == ["latency.p95"]


def test_a_single_invented_citation_is_significant() -> None:
    now = Scores.of([row(0, True, values={"invented": (1.0, 2.0)}), row(1, True)], {})
    assert "citation.invented" in {c.measure.name for c in compare(now, run(True, True)).failing(["significant"])}


def test_an_answer_that_is_declined_in_one_run_only_moves_the_precision() -> None:
    declined = {"decline_precision": (0.0, 1.0)}
    rightly = [row(n, True, values={"decline_precision": (1.0, 1.0)}) for n in range(30)]
    before = Scores.of([*rightly, *(row(n, True) for n in range(30, 60))], {})
    now = Scores.of([*rightly, *(row(n, False, values=declined) for n in range(30, 60))], {})
    change = of(now, before, "decline.precision")
    assert (change.before, change.now, change.p) == (1.0, 0.5, None)
    assert (change.regressed, change.significant) == (True, True)


def test_another_outcome_is_told() -> None:
    before = run(False)
    now = Scores.of([row(0, False, outcome="insufficient_evidence")], {})
    assert [t.kind for t in compare(now, before).turned] == ["still wrong, another outcome"]


def test_unknown_measures_are_refused() -> None:
    with pytest.raises(InputError, match="no measure 'corect'"):
        compare(run(True), run(True)).failing(["corect"])
    for text in ("corect=1", "correct", "correct=much"):
        with pytest.raises(InputError, match="is no gate"):
            bound(text, least=True)


def test_gates() -> None:
    scores = run(True, True, False, False)
    assert bound("correct=0.5", least=True).broken_by(scores) is None
    assert bound("correct=0.5", least=False).broken_by(scores) is None
    assert bound("correct=0.6", least=True).broken_by(scores) == "correct >= 0.6 is asked for, and it is 0.5."
    assert bound("citation.invented=0", least=False).broken_by(scores) is None
    missing = bound("survey.recall=0.1", least=True).broken_by(scores)
    assert missing == "survey.recall >= 0.1 is asked for, and no question measures it."
