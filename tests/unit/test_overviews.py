"""Questions for the whole, which a brief answers, and questions that have a topic, which abstracts may."""

from __future__ import annotations

import pytest
from answering import found

from rag.compose.proposing import proposals
from rag.models import Paper
from rag.question import Kind, understand
from rag.text.overviews import is_overview

PAPERS = (
    Paper(id="1", title="Kestrel: Reading Tables", abstract="Kestrel is a reader of tables. Its accuracy is 71.5%."),
    Paper(id="2", title="Marmot: Faster Decoding", abstract="Marmot is a decoder that drafts tokens ahead."),
)


@pytest.mark.parametrize(
    "question",
    [
        "What's new this week?",
        "what are the most interesting papers?",
        "Which are the main themes?",
        "Hi, can you summarise this week's papers?",
        "Give me an overview",
        "what is this week about?",
        "What should I read?",
        "show me the trending papers",
        "top 5 papers this week",
        "What\u2019s hot?",
        "what did I miss",
    ],
)
def test_what_asks_for_the_whole(question: str) -> None:
    assert is_overview(question)
    assert understand(question).kind is Kind.OVERVIEW


@pytest.mark.parametrize(
    "question",
    [
        "What is new in speculative decoding?",
        "which papers are about DNA?",
        "What are its main results?",
        "what are the main results of SpecDec++?",
        "What is the best model?",
        "What are the most interesting papers on retrieval?",
        "give me an overview of binary embeddings",
        "What is this paper about?",
        "What are the key ideas behind ProX?",
        "",
        "what is new " * 1_000,
    ],
)
def test_what_has_a_topic(question: str) -> None:
    assert not is_overview(question)


def test_nothing_is_proposed_for_the_whole_of_several_papers() -> None:
    asked = understand("What are the main results?")
    assert asked.kind is Kind.OVERVIEW
    assert proposals(asked, found(asked, PAPERS)) == ()


def test_where_one_paper_is_in_scope_its_sentences_may_answer() -> None:
    asked = understand("What are the main results?")
    evidence = found(asked, PAPERS[:1])
    assert all(e.paper.id == "1" for part in proposals(asked, evidence) for e in part.sentences)
