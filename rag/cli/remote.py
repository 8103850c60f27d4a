"""The library of a data folder that a running service owns: the same questions, asked over HTTP.

Only what a command needs is here, and nothing heavy is imported: `paperbrief ask` beside a service starts in a fraction
of the time that opening the folder takes.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import quote, urlencode, urlsplit

from rag.errors import FolderInUse, PaperbriefError, UnreadableSource

if TYPE_CHECKING:
    from rag.beacon import Beacon
    from rag.models import Answer, BriefConstraints, Briefing, BriefPage, IngestReport, Progress, Scope, SearchReport

_SECONDS = 600.0
"""How long a reply may take; the service has limits of its own, which are lower."""
_POLL_SECONDS = 0.25

Report = Callable[["Progress"], None]


class RemoteLibrary:
    """Some of the methods of `rag.library.Library`, over HTTP."""

    def __init__(self, beacon: Beacon) -> None:
        self._beacon = beacon
        parts = urlsplit(beacon.url)
        self._host, self._port = parts.hostname or "", parts.port

    async def ask(
        self,
        question: str,
        *,
        scope: Scope | None = None,
        mode: str | None = None,
        conversation_id: str | None = None,
    ) -> Answer:
        """See `Library.ask`."""
        from rag.models import Answer

        wanted = {"question": question, "scope": _plain(scope), "mode": mode, "conversation_id": conversation_id}
        return Answer.model_validate_json(await self._post("/v1/ask", wanted))

    async def search(
        self, query: str, *, top_k: int = 10, scope: Scope | None = None, explain: bool = False
    ) -> SearchReport:
        """See `Library.search`."""
        from rag.models import SearchReport

        wanted = {"query": query, "top_k": top_k, "scope": _plain(scope), "explain": explain}
        return SearchReport.model_validate_json(await self._post("/v1/search", wanted))

    async def ingest_file(
        self, path: Path, *, fmt: str | None = None, listed: date | None = None, progress: Report | None = None
    ) -> IngestReport:
        """See `Library.ingest_file`. The service goes on with what it was sent even when this is stopped."""
        from rag.models import IngestReport

        told = {"format": fmt, "listed": listed and listed.isoformat()}
        query = urlencode({name: value for name, value in told.items() if value})
        headers = {"Content-Type": "application/octet-stream", "Prefer": "respond-async"}
        try:
            with path.open("rb") as file:
                headers["Content-Length"] = str(os.fstat(file.fileno()).st_size)
                begun = await self._call("POST", f"/v1/ingest?{query}", file, headers)
        except OSError as error:
            raise UnreadableSource(f"{path.name} cannot be read: {error.strerror}.", hint="Check the file.") from error
        return IngestReport.model_validate(await self._outcome(begun, progress, body=path.name))

    async def brief(
        self,
        *,
        topic: str | None = None,
        week: str | None = None,
        since: str | None = None,
        until: str | None = None,
        constraints: BriefConstraints | None = None,
        mode: str | None = None,
    ) -> Briefing:
        """See `Library.brief`. The service goes on writing even when this is stopped."""
        from rag.models import Briefing

        how = constraints and constraints.model_dump(mode="json")
        wanted = {"topic": topic, "week": week, "since": since, "until": until, "constraints": how, "mode": mode}
        begun = await self._post("/v1/briefs", wanted, {"Prefer": "respond-async"})
        return Briefing.model_validate(await self._outcome(begun))

    async def briefing(self, brief_id: str) -> Briefing:
        """See `Library.briefing`."""
        from rag.models import Briefing

        return Briefing.model_validate_json(await self._call("GET", f"/v1/briefs/{quote(brief_id, safe='')}"))

    async def briefs(self, cursor: str | None = None, *, limit: int = 50) -> BriefPage:
        """See `Library.briefs`."""
        from rag.models import BriefPage

        query = urlencode({"limit": limit, **({"cursor": cursor} if cursor else {})})
        return BriefPage.model_validate_json(await self._call("GET", f"/v1/briefs?{query}"))

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """What goes only with the folder itself: an error that says so."""
        if name.startswith("_"):
            raise AttributeError(name)

        async def needs_the_folder(*_: object, **__: object) -> NoReturn:
            raise FolderInUse(
                f"This needs the data folder to itself, and the service at {self._beacon.url} owns it.",
                hint=f"Stop the service first (process {self._beacon.pid}).",
            )

        return needs_the_folder

    async def _outcome(
        self, begun: bytes, progress: Report | None = None, *, body: str = "The body"
    ) -> dict[str, object]:
        """What came of a job, once it has ended; a problem of the body names what was sent. Raises PaperbriefError."""
        from rag.models import Job, Progress

        job = Job.model_validate_json(begun)
        while job.state in ("queued", "running"):
            await asyncio.sleep(_POLL_SECONDS)
            job = Job.model_validate_json(await self._call("GET", f"/v1/jobs/{job.id}"))
            if progress is not None and job.progress is not None:
                progress(Progress(job.progress.stage, job.progress.done, job.progress.total))
        if job.problem is not None:
            detail = str(job.problem.get("detail", "")).replace("The body", body, 1)
            raise PaperbriefError(detail, hint=str(job.problem.get("hint", "")))
        if job.result is None:
            raise PaperbriefError("The service stopped before it was done.", hint="Run the command again.")
        return job.result

    async def _post(self, path: str, wanted: Mapping[str, object], headers: Mapping[str, str] | None = None) -> bytes:
        given = {name: value for name, value in wanted.items() if value is not None}
        sent = {"Content-Type": "application/json", **(headers or {})}
        return await self._call("POST", path, json.dumps(given).encode(), sent)

    async def _call(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> bytes:
        """One request in a thread; it is cut off when the caller is cancelled. Raises PaperbriefError."""
        connection = HTTPConnection(self._host, self._port, timeout=_SECONDS)
        try:
            return await asyncio.to_thread(self._exchange, connection, method, path, body, headers or {})
        except asyncio.CancelledError:
            with suppress(OSError, AttributeError):
                connection.sock.shutdown(socket.SHUT_RDWR)
            raise

    def _exchange(
        self, connection: HTTPConnection, method: str, path: str, body: Any, headers: dict[str, str]
    ) -> bytes:
        try:
            with suppress(BrokenPipeError, ConnectionResetError):  # refused before all was sent: the reply says why
                connection.request(method, path, body, {**headers, "Authorization": f"Bearer {self._beacon.token}"})
            reply = connection.getresponse()
            content = reply.read()
        except (OSError, HTTPException) as error:
            raise PaperbriefError(
                f"The service at {self._beacon.url} broke off: {error or type(error).__name__}.",
                hint="Look into its log, or stop it and run the command again.",
            ) from error
        finally:
            connection.close()
        if reply.status >= 400:
            raise _error(reply.status, content)
        return content


def _plain(scope: Scope | None) -> dict[str, object] | None:
    return None if scope is None or scope.everything else scope.model_dump(mode="json", exclude_defaults=True)


def _error(status: int, content: bytes) -> PaperbriefError:
    """What a problem document says, as the error that it was."""
    try:
        problem = json.loads(content)
        return PaperbriefError(str(problem["detail"]), hint=str(problem.get("hint", "")))
    except (ValueError, KeyError, TypeError):
        return PaperbriefError(f"The service answered with status {status}.", hint="Look into its log.")
