"""Who is sending, and whether they still are: a lock on a file, which the system takes away with the process."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import socket
from collections.abc import Iterator
from pathlib import Path

from rag.errors import StorageError

FOLDER = "senders"


@contextlib.contextmanager
def owner_in(folder: Path) -> Iterator[str]:
    """A name for the time of a `with` block, under which deliveries are claimed. Raises StorageError."""
    name = f"{socket.gethostname()[:40]}-{os.getpid()}-{secrets.token_hex(4)}"
    path = folder / FOLDER / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise StorageError(
            f"The data folder {folder} cannot be written ({error.strerror}).", hint="Make it writable for this user."
        ) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield name
    finally:
        path.unlink(missing_ok=True)
        os.close(handle)


def gone(folder: Path) -> list[str]:
    """The names of owners in this folder whose process ended; `forget` each once its claims are free."""
    with contextlib.suppress(FileNotFoundError):
        return [path.name for path in sorted((folder / FOLDER).iterdir()) if _is_gone(path)]
    return []


def forget(folder: Path, name: str) -> None:
    """Remove what an owner left."""
    (folder / FOLDER / name).unlink(missing_ok=True)


def _is_gone(path: Path) -> bool:
    try:
        handle = os.open(path, os.O_RDWR)
    except OSError:
        return False  # it has just ended by itself, or is not ours to look at
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    else:
        return True
    finally:
        os.close(handle)
