"""Composing with a model: a draft of an answer in sentences, each with the papers that the model says it comes from.

    evidence under keys -> messages -> reply -> claims -> sentences with papers

A draft is a proposal. Nothing here believes it: `rag.ground` shows every sentence in an abstract or drops it. What a
reply may look like is settled in three steps: the form that was asked for, one request to write it again, plain text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from rag.ground import DraftSentence, EvidenceSentence
from rag.llm import BadReply, Completion, Model
from rag.prompting import Message, Prompt, Prompts, fenced, presented
from rag.question import Question
from rag.text.inert import inert, restored
from rag.text.sentences import sentences

MAX_CLAIMS = 12
MAX_CLAIM = 600
"""Characters of one claim. A longer one loses whole sentences at its end: half a sentence may say the opposite."""
MAX_TOKENS = 1_500
_LONGEST_COPY = 4_000  # characters of an unreadable reply that are sent back with the request to mend it


# -------------------------------------------------------------------------------------------------- the form of a reply


def _keys(written: Any) -> Any:
    """Keys as small models write them: one string for a list, a bare number for a key."""
    keys = [written] if isinstance(written, str | int) else written
    return [f"E{key}" if isinstance(key, int) else key for key in keys] if isinstance(keys, list) else keys


class _Form(BaseModel):
    """The schema that a server is given is strict; what comes back may carry more, and that is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore", json_schema_extra={"additionalProperties": False})


class Claim(_Form):
    """One sentence, and the keys of the evidence for it."""

    text: str
    evidence: Annotated[tuple[str, ...], BeforeValidator(_keys)]


class Reply(_Form):
    """The answer: whether the evidence gives one, and its claims in the order to read them."""

    answerable: bool
    claims: tuple[Claim, ...]


FORMS: Mapping[str, type[BaseModel]] = {"Reply": Reply}
"""The replies that a prompt may ask for, for `Prompts.read`."""


# --------------------------------------------------------------------------------------------------------------- drafts


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
        reply = read_reply(completions[0].text)
    except _Unreadable as why:
        again = prompts.current("again").messages(problem=str(why))
        spoken = Message("assistant", completions[0].text[:_LONGEST_COPY])
        completions.append(
            await model.complete((*messages, spoken, *again), schema=prompt.reply, max_tokens=MAX_TOKENS)
        )
        try:
            reply = read_reply(completions[1].text)
        except _Unreadable as still:
            reply = _plain(completions[1].text, keys, why=still)
    return _resolved(reply, keys, prompt, completions)


def _asked(question: Question) -> str:
    return fenced("QUESTION", [inert(question.text)])


def _nothing(prompt: Prompt, model: Model) -> Draft:
    return Draft((), (), True, prompt.name, prompt.sha256, model.name, 0, 0)


# ------------------------------------------------------------------------------------------------------ reading replies

