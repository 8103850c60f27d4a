"""What the report draws and marks, computed from rows made by hand."""

from __future__ import annotations

import re

import asked
import pytest
from asked import ERRORS, FASTER, LANTERN, MARMOT, corpus_of, gold, said, session, traced
from contract.papers import ABSTRACTS
from hypothesis import given
from hypothesis import strategies as st

from eval.reliability import Bin, RiskPoint
from eval.report.overview import FAULTS, KINDS, SLICE_NAMES, overview, selective
from eval.report.plots import SIZE, at, reliability_marks, risk_line, stretches
from eval.report.question import marked, page_name, question_page
from eval.scores import Scores
from eval.scoring import CAUSES, Judged, Row, score

CORPUS = corpus_of(ABSTRACTS)
MADE = {"questions": 3, "gold": "made"}


def judged(
    entry: dict[str, object], *shown: tuple[str, str], confidence: float = 0.9, outcome: str = "answered"
) -> Judged:
    one = session(
        gold(entry), said(CORPUS, *shown, confidence=confidence, outcome=outcome), trace=traced(CORPUS, MARMOT, LANTERN)
    )
    return Judged(score(one, CORPUS), one, CORPUS)


def rows() -> list[Row]:
    return [
        judged(asked.FACTOID, (LANTERN, ERRORS)).row,
        judged({**asked.FACTOID, "id": "2", "wording": "other"}, (MARMOT, FASTER), confidence=0.4).row,
        judged(asked.NEAR, outcome="insufficient_evidence", confidence=0.1).row,
    ]


def test_every_cause_has_a_colour_and_every_slice_a_name() -> None:
    assert FAULTS.keys() == CAUSES.keys()
    assert set(FAULTS.values()) == set(KINDS) - {"right"}
    assert {entry["slice"] for entry in asked.ALL} <= SLICE_NAMES.keys()


def test_overview_counts_what_the_rows_say() -> None:
    view = overview(Scores.of(rows(), MADE), None)
    assert view.right == 2
    bars = {bar.name: (bar.right, bar.n, bar.inner) for bar in view.bars}
    assert bars["Factoid"] == (1, 2, False)
    assert bars["in other words"] == (0, 1, True)
    assert bars["Near miss"] == (1, 1, False)
    assert view.outcome_names == ["answered", "insufficient_evidence"]
    assert view.outcomes == [("answered", [2, 0]), ("insufficient_evidence", [0, 1])]
    assert [(name, [(g.cause, g.n) for g in groups]) for name, groups in view.failures.items()] == [
        ("Factoid", [(CAUSES["not_cited"], 1)])
    ]
    assert all(line.figure.measure.target is not None for line in view.headline)


def test_confidence_is_judged_over_the_answers_that_were_given() -> None:
    found = selective(rows())
    assert found is not None
    assert (found.answered, found.asked) == (2, 3)
    assert found.brier == pytest.approx((0.1**2 + 0.4**2) / 2)
    assert found.end == at(2 / 3, 0.5)
    assert found.line.split()[-1] == "{},{}".format(*found.end)
    assert selective(rows()[2:]) is None


def test_points_stand_where_they_should() -> None:
    assert at(0, 0) == (0, SIZE)
    assert at(1, 1) == (SIZE, 0)
    assert risk_line([RiskPoint(0.9, 0.5, 0.0), RiskPoint(0.2, 1.0, 0.5)], share=0.5) == "65.0,260.0 130.0,130.0"
    marks = reliability_marks([Bin(0.0, 0.5, 0, 0, 0), Bin(0.5, 1.0, 4, 0.75, 0.5), Bin(0.9, 1, 1, 0.9, 1.0)])
    assert [(mark.x, mark.y) for mark in marks] == [at(0.75, 0.5), at(0.9, 1.0)]
    assert marks[0].radius == pytest.approx(2 * marks[1].radius)


def test_stretches_fill_the_bar() -> None:
    parts = stretches([("right", 3), ("wrong paper", 0), ("not declined", 1)], 4)
    assert [(p.left, p.width, p.kind, p.count) for p in parts] == [(0, 75, "right", 3), (75, 25, "not declined", 1)]


SPANS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda p: (min(p), max(p))), max_size=4)


@given(SPANS, SPANS)
def test_marked_pieces_are_the_abstract(shown: list[tuple[int, int]], wanted: list[tuple[int, int]]) -> None:
    abstract = "".join(chr(97 + n % 26) for n in range(40))
    pieces = marked(abstract, shown, wanted)
    assert "".join(piece.text for piece in pieces) == abstract
    position = 0
    for piece in pieces:
        inside = range(position, position + len(piece.text))
        assert all(piece.shown == any(low <= n < high for low, high in shown) for n in inside)
        assert all(piece.gold == any(low <= n < high for low, high in wanted) for n in inside)
        position += len(piece.text)


def test_a_question_page_shows_what_led_to_the_answer() -> None:
    page = question_page(judged(asked.COMPARISON, (LANTERN, ERRORS)))
    (turn,) = page.turns
    assert [(group.keys[0], group.found) for group in turn.keys] == [("91.4", True), ("2.3x", False)]
    sources = {source.title: source for source in turn.sources}
    assert (sources[LANTERN].cited, sources[LANTERN].search_rank, sources[LANTERN].belongs) == (True, 2, "belongs")
    assert (sources[MARMOT].cited, sources[MARMOT].evidence_rank) == (False, 1)
    assert [p.text for p in sources[LANTERN].pieces if p.shown and p.gold] == [ERRORS]
    assert [p.text for p in sources[MARMOT].pieces if p.gold and not p.shown] == [FASTER]


@given(st.text(min_size=1, max_size=120), st.text(min_size=1, max_size=120))
def test_page_names_are_file_names_and_differ(one: str, other: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_.-]{1,100}\.html", page_name(one))
    assert (page_name(one) == page_name(other)) == (one == other)
