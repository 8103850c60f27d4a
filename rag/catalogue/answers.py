"""Answers, kept as they were given: they are read again later, and traced."""

from __future__ import annotations

from sqlalchemy.orm import Session

from rag.catalogue.schema import AnswerRow
from rag.models import Answer


def keep(session: Session, answer: Answer) -> None:
    """Keep an answer. Keeping the same one again changes nothing."""
    row = AnswerRow(answer_id=answer.id, created=answer.provenance.created, answer=answer.model_dump_json())
    session.merge(row)


def get(session: Session, answer_id: str) -> Answer | None:
    """The answer with this identifier, None where there is none."""
    row = session.get(AnswerRow, answer_id)
    return None if row is None else Answer.model_validate_json(row.answer)
