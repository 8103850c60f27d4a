"""Writing with the guard: a model's draft becomes what may be said, over the wire where the wire matters, and with a
scripted model where only what it says does."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from contract.papers import HashingEmbedder
from model_server import ModelServer, serving
from pydantic import BaseModel

import prompts
from rag.compose.extractive import choose
from rag.compose.reply import FORMS
from rag.ground import EvidenceSentence, Grounded
from rag.llm import BadReply, Completion, ModelError, ModelUnavailable
from rag.llm.server import OpenAIModel
from rag.models import Paper
from rag.prompting import Message, Prompts
from rag.question import Kind, Question
from rag.retrieve import Evidence
from rag.text.sentences import sentences
from rag.write import SHOWN, Written, as_source, write_extractive, write_grounded

pytestmark = pytest.mark.anyio

PROMPTS = Prompts.read(prompts.files(), FORMS)
QUESTION = Question("How accurate is Kestrel on TallyBank?", Kind.FIGURE, ("Kestrel",), "accurate Kestrel TallyBank")

KESTREL = Paper(
    id="2401.00021",
    title="Kestrel: Reading Tables Slowly",
    abstract="Readers of tables are hasty. We propose Kestrel, which reads row by row. It reaches 71.5% accuracy on "
    "TallyBank. Kestrel needs 3 GB of memory. It does not use labels.",
)
MARMOT = Paper(
    id="2401.00022",
    title="Marmot: Digging for Rows",
    abstract="We introduce Marmot, which digs for rows. Marmot reaches 64.0% accuracy on TallyBank. Digging is 2.3x "
    "faster than reading.",
)


def evidence(*papers: Paper, relevance: float = 0.9) -> list[Evidence]:
    """Every sentence of the papers, as relevant as each other."""
    return [
        Evidence(
            paper=paper,
            start=sentence.start,
            end=sentence.end,
            text=sentence.text,
            coverage=relevance,
            paper_coverage=relevance,
            cosine=relevance,
            relevance=relevance,
            names=frozenset(QUESTION.names),
            paper_score=relevance,
        )
        for paper in papers
        for sentence in sentences(paper.abstract)
    ]


FOUND = evidence(KESTREL, MARMOT)


class Scripted:
    """A model that gives the replies of a script, each a list of claims with their keys, and remembers its orders."""

    name = "scripted"

    def __init__(self, *replies: Sequence[tuple[str, str]]) -> None:
        self._replies = list(replies)
        self.asked: list[Sequence[Message]] = []

    async def complete(
        self, messages: Sequence[Message], *, schema: type[BaseModel] | None = None, max_tokens: int
    ) -> Completion:
        claims = self._replies[len(self.asked)]
        self.asked.append(messages)
        written = {"answerable": bool(claims), "claims": [{"text": t, "evidence": [key]} for t, key in claims]}
        return Completion(json.dumps(written), "scripted-1", False, 100, 10)


@asynccontextmanager
async def wired(*script: str, deadline: float = 20.0) -> AsyncIterator[tuple[ModelServer, OpenAIModel]]:
    with serving(*script) as server:
        model = OpenAIModel(server.url, "key", "wired", deadline=deadline, max_retries=0)
        try:
            yield server, model
        finally:
            await model.aclose()


async def written(*replies: Sequence[tuple[str, str]]) -> Written:
    return await write_grounded(QUESTION, FOUND, model=Scripted(*replies), prompts=PROMPTS, embedder=HashingEmbedder())


async def over(model: OpenAIModel, found: Sequence[Evidence] = FOUND) -> Written:
    return await write_grounded(QUESTION, found, model=model, prompts=PROMPTS, embedder=HashingEmbedder())


def source(paper: Paper, number: int) -> EvidenceSentence:
    return [as_source(e) for e in FOUND if e.paper is paper][number]


def assert_spans_hold(made: Written) -> None:
    abstracts = {paper.id: paper.abstract for paper in (KESTREL, MARMOT)}
    for said in made.sentences:
        assert said.evidence
        for piece in said.evidence:
            assert abstracts[piece.paper_id][piece.start : piece.end] == piece.text


RESULT = "It reaches 71.5% accuracy on TallyBank."
WRONG = "Kestrel reaches 91.5% accuracy on TallyBank."


async def test_a_faithful_sentence_is_said_with_its_span_and_where_it_came_from() -> None:
    made = await written([(RESULT, "E3")])
    assert made == Written(
        sentences=(Grounded(RESULT, "verbatim", (source(KESTREL, 2),)),),
        model="scripted-1",
        prompt="answer@v1",
        prompt_sha256=PROMPTS.current("answer").sha256,
        prompt_tokens=100,
        completion_tokens=10,
    )


async def test_what_is_refused_is_asked_for_again_once_and_both_are_told() -> None:
    model = Scripted([(WRONG, "E3")], [(RESULT, "E3")])
    made = await write_grounded(QUESTION, FOUND, model=model, prompts=PROMPTS, embedder=HashingEmbedder())
    assert [said.text for said in made.sentences] == [RESULT]
    assert [(dropped.text, dropped.reason) for dropped in made.dropped] == [(WRONG, "number_not_in_evidence")]
    assert (made.prompt_tokens, made.completion_tokens) == (200, 20)
    first, second = ("\n".join(message.content for message in messages) for messages in model.asked)
    assert WRONG not in first
    assert f"- {WRONG} (refused: number_not_in_evidence" in second
    assert first.count("<<<EVIDENCE\n") == second.count("<<<EVIDENCE\n") == 1


async def test_what_is_refused_twice_stays_dropped_and_is_asked_for_no_third_time() -> None:
    made = await written([(WRONG, "E3")], [(WRONG, "E3"), ("Kestrel needs 4 GB of memory.", "E4")])
    assert made.sentences == ()
    assert {dropped.text for dropped in made.dropped} == {WRONG, "Kestrel needs 4 GB of memory."}


async def test_a_repair_repeats_nothing_that_is_said_already() -> None:
    made = await written([(RESULT, "E3"), (WRONG, "E3")], [(RESULT, "E3"), ("Kestrel needs 3 GB of memory.", "E4")])
    assert [said.text for said in made.sentences] == [RESULT, "Kestrel needs 3 GB of memory."]


async def test_a_key_that_stands_for_nothing_is_the_reason_of_an_unsupported_sentence() -> None:
    made = await written([("Penguins swim quickly.", "E99"), (RESULT, "E98")], [])
    assert [said.text for said in made.sentences] == [RESULT]
    (dropped,) = made.dropped
    assert (dropped.text, dropped.reason) == ("Penguins swim quickly.", "unknown_citation")
    assert "E99" in dropped.detail


async def test_a_wrong_key_is_corrected() -> None:
    (said,) = (await written([(RESULT, "E6")])).sentences
    assert (said.evidence, said.corrected_citation) == ((source(KESTREL, 2),), True)


async def test_a_fact_of_the_other_paper_is_not_said() -> None:
    moved = "Marmot does not use labels."
    made = await written([(moved, "E6")], [])
    assert moved not in {said.text for said in made.sentences}


async def test_a_weak_sentence_is_never_all_that_is_said() -> None:
    made = await written([("Readers of tables such as these are hasty, we propose, and slow row by row.", "E1")], [])
    assert all(said.support != "weak" for said in made.sentences)


async def test_a_model_that_declines_says_nothing_and_is_named() -> None:
    async with wired("decline") as (server, model):
        made = await over(model)
    assert (made.sentences, made.dropped, made.model) == ((), (), "wired")
    assert len(server.requests) == 1


async def test_a_faithful_model_over_the_wire() -> None:
    async with wired("faithful") as (server, model):
        made = await over(model)
    assert made.sentences
    assert made.dropped == ()
    assert_spans_hold(made)
    assert (made.model, made.prompt) == ("wired", "answer@v1")
    assert made.prompt_tokens > made.completion_tokens > 0
    (request,) = server.requests
    sent = json.dumps(request["messages"])
    assert KESTREL.id not in sent, "a model never sees an identifier, so it cannot invent one"
    assert server.keys == ["key"]


@pytest.mark.parametrize("script", ["invent", "invent_figure", "invent_name", "invent_negation", "invent_direction"])
async def test_no_falsehood_of_a_model_is_said(script: str) -> None:
    async with wired(script) as (server, model):
        made = await over(model)
    assert server.planted
    planted = {falsehood.text for falsehood in server.planted}
    assert planted.isdisjoint(said.text for said in made.sentences)
    assert_spans_hold(made)
    assert {dropped.text for dropped in made.dropped} <= planted
    assert len(server.requests) == (2 if made.dropped else 1)


async def test_wrong_citations_are_corrected_over_the_wire() -> None:
    async with wired("miscite") as (_, model):
        made = await over(model)
    assert made.sentences
    assert all(said.corrected_citation for said in made.sentences)
    assert_spans_hold(made)


async def test_what_is_cut_off_is_told() -> None:
    async with wired("long") as (_, model):
        made = await over(model)
    assert made.shortened
    assert len({said.text for said in made.sentences}) == len(made.sentences)
    assert_spans_hold(made)


@pytest.mark.parametrize(
    ("script", "error"),
    [
        (("500",), ModelUnavailable),
        (("stop_mid_stream",), ModelUnavailable),
        (("no_finish_reason",), BadReply),
        (("bad_json",), BadReply),
        (("garbage",), BadReply),
        (("faithful", "500"), None),
        (("invent", "500"), ModelUnavailable),
        (("bad_json_then_good",), None),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, tuple) else "",
)
async def test_a_failing_model_is_an_error_of_the_model(
    script: tuple[str, ...], error: type[ModelError] | None
) -> None:
    async with wired(*script) as (_, model):
        if error is None:
            assert (await over(model)).sentences
        else:
            with pytest.raises(error) as raised:
                await over(model)
            assert raised.value.hint


async def test_a_model_is_shown_at_most_so_many_sentences() -> None:
    many = [
        KESTREL.model_copy(update={"id": f"2401.{number:05d}", "title": f"Kestrel{number}: Reading Tables Slowly"})
        for number in range(12)
    ]
    async with wired("decline") as (server, model):
        await over(model, evidence(*many))
    shown = server.last["messages"][-1]["content"]
    assert f"[E{SHOWN}]" in shown
    assert f"[E{SHOWN + 1}]" not in shown


async def test_extractive_writing_is_word_for_word_and_needs_no_model() -> None:
    made = write_extractive(choose(QUESTION, FOUND))
    assert made.sentences
    assert (made.model, made.prompt, made.dropped) == (None, None, ())
    for said in made.sentences:
        assert (said.support, said.corrected_citation, said.replaced_wording) == ("verbatim", False, False)
        assert said.text == said.evidence[0].text
    assert_spans_hold(made)
