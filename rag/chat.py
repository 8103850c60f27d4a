"""Chat: a question in the light of what was said before.

    question -> what was said before -> follow -> answer -> keep it as the next turn

What was said before is either a conversation in the catalogue, or messages that the caller gives and nothing keeps.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.abstain import Decision
from rag.ask import Desk, Mode, answered, unasked, without_orders
from rag.catalogue import answers, conversations, papers
from rag.compose.proposing import decided
from rag.compose.rewriting import Rewritten, rewritten
from rag.errors import QuestionError
from rag.followup import Followed, Turn, follow, holds, stands_alone, titles, turn, turns
from rag.llm import ModelError
from rag.models import Answer, Listener, Note, Scope, Status
from rag.question import understand
from rag.retrieve import MAX_QUESTION, checked

NEW = "new"
"""In place of a conversation's identifier: begin one with this question."""

REMEMBERED = 6
"""Turns that a follow-up may point back to. What a conversation costs does not grow with its length."""

_log = logging.getLogger(__name__)
_ANSWERED_AGAIN = 3  # exchanges of texts alone that may be answered once more, to know what they were about
_READ = 20_000  # characters of what was told that are read for titles


async def chat(
    question: str,
    *,
    conversation_id: str | None,
    scope: Scope,
    desk: Desk,
    mode: Mode | None = None,
    on: Listener | None = None,
) -> Answer:
    """Answer a question as the next turn of a conversation, with "new" as the first one of a new conversation.

    Without a `conversation_id` there is nothing before the question, and the answer is kept by itself. What was
    answered is in the catalogue when this returns. Raises what `rag.ask.ask` raises, and NotFound where there is no
    such conversation.
    """
    question = checked(question)
    said: tuple[Answer, ...] = ()
    if conversation_id not in (None, NEW):
        said = await desk.catalogue.read(conversations.last, conversation_id, REMEMBERED)
    before = (*await _turns(said, desk), *await _asked_alone(scope, desk))
    answer = await _next(question, before, scope, desk, mode, on)
    if conversation_id is None:
        await desk.catalogue.write(answers.keep, answer)
        return answer
    new = conversation_id == NEW
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
    said, question = exchanges(messages)
    before: tuple[Turn, ...] = ()
    latest = said[-REMEMBERED:]
    all_asked = " ".join(asked[:MAX_QUESTION] for asked, _ in latest)
    for place, (asked, told) in enumerate(latest):
        again = place >= len(latest) - _ANSWERED_AGAIN
        before = (*before, await _recalled(asked, told, before, scope, desk, said=all_asked, again=again))
    answer = await _next(checked(question), before, scope, desk, mode, on)
    await desk.catalogue.write(answers.keep, answer)
    return answer


def exchanges(messages: Sequence[tuple[str, str]]) -> tuple[list[tuple[str, str]], str]:
    """What was said before, pairs of what a user asked and what was told, and the last thing that a user asked.

    Messages are pairs of a role and a text. Roles other than `user` and `assistant` say nothing about papers and are
    passed over. Raises QuestionError where no message is a user's.
    """
    said: list[tuple[str, str]] = []
    for role, text in messages:
        if role == "user":
            said.append((text, ""))
        elif role == "assistant" and said:
            asked, told = said[-1]
            said[-1] = (asked, f"{told}\n{text}".strip())
    if not said:
        raise QuestionError("There is no question: no message is a user's.", hint='Send one with the role "user".')
    return said[:-1], said[-1][0]


async def _recalled(
    asked: str, told: str, before: tuple[Turn, ...], scope: Scope, desk: Desk, *, said: str, again: bool
) -> Turn:
    """An exchange of which only the texts are left, as the turn that it was.

    The papers are those whose titles stand in what was told. Where none does, as when another program answered, the
    question is answered once more, without a model, if it may be answered `again`.
    """
    try:
        followed = await _weighed(follow(checked(asked[:MAX_QUESTION]), before), scope, desk)
    except QuestionError:
        return Turn("", ())
    found = await desk.catalogue.read(papers.titled, titles(told[:_READ])) if told else []
    if found or followed.missing is not None or not again:
        return turn(followed.question, found, asked=asked, said=said)
    within, question = _among(scope, followed)
    answer = await answered(question, scope=within, desk=desk, mode="extractive")
    answer = answer.model_copy(update={"question": asked, "standalone_question": followed.question})
    return (await _turns([answer], desk))[0]


