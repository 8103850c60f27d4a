"""The day's budget of model tokens: a model that counts what it uses, and stops when the day's share is used up.

Tokens are counted when a reply is there. Replies that are being made at the same moment can therefore pass the limit
together, each by what it takes itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel

from rag.catalogue import Catalogue, spending
from rag.errors import BudgetSpent
from rag.llm import Completion, Model
from rag.prompting import Message


class Budgeted:
    """A model with a budget; see `rag.llm.Model`. Days are those of UTC, and what was used outlasts a restart."""

    def __init__(self, model: Model, catalogue: Catalogue, daily_tokens: int | None) -> None:
        """`daily_tokens` None is no limit; what is used is counted all the same."""
        self._model = model
        self._catalogue = catalogue
        self._daily_tokens = daily_tokens

    @property
    def name(self) -> str:
        """What the model is called."""
        return self._model.name

    async def complete(
        self, messages: Sequence[Message], *, schema: type[BaseModel] | None = None, max_tokens: int
    ) -> Completion:
        """The model's reply. Raises BudgetSpent, and nothing is sent, where nothing is left for today."""
        if self._daily_tokens is not None:
            used = await self._catalogue.read(spending.on, _today())
            if used >= self._daily_tokens:
                raise _spent(self._daily_tokens)
        reply = await self._model.complete(messages, schema=schema, max_tokens=max_tokens)
        if reply.prompt_tokens or reply.completion_tokens:
            await self._catalogue.write(spending.add, _today(), reply.prompt_tokens, reply.completion_tokens)
        return reply


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _spent(daily_tokens: int) -> BudgetSpent:
    now = datetime.now(UTC)
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return BudgetSpent(
        f"Today's budget of {daily_tokens:,} model tokens is spent; the next day begins at midnight UTC.",
        hint="Ask without the model (mode extractive), or raise PAPERBRIEF_DAILY_TOKENS.",
        seconds=int((midnight - now).total_seconds()) + 1,
    )
