"""The HTTP door as others see it: `paperbrief serve` in a process of its own, and what is sent to it."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Literal

import httpx

from eval.bench.machine import memory
from eval.scratch import settings_in

TOP = 10
MODE: Literal["extractive"] = "extractive"
_PAPERBRIEF = "from rag.cli import main; main()"
_LOOK = 0.02  # seconds between two looks whether it is there yet
_PATIENCE = 120.0  # seconds


@dataclass(frozen=True, slots=True)
class Told:
    """What a stream said: milliseconds to the first sentence (None without one) and to the end, its last event."""

    first: float | None
    end: float
    last: str


class Door:
    """A running service. `started`: seconds from the start of the process to the first answer of any kind
    (`answers`) and to being ready (`ready`), then what `/readyz` says that opening took, by part."""

    def __init__(self, client: httpx.AsyncClient, process: int, started: dict[str, float]) -> None:
        self._client = client
        self._process = process
        self.started = started
        self.open = 0
        self.most_open = 0

    def memory(self) -> dict[str, float]:
        """Resident memory of the service in MB."""
        return memory(self._process)

    async def alive(self) -> None:
        """Ask for nothing but an answer: what a request costs that does no work."""
        (await self._client.get("/healthz")).raise_for_status()

    async def search(self, query: str) -> int:
        """Search; the status."""
        return (await self._client.post("/v1/search", json={"query": query, "top_k": TOP})).status_code

    async def ask(self, question: str) -> int:
        """Ask, for one answer in one piece; the status."""
        return (await self._client.post("/v1/ask", json={"question": question, "mode": MODE})).status_code

    async def stream(self, question: str) -> Told:
        """Ask, for a stream of events, and read it to its end. `most_open` counts those that have begun to answer."""
        began = time.perf_counter()
        first, last = None, ""
        wanted = {"question": question, "mode": MODE, "stream": True}
        async with self._client.stream("POST", "/v1/ask", json=wanted) as response:
            if response.status_code != HTTPStatus.OK:
                return Told(None, (time.perf_counter() - began) * 1000, f"status {response.status_code}")
            self.open += 1
            self.most_open = max(self.most_open, self.open)
            async for line in response.aiter_lines():
                if line.startswith("event: "):
                    last = line.removeprefix("event: ")
                    if last == "sentence" and first is None:
                        first = (time.perf_counter() - began) * 1000
            self.open -= 1
        return Told(first, (time.perf_counter() - began) * 1000, last)


@asynccontextmanager
async def served(folder: Path, log: Path) -> AsyncIterator[Door]:
    """Serve the library in `folder` from a process of its own until the block ends; its log is added to `log`.

    Raises RuntimeError when the process ends before it is ready, or is not ready in time.
    """
    began = time.perf_counter()
    with _running(folder, log) as (process, address):
        async with httpx.AsyncClient(
            base_url=address,
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=None),
            timeout=_PATIENCE,
            trust_env=False,
        ) as client:
            started: dict[str, float] = {}
            for name, path in (("answers", "/healthz"), ("ready", "/readyz")):
                said = await _wait(client, path, process, log)
                started[name] = time.perf_counter() - began
            yield Door(client, process.pid, started | said.json()["startup_seconds"])


@contextmanager
def _running(folder: Path, log: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The process, and the address that it will listen on; it has ended when the block ends."""
    port = _free_port()
    data = ["--data-dir", str(folder.absolute())]
    program = [sys.executable, "-c", _PAPERBRIEF, *data, "serve", "--port", str(port)]
    with log.open("ab") as lines:
        process = subprocess.Popen(program, env=_environment(folder), cwd=folder, stderr=lines)  # noqa: S603 - our own
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


async def _wait(client: httpx.AsyncClient, path: str, process: subprocess.Popen[bytes], log: Path) -> httpx.Response:
    """The first response of 200 from `path`."""
    until = time.perf_counter() + _PATIENCE
    while time.perf_counter() < until and process.poll() is None:
        try:
            response = await client.get(path)
        except httpx.TransportError:  # nobody listens yet
            response = None
        if response is not None and response.status_code == HTTPStatus.OK:
            return response
        await asyncio.sleep(_LOOK)
    words = await asyncio.to_thread(log.read_text)
    raise RuntimeError(f"The service did not become ready; its last words: {words[-500:].strip()}")


def _environment(folder: Path) -> dict[str, str]:
    """The settings in force for what is measured, and none of the user's others: no keys, no limits, no model."""
    own = settings_in(folder)
    given = {
        "DATABASE_URL": own.database_url,
        "EMBEDDING": "builtin",
        "CACHE_DIR": own.cache_dir,
        "THREADS": own.threads,
        "CONCURRENT_WORK": own.concurrent_work,
        "WAITING_WORK": own.waiting_work,
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PAPERBRIEF_")}
    return kept | {f"PAPERBRIEF_{name}": str(value) for name, value in given.items()}


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port
