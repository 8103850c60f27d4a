"""Requests as OpenAI's clients write them, completions and models as they read them. Pure.

Of a request only the model, the messages and the way of answering matter. Parameters that shape a model's sampling mean
nothing to sentences that are quoted, and are passed over; what would change the form of the answer is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, WithJsonSchema

from api.fields import WHOLE
from api.openai.content import Annotation
from rag.models import Answer
from rag.retrieve import MAX_QUESTION

# ----------------------------------------------------------------------------------------------------- what comes in

Role = Literal["system", "developer", "user", "assistant", "tool", "function"]


class Tolerant(BaseModel):
    """Base of what comes in at this door: a name that it does not have is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Part(Tolerant):
    """A part of a message; only parts of the type `text` say something here."""

    type: str = Field(examples=["text"])
    text: str | None = None


class Message(Tolerant):
    """A message of the conversation."""

    role: Role
    content: str | list[Part] | None = None

    @property
    def text(self) -> str:
        """What the message says, its parts in a row."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.type == "text" and part.text)
        return self.content or ""

    @property
    def other_parts(self) -> list[str]:
        """The types of the parts that are no text."""
        parts = self.content if isinstance(self.content, list) else []
        return [part.type for part in parts if part.type != "text"]


class StreamOptions(Tolerant):
    """What a stream carries beside the answer."""

    include_usage: StrictBool | None = Field(
        default=None, description="End with a chunk that has `usage` and no choices."
    )


class ResponseFormat(Tolerant):
    """The form of the answer."""

    type: Literal["text"] = Field(description="The answer is text; as JSON it is in `paperbrief`.")


def _no_call(choice: object) -> object:
    """Let pass what leaves the answer a text."""
    if choice in (None, "none", "auto"):
        return choice
    raise ValueError("no tool is ever called; leave it at auto or none")


_TEXT = {"type": "string", "minLength": 1, "maxLength": MAX_QUESTION, "pattern": "[^\\W_]"}
_PART = {"type": "object", "required": ["type", "text"], "properties": {"type": {"const": "text"}, "text": _TEXT}}
_ASKING = {
    "type": "object",
    "title": "UserMessage",
    "description": "A question. The last message of the user is answered; parts of other types than text are not.",
    "required": ["role", "content"],
    "properties": {
        "role": {"const": "user"},
        "content": {"anyOf": [_TEXT, {"type": "array", "items": _PART, "minItems": 1}]},
    },
}
_OTHER = {
    "type": "object",
    "title": "OtherMessage",
    "description": "What an assistant said before is understood; the others say nothing about papers.",
    "required": ["role"],
    "properties": {
        "role": {"enum": ["system", "developer", "assistant", "tool", "function"]},
        "content": {
            "anyOf": [
                {"type": "string"},
                {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["type"],
                        "properties": {"type": {"type": "string"}, "text": {"type": ["string", "null"]}},
                    },
                },
                {"type": "null"},
            ]
        },
    },
}
# Which messages make a question is more than the model of one message can say.
_MESSAGES = {
    "type": "array",
    "minItems": 1,
    "items": {"anyOf": [_ASKING, _OTHER]},
    "contains": _ASKING,
    "examples": [[{"role": "user", "content": "What is the speedup of SpecDec++?"}]],
}


class ChatRequest(Tolerant):
    """A conversation, of which the last message of the user is answered. Further parameters are passed over."""

    model: Annotated[str, Field(min_length=1, max_length=200, examples=["paperbrief", "paperbrief:2025-W11"])]
    messages: Annotated[list[Message], Field(min_length=1), WithJsonSchema(_MESSAGES)]
    stream: StrictBool | None = Field(default=None, description="Answer with chunks as server-sent events.")
    stream_options: StreamOptions | None = None
    n: Annotated[int, Field(strict=True, ge=1, le=1), WHOLE] | None = Field(
        default=None, description="One answer is given."
    )
    response_format: ResponseFormat | None = None
    tool_choice: Annotated[Literal["none", "auto"] | None, BeforeValidator(_no_call)] = Field(
        default=None, description="Tools may be offered; none is ever called."
    )

    def turns(self) -> list[tuple[str, str]]:
        """The messages as pairs of a role and a text."""
        return [(message.role, message.text) for message in self.messages]

    @property
    def asked(self) -> Message | None:
        """The last message of the user."""
        return next((message for message in reversed(self.messages) if message.role == "user"), None)

    @property
    def with_usage(self) -> bool:
        """Whether a stream ends with the usage."""
        return bool(self.stream_options and self.stream_options.include_usage)


# ----------------------------------------------------------------------------------------------------- what goes out


class Given(BaseModel):
    """Base of what goes out at this door."""

    model_config = ConfigDict(frozen=True)


class UrlCitation(Given):
    """A sentence of the text, `content[start_index:end_index]` in Unicode code points, and a paper that shows it."""

    start_index: int
    end_index: int
    url: str
    title: str


class UrlAnnotation(Given):
    """One citation of one sentence."""

    type: Literal["url_citation"] = "url_citation"
    url_citation: UrlCitation


class AssistantMessage(Given):
    """The answer as a message: sentences with their numbers, notes, and the papers as footnotes."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None
    annotations: list[UrlAnnotation]
    paperbrief: Answer


class Choice(Given):
    """The one answer that is given."""

    index: Literal[0] = 0
    message: AssistantMessage
    finish_reason: Literal["stop"] = "stop"
    logprobs: None = None


class TokenUsage(Given):
    """The tokens that a language model read and wrote: none where sentences are quoted without one."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class ChatCompletion(Given):
    """A whole chat completion. The Answer stands in the message, for who keeps that, and beside it."""

    id: str = Field(examples=["chatcmpl-0123456789abcdef01234567"])
    object: Literal["chat.completion"] = "chat.completion"
    created: int = Field(description="A Unix time in seconds.")
    model: str
    choices: list[Choice]
    usage: TokenUsage
    system_fingerprint: None = None
    paperbrief: Answer


class ModelCard(Given):
    """A model: the name of a part of the library."""

    id: str = Field(examples=["paperbrief:2025-W11"])
    object: Literal["model"] = "model"
    created: int = Field(description="A Unix time in seconds.")
    owned_by: Literal["paperbrief"] = "paperbrief"


class ModelList(Given):
    """All models."""

    object: Literal["list"] = "list"
    data: list[ModelCard]


class ErrorDetail(Given):
    """What is wrong, and what can be done."""

    message: str
    type: str
    param: str | None
    code: str | None


class ErrorBody(Given):
    """An error as OpenAI's clients read it."""

    error: ErrorDetail


def usage_of(answer: Answer) -> TokenUsage:
    """The tokens of an answer."""
    read, written = answer.usage.prompt_tokens, answer.usage.completion_tokens
    return TokenUsage(prompt_tokens=read, completion_tokens=written, total_tokens=read + written)


def listed(annotations: Sequence[Annotation]) -> list[UrlAnnotation]:
    """Citations in OpenAI's shape."""
    return [
        UrlAnnotation(url_citation=UrlCitation(start_index=one.start, end_index=one.end, url=one.url, title=one.title))
        for one in annotations
    ]
