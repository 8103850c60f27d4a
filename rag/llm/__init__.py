"""The model seam: one method that sends messages and returns text, and one implementation, any OpenAI-compatible
server (`rag.llm.server`). What goes wrong is a `ModelError`, whose `retryable` says whether waiting can help.
docs/decisions/0010-model-seam.md
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pydantic import BaseModel

from rag.errors import BadReply, ModelError, ModelRefused, ModelUnavailable
from rag.prompting import Message

__all__ = ["BadReply", "Completion", "Model", "ModelError", "ModelRefused", "ModelUnavailable"]


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
