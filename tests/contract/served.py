"""The API behind a real socket, in a thread of this process, for tests of what happens on the wire."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from contract.serving import opened
from fastapi import FastAPI

from api.app import create_app
from api.shield.connections import Connection


@dataclass
class Served:
    """A running API: its app, and where it listens."""

    app: FastAPI
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def connect(self, *, receive_buffer: int | None = None) -> socket.socket:
        """A bare connection."""
        plain = socket.socket()
        if receive_buffer is not None:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        plain.settimeout(30)
        plain.connect(("127.0.0.1", self.port))
        return plain


def reply(plain: socket.socket) -> tuple[int, bytes]:
    """The status and the whole rest of what comes until the connection is closed."""
    received = b""
    while True:
        try:
            chunk = plain.recv(1 << 16)
        except ConnectionResetError:
            break
        if not chunk:
            break
        received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


@contextmanager
def served(folder: Path, **given: Any) -> Iterator[Served]:
    """The API over a library of the invented papers, with settings `given`."""
    ready, stop = threading.Event(), threading.Event()
    found: dict[str, Any] = {}

    async def run() -> None:
        async with opened(folder, **given) as (library, own):
            app = create_app(library, own)
            config = uvicorn.Config(app, http=Connection, ws="none", log_config=None, lifespan="off")
            server = uvicorn.Server(config)
            listening = socket.create_server(("127.0.0.1", 0))
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            found.update(app=app, port=listening.getsockname()[1])
            ready.set()
            await asyncio.to_thread(stop.wait)
            server.should_exit = server.force_exit = True
            await serving
            await app.state.house.move_out()

    def main() -> None:
        try:
            asyncio.run(run())
        except BaseException as error:
            found["error"] = error
            raise
        finally:
            ready.set()

    thread = threading.Thread(target=main)
    thread.start()
    try:
        ready.wait(60)
        if "error" in found:
            raise found["error"]
        yield Served(found["app"], found["port"])
    finally:
        stop.set()
        thread.join(60)
