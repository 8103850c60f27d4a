"""`GET /v1/jobs/{id}`, and how a route turns its work into a job."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from api.admission import Admission
from api.fields import MAX_ID, NO_QUERY
from api.house import House, HouseDep
from api.jobs import Running, Work
from api.problems import NOT_FOUND, NOT_READY, documented
from api.replies import json_reply
from rag.models import Job

router = APIRouter(tags=["jobs"])

JobId = Annotated[str, Path(max_length=MAX_ID, description="The job's identifier.", examples=["job_0123456789abcdef"])]

ACCEPTED: dict[int | str, dict[str, Any]] = {
    202: {
        "model": Job,
        "description": "The work goes on as a job (asked for with `Prefer: respond-async`, or too long to wait for).",
        "headers": {"Location": {"description": "The job's address.", "schema": {"type": "string"}}},
    }
}
"""The `responses` of a route whose work may become a job."""

PREFER = {
    "parameters": [
        {
            "name": "Prefer",
            "in": "header",
            "description": "`respond-async` turns the work into a job (RFC 7240).",
            "schema": {"type": "string"},
            "example": "respond-async",
        }
    ]
}
"""The header in the description of such a route."""


def prefers_async(request: Request) -> bool:
    """Whether the client would rather have a job than wait (RFC 7240)."""
    wanted = (part.partition(";")[0].strip().lower() for part in ",".join(request.headers.getlist("prefer")).split(","))
    return "respond-async" in wanted


async def begin(house: House, kind: str, work: Work, admission: Admission) -> Running:
    """Begin a job that waits for its turn at `admission`; refused at once when too many wait there."""
    admission.check()
    return await house.jobs.start(house.library.catalogue, kind, work, admission.turn())


def accepted(running: Running) -> Response:
    """The answer to a request whose work goes on as a job."""
    headers = {"Location": f"/v1/jobs/{running.job.id}", "Preference-Applied": "respond-async"}
    return json_reply(running.job, 202, headers)


@router.get(
    "/v1/jobs/{job_id}",
    summary="Read a job",
    response_model=Job,
    responses=documented(NOT_FOUND, NOT_READY),
    dependencies=NO_QUERY,
)
async def read_job(job_id: JobId, house: HouseDep) -> Response:
    """Read how far a job has come: `queued`, `running`, `done` with its `result`, `failed` with its `problem`.

    A job that was cut off by a restart is `interrupted`. What it had loaded is kept; send the request again.
    """
    return json_reply(await house.jobs.get(house.library.catalogue, job_id))
