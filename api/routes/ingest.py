"""`POST /v1/papers` and `POST /v1/ingest`: papers come in."""

from __future__ import annotations

import asyncio
import datetime
import json
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from api.fields import NO_QUERY, ListingDay, Strict
from api.house import House, HouseDep
from api.jobs import Report
from api.media import media_type
from api.problems import (
    DISK_FULL,
    INVALID,
    MALFORMED,
    MEDIA,
    MISMATCH,
    NOT_READY,
    STORAGE,
    UNREADABLE,
    Refusal,
    documented,
)
from api.replies import json_reply, while_connected
from api.routes.jobs import ACCEPTED, PREFER, accepted, begin, prefers_async
from api.uploads import FOLDER, received
from rag.errors import UnreadableSource
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
        },
    }
}
_FILE_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/octet-stream": {
                "schema": {
                    "type": "string",
                    "description": "The bytes of the file. JSON is known by its keys; a page dump is text with a date "
                    "line, and any of them may be gzip, which no pattern can say.",
                    "pattern": r'^[\[{]\s*"title"\s*:[\s\S]*"(abstract|summary|text)"\s*:',
                },
                "example": '{"title": "…", "abstract": "…"}\n',
            }
        },
    }
}
_PROBLEMS = documented(UNREADABLE, MISMATCH, NOT_READY, STORAGE, DISK_FULL)


class IngestQuery(Strict):
    """What the file is, where its content does not tell."""

    format: Literal["page", "papers", "daily", "arxiv", "beir"] | None = Field(
        default=None, description="The format; told by the content when not given."
    )
    listed: ListingDay | None = Field(default=None, description="The day on which the feed listed the papers.")


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
    day = datetime.date.fromisoformat(query.listed) if query.listed else None
    house.loading.check()
    path, size = await received(request, house.settings.data_dir / FOLDER)

    async def work(report: Report) -> IngestReport:
        try:
            records = read(path, fmt=query.format, listed=day, name="The body")
            return await library.ingest(records, progress=report)
        except UnreadableSource as error:
            if query.format is None:
                raise
            raise Refusal(MISMATCH, error.message, hint="Leave `format` out, or name another.") from error
        finally:
            path.unlink(missing_ok=True)

    try:
        if not size:
            raise Refusal(UNREADABLE, "The body is empty.", hint="Send papers in it.")
        if array:
            await asyncio.to_thread(_require_array, path, size)
        running = await begin(house, "ingest", work, house.loading)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    if size > JOB_BYTES or prefers_async(request):
        return accepted(running)
    return json_reply(await while_connected(request, running.outcome()))


def _require_array(path: Path, size: int) -> None:
    """Refuse what is no JSON array; a large one is taken apart while it is read, refused from its fault on. Blocks."""
    with path.open("rb") as file:
        start = file.read(4_096).removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"\x1f\x8b"):
        return
    if not start.startswith(b"["):
        raise Refusal(INVALID, "The body is no JSON array.", hint="Send an array of papers, [{…}, {…}].")
    if size <= JOB_BYTES:
        try:
            json.loads(path.read_bytes())
        except (ValueError, RecursionError) as error:
            raise Refusal(MALFORMED, f"The body is not JSON: {error}.", hint="Send an array in UTF-8.") from None
