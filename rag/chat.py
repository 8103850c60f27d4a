"""Chat: a question in the light of what was said before.

    question -> what was said before -> answer -> keep it as the next turn

What was said before is either a conversation in the catalogue, or messages that the caller gives and nothing keeps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.ask import Desk, Mode, answered, ask
from rag.catalogue import conversations
from rag.errors import QuestionError
from rag.models import Answer, Listener, Scope

NEW = "new"
"""In place of a conversation's identifier: begin one with this question."""

REMEMBERED = 6
"""Turns that a follow-up may point back to. What a conversation costs does not grow with its length."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question that was asked before, and what was answered: an Answer of ours, or any text."""

    question: str
    answer: Answer | str = ""


async def chat(
    question: str,
    *,
    conversation_id: str,
    scope: Scope,
    desk: Desk,
    mode: Mode | None = None,
    on: Listener | None = None,
) -> Answer:
    """Answer a question as the next turn of a conversation, or with "new" as the first one of a new conversation.

    The turn is in the catalogue when this returns. Raises what `rag.ask.ask` raises, and NotFound where there is no
    such conversation.
    """
    new = conversation_id == NEW
    if not new:
        await desk.catalogue.read(conversations.last, conversation_id, REMEMBERED)
    answer = await answered(question, scope=scope, desk=desk, mode=mode, on=on)
    answer = answer.model_copy(update={"conversation_id": conversations.new_id() if new else conversation_id})
    await desk.catalogue.write(conversations.append, answer, new=new)
    return answer


async def chat_with_messages(
    messages: Sequence[tuple[str, str]],
    *,
    scope: Scope,
    desk: Desk,
    mode: Mode | None = None,
    on: Listener | None = None,
) -> Answer:
    """Answer the last of the messages that is a user's; the answer is kept, the messages are not.

    Raises what `rag.ask.ask` raises, and QuestionError where no message is a user's.
    """
    _, question = exchanges(messages)
    return await ask(question, scope=scope, desk=desk, mode=mode, on=on)


def exchanges(messages: Sequence[tuple[str, str]]) -> tuple[tuple[Exchange, ...], str]:
    """What was said before, and the question: the last of the messages, pairs of a role and a text, that is a user's.

    Roles other than `user` and `assistant` say nothing about papers and are passed over. Raises QuestionError where no
    message is a user's.
    """
    said: list[Exchange] = []
    for role, text in messages:
        if role == "user":
            said.append(Exchange(text))
        elif role == "assistant" and said and isinstance(said[-1].answer, str):
            said[-1] = Exchange(said[-1].question, f"{said[-1].answer}\n{text}".strip())
    if not said:
        raise QuestionError("There is no question: no message is a user's.", hint='Send one with the role "user".')
    return tuple(said[:-1]), said[-1].question
