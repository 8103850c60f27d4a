"""Bring the schema of a database up to date when it is opened."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, inspect, select
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.schema import Column, MetaData, Table
from sqlalchemy.types import Text

from rag.catalogue import dialect
from rag.catalogue.schema import HEAD
from rag.errors import StorageError

_VERSION = Table("alembic_version", MetaData(), Column("version_num", Text))


def bring_up_to_date(engine: Engine) -> None:
    """Run the migrations that the database lacks, all or none.

    A database that is up to date costs one query: importing alembic takes longer than all the rest of opening.

    Raises:
        StorageError: the database belongs to another program, or was written by a newer paperbrief.
    """
    if version(engine) == HEAD:
        return
    with engine.connect() as connection:
        _our_tables(connection)  # before anything is changed in the file
    dialect.keep_readers_and_writers_apart(engine)
    with engine.execution_options(**{dialect.WRITES: True}).begin() as connection:
        _migrate(connection)


def version(engine: Engine) -> str | None:
    """The schema's version, None where there is no catalogue yet."""
    try:
        return _version(engine)
    except (OperationalError, ProgrammingError):
        if not inspect(engine).has_table(_VERSION.name):
            return None
        # The table is there now. Either another process made it since the question was asked, which the same question
        # answers, or the file is locked or damaged, and then it is refused again.
        return _version(engine)


def _version(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return connection.scalar(select(_VERSION.c.version_num))


def _our_tables(connection: Connection) -> set[str]:
    """The tables of the database, none where it is new; refused where they are another program's."""
    tables = set(inspect(connection).get_table_names())
    if tables and not {_VERSION.name, "papers"} <= tables:
        where = f"The catalogue {dialect.place(connection.engine.url)}"
        raise StorageError(f"{where} is the database of another program.", hint="Choose another database URL.")
    return tables


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", "rag.catalogue:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection

    # Asked again under the write lock: another process may have just done it.
    tables = _our_tables(connection)
    current = connection.scalar(select(_VERSION.c.version_num)) if tables else None
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if current is not None and current not in known:
        where = f"The catalogue {dialect.place(connection.engine.url)}"
        raise StorageError(
            f"{where} was written by a newer paperbrief (schema {current}, this one knows {HEAD}).",
            hint="Update paperbrief, or choose another data folder.",
        )
    command.upgrade(config, "head")
