"""One process owns the indexes of a data folder: two on one embedded Chroma lose data without a word."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from rag.errors import FolderInUse, StorageError

NAME = "lock"


@contextlib.contextmanager
def owned(folder: Path) -> Iterator[None]:
    """Own `folder` for the time of a `with` block, making it when it is not there.

    The lock goes with the process, however it ends. Raises FolderInUse, naming the owner, or StorageError.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / NAME, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise StorageError(
            f"The data folder {folder} cannot be written ({error.strerror}).",
            hint="Make it writable, or name another with PAPERBRIEF_DATA_DIR or --data-dir.",
        ) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            owner = os.pread(handle, 200, 0).decode("utf-8", "replace").strip() or "another process"
            raise FolderInUse(
                f"The data folder {folder} is in use by {owner}.",
                hint="Wait until it ends or stop it, or name another folder with --data-dir.",
            ) from error
        try:
            os.truncate(handle, 0)
            os.pwrite(handle, f"process {os.getpid()} ({Path(sys.argv[0]).name})\n".encode(), 0)
        except OSError as error:
            raise StorageError(
                f"The data folder {folder} cannot be written ({error.strerror}).",
                hint="Make room on the disk, or name another folder with PAPERBRIEF_DATA_DIR or --data-dir.",
            ) from error
        yield
    finally:
        os.close(handle)
