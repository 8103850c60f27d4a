"""`POST /v1/papers` and `POST /v1/ingest`: papers come in."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from api.fields import NO_QUERY, Strict
from api.house import House, HouseDep
from api.jobs import Report
from api.media import media_type
from api.problems import DISK_FULL, INVALID, MEDIA, NOT_READY, STORAGE, UNREADABLE, Refusal, documented
from api.replies import json_reply, while_connected
from api.routes.jobs import ACCEPTED, PREFER, accepted, begin, prefers_async
from api.uploads import FOLDER, received
from rag.models import IngestReport
from rag.sources import read

router = APIRouter(tags=["papers"])

JOB_BYTES = 2 << 20
"""A body of more bytes than this becomes a job: two megabytes are some 1,400 abstracts, about a minute of work."""

_LINES = ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines")

_PAPER: dict[str, Any] = {
    "type": "object",
    "title": "PaperInput",
    "required": ["title", "abstract"],
    "properties": {
        "id": {"type": "string", "description": "The arXiv identifier, or any other that stays the same."},
        "title": {"type": "string"},
        "abstract": {"type": "string"},
        "authors": {"type": "array", "items": {"type": "string"}},
        "published": {"type": "string", "description": "`YYYY-MM-DD`, `YYYY-MM` or `YYYY`."},
        "url": {"type": "string"},
        "tags": {"type": "array", "items": {"type": "string"}},
    },
}
_EXAMPLE = {
    "id": "2503.01234",
    "title": "A Paper on Papers",
    "abstract": "We read 70 abstracts and find that 31% give no figure.",
    "authors": ["A. Author"],
    "published": "2025-03",
}
_PAPERS_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "array",
                    "description": "What is no paper is refused by its number, with the reason; the others are loaded.",
                    "items": {"anyOf": [_PAPER, {}]},
                },
                "example": [_EXAMPLE],
            },
            "application/x-ndjson": {"schema": {"type": "string"}, "example": '{"title": "…", "abstract": "…"}\n'},
        },
    }
}
_FILE_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_PROBLEMS = documented(UNREADABLE, NOT_READY, STORAGE, DISK_FULL)


class IngestQuery(Strict):
    """What the file is, where its content does not tell."""

    format: Literal["page", "papers", "daily", "arxiv", "beir"] | None = Field(
        default=None, description="The format; told by the content when not given."
    )
    listed: datetime.date | None = Field(default=None, description="The day on which the feed listed the papers.")


@router.post(
    "/v1/papers",
    summary="Add papers",
    response_model=IngestReport,
    responses={**ACCEPTED, **_PROBLEMS},
    openapi_extra={**_PAPERS_BODY, **PREFER},
    dependencies=NO_QUERY,
)
async def add_papers(request: Request, house: HouseDep) -> Response:
    """Add papers as a JSON array, or as `application/x-ndjson`, one object a line.

    Papers that are stored already are updated or left as they are. A record that cannot be loaded is refused by its
    number, with the reason; the others are loaded. A body of more than two megabytes becomes a job.
    """
    given = media_type(request)
    if given != "application/json" and given not in _LINES:
        raise Refusal(
            MEDIA,
            f"The body is {given[:100] or 'of no named type'}; papers come as a JSON array or as JSON lines.",
            hint="Send it with Content-Type: application/json or application/x-ndjson; other files go to /v1/ingest.",
            headers={"Accept": "application/json, application/x-ndjson"},
        )
    return await _load(request, house, IngestQuery(format="papers"), array=given == "application/json")


@router.post(
    "/v1/ingest",
    summary="Add a file of papers",
    response_model=IngestReport,
    responses={**ACCEPTED, **_PROBLEMS},
    openapi_extra={**_FILE_BODY, **PREFER},
)
async def ingest(query: Annotated[IngestQuery, Query()], request: Request, house: HouseDep) -> Response:
    """Add the papers of a file: a page dump, JSON lines, a Daily Papers answer, an arXiv snapshot, a BEIR corpus.

    The format is told by the content; gzip is undone. Otherwise as `POST /v1/papers`.
    """
    return await _load(request, house, query)


async def _load(request: Request, house: House, query: IngestQuery, *, array: bool = False) -> Response:
    library = house.library
    house.loading.check()
    path, size = await received(request, house.settings.data_dir / FOLDER)

    async def work(report: Report) -> IngestReport:
        try:
            records = read(path, fmt=query.format, listed=query.listed, name="The body")
            return await library.ingest(records, progress=report)
        finally:
            path.unlink(missing_ok=True)

    try:
        if array:
            _require_array(path)
        running = await begin(house, "ingest", work, house.loading)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    if size > JOB_BYTES or prefers_async(request):
        return accepted(running)
    return json_reply(await while_connected(request, running.outcome()))


def _require_array(path: Path) -> None:
    """Refuse JSON that is no array: a single object would look like one line of JSON lines."""
    with path.open("rb") as file:
        start = file.read(4_096).removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start.startswith((b"[", b"\x1f\x8b")):
        raise Refusal(INVALID, "The body is no JSON array.", hint="Send an array of papers, [{…}, {…}].")
