"""Answers, kept as they were given: they are read again later, traced, and found by the papers that they cite."""

from __future__ import annotations

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from rag.catalogue.intake import numbers_of
from rag.catalogue.schema import AnswerRow, CitedRow
from rag.errors import InputError
from rag.models import Answer

_BETWEEN = "~"  # stands neither in a time nor in an identifier


def keep(session: Session, answer: Answer) -> None:
    """Keep an answer. Keeping the same one again changes nothing."""
    row = AnswerRow(answer_id=answer.id, created=answer.provenance.created, answer=answer.model_dump_json())
    session.merge(row)
    session.flush()  # the answer's row first: the papers' rows refer to it
    session.execute(delete(CitedRow).where(CitedRow.answer_id == answer.id))
    numbers = set(numbers_of(session, {citation.paper_id for citation in answer.citations}).values())
    if numbers:
        rows = [{"number": number, "answer_id": answer.id} for number in sorted(numbers)]
        session.connection().execute(insert(CitedRow), rows)


def get(session: Session, answer_id: str) -> Answer | None:
    """The answer with this identifier, None where there is none."""
    row = session.get(AnswerRow, answer_id)
    return None if row is None else Answer.model_validate_json(row.answer)


def citing(
    session: Session, paper_id: str, *, after: str | None = None, limit: int = 50
) -> tuple[list[Answer], str | None]:
    """Up to `limit` answers that cite a paper, newest first, and the cursor of the next page (None at the end).

    Raises:
        InputError: `after` is not a cursor that this function gave.
    """
    number = numbers_of(session, [paper_id]).get(paper_id)
    found = select(AnswerRow).join(CitedRow, CitedRow.answer_id == AnswerRow.answer_id).where(CitedRow.number == number)
    if after is not None:
        created, between, answer_id = after.partition(_BETWEEN)
        if not between:
            raise InputError(f"{after!r} is not a cursor.", hint="Pass the cursor of the page before, or none.")
        older = (AnswerRow.created == created) & (AnswerRow.answer_id < answer_id)
        found = found.where((AnswerRow.created < created) | older)
    found = found.order_by(AnswerRow.created.desc(), AnswerRow.answer_id.desc()).limit(limit + 1)
    rows = list(session.scalars(found))
    last = rows[limit - 1] if len(rows) > limit else None
    return (
        [Answer.model_validate_json(row.answer) for row in rows[:limit]],
        None if last is None else f"{last.created}{_BETWEEN}{last.answer_id}",
    )
