"""What a model wrote, read leniently and believed in nothing: its form, its keys, its text without decoration. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from rag.llm import BadReply
from rag.text.inert import inert, restored
from rag.text.sentences import sentences


class Unreadable(Exception):
    """Why a text is no reply, as a part of a sentence that a model can act on."""


# ------------------------------------------------------------------------------------------------------------- the form


def _separate(written: Any) -> Any:
    """Keys as small models write them: one string for a list, several in one string, a bare number for a key."""
    keys = [written] if isinstance(written, str | int) else written
    if not isinstance(keys, list):
        return written
    return [part for key in keys for part in (_BETWEEN.split(key) if isinstance(key, str) else [_bare(key)])]


_BETWEEN = re.compile(r"\s*[,;&]\s*|\s+and\s+")


def _bare(key: Any) -> Any:
    return f"E{key}" if isinstance(key, int) else key


class _Form(BaseModel):
    """The schema that a server is given is strict; what comes back may carry more, and that is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore", json_schema_extra={"additionalProperties": False})


class Claim(_Form):
    """One sentence, and the keys of the evidence for it."""

    text: str
    evidence: Annotated[tuple[str, ...], BeforeValidator(_separate)]


class Reply(_Form):
    """The answer: whether the evidence gives one, and its claims in the order to read them."""

    answerable: bool
    claims: tuple[Claim, ...]


class Standalone(_Form):
    """A follow-up in words that stand by themselves; empty where nobody could tell what it points to."""

    question: str


FORMS: Mapping[str, type[BaseModel]] = {"Reply": Reply, "Standalone": Standalone}
"""The replies that a prompt may ask for, for `Prompts.read`."""

_THOUGHT = re.compile(r"\A\s*<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL)
_ECHO = re.compile(r"\s*(?:<<<[A-Z]+|[A-Z]+>>>|Paper: )")  # of the prompt, which small models repeat too
_BROKEN = re.compile(r'[{\[]\s*["{]|"claims"')


F = TypeVar("F", bound=_Form)


def structured(text: str) -> Reply:
    """The answer in a text, as `read_as` finds it. Raises Unreadable."""
    return read_as(Reply, text)


def read_as(form: type[F], text: str) -> F:
    """The first JSON object of a text; what stands around it, and thoughts before it, are passed over.

    Raises Unreadable.
    """
    text = _THOUGHT.sub("", text)
    start = text.find("{")
    if start < 0:
        raise Unreadable("it holds no JSON object")
    try:
        written, _ = json.JSONDecoder().raw_decode(text, start)
        return form.model_validate(written)
    except json.JSONDecodeError as error:
        raise Unreadable(f"its JSON breaks off or is malformed ({error.msg})") from None
    except RecursionError:
        raise Unreadable("its JSON is nested too deeply") from None
    except ValidationError as error:
        places = [".".join(map(str, problem["loc"])) or "it" for problem in error.errors(include_url=False)[:3]]
        raise Unreadable(f"{', '.join(places)} is missing or of the wrong type") from None


def plain(text: str) -> Reply:
    """The sentences of a text as claims, each with the keys that stand in it. Raises Unreadable if it is no prose."""
    text = _THOUGHT.sub("", text)
    if _BROKEN.search(text) or not re.search(r"[^\W\d_]{2}", text):
        raise Unreadable("it is no plain text either")
    lines = (_AFTER_STOP.sub(r"\2\1", _undecorated(line)) for line in text.splitlines() if not _ECHO.match(line))
    said = dict.fromkeys(sentence.text for line in lines for sentence in sentences(line))  # small models repeat
    return Reply(answerable=True, claims=tuple(Claim(text=sentence, evidence=()) for sentence in said))


def asked_again(text: str) -> Reply:
    """A reply that was asked for a second time, or what its plain text says. Raises BadReply."""
    try:
        return structured(text)
    except Unreadable as why:
        try:
            return plain(text)
        except Unreadable:
            raise BadReply(
                f"The model's reply cannot be read, not even the second time: {why}.",
                hint="Try a model that keeps to a form, or set PAPERBRIEF_MODEL_STRUCTURED to what its server can do.",
            ) from None


# ------------------------------------------------------------------------------------------------------------- its keys

_KEY = re.compile(r"\bE\s?\d+\b", re.IGNORECASE)
_CITED = re.compile(r"\s*[\[(]\s*E\s?\d+(?:\s*(?:[,;&]|and)\s*E?\s?\d+)*\s*[\])]", re.IGNORECASE)
# `… end. [E3]` is made `… end [E3].`, so that a key stays with the sentence that it stands behind.
_AFTER_STOP = re.compile(rf"([.!?])((?:{_CITED.pattern})+)", re.IGNORECASE)


def cited_keys(claim: Claim) -> list[str]:
    """The keys of a claim, those in brackets in its text first, each once and in the form `E3`.

    What is no key at all is kept as it was written, in one short line.
    """
    inside = [key for found in _CITED.finditer(claim.text) for key in _KEY.findall(found[0])]
    return list(dict.fromkeys(map(_uniform, filter(str.strip, (*inside, *claim.evidence)))))


def _uniform(written: str) -> str:
    found = re.fullmatch(r"[\[(\s]*E?\s?(\d{1,4})[\])\s]*", written, re.IGNORECASE | re.ASCII)
    return f"E{int(found[1])}" if found else inert(written)[:40]


# ------------------------------------------------------------------------------------------------------------- its text

_BULLET = re.compile(r"^\s*(?:[-*+•]|\d{1,2}[.)]|#{1,6}|>(?=\s+[^\W\d]))\s+")
_LINK = re.compile(r"!?\[([^\]]*)\]\((?:[^()\s]|\([^()\s]*\))*\)")
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_EMPHASIS = re.compile(
    r"(?<![\w*])\*(?=[^\s*])([^*]+?)(?<=[^\s*])\*(?![\w*])|(?<!\w)_(?=[^\s_])([^_]+?)(?<=[^\s_])_(?!\w)"
)
_CODE = re.compile(r"(?<!`)(`+)(?!`)((?:(?!'')[^`])+)(?<!`)\1(?!`)")


def readable(text: str, subjects: Iterable[str] = ()) -> str:
    """A claim as plain text on one line: without Markdown, without keys, with the signs that `inert` replaced.

    The braces around a name of `subjects` are those of the evidence as it was shown, and go.
    """
    line = _CITED.sub("", " ".join(filter(None, map(_undecorated, text.splitlines()))))
    for subject in subjects:
        shown = f"{{{subject}}}"
        if line.startswith(shown):
            rest = line.removeprefix(shown).lstrip(" :")
            line = rest if rest.startswith(subject) else f"{subject}: {rest}"
        line = line.replace(shown, subject)
    return restored(" ".join(line.split()))


def limited(text: str, limit: int) -> tuple[list[str], int]:
    """The sentences of a text that end within `limit` characters, and how many characters are left out.

    What holds no letter and no digit is no sentence.
    """
    kept = [sentence for sentence in sentences(text) if sentence.end <= limit]
    said = [sentence.text for sentence in kept if any(map(str.isalnum, sentence.text))]
    return said, len(text) - kept[-1].end if kept else len(text)


def _undecorated(line: str) -> str:
    """A line without Markdown's marks; a link keeps its words. `snake_case`, `C^2` and `2 * 3 * 4` stay."""
    line = _LINK.sub(r"\1", _BULLET.sub("", line))
    line = _CODE.sub(r"\2", _STRONG.sub(r"\2", line))
    return _EMPHASIS.sub(lambda found: found[1] or found[2], line).strip()
