"""The day's budget of model tokens: a model that counts what it uses, and stops when the day's share is used up.

Tokens are known when a reply is there. Until then a reply holds what it may take, and where that could use up the day's
rest, the next one waits for it: replies of one process do not pass the limit together. The reply that does pass it is
one, and passes it by what it takes itself; each further process on the same folder may have one more.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel

from rag.catalogue import Catalogue, spending
from rag.errors import BudgetSpent
from rag.llm import Completion, Model
from rag.prompting import Message

_LETTERS = 3  # in a token, at least, in English: what a prompt holds of the budget is rather too much than too little


class Budgeted:
    """A model with a budget; see `rag.llm.Model`. Days are those of UTC, and what was used outlasts a restart."""

    def __init__(self, model: Model, catalogue: Catalogue, daily_tokens: int | None) -> None:
        """`daily_tokens` None is no limit; what is used is counted all the same."""
        self._model = model
        self._catalogue = catalogue
        self._daily_tokens = daily_tokens
        self._held = 0
        self._turn = asyncio.Lock()
        self._settled = asyncio.Event()

    @property
    def name(self) -> str:
        """What the model is called."""
        return self._model.name

    async def complete(
        self, messages: Sequence[Message], *, schema: type[BaseModel] | None = None, max_tokens: int
    ) -> Completion:
        """The model's reply. Raises BudgetSpent, and nothing is sent, where nothing is left for today."""
        async with self._room(sum(len(message.content) for message in messages) // _LETTERS + max_tokens):
            reply = await self._model.complete(messages, schema=schema, max_tokens=max_tokens)
            if reply.prompt_tokens or reply.completion_tokens:
                await self._catalogue.write(spending.add, _today(), reply.prompt_tokens, reply.completion_tokens)
        return reply

    @asynccontextmanager
    async def _room(self, tokens: int) -> AsyncIterator[None]:
        """Hold so many tokens of the day while a reply is made; waits while what others hold may use up the rest."""
        if self._daily_tokens is None:
            yield
            return
        async with self._turn:
            while True:
                self._settled.clear()
                # What is held is looked at first: a reply is counted before it lets go, so it is in one of the two.
                if self._held + (used := await self._catalogue.read(spending.on, _today())) < self._daily_tokens:
                    break
                if used >= self._daily_tokens:
                    raise _spent(self._daily_tokens)
                await self._settled.wait()
            self._held += tokens
        try:
            yield
        finally:
            self._held -= tokens
            self._settled.set()


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
