"""Declining on the sample corpus with the built-in embedding and the packaged calibration, through the real library."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from importlib import resources
from pathlib import Path

import pytest
from contract.papers import HashingEmbedder, records
from model_server import serving

from rag.ask import ask
from rag.calibrated import answer_prompt
from rag.config import Settings
from rag.errors import CalibrationError
from rag.library import Library, open_library
from rag.models import Answer, Scope
from rag.sources import read

pytestmark = pytest.mark.anyio


def packaged() -> dict[str, object]:
    found = json.loads((resources.files("rag") / "calibration" / "builtin.json").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


@pytest.fixture(scope="module")
async def sample(tmp_path_factory: pytest.TempPathFactory, model_cache: Path, checkout: Path) -> AsyncIterator[Library]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("sample"), cache_dir=model_cache, threads=2)
    async with open_library(settings) as opened:
        await opened.ingest(read(checkout / "eval" / "corpus" / "papers.jsonl"))
        yield opened


def declined(answer: Answer) -> bool:
    assert (answer.sentences == ()) == (answer.outcome in ("insufficient_evidence", "out_of_scope"))
    return answer.sentences == () and answer.citations == ()


async def test_the_packaged_calibration_fits_the_built_in_embedding_and_the_prompt(sample: Library) -> None:
    answer = await sample.ask("What speedup does SpecDec++ reach on Alpaca?")
    assert answer.outcome == "answered"
    assert (answer.provenance.calibration or "").startswith(f"builtin@{packaged()['version']}/")
    assert packaged()["embedding"] == sample.embedder.identity
    assert packaged()["prompt_sha256"] == answer_prompt(), "the prompt changed: run `paperbrief eval calibrate`"
    assert answer.confidence > 0.5


async def test_a_figure_that_the_abstract_does_not_give_is_declined_and_said(sample: Library) -> None:
    answer = await sample.ask("How many GPU days did the training of CSCE-Net take?")
    assert declined(answer)
    assert answer.outcome == "insufficient_evidence"
    assert "figure_not_given" in {note.kind for note in answer.notes}
    assert answer.nearest[0].title.startswith("Cross-Scale Context Extracted Hashing")
    assert "comes nearest, but its abstract does not give a time" in answer.text


async def test_a_system_that_is_not_stored_is_declined_by_name(sample: Library) -> None:
    answer = await sample.ask("What accuracy does Quillfish-7B reach on ImageNet?")
    assert declined(answer)
    assert answer.outcome == "insufficient_evidence"


async def test_a_task_that_the_paper_does_not_treat_is_declined(sample: Library) -> None:
    answer = await sample.ask("How well does GraphCodeBERT recognise handwritten digits?")
    assert declined(answer)
    assert "GraphCodeBERT" in answer.text


@pytest.mark.parametrize(
    "question", ["Which wine goes well with lamb?", "Write me a limerick about my dentist", "when does the bakery open"]
)
async def test_what_is_about_no_paper_is_out_of_scope(sample: Library, question: str) -> None:
    answer = await sample.ask(question)
    assert declined(answer)
    assert answer.outcome == "out_of_scope"
    assert answer.text.startswith("This is not about anything in the papers here")


async def test_of_two_parts_the_one_that_is_given_is_answered(sample: Library) -> None:
    answer = await sample.ask("What speedup does SpecDec++ reach on GSM8K, and how many engineers worked on it?")
    assert answer.outcome == "partial"
    assert "2.26x" in answer.text
    (note,) = [note for note in answer.notes if note.kind == "figure_not_given"]
    assert "engineers" in note.detail


async def test_with_its_paper_hidden_a_question_is_declined(sample: Library) -> None:
    question = "What speedup does SpecDec++ reach on GSM8K?"
    answer = await sample.ask(question)
    (mine,) = {citation.paper_id for citation in answer.citations}
    others = tuple(
        hit.paper.id for hit in (await sample.search("language models", top_k=69)).hits if hit.paper.id != mine
    )
    assert declined(await sample.ask(question, scope=Scope(paper_ids=others)))


async def test_no_model_is_asked_where_the_answer_is_declined(sample: Library) -> None:
    from dataclasses import replace

    import prompts
    from rag.compose.reply import FORMS
    from rag.llm.server import OpenAIModel
    from rag.prompting import Prompts

    with serving("faithful") as server:
        model = OpenAIModel(server.url, "key", "played", max_retries=0)
        desk = replace(sample.desk, model=model, prompts=Prompts.read(prompts.files(), FORMS))
        answer = await ask("How many GPU days did the training of CSCE-Net take?", scope=Scope(), desk=desk)
        await model.aclose()
        assert declined(answer)
        assert server.requests == []


# --------------------------------------------------------------------------------------------- whose calibration it is


async def asked_with(settings: Settings) -> Answer:
    async with open_library(settings, embedder=HashingEmbedder()) as opened:
        await opened.ingest(records())
        return await opened.ask("How much faster is decoding with Marmot?")


async def test_the_packaged_one_is_not_used_under_another_embedding(tmp_path: Path) -> None:
    answer = await asked_with(Settings(data_dir=tmp_path, cache_dir=tmp_path / "cache"))
    assert answer.outcome == "answered"
    assert answer.provenance.calibration is None


async def test_one_that_is_named_and_foreign_is_refused(tmp_path: Path) -> None:
    own = tmp_path / "own.json"
    own.write_text(json.dumps(packaged()), encoding="utf-8")
    with pytest.raises(
        CalibrationError, match=r"own\.json must not be used here\. It was made for the embedding"
    ) as no:
        await asked_with(Settings(data_dir=tmp_path / "data", cache_dir=tmp_path / "cache", calibration=str(own)))
    assert "paperbrief eval calibrate" in no.value.hint
    own.write_text(json.dumps(packaged() | {"embedding": HashingEmbedder().identity, "prompt_sha256": "0" * 64}))
    with pytest.raises(CalibrationError, match="made for the prompt"):
        await asked_with(Settings(data_dir=tmp_path / "data", cache_dir=tmp_path / "cache", calibration=str(own)))


async def test_one_that_is_named_and_fits_is_used(tmp_path: Path) -> None:
    own = tmp_path / "own.json"
    content = packaged() | {"embedding": HashingEmbedder().identity, "name": "own", "version": 7}
    own.write_text(json.dumps(content), encoding="utf-8")
    answer = await asked_with(Settings(data_dir=tmp_path / "data", cache_dir=tmp_path / "cache", calibration=str(own)))
    assert (answer.provenance.calibration or "").startswith("own@7/")


async def test_one_that_is_not_there_is_an_error_and_none_is_none(tmp_path: Path) -> None:
    folder = {"data_dir": tmp_path / "data", "cache_dir": tmp_path / "cache"}
    with pytest.raises(CalibrationError, match="cannot be read"):
        await asked_with(Settings(**folder, calibration=str(tmp_path / "none.json")))
    assert (await asked_with(Settings(**folder, calibration="none"))).provenance.calibration is None


@pytest.mark.parametrize("topic", ["quantum computing", "sign language", "music generation", "weather forecasting"])
async def test_a_survey_of_a_topic_that_no_paper_treats_is_declined(sample: Library, topic: str) -> None:
    answer = await sample.ask(f"Which papers are about {topic}?")
    assert declined(answer)
    assert answer.confidence < 0.5


@pytest.mark.parametrize("topic", ["speculative decoding", "binary embeddings", "proteins"])
async def test_a_survey_of_a_topic_that_papers_treat_is_answered(sample: Library, topic: str) -> None:
    answer = await sample.ask(f"Which papers are about {topic}?")
    assert answer.outcome == "answered"
    assert answer.citations


async def test_who_asks_for_the_whole_is_sent_to_a_brief(sample: Library) -> None:
    answer = await sample.ask("What's new this week?")
    assert declined(answer)
    assert answer.outcome == "insufficient_evidence"
    assert "brief" in answer.text
    assert "`paperbrief brief`" in answer.text
    assert answer.nearest == ()


async def test_who_asks_for_authors_is_told_that_abstracts_do_not_name_them(sample: Library) -> None:
    answer = await sample.ask("Who wrote SpecDec++?")
    assert declined(answer)
    assert "do not say who wrote" in answer.text
