"""Reading the body of a reply of `/chat/completions`: what the model said, or why it is no reply."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from rag.endpoint import words_of
from rag.llm import Completion

_LONGEST_NAME = 120


class Unusable(Exception):
    """Why a reply is no completion, a part of a sentence; `declined` when the model said that it will not."""

    def __init__(self, reason: str, *, declined: bool = False) -> None:
        super().__init__(reason)
        self.declined = declined


def completion(body: bytes, model: str) -> Completion:
    """The completion that `body` holds; `model` is its name where the server gives none. Raises Unusable.

    Only what a server must give is asked for: one choice with a message and a `finish_reason`. A reply without the
    latter was cut off on its way.
    """
    try:
        reply = json.loads(body)
    except (ValueError, RecursionError):
        raise Unusable("it is not JSON") from None
    if not isinstance(reply, dict):
        raise Unusable("it is no object")
    choices = reply.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        said = words_of(reply.get("error"))  # some gateways report failures with status 200
        raise Unusable(f"it says {said!r}" if said else "it holds no choices")
    message, finish = choices[0].get("message"), choices[0].get("finish_reason")
    if not isinstance(message, dict):
        raise Unusable("it holds no message")
    if refusal := words_of(message.get("refusal")):
        raise Unusable(repr(refusal), declined=True)
    if finish == "content_filter":
        raise Unusable("its server's content filter stopped it", declined=True)
    if not isinstance(finish, str) or not finish:
        raise Unusable("it has no finish_reason, so it was cut off")
    text = _text_of(message.get("content"))
    if not text.strip():
        raise Unusable("it ran out of tokens before it said anything" if finish == "length" else "it is empty")
    usage = reply.get("usage")
    return Completion(
        text=text,
        model=_served(reply.get("model")) or model,
        cut=finish == "length",
        prompt_tokens=_count(usage, "prompt_tokens"),
        completion_tokens=_count(usage, "completion_tokens"),
    )


def _served(name: object) -> str:
    """The model that answered, by which `gpt-x` becomes `gpt-x-2026-11-01`; of a file on the server's disk its name."""
    if not isinstance(name, str):
        return ""
    is_file = name.startswith("/") or "\\" in name
    return (re.split(r"[/\\]", name)[-1] if is_file else name)[:_LONGEST_NAME]


def _text_of(content: object) -> str:
    """The text of a message, which some servers give in parts."""
    if isinstance(content, list):
        return "".join(_text_of(part.get("text")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def _count(usage: object, field: str) -> int:
    tokens = usage.get(field) if isinstance(usage, Mapping) else None
    return tokens if isinstance(tokens, int) and tokens >= 0 else 0
