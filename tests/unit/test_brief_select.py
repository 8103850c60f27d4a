"""Which papers are about a topic, in which order, and which are quietly important."""

from __future__ import annotations

from rag.brief.select import Candidate, about, quiet, ranked, votes_of
from rag.evidence import Evidence
from rag.models import Paper, PaperListing


def paper(number: int, *votes: tuple[str, int | None]) -> Paper:
    listings = tuple(PaperListing(feed="daily", day=day, upvotes=upvotes) for day, upvotes in votes)
    abstract = f"We propose Quilt{number}, which reads long texts."
    return Paper(id=f"p{number}", title=f"Quilt{number}", abstract=abstract, listings=listings)


def evidence(of: Paper, coverage: float, cosine: float, has: frozenset[str] = frozenset({"quilt"})) -> Evidence:
    return Evidence(
        paper=of,
        start=0,
        end=len(of.abstract),
        text=of.abstract,
        coverage=coverage,
        paper_coverage=coverage,
        cosine=cosine,
        relevance=coverage,
        names=frozenset(),
        paper_score=0.5,
        has=has,
    )


def judged(*given: tuple[float, float], tags: dict[str, dict[str, float]] | None = None) -> list[str]:
    papers = [paper(n) for n in range(len(given))]
    found = [evidence(one, coverage, cosine) for one, (coverage, cosine) in zip(papers, given, strict=True)]
    spoken = {"quilts": 1.0} if tags else {}
    return [c.paper.id for c in about(papers, found, tags or {}, spoken, votes={})]


FAR = [(0.1, 0.2)] * 12


def test_papers_that_speak_of_the_topic_stand_out() -> None:
    assert judged((0.95, 0.7), (0.9, 0.6), *FAR) == ["p0", "p1"]


def test_nothing_is_about_a_topic_that_no_paper_speaks_of() -> None:
    assert judged(*FAR) == []
    assert judged() == []


def test_a_tag_brings_in_what_its_words_do_not() -> None:
    tags = {"p0": {"quilts": 0.75}, "p1": {"quilts": 0.75}}
    assert judged((0.9, 0.6), (0.3, 0.35), *FAR, tags=tags) == ["p0", "p1"]
    assert judged((0.9, 0.6), (0.3, 0.35), *FAR) == ["p0"]


def test_a_likeness_to_a_word_that_no_paper_has_is_not_enough() -> None:
    papers = [paper(n) for n in range(13)]
    found = [evidence(papers[0], 0.8, 0.3), *(evidence(one, 0.1, 0.2) for one in papers[1:])]
    seen = about(papers, found, {}, {}, votes={})
    unseen = about(papers, found, {}, {}, votes={}, unseen=frozenset({"quilt"}))
    assert [c.paper.id for c in seen] == ["p0"]
    assert unseen == []


def test_relevance_and_votes_are_mixed_by_the_knob() -> None:
    one, other = Candidate(paper(0), 0.9, 1), Candidate(paper(1), 0.5, 100)
    assert [c.paper.id for c in ranked([other, one], 0.0)] == ["p0", "p1"]
    assert [c.paper.id for c in ranked([one, other], 1.0)] == ["p1", "p0"]
    assert [c.paper.id for c in ranked([Candidate(paper(1), 0.5, None), Candidate(paper(0), 0.5, None)], 0.9)] == [
        "p0",
        "p1",
    ]


def test_the_quietly_important_are_relevant_and_have_few_votes() -> None:
    given = [(0.9, 2), (0.8, 50), (0.4, 1), (0.7, 5), (0.6, 40)]
    candidates = [Candidate(paper(n), relevance, votes) for n, (relevance, votes) in enumerate(given)]
    assert [c.paper.id for c in quiet(candidates, 3)] == ["p0", "p3"]
    assert quiet(candidates, 0) == []
    assert quiet([Candidate(paper(n), 0.9, None) for n in range(5)], 3) == []
    assert quiet([Candidate(paper(n), 0.9, 0) for n in range(5)], 3) == []


def test_votes_are_those_of_the_window() -> None:
    one = paper(0, ("2025-03-10", 4), ("2025-03-12", 9), ("2025-04-01", 80), ("2025-03-11", None))
    assert votes_of(one, "2025-03-10", "2025-03-16") == 9
    assert votes_of(one, None, None) == 80
    assert votes_of(one, "2026-01-01", None) is None
