"""Which papers are about a topic, in which order, and which are quietly important."""

from __future__ import annotations

import numpy as np

from rag.brief.parts import parts_of
from rag.brief.select import Candidate, Sought, about, nearness, quiet, ranked, votes_of
from rag.evidence import Evidence
from rag.models import Paper, PaperListing
from rag.text.topics import Asked, stands_for


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
        paper_has=has,
    )


def judged(
    *given: tuple[float, float],
    tags: dict[str, dict[str, float]] | None = None,
    speaks: frozenset[str] = frozenset({"quilts"}),
    unseen: frozenset[str] = frozenset(),
) -> list[str]:
    """The papers that are about a topic, given the coverage of its words and its cosine to each."""
    papers = [paper(n) for n in range(len(given))]
    found = {one.id: [evidence(one, coverage, cosine)] for one, (coverage, cosine) in zip(papers, given, strict=True)}
    # Each paper a vector of its own: none is like another.
    apart = dict(zip(found, np.eye(max(1, len(papers)), dtype=np.float32), strict=False))
    near = nearness({name: mine[0].cosine for name, mine in found.items()}, apart, [])
    sought = Sought(found, near, {"quilts": 1.0} if tags else {}, unseen)
    return [c.paper.id for c in about(papers, [sought], tags or {}, votes={}, speaks=lambda _: speaks)]


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
    assert judged((0.8, 0.3), *FAR) == ["p0"]
    assert judged((0.8, 0.3), *FAR, unseen=frozenset({"quilt"})) == []


def test_a_tag_that_the_text_never_speaks_of_counts_against_a_paper() -> None:
    given = ((0.9, 0.6), (0.9, 0.55), *FAR)
    assert judged(*given, tags={"p0": {"quilts": 0.8}}) == ["p0", "p1"]
    assert "p1" not in judged(*given, tags={"p0": {"quilts": 0.8}}, speaks=frozenset())


def test_a_paper_is_as_relevant_as_it_is_to_the_best_of_what_a_topic_names() -> None:
    papers = [paper(n) for n in range(14)]

    def sought(best: int) -> Sought:
        found = {one.id: [evidence(one, *((0.95, 0.7) if n == best else (0.1, 0.2)))] for n, one in enumerate(papers)}
        apart = dict(zip(found, np.eye(len(papers), dtype=np.float32), strict=True))
        return Sought(found, nearness({name: mine[0].cosine for name, mine in found.items()}, apart, []), {})

    found = about(papers, [sought(0), sought(1)], {}, votes={}, speaks=lambda _: frozenset())
    assert [c.paper.id for c in found] == ["p0", "p1"]


def test_a_tag_stands_for_as_much_of_a_topic_as_its_words_weigh() -> None:
    words = [(frozenset({"code"}), 1.0), (frozenset({"renam"}), 3.0)]
    asked = {"code": Asked(0.6, frozenset({"code"})), "both": Asked(0.3, frozenset({"code", "renam"}))}
    assert stands_for(asked, words) == {"code": 0.25, "both": 0.5}
    assert stands_for(asked, []) == {"code": 0.0, "both": 0.0}
    assert stands_for({}, words) == {}


def test_nearness_is_seen_against_papers_at_large() -> None:
    vectors = dict(zip("abcd", np.eye(4, dtype=np.float32), strict=True))
    near = nearness({"a": 0.9, "b": 0.1, "c": 0.2, "d": 0.1}, vectors, ["b", "c", "d"])
    assert near["a"].topic > 10 > near["c"].topic > 0 > near["b"].topic
    assert nearness({}, {}, []) == {}


def test_what_a_topic_names_is_looked_for_one_by_one() -> None:
    assert parts_of("hashing and image retrieval") == ["hashing retrieval", "image retrieval"]
    assert parts_of("binary and ternary language models") == ["binary language models", "ternary language models"]
    assert parts_of("retrieval for code and law") == ["retrieval for code", "retrieval for law"]
    assert parts_of("entity linking, entity typing and entity matching") == [
        "entity linking",
        "entity typing",
        "entity matching",
    ]
    assert parts_of("speculative decoding") == []
    assert parts_of("a, b, c, d, e, f and g") == []


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
