"""Jobs: work that goes on when the request that asked for it has been answered, or its client has gone.

A running job lives here; each change of its state is in the catalogue before anybody is told, progress now and then.
What a process that ended left open is marked as interrupted by the next one that starts.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from pydantic import BaseModel

from api.problems import NOT_FOUND, Refusal, refusal_of
from rag.catalogue import Catalogue, jobs
from rag.errors import PaperbriefError
from rag.models import Job, JobProgress, Progress

_SECONDS_BETWEEN_WRITES = 2.0
_log = logging.getLogger("paperbrief.jobs")

Report = Callable[[Progress], None]
Work = Callable[[Report], Awaitable[BaseModel]]
"""What a job does: told how to report progress, gives the final object."""


@dataclass(slots=True)
class Running:
    """A job of this process: how it stands, and the task that does it (its outcome is the final object).

    `next` is how it will stand once the catalogue has it.
    """

    job: Job
    next: Job
    task: asyncio.Task[BaseModel] | None = None
    written: float = 0.0

    async def outcome(self) -> BaseModel:
        """Wait for the final object, or for what went wrong. Who waits may leave; the job goes on."""
        assert self.task is not None
        return await asyncio.shield(self.task)


class Jobs:
    """The jobs of one app."""

    def __init__(self) -> None:
        self._running: dict[str, Running] = {}
        self._writing: set[asyncio.Task[None]] = set()

    @property
    def open(self) -> int:
        """How many have not ended."""
        return len(self._running)

    async def start(
        self, catalogue: Catalogue, kind: str, work: Work, turn: AbstractAsyncContextManager[None]
    ) -> Running:
        """Begin a job; it is queued until it enters `turn`. It can be asked for when this returns."""
        at = jobs.now()
        job = Job(id=jobs.new_id(), kind=kind, state="queued", created=at, updated=at)
        running = Running(job, job)
        await catalogue.write(jobs.keep, running.job)
        self._running[running.job.id] = running
        running.task = asyncio.create_task(self._run(running, catalogue, work, turn))
        # What went wrong is kept with the job; nobody need be waiting for it.
        running.task.add_done_callback(lambda task: task.cancelled() or task.exception())
        return running

    async def _run(
        self, running: Running, catalogue: Catalogue, work: Work, turn: AbstractAsyncContextManager[None]
    ) -> BaseModel:
        job = running.job
        try:
            async with turn:
                await self._change(running, catalogue, state="running")
                final = await work(lambda progress: self._progress(running, catalogue, progress))
            await self._change(running, catalogue, state="done", result=final.model_dump(mode="json"))
        except asyncio.CancelledError:
            await self._change(running, catalogue, state="interrupted")
            raise
        except Exception as error:
            if not isinstance(error, PaperbriefError | Refusal | TimeoutError):
                _log.exception("job failed", extra={"job": job.id, "kind": job.kind})
            await self._change(running, catalogue, state="failed", problem=refusal_of(error).document(None))
            raise
        return final

    async def _change(self, running: Running, catalogue: Catalogue, **changes: object) -> None:
        """Change a job here and in the catalogue; one whose end cannot be written is remembered here."""
        running.next = running.job.model_copy(update={**changes, "updated": jobs.now()})
        try:
            await catalogue.write(jobs.keep, running.next)
        finally:
            running.job = running.next
        if running.job.state not in ("queued", "running"):
            self._running.pop(running.job.id, None)

    def _progress(self, running: Running, catalogue: Catalogue, progress: Progress) -> None:
        """Show where the work stands; into the catalogue every few seconds only."""
        told = JobProgress(stage=progress.stage, done=progress.done, total=progress.total)
        running.job = running.next = running.job.model_copy(update={"progress": told, "updated": jobs.now()})
        if time.monotonic() - running.written >= _SECONDS_BETWEEN_WRITES:
            running.written = time.monotonic()
            writing = asyncio.create_task(self._write(running, catalogue))
            self._writing.add(writing)
            writing.add_done_callback(self._wrote)

    async def _write(self, running: Running, catalogue: Catalogue) -> None:
        """Write the job as it stands when its turn comes: never an older state over a newer one."""
        await catalogue.write(jobs.keep, running.next)

    def _wrote(self, task: asyncio.Task[None]) -> None:
        self._writing.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.warning("the progress of a job could not be kept: %s", error)

    async def get(self, catalogue: Catalogue, job_id: str) -> Job:
        """A job as it stands now; a refusal where there is none."""
        if (running := self._running.get(job_id)) is not None:
            return running.job
        job = await catalogue.read(jobs.get, job_id)
        if job is None:
            raise Refusal(NOT_FOUND, f"There is no job {job_id!r}.", hint=f"Jobs are kept for {jobs.KEPT_DAYS} days.")
        return job

    async def stop(self) -> None:
        """Interrupt what runs, and wait until that is written down."""
        tasks = [running.task for running in self._running.values() if running.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, *self._writing, return_exceptions=True)
