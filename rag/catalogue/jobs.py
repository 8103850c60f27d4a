"""Jobs: kept so that whoever was given one's identifier learns what became of it, also after a restart."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from rag.catalogue.schema import JobRow
from rag.models import Job

KEPT_DAYS = 30
"""How long a job that has ended can be asked for."""

_OPEN = ("queued", "running")


def new_id() -> str:
    """An identifier that no job has: `job_` and 16 hexadecimal digits."""
    return f"job_{secrets.token_hex(8)}"


def now() -> str:
    """The time as jobs carry it: RFC 3339 in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def keep(session: Session, job: Job) -> None:
    """Keep a job as it stands now."""
    session.merge(JobRow(job_id=job.id, state=job.state, updated=job.updated, job=job.model_dump_json()))


def get(session: Session, job_id: str) -> Job | None:
    """The job with this identifier, None where there is none."""
    row = session.get(JobRow, job_id)
    return None if row is None else Job.model_validate_json(row.job)


def interrupt(session: Session) -> int:
    """Say of every job that has not ended that it was interrupted, and forget those that ended long ago; how many."""
    rows = list(session.scalars(select(JobRow).where(JobRow.state.in_(_OPEN))))
    for row in rows:
        job = Job.model_validate_json(row.job).model_copy(update={"state": "interrupted", "updated": now()})
        row.state, row.updated, row.job = job.state, job.updated, job.model_dump_json()
    long_ago = (datetime.now(UTC) - timedelta(days=KEPT_DAYS)).isoformat(timespec="seconds").replace("+00:00", "Z")
    session.execute(delete(JobRow).where(JobRow.updated < long_ago, JobRow.state.not_in(_OPEN)))
    return len(rows)
