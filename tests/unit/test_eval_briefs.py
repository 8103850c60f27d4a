"""The gold topics of briefs, and how a brief is measured against one."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest

from eval.briefs.gold import GoldTopic, packaged_topics, topics_in
from eval.briefs.measure import measured, pooled, table
from rag.errors import UnreadableSource
from rag.models import (
    AnswerSentence,
    BriefCoverage,
    BriefFigure,
    Briefing,
    BriefProvenance,
    BriefSection,
    Citation,
    Paper,
    Quote,
    ReportedPaper,
    SentenceEvidence,
    Window,
)


def test_the_gold_topics_are_true_to_the_sample_corpus() -> None:
    lines = (files("eval") / "corpus" / "papers.jsonl").read_text(encoding="utf-8").splitlines()
    abstracts = {record["title"]: record["abstract"] for record in map(json.loads, lines)}
    topics = packaged_topics()
    assert len({topic.id for topic in topics}) == len(topics) == 36
    assert sorted(topic.half for topic in topics) == ["choosing"] * 32 + ["reporting"] * 4
    for topic in topics:
        assert {*topic.titles, *topic.also} <= abstracts.keys()
        assert not set(topic.titles) & set(topic.also)
        for figure in topic.figures:
            assert figure.title in topic.titles
            assert figure.value in abstracts[figure.title]


def test_a_malformed_topic_is_named_by_its_line(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "t.jsonl").write_text('{"id": "x"}\n', encoding="utf-8")
    with pytest.raises(UnreadableSource, match=r"Line 1 of t\.jsonl"):
        topics_in(tmp_path / "t.jsonl")


PAPERS = {
    "a": Paper(id="a", title="A", abstract="Quilt saves 12% of pages."),
    "b": Paper(id="b", title="B", abstract="Bat is 3x faster."),
    "c": Paper(id="c", title="C", abstract="Cat sleeps."),
}


def sentence(text: str, n: int, start: int, end: int, quote: str) -> AnswerSentence:
    piece = SentenceEvidence(citation=n, start=start, end=end, quote=quote)
    return AnswerSentence(text=text, citations=(n,), support="verbatim", evidence=(piece,))


def brief(*sentences: AnswerSentence, figures: tuple[BriefFigure, ...] = ()) -> Briefing:
    ids = [list(PAPERS)[one.citations[0] - 1] for one in sentences]
    return Briefing(
        id="brf_1",
        window=Window(),
        title="t",
        sections=(BriefSection(heading="h", sentences=sentences, paper_ids=tuple(ids)),),
        figures=figures,
        citations=tuple(
            Citation(n=n, paper_id=name, title=PAPERS[name].title, quotes=(Quote(start=0, end=1, quote="x"),))
            for n, name in enumerate(PAPERS, 1)
        ),
        papers=tuple(ReportedPaper(paper_id=name, revision=1) for name in dict.fromkeys(ids)),
        coverage=BriefCoverage(papers_searched=3),
        provenance=BriefProvenance(mode="extractive", embedding="e", catalogue_revision=1, version="0", created="now"),
    )


GOLD = GoldTopic.model_validate(
    {
        "id": "t",
        "half": "choosing",
        "topic": "quilts",
        "titles": ["A", "B"],
        "figures": [{"title": "A", "value": "2%"}, {"title": "A", "value": "12%"}],
    }
)


def test_papers_figures_and_spans_are_counted() -> None:
    made = brief(
        sentence("Quilt saves 12% of pages.", 1, 0, 25, "Quilt saves 12% of pages."),
        sentence("Cat sleeps.", 3, 0, 10, "Cat sleeps"),
        sentence("Cat sleeps.", 3, 1, 11, "Cat sleeps."),
    )
    one = measured(GOLD, made, PAPERS)
    assert (one.missed, one.wrong, one.right) == (("B",), ("C",), 1)
    assert one.figures_missed == ("2% (A)",)
    assert (one.sentences, one.true_spans) == (3, 2)
    assert (one.pairs, one.repeats) == (2, 1)
    scores = pooled([one])
    assert scores["paper_recall"] == 0.5
    assert scores["paper_precision"] == 0.5
    assert scores["figures_mentioned"] == 0.5
    assert "missed: B" in table([one])


def test_papers_that_may_be_there_do_not_count() -> None:
    also = GOLD.model_copy(update={"also": ("C",)})
    made = brief(sentence("Cat sleeps.", 3, 0, 11, "Cat sleeps."))
    assert measured(also, made, PAPERS).wrong == ()


def test_a_wrong_figure_of_the_table_is_found() -> None:
    right = BriefFigure(paper_id="b", quantity="q", value="3x", quote="is 3x faster", start=4, end=16)
    wrong = right.model_copy(update={"value": "4x"})
    made = brief(sentence("Bat is 3x faster.", 2, 0, 17, "Bat is 3x faster."), figures=(right, wrong))
    assert measured(GOLD, made, PAPERS).figures_wrong == 1


def test_a_sentence_without_its_subject_is_seen() -> None:
    made = brief(sentence("It sleeps.", 3, 0, 11, "Cat sleeps."))
    assert measured(GOLD, made, PAPERS).with_subject == 0
