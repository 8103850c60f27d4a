"""What a running service leaves in its data folder, so that the command line finds it and may talk to it.

The file holds a token that opens the service to whoever may read the file: its owner. It is believed only while the
process that wrote it owns the folder, so what a killed service left behind sends nobody and no token astray.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from rag.lock import NAME as LOCK

NAME = "service.json"


@dataclass(frozen=True, slots=True)
class Beacon:
    """Where a service answers, the process that it is, and the token that opens it."""

    url: str
    pid: int
    token: str


@contextlib.contextmanager
def lit(folder: Path, url: str, token: str) -> Iterator[None]:
    """Leave the file in `folder` for the time of a `with` block."""
    path = folder / NAME
    fresh = folder / f"{NAME}.{os.getpid()}"
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(asdict(Beacon(url, os.getpid(), token)), file)
    fresh.replace(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def seen(folder: Path) -> Beacon | None:
    """The service that owns `folder`, None where none does or where its file may not be read."""
    try:
        beacon = Beacon(**json.loads((folder / NAME).read_text()))
        handle = os.open(folder / LOCK, os.O_RDWR)
    except (OSError, ValueError, TypeError):
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        owner = os.pread(handle, 200, 0).decode("utf-8", "replace")
        return beacon if owner.startswith(f"process {beacon.pid} ") else None
    else:
        return None  # nobody owns the folder: the file was left behind
    finally:
        os.close(handle)
