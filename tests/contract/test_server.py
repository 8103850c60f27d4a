"""The socket that `paperbrief serve` listens on, with real connections."""

from __future__ import annotations

import asyncio
import socket

import pytest

from api.server import _listen

pytestmark = pytest.mark.anyio


async def test_what_is_written_goes_out_at_once() -> None:
    told: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def taken(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        told.set_result(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    with _listen("127.0.0.1", 0) as listening:
        async with await asyncio.start_server(taken, sock=listening):
            _, writer = await asyncio.open_connection(*listening.getsockname())
            # Else the body of a response, its second piece, waits 40 ms for the client to acknowledge the first.
            assert await asyncio.wait_for(told, 60) != 0
            writer.close()
            await writer.wait_closed()
