"""A model's replies, recorded by the digest of what it was asked, so that a brief can be made again without it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from pydantic import BaseModel

from rag.llm import Completion, Model, ModelUnavailable
from rag.prompting import Message


class Recorder:
    """A model in front of another that remembers what it said."""

    def __init__(self, inner: Model) -> None:
        self._inner = inner
        self._replies: dict[str, Completion] = {}

    @property
    def name(self) -> str:
        """The inner model's."""
        return self._inner.name

    async def complete(
        self, messages: Sequence[Message], *, schema: type[BaseModel] | None = None, max_tokens: int
    ) -> Completion:
        """The inner model's reply. Raises ModelError."""
        completion = await self._inner.complete(messages, schema=schema, max_tokens=max_tokens)
        self._replies[digest(messages)] = completion
        return completion

    def recorded(self) -> str:
        """All replies as JSON, by the digests of their requests; no key and no address is among them."""
        replies = {
            asked: {
                "text": reply.text,
                "model": reply.model,
                "cut": reply.cut,
                "prompt_tokens": reply.prompt_tokens,
                "completion_tokens": reply.completion_tokens,
            }
            for asked, reply in self._replies.items()
        }
        return json.dumps(replies, ensure_ascii=False)


class Recorded:
    """A model that says again what was recorded, and nothing else."""

    def __init__(self, name: str, replies: str) -> None:
        self._name = name
        self._replies: Mapping[str, Mapping[str, object]] = json.loads(replies)

    @property
    def name(self) -> str:
        """The name of the model whose replies were recorded."""
        return self._name

    async def complete(
        self, messages: Sequence[Message], *, schema: type[BaseModel] | None = None, max_tokens: int
    ) -> Completion:
        """The recorded reply to these messages. Raises ModelUnavailable for a request that was never made."""
        reply = self._replies.get(digest(messages))
        if reply is None:
            raise ModelUnavailable(
                "The model's reply to this request was not recorded: the prompts or the composing have changed since.",
                hint="Write the brief anew.",
            )
        return Completion(
            text=str(reply["text"]),
            model=str(reply["model"]),
            cut=bool(reply["cut"]),
            prompt_tokens=int(str(reply["prompt_tokens"])),
            completion_tokens=int(str(reply["completion_tokens"])),
        )


def digest(messages: Sequence[Message]) -> str:
    """The digest of what a model is asked."""
    return hashlib.sha256(json.dumps([(m.role, m.content) for m in messages]).encode()).hexdigest()
