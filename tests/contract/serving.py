"""The API in this process over a real library of the invented papers, for the tests of the HTTP door."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from contract.papers import HashingEmbedder, records, settings
from fastapi import FastAPI

from api.app import create_app
from rag.config import Settings
from rag.library import Library, open_library

BASE = "http://localhost"


@asynccontextmanager
async def opened(folder: Path, **given: Any) -> AsyncIterator[tuple[Library, Settings]]:
    """The invented papers in a library of its own, and its settings with `given`."""
    own = settings(folder).model_copy(update=given)
    async with open_library(own, embedder=HashingEmbedder()) as library:
        await library.ingest(records())
        yield library, own


@asynccontextmanager
async def client_of(app: FastAPI, **given: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an app in this process."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=BASE, **given) as client:
        yield client


@asynccontextmanager
async def api(library: Library, own: Settings, **given: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the API over an open library, with further settings `given`."""
    async with client_of(create_app(library, own.model_copy(update=given))) as client:
        yield client


def problem(response: httpx.Response, status: int, name: str) -> dict[str, Any]:
    """The problem document of a response, which must be of this status and kind."""
    assert response.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = response.json()
    assert (response.status_code, told["type"]) == (status, f"urn:paperbrief:problem:{name}"), told
    assert told["status"] == status
    assert told["title"]
    assert told["detail"].endswith(".")
    assert told["request_id"] == response.headers["x-request-id"]
    return told


def events(text: str) -> list[tuple[str, Any]]:
    """The events of a stream: name and data."""
    found = []
    for block in text.split("\n\n"):
        lines = [line for line in block.splitlines() if not line.startswith(":")]
        if lines:
            named = dict(line.split(": ", 1) for line in lines)
            found.append((named["event"], json.loads(named["data"])))
    return found
