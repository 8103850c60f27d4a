"""How many tokens of the language model were used on a day (UTC)."""

from __future__ import annotations

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from rag.catalogue.schema import SpendingRow


def add(session: Session, day: str, prompt_tokens: int, completion_tokens: int) -> None:
    """Count tokens as used on a day."""
    connection = session.connection()
    more = update(SpendingRow).where(SpendingRow.day == day)
    values = {
        "prompt_tokens": SpendingRow.prompt_tokens + prompt_tokens,
        "completion_tokens": SpendingRow.completion_tokens + completion_tokens,
    }
    if not connection.execute(more.values(values)).rowcount:
        first = {"day": day, "prompt_tokens": prompt_tokens, "completion_tokens": completion_tokens}
        connection.execute(insert(SpendingRow).values(first))


def on(session: Session, day: str) -> int:
    """All tokens that were used on a day."""
    total = select(SpendingRow.prompt_tokens + SpendingRow.completion_tokens).where(SpendingRow.day == day)
    return session.scalar(total) or 0