async def _next(
    question: str, before: tuple[Turn, ...], scope: Scope, desk: Desk, mode: Mode | None, on: Listener | None
) -> Answer:
    """The answer to a question after the turns before it, not kept yet."""
    if on is not None and before:
        on(Status(stage="understanding"))
    read = await _understood(question, before, desk, mode or desk.mode)
    if on is not None:
        for note in read.notes:
            on(note)
    followed = await _weighed(read.followed, scope, desk)
    if followed.missing is not None:
        answer = await unasked(question, followed.missing, scope=scope, desk=desk)
    else:
        within, asked = _among(scope, followed)
        answer = await answered(asked, scope=within, desk=desk, mode=mode, on=on)
    return read.told_in(answer).model_copy(update={"question": question, "standalone_question": followed.question})


async def _weighed(followed: Followed, scope: Scope, desk: Desk) -> Followed:
    """Of two readings of a question the one that the papers answer better; as it stands where they answer neither.

    A question that names a stored system, in whatever spelling, is asked of that one.
    """
    if followed.perhaps is None:
        return followed
    alone = await _decided(followed, scope, desk)
    if any(part.features.named for part in alone.parts):
        return followed
    carried = await _decided(followed.perhaps, scope, desk)
    if carried.declines:
        return followed
    return followed.perhaps if alone.declines or carried.probability >= _CARRIED * alone.probability else followed


_CARRIED = 0.65  # of the probability of a question that stands alone: in a conversation one more likely goes on


async def _decided(reading: Followed, scope: Scope, desk: Desk) -> Decision:
    """What would become of a reading."""
    within, text = _among(scope, reading)
    asked = understand(checked(text[:MAX_QUESTION]))
    retrieved, _ = without_orders(await desk.retriever.evidence(asked, scope=within))
    return decided(asked, retrieved, desk.calibration)


@dataclass(frozen=True, slots=True)
class _Understood:
    """What a question is understood as, and what a model had to do with it."""

    followed: Followed
    notes: tuple[Note, ...] = ()
    by_model: Rewritten | None = None
    used: bool = False

    def told_in(self, answer: Answer) -> Answer:
        """The answer with the notes on understanding the question, and with what a model's part in it cost."""
        made = self.by_model
        if made is None:
            return answer.model_copy(update={"notes": (*self.notes, *answer.notes)}) if self.notes else answer
        usage = answer.usage.model_copy(
            update={
                "prompt_tokens": answer.usage.prompt_tokens + made.prompt_tokens,
                "completion_tokens": answer.usage.completion_tokens + made.completion_tokens,
            }
        )
        by = {"rewrite_prompt": made.prompt, "rewrite_sha256": made.prompt_sha256} if self.used else {}
        return answer.model_copy(update={"usage": usage, "provenance": answer.provenance.model_copy(update=by)})


async def _understood(question: str, before: tuple[Turn, ...], desk: Desk, mode: Mode) -> _Understood:
    """The question by the rules, or as a model words it where one is set, there is a doubt, and its words hold."""
    by_rules = follow(question, before)
    if mode == "extractive" or desk.model is None or desk.prompts is None:
        return _Understood(by_rules)
    if not before or stands_alone(question, by_rules):
        return _Understood(by_rules)
    try:
        made = await rewritten(question, before, model=desk.model, prompts=desk.prompts)
    except ModelError as error:
        _log.warning("the model failed, understanding the question without it: %s", error.message)
        detail = f"{error.message} The question was understood without it."
        return _Understood(by_rules, (Note(kind="model_unavailable", detail=detail),))
    # A model that leaves what points back as it stands has not understood it.
    if made.question == question or not holds(made.question, question, before):
        return _Understood(by_rules, by_model=made)
    followed = replace(by_rules, question=made.question, missing=None) if by_rules.within else Followed(made.question)
    return _Understood(followed, by_model=made, used=True)


def _among(scope: Scope, followed: Followed) -> tuple[Scope, str]:
    """The scope without papers that the question does not ask about, and what to ask there.

    Where nothing would be left of the scope that was given, it stays, and the question is asked in full.
    """
    ids = tuple(i for i in followed.within if not scope.paper_ids or i in scope.paper_ids)
    if not ids:
        return scope, followed.question
    return scope.model_copy(update={"paper_ids": ids}), followed.asked or followed.question


async def _asked_alone(scope: Scope, desk: Desk) -> tuple[Turn, ...]:
    """The paper of a scope of one: it is what "it" and "this paper" are, as if it had been spoken of last."""
    if len(scope.paper_ids) != 1:
        return ()
    found = await desk.catalogue.read(papers.get_many, list(scope.paper_ids))
    return tuple(turn("", [paper], asked="", said="") for paper in found.values())


async def _turns(said: Sequence[Answer], desk: Desk) -> tuple[Turn, ...]:
    """Answers as turns, with what is still stored of the papers that they were about."""
    if not said:
        return ()
    ids = {cited.paper_id for answer in said for cited in answer.citations}
    ids |= {near.paper_id for answer in said for near in answer.nearest}
    return turns(said, await desk.catalogue.read(papers.get_many, sorted(ids)))
