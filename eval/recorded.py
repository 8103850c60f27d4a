"""What models replied, kept in a file and played back, so that anybody can repeat a run without a model or a network.

A file is JSON lines: a head that names the model which answered, then one entry a request: the model, the digest of
what was sent (messages, form of the reply, limit), and the reply or the error. No key is in it. A request that was
recorded is not sent again, so an interrupted recording goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from rag.errors import BadReply, InputError, ModelError, ModelRefused, ModelUnavailable
from rag.llm import Completion, Model
from rag.prompting import Message, schema_sha256

FORM = 1
_ERRORS: Mapping[str, type[ModelError]] = {
    error.__name__: error for error in (ModelUnavailable, ModelRefused, BadReply, ModelError)
}


class NotRecorded(InputError):
    """A recording does not hold the reply to a request: what is sent has changed since it was made."""


class Recording:
    """The replies of a file, by model and digest of the request; with `writable`, new ones are added to it."""

    def __init__(self, path: Path, model: str | None, *, writable: bool) -> None:
        """Read a file, or begin one for `model`. Raises InputError when it is no recording, or of another model."""
        self._path = path
        self._entries: dict[tuple[str, str], dict[str, Any]] = {}
        if path.exists():
            self.model = self._read(mend=writable)
            if model is not None and writable and model != self.model:
                raise InputError(
                    f"{path.name} records the model {self.model!r}, and {model!r} is to be recorded.",
                    hint="Name another file.",
                )
        elif writable and model is not None:
            self.model = model
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps({"form": FORM, "model": model}) + "\n", encoding="utf-8")
        else:
            raise InputError(f"There is no recording {path.name}.", hint="Make one with --record.")

    def __len__(self) -> int:
        return len(self._entries)

    def reply(self, model: str, request: str, *, failures: bool) -> Completion | None:
        """The recorded reply; None where there is none. With `failures` a recorded ModelError is raised again."""
        entry = self._entries.get((model, request))
        if entry is None:
            return None
        if "error" in entry:
            if not failures:
                return None
            said = entry["error"]
            raise _ERRORS.get(said["kind"], ModelError)(said["message"], hint=said["hint"], retryable=said["retryable"])
        return Completion(**entry["reply"])

    def keep(self, model: str, request: str, came: Completion | ModelError) -> None:
        """Add what came of a request to the file, before anything is made of it."""
        entry: dict[str, Any] = {"model": model, "request": request}
        if isinstance(came, ModelError):
            kind = next((name for name, error in _ERRORS.items() if isinstance(came, error)), "ModelError")
            entry["error"] = {"kind": kind, "message": came.message, "hint": came.hint, "retryable": came.retryable}
        else:
            entry["reply"] = asdict(came)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")
        self._entries[model, request] = entry

    def _read(self, *, mend: bool) -> str:
        """The entries and the head's model; with `mend` an entry that a kill cut short is cut off the file."""
        lines = self._path.read_text(encoding="utf-8").splitlines()
        try:
            head = json.loads(lines[0])
            if head["form"] != FORM:
                raise ValueError
            for number, line in enumerate(lines[1:], 2):
                try:
                    entry = json.loads(line)
                except ValueError:
                    if number < len(lines):
                        raise
                    if mend:
                        self._path.write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")
                    break
                self._entries[entry["model"], entry["request"]] = entry
            return str(head["model"])
        except (IndexError, KeyError, TypeError, ValueError):
            raise InputError(f"{self._path.name} is no recording of a model.", hint="Make one with --record.") from None


class Recorder:
    """A model whose replies are kept as they come; what was recorded before is not asked again, failures excepted."""

    def __init__(self, inner: Model, recording: Recording) -> None:
        self._inner = inner
        self._recording = recording

    @property
    def name(self) -> str:
        """The inner model's."""
        return self._inner.name

    async def complete(
        self, messages: Sequence[Message], *, schema: type[BaseModel] | None = None, max_tokens: int
    ) -> Completion:
        """The recorded reply, or the inner model's. Raises ModelError."""
        request = digest(messages, schema, max_tokens)
        known = self._recording.reply(self.name, request, failures=False)
        if known is not None:
            return known
        try:
            came = await self._inner.complete(messages, schema=schema, max_tokens=max_tokens)
        except ModelError as error:
            self._recording.keep(self.name, request, error)
            raise
        self._recording.keep(self.name, request, came)
        return came


class Replay:
    """A model that says what was recorded and nothing else."""

    def __init__(self, recording: Recording, name: str | None = None) -> None:
        self._recording = recording
        self._name = name or recording.model

    @property
    def name(self) -> str:
        """The model that was recorded."""
        return self._name

    async def complete(
        self, messages: Sequence[Message], *, schema: type[BaseModel] | None = None, max_tokens: int
    ) -> Completion:
        """The recorded reply, or the recorded ModelError. Raises NotRecorded for a request that is not there."""
        known = self._recording.reply(self._name, digest(messages, schema, max_tokens), failures=True)
        if known is None:
            raise NotRecorded(
                f"The recording holds no reply of {self._name!r} to this request.",
                hint="Prompts, papers, questions or evidence have changed since: record anew with --record.",
            )
        return known


def digest(messages: Sequence[Message], schema: type[BaseModel] | None, max_tokens: int) -> str:
    """The SHA-256 of a request: roles and texts of the messages, the form of the reply, the limit of tokens."""
    form = schema_sha256(schema) if schema is not None else None
    sent = [[message.role, message.content] for message in messages]
    return hashlib.sha256(json.dumps([sent, form, max_tokens], ensure_ascii=False).encode()).hexdigest()
