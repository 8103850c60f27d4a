"""The catalogue: paperbrief's system of record.

Everything that a user was told is stored stands here; the two indexes can be rebuilt from it. The functions beside
this file, one file an aggregate, take a `Session` first and know nothing of threads:

    put = await catalogue.write(papers.put, batch)
    paper = await catalogue.read(papers.get, "2503.01234")
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from rag.catalogue import dialect
from rag.catalogue.upgrade import bring_up_to_date

P = ParamSpec("P")
T = TypeVar("T")

READERS = 4


class Catalogue:
    """An open catalogue. Many processes may have the same one open."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writing = engine.execution_options(**{dialect.WRITES: True})
        self._noting = engine.execution_options(**{dialect.WRITES: True, dialect.UNFLUSHED: True})
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="catalogue-read")
        # One thread is the lock that serialises the writers of this process: they wait in its queue, in order,
        # rather than in SQLite, where the wait has an end ("database is locked").
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="catalogue-write")

    @classmethod
    def open(cls, url: str) -> Catalogue:
        """Open the catalogue at a database URL, make it if there is none, and bring its schema up to date. Blocks.

        Raises:
            SettingsError: the URL is malformed.
            MissingPackage: the URL names a driver that is not installed.
            StorageError: the disk is full or read-only, the file is something else, or a newer paperbrief wrote it.
        """
        engine = dialect.connect(url)
        try:
            bring_up_to_date(engine)
        except dialect.FAILURES as error:
            engine.dispose()
            raise dialect.explain(error, engine) from error
        except BaseException:
            engine.dispose()
            raise
        return cls(engine)

    async def read(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work(session, …)` in a thread, on one consistent state of the catalogue, and return what it returns.

        Raises:
            StorageError: the database failed.
        """
        return await asyncio.get_running_loop().run_in_executor(
            self._readers, lambda: self._run(self._engine, work, *args, **kwargs)
        )

    async def write(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work(session, …)` in a thread as one transaction. When this returns, the change is on the disk.

        A cancelled caller does not stop a transaction that has begun: it is committed or rolled back as a whole.

        Raises:
            StorageError: the database failed; nothing of the change was kept.
            InputError: a text cannot be stored.
        """
        return await asyncio.get_running_loop().run_in_executor(
            self._writer, lambda: self._run(self._writing, work, *args, **kwargs)
        )

    async def note(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`write`, without waiting for the disk: for notes of which there are thousands.

        They outlive the process, however it ends. A machine that loses power may lose those since the last `write`,
        which flushes them all; where the database is a server, this is `write`.
        """
        return await asyncio.get_running_loop().run_in_executor(
            self._writer, lambda: self._run(self._noting, work, *args, **kwargs)
        )

    def _run(self, engine: Engine, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            with Session(engine) as session:
                found = work(session, *args, **kwargs)
                if engine is not self._engine:
                    session.commit()
                return found
        except dialect.FAILURES as error:
            raise dialect.explain(error, self._engine) from error

    def close(self) -> None:
        """Wait for what has begun, then close every connection. The catalogue cannot be used again."""
        self._writer.shutdown()
        self._readers.shutdown()
        self._engine.dispose()
