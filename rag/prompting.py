"""Prompt files to messages, and text from papers and people into a form that cannot be mistaken for orders. Pure.

    files -> Prompts.read -> Prompt.messages(question=…, evidence=…) -> what a model is sent

Everything that we did not write goes between fences, one line a sentence, after `rag.text.inert` took out of it what
could close a fence, open a role or forge a key. A model cites the keys E1, E2, …, which code resolves: it never sees an
identifier, so it cannot invent one that exists.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from string import Template
from typing import Literal, Protocol, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from rag.errors import PromptError
from rag.text.inert import inert

MANIFEST = "manifest.toml"
Role = Literal["system", "user", "assistant"]
Forms = Mapping[str, type[BaseModel]]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of what a model is sent."""

    role: Role
    content: str


# --------------------------------------------------------------------------------------------------- text of others


class Sourced(Protocol):
    """A sentence of a paper's abstract, and what it speaks of where its own words do not say so."""

    @property
    def paper_id(self) -> str: ...  # noqa: D102
    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def subject(self) -> str | None: ...  # noqa: D102
    @property
    def text(self) -> str: ...  # noqa: D102


S = TypeVar("S", bound=Sourced)


def presented(evidence: Sequence[S]) -> tuple[str, dict[str, S]]:
    """The evidence as a model reads it, and what each key stands for.

    Papers come in the order in which they are first met, each with its title once and its sentences in the order given.
    """
    papers: dict[str, list[S]] = {}
    for sentence in evidence:
        papers.setdefault(sentence.paper_id, []).append(sentence)
    keys: dict[str, S] = {}
    number, lines = count(1), []
    for sentences in papers.values():
        lines += ["", f"Paper: {inert(sentences[0].title)}"]
        for sentence in sentences:
            key = f"E{next(number)}"
            keys[key] = sentence
            lines.append(f"[{key}] {_spoken_of(sentence)}{inert(sentence.text)}")
    return fenced("EVIDENCE", lines[1:]), keys


def fenced(label: str, lines: Iterable[str]) -> str:
    """Lines between `<<<LABEL` and `LABEL>>>`. What others wrote in them has to be `inert`."""
    return "\n".join((f"<<<{label}", *lines, f"{label}>>>"))


def _spoken_of(sentence: Sourced) -> str:
    subject = sentence.subject
    return f"{{{inert(subject)}}} " if subject and subject.casefold() not in sentence.text.casefold() else ""


# ------------------------------------------------------------------------------------------------------------- prompts

_TURN = re.compile(r"^<!-- (system|user|assistant) -->\n", re.MULTILINE)


