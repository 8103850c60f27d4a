"""Composing with a model: a draft of an answer in sentences, each with the papers that the model says it comes from.

    evidence under keys -> messages -> reply -> claims -> sentences with papers

A draft is a proposal. Nothing here believes it: `rag.ground` shows every sentence in an abstract or drops it. A reply
is settled in three steps: the form that was asked for, one request to write it again, plain text as the last resort.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.compose.reply import Reply, Unreadable, asked_again, cited_keys, limited, readable, structured
from rag.ground import DraftSentence, EvidenceSentence
from rag.llm import Completion, Model
from rag.prompting import Message, Prompt, Prompts, fenced, presented
from rag.question import Question
from rag.text.inert import inert

MAX_CLAIMS = 12
MAX_CLAIM = 600
"""Characters of one claim. A longer one loses whole sentences at its end: half a sentence may say the opposite."""
MAX_TOKENS = 1_500
_LONGEST_COPY = 4_000  # characters of an unreadable reply that are sent back with the request to mend it


@dataclass(frozen=True, slots=True)
class Draft:
    """What a model proposes to say.

    `unknown` are the keys that stand for nothing, each with the sentence that cites it; the sentence itself stays in
    `sentences` with the papers that it cites rightly, if any. `declined` when the model says that the evidence does
    not answer, or says nothing at all. `shortened` tells in sentences what was cut off the reply, empty when nothing
    was. `prompt` is `answer@v1`; tokens are those of all calls that it took.
    """

    sentences: tuple[DraftSentence, ...]
    unknown: tuple[tuple[str, str], ...]
    declined: bool
    prompt: str
    prompt_sha256: str
    model: str
    prompt_tokens: int
    completion_tokens: int
    shortened: tuple[str, ...] = ()


async def draft(question: Question, evidence: Sequence[EvidenceSentence], *, model: Model, prompts: Prompts) -> Draft:
    """An answer drafted from the evidence; without evidence a declined draft, and no model is asked.

    Raises ModelError.
    """
    prompt = prompts.current("answer")
    if not evidence:
        return _nothing(prompt, model)
    shown, keys = presented(evidence)
    messages = prompt.messages(evidence=shown, question=_asked(question))
    return await _drafted(prompt, messages, keys, model, prompts)


async def repair(
    question: Question,
    evidence: Sequence[EvidenceSentence],
    rejected: Sequence[tuple[str, str]],
    *,
    model: Model,
    prompts: Prompts,
) -> Draft:
    """Other sentences in place of the `rejected` ones, pairs of a sentence and the reason why it was refused.

    The draft holds the replacements only. Without evidence or rejected sentences it is declined, and no model is asked.
    Raises ModelError.
    """
    prompt = prompts.current("repair")
    if not evidence or not rejected:
        return _nothing(prompt, model)
    shown, keys = presented(evidence)
    refused = fenced("REFUSED", (f"- {inert(text)} (refused: {inert(reason)})" for text, reason in rejected))
    messages = prompt.messages(evidence=shown, question=_asked(question), refused=refused)
    return await _drafted(prompt, messages, keys, model, prompts)


async def _drafted(
    prompt: Prompt, messages: Sequence[Message], keys: Mapping[str, EvidenceSentence], model: Model, prompts: Prompts
) -> Draft:
    completions = [await model.complete(messages, schema=prompt.reply, max_tokens=MAX_TOKENS)]
    try:
        reply = structured(completions[0].text)
    except Unreadable as why:
        problem = f"{why}; it was too long, so write fewer claims" if completions[0].cut else str(why)
        again = prompts.current("again").messages(problem=f"{problem}.")
        spoken = Message("assistant", completions[0].text[:_LONGEST_COPY])
        completions.append(
            await model.complete((*messages, spoken, *again), schema=prompt.reply, max_tokens=MAX_TOKENS)
        )
        reply = asked_again(completions[1].text)
    return _resolved(reply, keys, prompt, completions)


def _asked(question: Question) -> str:
    return fenced("QUESTION", [inert(question.text)])


def _nothing(prompt: Prompt, model: Model) -> Draft:
    return Draft((), (), True, prompt.name, prompt.sha256, model.name, 0, 0)


def _resolved(
    reply: Reply, keys: Mapping[str, EvidenceSentence], prompt: Prompt, completions: Sequence[Completion]
) -> Draft:
    """The draft that a reply makes: claims cut to their limits, taken apart into sentences, keys into papers."""
    subjects = dict.fromkeys(inert(sentence.subject) for sentence in keys.values() if sentence.subject)
    said: list[DraftSentence] = []
    unknown: list[tuple[str, str]] = []
    shortened = []
    if completions[-1].cut:
        shortened.append("The model's reply reached its limit of tokens.")
    if len(reply.claims) > MAX_CLAIMS:
        shortened.append(f"{len(reply.claims) - MAX_CLAIMS} claims beyond the first {MAX_CLAIMS} were left out.")
    for claim in reply.claims[:MAX_CLAIMS]:
        written, left_out = limited(readable(claim.text, subjects), MAX_CLAIM)
        if left_out:
            shortened.append(f"{left_out} characters of a claim longer than {MAX_CLAIM} were left out.")
        cited = cited_keys(claim)
        papers = tuple(dict.fromkeys(keys[key].paper_id for key in cited if key in keys))
        for text in written:
            said.append(DraftSentence(text, papers))
            unknown += [(text, key) for key in cited if key not in keys]
    return Draft(
        sentences=tuple(said),
        unknown=tuple(unknown),
        declined=not reply.answerable or not said,
        prompt=prompt.name,
        prompt_sha256=prompt.sha256,
        model=completions[-1].model,
        prompt_tokens=sum(c.prompt_tokens for c in completions),
        completion_tokens=sum(c.completion_tokens for c in completions),
        shortened=tuple(shortened),
    )
