"""Uploads: a body is written to a file while it comes, so that its size is no matter of memory."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import IO

from starlette.requests import ClientDisconnect, Request

from api.replies import ClientGone

FOLDER = "uploads"
"""In the data folder: papers may be larger than what a folder for temporary files holds."""
_AT_ONCE = 1 << 20  # bytes gathered before they are written


async def received(request: Request, folder: Path) -> tuple[Path, int]:
    """The body as a file in `folder`, which the caller removes, and its size in bytes.

    Nothing is left behind when the body is refused, the client leaves, or the disk is full (an OSError).
    """
    async with _file(folder) as (path, file):
        size = 0
        gathered = bytearray()
        try:
            async for chunk in request.stream():
                gathered += chunk
                size += len(chunk)
                if len(gathered) >= _AT_ONCE:
                    await asyncio.to_thread(file.write, bytes(gathered))
                    gathered.clear()
        except ClientDisconnect as error:
            raise ClientGone from error
        await asyncio.to_thread(file.write, bytes(gathered))
        await asyncio.to_thread(file.flush)
        return path, size


@asynccontextmanager
async def _file(folder: Path) -> AsyncIterator[tuple[Path, IO[bytes]]]:
    """A new file, removed again unless the block ends well."""
    file = await asyncio.to_thread(_new_file, folder)
    path = Path(file.name)
    try:
        yield path, file
    except BaseException:
        _throw_away(file, path)
        raise
    await asyncio.to_thread(file.close)


def _throw_away(file: IO[bytes], path: Path) -> None:
    # A write that failed for want of room fails again when the file is closed.
    with suppress(OSError):
        file.close()
    path.unlink(missing_ok=True)


def _new_file(folder: Path) -> IO[bytes]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return tempfile.NamedTemporaryFile(dir=folder, prefix="upload-", delete=False)


def clear(folder: Path) -> None:
    """Remove what an earlier process left. Blocks."""
    for path in folder.glob("upload-*"):
        path.unlink(missing_ok=True)
