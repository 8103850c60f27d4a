"""What differs between databases, in one place: connecting, long lists of values, and what an error means.

SQLite is the default and everything else works by URL; no other file of the catalogue knows which one it is.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Engine,
    bindparam,
    create_engine,
    event,
    func,
    insert,
    inspect,
    select,
)
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Session

from rag.errors import DiskFull, InputError, MissingPackage, PaperbriefError, SettingsError, StorageError

BUSY_SECONDS = 30.0
"""How long a write waits for another process. A batch of papers takes a fraction of a second."""

WRITES = "paperbrief_writes"
"""Execution option of connections that write."""

UNFLUSHED = "paperbrief_unflushed"
"""Execution option of those whose transactions need not reach the disk at once."""

Column = ColumnElement[Any] | InstrumentedAttribute[Any]


def connect(url: str) -> Engine:
    """An engine for `url`, ready for the catalogue. Nothing is opened yet.

    Raises:
        SettingsError: the URL is malformed, or names a database in memory.
        MissingPackage: the driver that the URL names is not installed.
    """
    try:
        address = make_url(url)
        if address.get_backend_name() != "sqlite":
            return create_engine(address, pool_pre_ping=True)
        if _in_memory(address):
            raise SettingsError(
                "A catalogue in memory would be lost at the end.", hint="Give a file: sqlite:///catalogue.sqlite"
            )
        engine = create_engine(address, connect_args={"timeout": BUSY_SECONDS})
    except (ArgumentError, NoSuchModuleError) as error:
        raise SettingsError(
            f"The database URL cannot be used: {error}.",
            hint="For example sqlite:////var/lib/paperbrief/catalogue.sqlite",
        ) from error
    except ModuleNotFoundError as error:
        raise MissingPackage(
            f"The database URL needs the package {error.name}.", hint=f"Install {error.name}, or use SQLite."
        ) from error
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _in_memory(address: URL) -> bool:
    name = address.database or ""
    return name in ("", ":memory:") or ":memory:" in name or address.query.get("mode") == "memory"


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    """Set up one connection.

    synchronous=FULL: in WAL mode the weaker NORMAL keeps the file sound after a power cut but may take back the last
    commits, and a commit here is a promise to the user. It costs one flush a transaction, and a batch is one
    transaction. fullfsync matters on macOS alone, where a plain flush stops at the drive's cache. The cache (64 MB) and
    the rarer checkpoints (32 MB of log) are for large ingests, whose band keys fall on every page of their table.
    """
    connection.isolation_level = None  # the driver starts no transaction of its own; _begin_sqlite does
    for pragma in (
        "foreign_keys = ON",
        "synchronous = FULL",
        "fullfsync = ON",
        "cache_size = -65536",
        "wal_autocheckpoint = 8000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock at the start: a transaction that reads first and writes later fails when another wrote.

    What is not flushed stands in the write-ahead log all the same; the next transaction that is flushed takes it along.
    """
    options = connection.get_execution_options()
    writes = options.get(WRITES)
    if writes:
        connection.exec_driver_sql(f"PRAGMA synchronous = {'NORMAL' if options.get(UNFLUSHED) else 'FULL'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def overwrite_what_is_deleted(session: Session) -> None:
    """From here on, this connection leaves nothing of deleted values in the file. SQLite keeps them otherwise."""
    if session.get_bind().dialect.name == "sqlite":
        session.connection().exec_driver_sql("PRAGMA secure_delete = ON")


def keep_readers_and_writers_apart(engine: Engine) -> None:
    """Turn on SQLite's write-ahead log, which stays on with the file; readers then never wait for a writer.

    Turning it on needs the file alone for a moment and does not wait as other statements do, so it is tried again.
    """
    if engine.dialect.name != "sqlite":
        return
    deadline = time.monotonic() + BUSY_SECONDS
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        while cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            try:
                cursor.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if _name_of(error) != "SQLITE_BUSY" or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
    finally:
        connection.close()


def among(session: Session, column: Column, values: Collection[str] | Collection[int]) -> ColumnElement[bool]:
    """`column IN values`, for thousands of values."""
    name = dialect_name(session)
    return is_listed(name, column, bindparam(None, listed(name, values), expanding=name != "sqlite"))


def dialect_name(session: Session) -> str:
    """The kind of database, for statements that are made once for each kind."""
    return session.get_bind().dialect.name


def is_listed(dialect: str, column: Column, values: BindParameter[Any] | None = None) -> ColumnElement[bool]:
    """`column IN :values`, where the parameter is what `listed` makes.

    SQLite takes the values as one JSON parameter: the statement is the same for any number, and there is no limit.
    """
    if dialect == "sqlite":
        array = func.json_each(bindparam("values") if values is None else values).table_valued("value")
        return column.in_(select(array.c.value))
    return column.in_(bindparam("values", expanding=True) if values is None else values)


def listed(dialect: str, values: Collection[str] | Collection[int]) -> object:
    """The parameter of `is_listed`."""
    return json.dumps(list(values)) if dialect == "sqlite" else list(values)


def insert_many(session: Session, row: type[DeclarativeBase], values: Sequence[tuple[int, ...]]) -> None:
    """Insert thousands of short rows of integers, given in the order of the table's columns.

    SQLite's driver takes the tuples as they are; making a dictionary of each would take longer than the insert.
    """
    connection = session.connection()
    if values and connection.dialect.name == "sqlite":
        connection.exec_driver_sql(str(insert(row).compile(dialect=connection.dialect)), list(values))
    elif values:
        names = [column.key for column in inspect(row).columns]
        connection.execute(insert(row), [dict(zip(names, each, strict=True)) for each in values])


# ----------------------------------------------------------------------------------------------------------- errors

_MEANINGS = {
    "SQLITE_FULL": (
        "The disk is full: {where} could not be written, and nothing of this change was kept.",
        "Free some space, then try again.",
    ),
    "SQLITE_READONLY": ("{where} is read-only.", "Make the file and its folder writable for this user."),
    "SQLITE_NOTADB": ("{where} is not a paperbrief catalogue.", "Choose another data folder or database URL."),
    "SQLITE_CANTOPEN": (
        "{where} cannot be opened.",
        "Check that its folder exists and that this user may write there.",
    ),
    "SQLITE_PERM": ("{where} may not be opened by this user.", "Check the permissions of the file and its folder."),
    "SQLITE_BUSY": ("{where} is being written by another process and stayed locked.", "Try again in a moment."),
    "SQLITE_CORRUPT": ("{where} is damaged.", "Restore it from a backup."),
    "SQLITE_IOERR": (
        "{where} could not be read or written: the disk reported a fault.",
        "Check the disk, then try again.",
    ),
}


def explain(error: Exception, engine: Engine) -> PaperbriefError:
    """What a failure of the database means to the user, as one sentence with a hint."""
    where = f"The catalogue {place(engine.url)}"
    if isinstance(error, UnicodeEncodeError):
        return InputError(
            "A text holds half of a surrogate pair and cannot be stored.", hint="Read the source as UTF-8 again."
        )
    cause = error.orig if isinstance(error, DBAPIError) else error
    name = _name_of(cause)
    sentence, hint = _MEANINGS.get(name, ("{where} cannot be used: {cause}.", "See the log for the whole error."))
    failed = DiskFull if name == "SQLITE_FULL" else StorageError
    mapped = failed(sentence.format(where=where, cause=cause), hint=hint)
    mapped.retryable = name in ("SQLITE_BUSY", "SQLITE_FULL") or (
        isinstance(error, DBAPIError) and error.connection_invalidated
    )
    return mapped


FAILURES = (SQLAlchemyError, sqlite3.Error, UnicodeEncodeError)
"""What the database and its drivers raise."""


def place(address: URL) -> str:
    """Where the catalogue is, for a message: a file's path, or a URL without its password."""
    return str(address.database) if address.get_backend_name() == "sqlite" else address.render_as_string()


def _name_of(error: object) -> str:
    """SQLite's name of an error without its refinement: `SQLITE_IOERR_WRITE` is `SQLITE_IOERR`."""
    return "_".join(str(getattr(error, "sqlite_errorname", "")).split("_")[:2])
