"""Drafts as the decision to answer looks at them: what would be said to each part of a question. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from rag.abstain import Calibration, Decision, Proposal, decide
from rag.compose.extractive import draft, readable_order
from rag.question import Kind, Question
from rag.retrieve import Evidence, Retrieved


def decided(question: Question, retrieved: Retrieved, calibration: Calibration | None) -> Decision:
    """Whether to answer a question from what was found."""
    return decide(
        question,
        proposals(question, retrieved.evidence),
        retrieved.evidence,
        words=retrieved.words,
        ranked=retrieved.ranked,
        calibration=calibration,
    )


def to_be_said(decision: Decision) -> list[Evidence]:
    """The sentences of the parts that are answered, in the order to read them."""
    said = readable_order(part.proposal.sentences for part in decision.said)
    return list({(e.paper.id, e.start): e for e in said}.values())


def proposals(question: Question, evidence: Sequence[Evidence]) -> tuple[Proposal, ...]:
    """One proposal for each part of a question with several, else one; none where no sentence can answer at all.

    The sides of a comparison and the alternatives of a survey are one question. A part that is answered by what another
    part said is judged by all that is said.
    """
    drafted = draft(question, evidence)
    several = question.kind not in (Kind.COMPARISON, Kind.SURVEY) and len(drafted.parts) == len(question.parts)
    if not several:
        sentences = tuple(drafted.sentences)
        return (Proposal(question, sentences, any(part.sound for part in drafted.parts)),) if sentences else ()
    return tuple(
        Proposal(asked, part.sentences or tuple(drafted.sentences), part.sound)
        for asked, part in zip(question.parts, drafted.parts, strict=True)
    )
