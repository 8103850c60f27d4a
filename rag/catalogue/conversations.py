"""Conversations: answers in the order in which they were given, kept and removed together."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from rag.catalogue import answers
from rag.catalogue.schema import AnswerRow, ConversationRow, TurnRow
from rag.errors import NotFound
from rag.models import Answer, Conversation

__all__ = ["append", "get", "last", "new_id", "remove", "start"]


def new_id() -> str:
    """An identifier that no conversation has: `cnv_` and 16 hexadecimal digits."""
    return f"cnv_{secrets.token_hex(8)}"


def start(session: Session, conversation_id: str) -> None:
    """Begin a conversation without turns."""
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    session.add(ConversationRow(conversation_id=conversation_id, created=now, updated=now, turns=0))
    session.flush()


def append(session: Session, answer: Answer, *, new: bool = False) -> None:
    """Keep an answer as the next turn of the conversation that it names, begun by this very turn with `new`.

    The row of the conversation is locked while turns are counted, so that of two answers that come at the same moment
    each gets a number of its own. Raises NotFound where there is no such conversation, or no longer.
    """
    assert answer.conversation_id is not None, "an answer outside a conversation is kept by itself"
    if new:
        start(session, answer.conversation_id)
    row = _row(session, answer.conversation_id, lock=True)
    answers.keep(session, answer)
    session.flush()  # the answer's row first: the turn refers to it
    row.turns += 1
    row.updated = answer.provenance.created
    session.add(TurnRow(conversation_id=row.conversation_id, turn=row.turns, answer_id=answer.id))


def get(session: Session, conversation_id: str, *, limit: int, before: int | None = None) -> Conversation:
    """A conversation with its last `limit` turns, or the last ones before the turn number `before`.

    Raises NotFound.
    """
    row = _row(session, conversation_id)
    until = row.turns if before is None else min(before - 1, row.turns)
    first = max(1, until - limit + 1)
    return Conversation(
        id=row.conversation_id,
        created=row.created,
        updated=row.updated,
        total=row.turns,
        first=first,
        turns=_turns(session, conversation_id, first, until),
    )


def last(session: Session, conversation_id: str, count: int) -> tuple[Answer, ...]:
    """The last turns of a conversation, the oldest of them first. Raises NotFound."""
    until = _row(session, conversation_id).turns
    return _turns(session, conversation_id, until - count + 1, until)


def remove(session: Session, conversation_id: str) -> None:
    """Remove a conversation with its answers. Raises NotFound."""
    _row(session, conversation_id, lock=True)
    of_it = TurnRow.conversation_id == conversation_id
    ids = list(session.scalars(select(TurnRow.answer_id).where(of_it)))
    session.execute(delete(TurnRow).where(of_it))
    for start_at in range(0, len(ids), 500):
        session.execute(delete(AnswerRow).where(AnswerRow.answer_id.in_(ids[start_at : start_at + 500])))
    session.execute(delete(ConversationRow).where(ConversationRow.conversation_id == conversation_id))


def _row(session: Session, conversation_id: str, *, lock: bool = False) -> ConversationRow:
    wanted = select(ConversationRow).where(ConversationRow.conversation_id == conversation_id)
    row = session.scalar(wanted.with_for_update() if lock else wanted)
    if row is None:
        raise NotFound(
            f"There is no conversation {conversation_id!r}.",
            hint='It may have been deleted; begin another one with the conversation_id "new".',
        )
    return row


def _turns(session: Session, conversation_id: str, first: int, until: int) -> tuple[Answer, ...]:
    found = session.scalars(
        select(AnswerRow.answer)
        .join(TurnRow, TurnRow.answer_id == AnswerRow.answer_id)
        .where(TurnRow.conversation_id == conversation_id, TurnRow.turn >= first, TurnRow.turn <= until)
        .order_by(TurnRow.turn)
    )
    return tuple(map(Answer.model_validate_json, found))