class _Entry(BaseModel):
    """What the manifest says of one file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    variables: frozenset[str]
    sha256: str
    reply: str | None = None
    reply_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Prompt:
    """One version of one prompt. `name` is `answer@v1`, `sha256` the digest of its file, `reply` the form asked for."""

    name: str
    sha256: str
    variables: frozenset[str]
    turns: tuple[tuple[Role, Template], ...]
    reply: type[BaseModel] | None

    def messages(self, **values: str) -> tuple[Message, ...]:
        """The turns with every variable filled in. Raises PromptError that names all that are missing or unknown."""
        missing, unknown = self.variables - values.keys(), values.keys() - self.variables
        if missing or unknown:
            lacks = f"lacks {_listed(missing)}" if missing else ""
            knows = f"knows no {_listed(unknown)}" if unknown else ""
            raise PromptError(
                f"The prompt {self.name} {' and '.join(filter(None, (lacks, knows)))}.",
                hint=f"It takes {_listed(self.variables)}.",
            )
        return tuple(Message(role, template.substitute(values)) for role, template in self.turns)


class Prompts:
    """The prompts of a folder, each as its manifest describes it."""

    def __init__(self, prompts: Mapping[str, Prompt], current: Mapping[str, str]) -> None:
        self._prompts = prompts
        self._current = current

    @classmethod
    def read(cls, files: Mapping[str, str], forms: Forms) -> Self:
        """Prompts from the texts of the manifest and the files that it names (`prompts.files()` gives them).

        `forms` are the replies that the manifest may ask for, by name.

        Raises PromptError when the manifest cannot be read, or a file is missing or is not what it was recorded as:
        an answer says by which prompt it was made, and that must be true.
        """
        entries, current = _manifest(files)
        prompts = {}
        for path, entry in entries.items():
            prompt = _prompt(path, entry, files.get(path), forms)
            prompts[prompt.name] = prompt
        names = {prompt: f"{prompt}@{version}" for prompt, version in current.items()}
        if absent := set(names.values()) - prompts.keys():
            raise PromptError(f"The manifest of the prompts describes no {_listed(absent)}.", hint=_REINSTALL)
        return cls(prompts, names)

    def current(self, prompt: str) -> Prompt:
        """The version of a prompt that is in force: `current("answer")`. Raises PromptError for an unknown one."""
        if prompt not in self._current:
            raise PromptError(f"There is no prompt {prompt!r}.", hint=f"There are {_listed(self._current)}.")
        return self._prompts[self._current[prompt]]


def redigested(files: Mapping[str, str], forms: Forms) -> str:
    """The manifest with today's digests in it and otherwise as it stands, for `make golden` to write.

    Raises PromptError when the manifest cannot be read or names a file that is missing.
    """
    entries, _ = _manifest(files)
    path, lines = "", []
    for line in files[MANIFEST].splitlines():
        if header := re.fullmatch(r'\["(.+)"\]', line):
            path = header[1]
        name = line.partition(" = ")[0]
        if path and name == "sha256":
            line = f'sha256 = "{_sha256(_text(path, files.get(path)))}"'
        elif path and name == "reply_sha256":
            line = f'reply_sha256 = "{schema_sha256(_form(path, entries[path].reply or "", forms))}"'
        lines.append(line)
    return "\n".join(lines) + "\n"


def schema_sha256(form: type[BaseModel]) -> str:
    """The digest of the JSON schema of a reply."""
    return _sha256(json.dumps(form.model_json_schema(), sort_keys=True))


_REINSTALL = "Install paperbrief again; if you changed a prompt on purpose, run `make golden` and review its diff."


def _manifest(files: Mapping[str, str]) -> tuple[dict[str, _Entry], dict[str, str]]:
    try:
        tables = tomllib.loads(files[MANIFEST])
        current = tables.pop("current")
        if not isinstance(current, dict):
            raise TypeError
        return {path: _Entry.model_validate(table) for path, table in tables.items()}, current
    except (KeyError, TypeError, tomllib.TOMLDecodeError, ValidationError):
        raise PromptError("The manifest of the prompts cannot be read.", hint=_REINSTALL) from None


def _prompt(path: str, entry: _Entry, text: str | None, forms: Forms) -> Prompt:
    text = _text(path, text)
    if _sha256(text) != entry.sha256:
        raise PromptError(f"The prompt file {path} is not the one that its manifest records.", hint=_REINSTALL)
    form = None
    if entry.reply is not None:
        form = _form(path, entry.reply, forms)
        if schema_sha256(form) != entry.reply_sha256:
            raise PromptError(f"The reply that {path} asks for is not the one that the program reads.", hint=_REINSTALL)
    parts = _TURN.split(text)
    turns = tuple((_role(role), Template(body.strip())) for role, body in zip(parts[1::2], parts[2::2], strict=True))
    used = {name for _, template in turns for name in template.get_identifiers()}
    if not turns or parts[0].strip() or used != entry.variables or not all(t.is_valid() for _, t in turns):
        raise PromptError(
            f"The prompt file {path} is malformed: it uses {_listed(used) or 'no variables'}.",
            hint=f"Its manifest names {_listed(entry.variables)}; a dollar sign is written $$, and turns open with"
            " <!-- system --> or <!-- user -->.",
        )
    name, _, version = path.removesuffix(".md").partition("/")
    return Prompt(f"{name}@{version}", entry.sha256, entry.variables, turns, form)


def _role(written: str) -> Role:
    return "system" if written == "system" else "assistant" if written == "assistant" else "user"


def _text(path: str, text: str | None) -> str:
    if text is None:
        raise PromptError(f"The prompt file {path} is missing.", hint=_REINSTALL)
    return text


def _form(path: str, name: str, forms: Forms) -> type[BaseModel]:
    if name not in forms:
        raise PromptError(f"The prompt file {path} asks for a reply {name!r}, which nobody reads.", hint=_REINSTALL)
    return forms[name]


def _listed(names: Iterable[str]) -> str:
    *first, last = sorted(names) or [""]
    return f"{', '.join(first)} and {last}" if first else last


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