_THOUGHT = re.compile(r"\A\s*<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL)


class _Unreadable(Exception):
    """Why a text is no reply in the form, a part of a sentence that a model can act on."""


def read_reply(text: str) -> Reply:
    """The first JSON object of a model's text as a Reply; text around it, and thoughts before it, are passed over.

    Raises an exception that says what is wrong with it.
    """
    text = _THOUGHT.sub("", text)
    start = text.find("{")
    if start < 0:
        raise _Unreadable("it holds no JSON object")
    try:
        written, _ = json.JSONDecoder().raw_decode(text, start)
        return Reply.model_validate(written)
    except json.JSONDecodeError as error:
        raise _Unreadable(f"its JSON breaks off or is malformed ({error.msg})") from None
    except RecursionError:
        raise _Unreadable("its JSON is nested too deeply") from None
    except ValidationError as error:
        places = [".".join(map(str, problem["loc"])) or "it" for problem in error.errors(include_url=False)[:3]]
        raise _Unreadable(f"{', '.join(places)} is missing or of the wrong type") from None


def _plain(text: str, keys: Mapping[str, EvidenceSentence], *, why: _Unreadable) -> Reply:
    """The last resort: the sentences of a plain text, with the keys that stand in them. Raises BadReply."""
    text = _THOUGHT.sub("", text)
    if not re.search(r"[^\W\d_]{2}", text) or text.lstrip("`\n json")[:1] in ("{", "["):
        raise BadReply(
            f"The model's reply cannot be read, asked for a second time: {why}.",
            hint="Try a model that keeps to a form, or set PAPERBRIEF_MODEL_STRUCTURED to what the server can do.",
            retryable=True,
        )
    lines = (_undecorated(line) for line in text.splitlines())
    said = [sentence.text for line in lines for sentence in sentences(_keys_before_the_stop(line))]
    claims = tuple(Claim(text=sentence, evidence=tuple(_KEY.findall(sentence))) for sentence in said)
    return Reply(answerable=True, claims=claims)


_KEY = re.compile(r"\bE\s?\d+\b")
_CITED = re.compile(r"\s*[\[(]\s*E\s?\d+(?:\s*(?:[,;&]|and|to|[-–])\s*E?\s?\d+)*\s*[\])]", re.IGNORECASE)
_AFTER_STOP = re.compile(rf"([.!?])({_CITED.pattern})", re.IGNORECASE)


def _keys_before_the_stop(line: str) -> str:
    """`… end. [E3]` as `… end [E3].`, so that a key stays with the sentence that it stands behind."""
    return _AFTER_STOP.sub(r"\2\1", line)


def _resolved(
    reply: Reply, keys: Mapping[str, EvidenceSentence], prompt: Prompt, completions: Sequence[Completion]
) -> Draft:
    """The draft that a reply makes: claims cut to their limits, taken apart into sentences, keys into papers."""
    said: list[DraftSentence] = []
    unknown: list[tuple[str, str]] = []
    shortened = []
    if completions[-1].cut:
        shortened.append("The model's reply reached its limit of tokens.")
    if len(reply.claims) > MAX_CLAIMS:
        shortened.append(f"{len(reply.claims) - MAX_CLAIMS} claims beyond the first {MAX_CLAIMS} were left out.")
    for claim in reply.claims[:MAX_CLAIMS]:
        written, left_out = _limited(readable(claim.text))
        if left_out:
            shortened.append(f"{left_out} characters of a claim longer than {MAX_CLAIM} were left out.")
        cited = list(dict.fromkeys(map(_key, (*_written_keys(claim.text), *claim.evidence))))
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


def _written_keys(text: str) -> Iterable[str]:
    """The keys that stand in brackets in a text."""
    return (key for found in _CITED.finditer(text) for key in _KEY.findall(found[0]))


def _key(written: str) -> str:
    """`[E 3]`, `e3` and `3` as `E3`; what is no key at all stays as it is, on one line and not too long."""
    found = re.fullmatch(r"[\[(\s]*E?\s?(\d{1,4})[\])\s]*", written, re.IGNORECASE)
    return f"E{int(found[1])}" if found else inert(written)[:40]


def _limited(text: str) -> tuple[list[str], int]:
    """The sentences of a text that fit into a claim, and how many characters do not."""
    found = sentences(text)
    kept = [sentence for sentence in found if sentence.end <= MAX_CLAIM]
    return [sentence.text for sentence in kept], len(text) - kept[-1].end if kept else len(text)


# ------------------------------------------------------------------------------------------------------------- clean text

_BULLET = re.compile(r"^\s*(?:[-*+•]|\d{1,2}[.)]|#{1,6}|>)\s+")
_LINK = re.compile(r"!?\[([^\]]*)\]\((?:[^()\s]|\([^()\s]*\))*\)")
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_EMPHASIS = re.compile(
    r"(?<![\w*])\*(?=[^\s*])([^*]+?)(?<=[^\s*])\*(?![\w*])|(?<!\w)_(?=[^\s_])([^_]+?)(?<=[^\s_])_(?!\w)"
)
_CODE = re.compile(r"`+([^`]+)`+")
_SUBJECT = re.compile(r"\{([^{}]+)\}:?\s*")


def readable(text: str) -> str:
    """A claim as plain text on one line: without Markdown, without keys, with the signs that `inert` replaced."""
    line = " ".join(filter(None, map(_undecorated, text.splitlines())))
    line = _SUBJECT.sub(_named, _CITED.sub("", line))
    return restored(" ".join(line.split()))


def _undecorated(line: str) -> str:
    """A line without Markdown's marks; a link keeps its words. `snake_case`, `C^2` and `2 * 3 * 4` stay."""
    line = _LINK.sub(r"\1", _BULLET.sub("", line))
    line = _CODE.sub(r"\1", _STRONG.sub(r"\2", line))
    return _EMPHASIS.sub(lambda found: found[1] or found[2], line).strip()


def _named(found: re.Match[str]) -> str:
    """The name in braces before a sentence, as a person writes it."""
    return f"{found[1]}: " if found.start() == 0 else f"{found[1]} "
