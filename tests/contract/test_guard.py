"""The guard against its ruler: planted falsehoods are caught, faithful sentences are not dropped.

A gate, not a measurement: the figures of `paperbrief eval guard` stand in docs/evaluation.md.
"""

from __future__ import annotations

import pytest

from eval.guard.probes import FAITHFUL, build, read_paraphrases, read_sample
from eval.guard.report import Verdict, judge, table
from rag.ground import DraftSentence, EvidenceSentence, ground
from rag.text.sentences import sentences

LEAST = {
    **dict.fromkeys(("figure", "unit", "name", "citation"), 0.97),
    **dict.fromkeys(("negation", "direction", "moved_fact"), 0.90),
}
FALSE_ALARMS = 0.05


@pytest.fixture(scope="module")
def verdicts() -> list[Verdict]:
    papers = read_sample()
    return judge(build(papers, read_paraphrases(), seed=11, per_class=80), papers)


@pytest.mark.parametrize("kind", LEAST)
def test_planted_falsehoods_are_caught(verdicts: list[Verdict], kind: str) -> None:
    row = next(row for row in table(verdicts) if row.kind == kind)
    missed = [v.probe.text for v in verdicts if v.probe.kind == kind and not v.caught]
    assert row.n >= 60
    assert row.hits / row.n >= LEAST[kind], missed


def test_faithful_sentences_are_rarely_dropped(verdicts: list[Verdict]) -> None:
    faithful = [v for v in verdicts if v.probe.kind == FAITHFUL]
    paraphrases = [v for v in faithful if v.probe.origin == "paraphrase"]
    for group in (faithful, paraphrases):
        dropped = [v.probe.text for v in group if v.fate == "dropped"]
        assert len(dropped) / len(group) <= FALSE_ALARMS, dropped


def test_what_replaces_a_sentence_is_a_sentence_of_an_abstract(verdicts: list[Verdict]) -> None:
    written = {sentence.text for paper in read_sample() for sentence in sentences(paper.abstract)}
    replaced = [v for v in verdicts if v.fate == "replaced"]
    assert replaced
    assert all(v.shown in written for v in replaced)


def test_spans_of_everything_that_stands_hold() -> None:
    papers = {paper.id: paper for paper in read_sample()}
    evidence = [
        EvidenceSentence(paper.id, paper.title, None, s.text, s.start, s.end)
        for paper in papers.values()
        for s in sentences(paper.abstract)
    ]
    drafts = [DraftSentence(paraphrase.text) for paraphrase in read_paraphrases()[:40]]
    shown = [piece for said in ground(drafts, evidence).sentences for piece in said.evidence]
    assert shown
    assert all(papers[piece.paper_id].abstract[piece.start : piece.end] == piece.text for piece in shown)
