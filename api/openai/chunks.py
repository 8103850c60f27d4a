"""A streamed completion: the chunks, each as the data of one server-sent event. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from api.openai.content import Annotation
from api.openai.wire import AssistantMessage, ChatCompletion, Choice, listed, usage_of
from rag.models import Answer

DONE = "[DONE]"
"""The data of the event that ends a stream."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a completion, or each of its chunks, begins with. `created` is a Unix time in seconds."""

    id: str
    created: int
    model: str

    def completion(self, answer: Answer, text: str, annotations: Sequence[Annotation]) -> ChatCompletion:
        """The whole completion at once."""
        message = AssistantMessage(content=text, annotations=listed(annotations), paperbrief=answer)
        return ChatCompletion(
            id=self.id,
            created=self.created,
            model=self.model,
            choices=[Choice(message=message)],
            usage=usage_of(answer),
            paperbrief=answer,
        )


@dataclass(frozen=True, slots=True)
class Chunks:
    """The chunks of one completion."""

    head: Head
    with_usage: bool

    def opening(self) -> str:
        """The first chunk: who speaks."""
        return self._chunk({"role": "assistant", "content": "", "refusal": None})

    def piece(self, text: str) -> str:
        """A piece of the text."""
        return self._chunk({"content": text})

    def last_piece(self, text: str, answer: Answer, annotations: Sequence[Annotation]) -> str:
        """The last piece of the text, with the citations of all of it and the whole Answer."""
        whole = answer.model_dump(mode="json")
        cited = [each.model_dump() for each in listed(annotations)]
        return self._chunk({"content": text, "annotations": cited, "paperbrief": whole}, paperbrief=whole)

    def finish(self) -> str:
        """The chunk that says that the answer is whole."""
        return self._chunk({}, finish_reason="stop")

    def usage(self, answer: Answer) -> str:
        """The chunk of the usage, which has no choices."""
        return self._object(choices=[], usage=usage_of(answer).model_dump())

    def _chunk(self, delta: dict[str, Any], *, finish_reason: str | None = None, **more: Any) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}
        # With usage asked for, every chunk but the last says that it has none.
        without = {"usage": None} if self.with_usage else {}
        return self._object(choices=[choice], **without, **more)

    def _object(self, **members: Any) -> str:
        head = {"id": self.head.id, "object": "chat.completion.chunk", "created": self.head.created}
        whole = {**head, "model": self.head.model, "system_fingerprint": None, **members}
        return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))
