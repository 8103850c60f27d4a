"""The model seam: one method that sends messages and returns text, and one implementation, any OpenAI-compatible
server (`rag.llm.server`). What goes wrong is a `ModelError`, whose `retryable` says whether waiting can help.
docs/decisions/0010-model-seam.md
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pydantic import BaseModel

from rag.errors import PaperbriefError
from rag.prompting import Message


class ModelError(PaperbriefError):
    """The language model gave no usable answer; `retryable` says whether the same call may succeed later."""

    def __init__(self, message: str, *, hint: str = "", retryable: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.retryable = retryable


class ModelUnavailable(ModelError):
    """The server cannot be reached, is too busy, too slow or failing."""


class ModelRefused(ModelError):
    """The server or the model declines the request as it stands: the key, the model's name, the quota, a policy."""


class BadReply(ModelError):
    """What came back is cut off, empty, or not in the form that was asked for."""


@dataclass(frozen=True, slots=True)
class Completion:
    """What a model said. `cut` when it was stopped by `max_tokens`; token counts are 0 where the server gives none."""

    text: str
    model: str
    cut: bool
    prompt_tokens: int
    completion_tokens: int


class Model(Protocol):
    """A language model: messages in, text out."""

    @property
    def name(self) -> str:
        """What it is called, for the provenance of an answer."""
        ...

    async def complete(
        self, messages: Sequence[Message], *, schema: type[BaseModel] | None = None, max_tokens: int
    ) -> Completion:
        """The model's reply, in the form of `schema` as far as it can be made to keep it. Raises ModelError."""
        ...
