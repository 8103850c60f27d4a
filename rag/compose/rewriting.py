"""A follow-up put into words of its own by a model. Nothing here believes it: `rag.followup.holds` checks it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.compose.reply import Standalone, Unreadable, read_as
from rag.followup import Turn
from rag.llm import BadReply, Model
from rag.prompting import Prompts, fenced
from rag.text.inert import inert, restored

SHOWN_TURNS = 4
"""Turns that a model is shown: what a follow-up points to is hardly ever further away."""
_SHOWN_SUBJECTS = 6
_LONGEST_SHOWN = 300  # characters of a question
_MAX_TOKENS = 300


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What a model proposes that the question is; empty where it says that nobody could tell.

    `prompt` is `rewrite@v1`.
    """

    question: str
    prompt: str
    prompt_sha256: str
    prompt_tokens: int
    completion_tokens: int


async def rewritten(question: str, turns: Sequence[Turn], *, model: Model, prompts: Prompts) -> Rewritten:
    """The question as a model would ask it without the turns before it. Raises ModelError."""
    prompt = prompts.current("rewrite")
    messages = prompt.messages(
        conversation=fenced("CONVERSATION", _lines(turns[-SHOWN_TURNS:])),
        question=fenced("QUESTION", [inert(question)]),
    )
    completion = await model.complete(messages, schema=prompt.reply, max_tokens=_MAX_TOKENS)
    try:
        reply = read_as(Standalone, completion.text)
    except Unreadable as why:
        raise BadReply(f"The model did not put the question into words that can be read: {why}.") from None
    asked = restored(" ".join(reply.question.split()))
    return Rewritten(asked, prompt.name, prompt.sha256, completion.prompt_tokens, completion.completion_tokens)


def _lines(turns: Sequence[Turn]) -> Iterable[str]:
    """The turns as a model reads them: what was asked, and the papers that the answer was about."""
    for turn in turns:
        yield f"Asked: {inert(turn.question[:_LONGEST_SHOWN])}"
        for place, subject in enumerate(turn.subjects[:_SHOWN_SUBJECTS], start=1):
            named = subject.title if subject.mention(subject.title) else f"{subject.called}: {subject.title}"
            yield f"Told of ({place}): {inert(named if subject.title else subject.called)}"
