"""Work that outlasts the request that asked for it."""

from __future__ import annotations

from typing import Any, Literal

from rag.models.contract import Contract

JobState = Literal["queued", "running", "done", "failed", "interrupted"]


class JobProgress(Contract):
    """How far a job has come: `done` of `total` (None where unknown) in the named stage."""

    stage: str
    done: int
    total: int | None = None


class Job(Contract):
    """A piece of work and what came of it: `result` when it is done, `problem` (RFC 9457) when it failed."""

    id: str
    kind: str
    state: JobState
    created: str
    updated: str
    progress: JobProgress | None = None
    result: dict[str, Any] | None = None
    problem: dict[str, Any] | None = None
