"""Questions to begin with: what they are made of."""

from __future__ import annotations

from rag.examples import candidates
from rag.models import Paper

MARMOT = Paper(
    id="m",
    title="Marmot: Burrowing Caches for Mixture-of-Experts Decoding",
    abstract="Experts wait for memory. Marmot fetches them early. With Marmot decoding is 2.3x faster on one GPU.",
)
QUOKKA = Paper(
    id="q",
    title="Quokka: Calm Schedules for Mixture-of-Experts Decoding",
    abstract="Quokka is a schedule. It is calm.",
)
PLAIN = Paper(id="p", title="Does sleep help?", abstract="Networks forget. Sleep is faster than nothing by 2 hours.")


def asked(*stored: Paper) -> list[list[tuple[str, str | None]]]:
    return [list(kind) for kind in candidates(stored)]


def test_a_figure_is_asked_for_where_a_sentence_names_the_system_and_has_one() -> None:
    figures, _, _ = asked(MARMOT, QUOKKA, PLAIN)
    assert figures == [("How much faster is Marmot?", "m")]


def test_how_a_system_works_is_asked_of_each_that_has_a_name() -> None:
    _, _, methods = asked(MARMOT, QUOKKA, PLAIN)
    assert methods == [("How does Quokka work?", "q"), ("How does Marmot work?", "m")]


def test_a_topic_is_a_whole_phrase_that_several_titles_share() -> None:
    _, surveys, _ = asked(MARMOT, QUOKKA, PLAIN)
    assert surveys == [("Which papers are about mixture-of-experts decoding?", None)]
    _, none, _ = asked(MARMOT, PLAIN)
    assert none == []


def test_nothing_is_asked_of_an_empty_library() -> None:
    assert asked() == [[], [], []]
