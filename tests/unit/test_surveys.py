"""Which papers belong to a survey, and that a single answer comes from the nearest papers."""

from __future__ import annotations

from dataclasses import replace

from answering import found
from hypothesis import given
from hypothesis import strategies as st

from rag.compose.extractive import MAX_SURVEY, choose
from rag.compose.surveys import Traits, belonging, by_paper, chosen, probability, traits
from rag.models import Paper
from rag.question import understand

HERONS = Paper(
    id="p-herons",
    title="Heronry: Counting Wading Birds",
    abstract="Marshes are wide. We propose Heronry, which counts herons from aerial photographs of marshes.",
)
EGRETS = Paper(
    id="p-egrets",
    title="Counting Egrets at Night",
    abstract="This paper counts egrets and herons from photographs taken at night. It misses one in ten.",
)
BREAD = Paper(
    id="p-bread",
    title="Loaf: Baking with Less Salt",
    abstract="We introduce Loaf, a recipe that bakes rye bread with half of the salt. Tasters liked it.",
)
SURVEY = understand("Which papers count herons from photographs?")


def test_all_papers_that_belong_are_named_with_a_line_each_and_no_other() -> None:
    shown = belonging(SURVEY, found(SURVEY, [HERONS, EGRETS, BREAD]))
    assert {e.paper.id for e in shown} == {"p-herons", "p-egrets"}
    assert all("herons" in e.text for e in shown)
    assert {e.paper.id for e in choose(SURVEY, found(SURVEY, [HERONS, EGRETS, BREAD]))} == {"p-herons", "p-egrets"}


def test_a_paper_that_speaks_of_the_topic_in_other_words_belongs() -> None:
    evidence = found(SURVEY, [HERONS, EGRETS, BREAD])
    topical = [replace(e, topic=0.0 if e.paper.id == "p-egrets" else 0.8) for e in evidence]
    with_topic, without = traits(by_paper(SURVEY, topical)), traits(by_paper(SURVEY, evidence))
    assert probability(with_topic["p-bread"]) > probability(without["p-bread"])
    assert with_topic["p-egrets"].no_topic == 1.0
    assert probability(with_topic["p-egrets"]) < probability(without["p-egrets"])


def test_who_asks_for_one_paper_is_shown_one() -> None:
    question = understand("Which paper counts herons from photographs?")
    assert len(belonging(question, found(question, [HERONS, EGRETS, BREAD]))) <= 1


def test_nothing_found_is_an_empty_list() -> None:
    assert belonging(SURVEY, []) == []
    assert traits({}) == {}


@given(st.dictionaries(st.text(min_size=1, max_size=4), st.floats(0.0, 1.0), max_size=30))
def test_the_most_probable_come_first_and_the_first_always_belongs(belongs: dict[str, float]) -> None:
    ranked = chosen(belongs)
    assert bool(ranked) == bool(belongs)
    assert len(ranked) <= MAX_SURVEY
    assert [belongs[paper] for paper in ranked] == sorted((belongs[paper] for paper in ranked), reverse=True)
    left_out = [value for paper, value in belongs.items() if paper not in ranked]
    assert all(value <= belongs[ranked[-1]] for value in left_out)


@given(st.lists(st.floats(-5.0, 5.0), min_size=7, max_size=7))
def test_a_probability_is_one(values: list[float]) -> None:
    assert 0.0 < probability(Traits(*values)) < 1.0


def test_a_sentence_of_a_paper_far_down_is_no_answer() -> None:
    question = understand("How many wading birds does the photograph counter find in marshes?")
    near = [paper for number in range(3) for paper in (HERONS.model_copy(update={"id": f"p-near-{number}"}),)]
    evidence = [replace(e, paper_cosine=0.6) for e in found(question, near)]
    far = [replace(e, paper_cosine=0.0, relevance=0.99) for e in found(question, [BREAD])]
    shown = choose(question, [*far, *evidence])
    assert "p-bread" not in {e.paper.id for e in shown}
