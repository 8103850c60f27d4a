"""The weights of wrong premises: what ships can be read, and fitting keeps each term to its sign."""

from __future__ import annotations

from dataclasses import replace

from answering import found

from eval.premises.fit import Case, fitted, judged, measured
from rag.models import Paper
from rag.premise.doubt import Doubt
from rag.premise.doubts import doubts
from rag.premise.weigh import TERMS, Weights, packaged, values
from rag.question import understand

PAPER = Paper(id="2401.1", title="RowNet: Rows", abstract="RowNet is a reader. It saves 28 times the memory.")


def doubt() -> Doubt:
    question = understand("Why does RowNet save 10 times the memory?")
    return next(iter(doubts(question, found(question, [PAPER]))))


def cases(author: str) -> list[Case]:
    near, far = doubt(), replace(doubt(), strength=0.1, context=0.1)
    wrong = Case(author, "?", True, True, (near, far), (True, False))
    return [wrong, replace(wrong, wrong=False, doubts=(far,), right=(False,))] * 10


def test_the_packaged_weights_know_their_terms() -> None:
    assert set(packaged().terms) <= set(TERMS)
    assert 0 < packaged().threshold < 1
    assert packaged().terms.get("against", 0.0) <= 0 < packaged().terms["product"]


def test_what_differs_clearly_of_the_same_weighs_more() -> None:
    weights = Weights.of(fitted(cases("a")))
    assert set(values(doubt())) == set(TERMS)
    assert weights.probability(doubt()) > 0.5 > weights.probability(replace(doubt(), strength=0.1, context=0.1))


def test_each_author_is_judged_by_the_others() -> None:
    counts = measured([*cases("a"), *cases("b")])
    assert counts["a"] == {"noticed": (10, 10), "corrected": (10, 10), "false_alarms": (0, 10)}
    assert judged([], packaged()) == {}
