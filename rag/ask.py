"""Asking: the flow of a question.

    question -> understand -> retrieve evidence -> decide -> write (draft, ground, repair once, ground) -> Answer

Every sentence is shown by a span of an abstract, and every citation is put there by this code.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal

from rag import __version__
from rag.abstain import NOTHING, Calibration, Decision
from rag.catalogue import Catalogue, answers, facts, papers
from rag.cite import cited, readable
from rag.compose.proposing import decided, to_be_said
from rag.embedding import Embedder
from rag.errors import BudgetSpent, NoModel
from rag.evidence import Evidence
from rag.ground import EvidenceSentence, Grounded
from rag.llm import Model, ModelError
from rag.models import (
    Answer,
    AnswerSentence,
    Citation,
    Coverage,
    Dropped,
    Latency,
    Listener,
    Note,
    Outcome,
    Paper,
    Provenance,
    Scope,
    Status,
    Usage,
    Window,
)
from rag.premise import Conflict, conflict
from rag.prompting import Prompts
from rag.question import Kind, Question, understand
from rag.refusal import gaps, nearest, refusal
from rag.retrieve import Retrieved, Retriever, checked
from rag.text.orders import is_order
from rag.write import Written, as_source, write_extractive, write_grounded

Mode = Literal["auto", "extractive", "generative"]

_COUNTED = 64  # scopes whose size is remembered
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Desk:
    """What asking works with; made once by the composition root.

    `model` is None where none is set, `calibration` where none is for this embedding: rules alone decide then.
    """

    retriever: Retriever
    catalogue: Catalogue
    embedder: Embedder
    model: Model | None
    prompts: Prompts | None
    mode: Mode = "auto"
    calibration: Calibration | None = None
    counted: dict[tuple[int, Scope], Coverage] = field(default_factory=dict)
    """What was searched, by the catalogue's revision and the scope: counting all papers costs as much as a search."""


async def ask(
    question: str, *, scope: Scope, desk: Desk, mode: Mode | None = None, on: Listener | None = None
) -> Answer:
    """Answer a question from the papers in scope, and keep the answer so that it can be read again.

    Raises QuestionError for a question that is empty or too long; for generative answers NoModel without a model, and
    BudgetSpent when the day's tokens are used up. Finding nothing is an outcome, not an error; a model that fails is a
    note.
    """
    answer = await answered(question, scope=scope, desk=desk, mode=mode, on=on)
    await desk.catalogue.write(answers.keep, answer)
    return answer


async def answered(
    question: str, *, scope: Scope, desk: Desk, mode: Mode | None = None, on: Listener | None = None
) -> Answer:
    """The answer to a question, not kept yet; as `ask` otherwise.

    `on` is told what is done and each sentence, citation and note as soon as it is certain.
    """
    clock = _Clock()
    tell = on or _nobody
    understood = understand(checked(question))
    tell(Status(stage="searching"))
    retrieved = await desk.retriever.evidence(understood, scope=scope)
    retrieved, ordering = without_orders(retrieved)
    clock.stage("retrieve")
    tell(Status(stage="writing"))
    decision = decided(understood, retrieved, desk.calibration)
    contradicted = conflict(understood, retrieved.evidence)
    written, further = await _write(understood, retrieved, decision, contradicted, desk, mode or desk.mode)
    clock.stage("compose")
    notes = _ignored(ordering, written) + further + gaps(decision, retrieved.evidence)
    shown = cited(written.sentences, {paper.id: paper for paper, _ in retrieved.papers})
    _tell(tell, *shown, notes)
    return await _answer(understood, retrieved, decision, written, shown, notes, scope, desk, clock)


async def unasked(question: str, text: str, *, scope: Scope, desk: Desk) -> Answer:
    """The answer to a question that nobody can look up, since it does not say of what: `text` says so."""
    asked = understand(checked(question))
    nothing = Retrieved((), ())
    answer = await _answer(asked, nothing, NOTHING, Written(()), ((), ()), (), scope, desk, _Clock())
    return answer.model_copy(update={"text": text})


def _nobody(_: object) -> None:
    """Listen to nothing."""


def _tell(
    tell: Listener, sentences: Sequence[AnswerSentence], citations: Sequence[Citation], notes: Sequence[Note]
) -> None:
    """Each sentence after the citations that it is the first to need, then the notes."""
    by_number, told = {citation.n: citation for citation in citations}, set[int]()
    for sentence in sentences:
        for n in sentence.citations:
            if n not in told:
                tell(by_number[n])
                told.add(n)
        tell(sentence)
    for note in notes:
        tell(note)


def without_orders(retrieved: Retrieved) -> tuple[Retrieved, tuple[Paper, ...]]:
    """The evidence without sentences that order their reader about, and the papers that had one.

    They tell a reader nothing, and a model that is not shown them cannot obey them.
    """
    orders = [e for e in retrieved.evidence if is_order(e.text)]
    if not orders:
        return retrieved, ()
    kept = tuple(e for e in retrieved.evidence if e not in orders)
    return replace(retrieved, evidence=kept), tuple({e.paper.id: e.paper for e in orders}.values())


def _ignored(ordering: Sequence[Paper], written: Written) -> tuple[Note, ...]:
    """A note for each paper that gives orders and that the answer rests on."""
    used = {piece.paper_id for said in written.sentences for piece in said.evidence}
    return tuple(
        Note(
            kind="injection_ignored",
            detail=f"A sentence of {paper.title!r} gives orders to a machine and was left out.",
        )
        for paper in ordering
        if paper.id in used
    )


