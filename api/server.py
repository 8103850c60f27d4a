"""`paperbrief serve`: listen first, open the library, answer until told to stop.

The port answers from the first moment on (`/healthz` yes, `/readyz` not yet), so that whoever starts the service can
watch it. A library that does not open ends the process with its one sentence.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager

import uvicorn

from api.app import create_app
from api.house import House
from api.logs import log_to_standard_error
from api.shield.connections import Connection
from rag.beacon import lit
from rag.config import Settings
from rag.errors import SettingsError
from rag.library import Library
from rag.schedule import attended, timetable

Opener = Callable[[Settings], AbstractAsyncContextManager[Library]]
_BACKLOG = 2_048  # connections that may wait to be taken


class _Server(uvicorn.Server):
    """uvicorn's server, which would end the process by the signal before the library is closed."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at SIGINT or SIGTERM; at a second one without waiting for running requests."""
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(sign, self._stop)
        try:
            yield
        finally:
            for sign in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(sign)

    def _stop(self) -> None:
        self.force_exit = self.should_exit
        self.should_exit = True


def serve(settings: Settings, opener: Opener, ready: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM. `ready` is told the address once questions can be answered. Blocks.

    Raises SettingsError where the address cannot be listened on, and whatever opening the library raises.
    """
    log_to_standard_error()
    listening = _listen(settings.host, settings.port)
    # The port that links name: the one that was taken, where any was wanted.
    settings = settings.model_copy(update={"port": listening.getsockname()[1]})
    app = create_app(None, settings)
    config = uvicorn.Config(
        app,
        http=Connection,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=settings.stop_seconds,
    )
    with listening:
        asyncio.run(_serve(_Server(config), listening, app.state.house, opener, ready))


async def _serve(
    server: uvicorn.Server, listening: socket.socket, house: House, opener: Opener, ready: Callable[[str], None]
) -> None:
    stop = asyncio.Event()
    address = _address(listening)

    async def keep_open() -> None:
        """Hold the library open until the server has stopped."""
        began = time.perf_counter()
        try:
            async with opener(house.settings) as library:
                await house.move_in(library)
                house.startup |= library.opening
                house.startup["total"] = round(time.perf_counter() - began, 3)
                table = timetable(house.settings) if house.settings.schedule else None
                async with attended(library, house.post, table) as house.send_soon:
                    with lit(house.settings.data_dir, address, house.own_token):
                        ready(address)
                        await stop.wait()
                await house.move_out()
        finally:
            server.should_exit = True

    opening = asyncio.create_task(keep_open())
    try:
        await server.serve(sockets=[listening])
    finally:
        stop.set()
        if house.opened is None:
            opening.cancel()
        # What opening the library raised is what ends the process.
        done, _ = await asyncio.wait((opening,))
        for task in done:
            if not task.cancelled() and (error := task.exception()) is not None:
                raise error


def _listen(host: str, port: int) -> socket.socket:
    listening: socket.socket | None = None
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        # With the protocol named: only then does asyncio send each piece of a response at once (TCP_NODELAY). Else the
        # body waits 40 ms for the client to acknowledge the head.
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(place)
        listening.listen(_BACKLOG)
    except OSError as error:
        if listening is not None:
            listening.close()
        reason = error.strerror or str(error)
        raise SettingsError(
            f"The service cannot listen on {host}, port {port}: {reason}.",
            hint="Choose another with --host and --port.",
        ) from error
    return listening


def _address(listening: socket.socket) -> str:
    """Where this machine reaches the service."""
    host, port = listening.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - read, not listened on
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
