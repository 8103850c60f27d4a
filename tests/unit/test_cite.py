"""Citing: papers numbered in the order of their first citation, quotes once each, titles from the papers."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.cite import cited, readable
from rag.ground import EvidenceSentence, Grounded
from rag.models import AnswerSentence, Citation, Paper, SentenceEvidence
from rag.text.sentences import sentences

HERON = Paper(
    id="2501.00001",
    title="Heron: Patient Reading of Court Records",
    abstract="We present Heron, which reads records in folds. It answers 83.5% of questions. Heron needs 24 GB.",
    url="https://papers.example/2501.00001",
    published="2025-01",
)
TERN = Paper(
    id="2501.00003",
    title="Tern: Speech Recognition on Fishing Boats",
    abstract="Engines drown speech on boats. Tern listens with two microphones. It never stores a recording.",
)
MAPS = Paper(id="t-0123456789ab", title="Do Maps Help Walkers?", abstract="We ask 212 walkers. Maps help most of them.")
PAPERS = {paper.id: paper for paper in (HERON, TERN, MAPS)}


def piece(paper: Paper, number: int) -> EvidenceSentence:
    sentence = sentences(paper.abstract)[number]
    return EvidenceSentence(paper.id, paper.title, None, sentence.text, sentence.start, sentence.end)


def quoted(paper: Paper, number: int) -> Grounded:
    source = piece(paper, number)
    return Grounded(source.text, "verbatim", (source,))


def numbers(made: Sequence[AnswerSentence]) -> list[tuple[int, ...]]:
    return [sentence.citations for sentence in made]


def test_nothing_said_is_nothing_cited() -> None:
    assert cited((), {}) == ((), ())


def test_papers_are_numbered_in_the_order_of_their_first_citation() -> None:
    made, citations = cited([quoted(MAPS, 1), quoted(HERON, 1), quoted(MAPS, 0), quoted(TERN, 0)], PAPERS)
    assert numbers(made) == [(1,), (2,), (1,), (3,)]
    assert [(c.n, c.paper_id) for c in citations] == [(1, MAPS.id), (2, HERON.id), (3, TERN.id)]


def test_a_citation_carries_what_the_paper_says_of_itself() -> None:
    _, (citation, other) = cited([quoted(HERON, 0), quoted(TERN, 0)], PAPERS)
    assert (citation.title, citation.url, citation.published) == (HERON.title, HERON.url, "2025-01")
    assert (other.url, other.published) == (None, None)


def test_several_spans_of_one_paper_are_one_citation_with_several_quotes() -> None:
    pieces = (piece(HERON, 2), piece(HERON, 0))
    (sentence,), (citation,) = cited([Grounded("Heron reads in folds and needs 24 GB.", "close", pieces)], PAPERS)
    assert sentence.citations == (1,)
    assert [(e.citation, e.quote) for e in sentence.evidence] == [(1, p.text) for p in pieces]
    assert [(q.start, q.end, q.quote) for q in citation.quotes] == [(p.start, p.end, p.text) for p in pieces]


def test_a_span_that_shows_two_sentences_is_quoted_once() -> None:
    shared = piece(HERON, 0)
    said = [Grounded("Heron reads records.", "close", (shared,)), quoted(HERON, 0), quoted(HERON, 1)]
    made, (citation,) = cited(said, PAPERS)
    assert [len(sentence.evidence) for sentence in made] == [1, 1, 1]
    assert [quote.quote for quote in citation.quotes] == [shared.text, piece(HERON, 1).text]


@pytest.mark.parametrize("support", ["verbatim", "close", "weak"])
@pytest.mark.parametrize(("corrected", "replaced"), [(False, False), (True, False), (False, True), (True, True)])
def test_what_became_of_a_sentence_is_passed_on(support: str, corrected: bool, replaced: bool) -> None:
    said = Grounded("Tern never stores.", support, (piece(TERN, 2),), corrected, replaced)  # type: ignore[arg-type]
    (sentence,), _ = cited([said], PAPERS)
    assert (sentence.text, sentence.support) == ("Tern never stores.", support)
    assert (sentence.corrected_citation, sentence.replaced_wording) == (corrected, replaced)


def test_the_subject_is_given_where_the_sentence_does_not_say_it() -> None:
    made, _ = cited([quoted(HERON, 1), quoted(HERON, 2), quoted(TERN, 2), quoted(MAPS, 0)], PAPERS)
    assert [sentence.subject for sentence in made] == ["Heron", None, "Tern", None]


def test_a_sentence_reads_with_its_subject_and_numbers() -> None:
    made, _ = cited([quoted(HERON, 1), quoted(HERON, 2), quoted(TERN, 2)], PAPERS)
    assert [readable(sentence) for sentence in made] == [
        "Heron: It answers 83.5% of questions. [1]",
        "Heron needs 24 GB. [1]",
        "Tern: It never stores a recording. [2]",
    ]


def test_several_numbers_stand_side_by_side() -> None:
    evidence = (SentenceEvidence(citation=2, start=0, end=1, quote="M"),)
    sentence = AnswerSentence(text="Maps help.", citations=(2, 1, 3), support="close", evidence=evidence)
    assert readable(sentence) == "Maps help. [2][1][3]"


def test_a_paper_that_was_not_found_is_an_error_and_no_invented_citation() -> None:
    with pytest.raises(KeyError):
        cited([quoted(HERON, 0)], {TERN.id: TERN})


@st.composite
def grounded(draw: st.DrawFn) -> Grounded:
    paper = draw(st.sampled_from(list(PAPERS.values())))
    every = [piece(paper, n) for n in range(len(sentences(paper.abstract)))]
    pieces = draw(st.lists(st.sampled_from(every), min_size=1, max_size=3, unique=True))
    return Grounded(draw(st.sampled_from([pieces[0].text, "It waits."])), "close", tuple(pieces))


@settings(max_examples=60)
@given(st.lists(grounded(), max_size=8))
def test_every_number_resolves_and_every_quote_holds(said: list[Grounded]) -> None:
    made, citations = cited(said, PAPERS)
    assert [citation.n for citation in citations] == list(range(1, len(citations) + 1))
    assert list(dict.fromkeys(n for sentence in made for n in sentence.citations)) == [c.n for c in citations]
    assert len({citation.paper_id for citation in citations}) == len(citations)
    of: dict[int, Citation] = {citation.n: citation for citation in citations}
    for sentence in made:
        for shown in sentence.evidence:
            abstract = PAPERS[of[shown.citation].paper_id].abstract
            assert abstract[shown.start : shown.end] == shown.quote
            assert (shown.start, shown.end) in {(q.start, q.end) for q in of[shown.citation].quotes}
    for citation in citations:
        spans = [(quote.start, quote.end) for quote in citation.quotes]
        assert len(spans) == len(set(spans))
        assert all(PAPERS[citation.paper_id].abstract[q.start : q.end] == q.quote for q in citation.quotes)