async def _write(
    question: Question,
    retrieved: Retrieved,
    decision: Decision,
    contradicted: Conflict | None,
    desk: Desk,
    mode: Mode,
) -> tuple[Written, tuple[Note, ...]]:
    """What may be said, by the model where one is wanted and works; the paper's own word first where it contradicts.

    No model is asked where the decision is to decline: there is nothing to tell it.
    """
    notes = [Note(kind="premise_conflict", detail=contradicted.detail)] if contradicted else []
    written = None
    if mode == "generative" and (desk.model is None or desk.prompts is None):
        raise NoModel("There is no language model to answer with.", hint="Set PAPERBRIEF_MODEL, or ask without.")
    if mode != "extractive" and desk.model is not None and desk.prompts is not None and not decision.declines:
        try:
            written = await write_grounded(
                question, retrieved.evidence, model=desk.model, prompts=desk.prompts, embedder=desk.embedder
            )
            notes += [Note(kind="truncated", detail=detail) for detail in written.shortened]
        except ModelError as error:
            if mode == "generative" and isinstance(error, BudgetSpent):
                raise
            _log.warning("the model failed, answering without it: %s", error.message)
            notes.append(Note(kind="model_unavailable", detail=f"{error.message} Answered without it."))
    if written is None:
        written = write_extractive(to_be_said(decision))
    return _with_correction(written, contradicted), tuple(notes)


def _with_correction(written: Written, contradicted: Conflict | None) -> Written:
    if contradicted is None:
        return written
    correcting = (contradicted.evidence, *contradicted.further)
    said = tuple(Grounded(evidence.text, "verbatim", (as_source(evidence),)) for evidence in correcting)
    others = tuple(s for s in written.sentences if not any(_inside(s.evidence[0], one) for one in correcting))
    if contradicted.instead:
        others = ()
    return Written(
        (*said, *others),
        written.dropped,
        written.shortened,
        *(written.model, written.prompt, written.prompt_sha256, written.prompt_tokens, written.completion_tokens),
    )


def _inside(piece: EvidenceSentence, sentence: Evidence) -> bool:
    """Whether a span, maybe cut, is of this sentence."""
    return piece.paper_id == sentence.paper.id and sentence.start <= piece.start and piece.end <= sentence.end


async def _answer(
    question: Question,
    retrieved: Retrieved,
    decision: Decision,
    written: Written,
    shown: tuple[tuple[AnswerSentence, ...], tuple[Citation, ...]],
    notes: tuple[Note, ...],
    scope: Scope,
    desk: Desk,
    clock: _Clock,
) -> Answer:
    sentences, citations = shown
    revision = await desk.catalogue.read(facts.catalogue_revision)
    coverage = await _coverage(desk, revision, scope)
    found = () if question.kind is Kind.OVERVIEW else nearest(decision, retrieved.papers)
    return Answer(
        id=f"ans_{secrets.token_hex(8)}",
        question=question.text,
        standalone_question=question.text,
        outcome=_outcome(decision, sentences),
        text=" ".join(map(readable, sentences))
        or refusal(decision, retrieved.evidence, searched=coverage.papers_searched, found=found, kind=question.kind),
        sentences=sentences,
        citations=citations,
        notes=notes,
        dropped=tuple(Dropped(text=d.text, reason=d.reason, detail=d.detail) for d in written.dropped),
        nearest=() if sentences else found,
        confidence=round(decision.probability, 4),
        coverage=coverage,
        provenance=Provenance(
            mode="extractive" if written.model is None else "generative",
            model=written.model,
            prompt=written.prompt,
            prompt_sha256=written.prompt_sha256,
            embedding=desk.embedder.identity,
            calibration=desk.calibration.label if desk.calibration else None,
            catalogue_revision=revision,
            version=__version__,
            created=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        ),
        usage=Usage(
            prompt_tokens=written.prompt_tokens,
            completion_tokens=written.completion_tokens,
            latency_ms=clock.latency(),
        ),
    )


async def _coverage(desk: Desk, revision: int, scope: Scope) -> Coverage:
    known = desk.counted.get((revision, scope))
    if known is None:
        searched, first, last = await desk.catalogue.read(papers.covered, scope)
        known = Coverage(papers_searched=searched, window=Window(since=scope.since or first, until=scope.until or last))
        if len(desk.counted) >= _COUNTED:
            desk.counted.clear()
        desk.counted[revision, scope] = known
    return known


def _outcome(decision: Decision, sentences: Sequence[AnswerSentence]) -> Outcome:
    """The outcome by what is said in the end: a wrong premise is put right though nothing else may be known."""
    if not sentences:
        return decision.outcome if decision.declines else "insufficient_evidence"
    return "answered" if decision.declines else decision.outcome


class _Clock:
    """Milliseconds by stage."""

    def __init__(self) -> None:
        self._start = self._last = time.perf_counter()
        self._stages: dict[str, float] = {}

    def stage(self, name: str) -> None:
        now = time.perf_counter()
        self._stages[name] = round((now - self._last) * 1000, 2)
        self._last = now

    def latency(self) -> Latency:
        return Latency(**self._stages, total=round((time.perf_counter() - self._start) * 1000, 2))
