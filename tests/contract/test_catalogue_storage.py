"""The catalogue's file: schema, crashes, several processes, and every way in which the disk can refuse."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import anyio
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import event, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateIndex, CreateTable

from rag.catalogue import Catalogue, dialect, indexing, papers, upgrade
from rag.catalogue.schema import HEAD, Base
from rag.errors import MissingPackage, PaperbriefError, SettingsError, StorageError
from rag.models import CleanPaper, Listing, Scope

pytestmark = pytest.mark.anyio


def paper(number: int, *, prefix: str = "p") -> CleanPaper:
    title = f"Paper {prefix} of number {number}"
    abstract = " ".join(f"{prefix}{number}word{place}" for place in range(40))
    return CleanPaper(f"{prefix}{number}", title, abstract, title, abstract)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a folder with 100% spaces" / "catalogue.sqlite"


@pytest.fixture
def url(path: Path) -> str:
    path.parent.mkdir()
    return f"sqlite:///{path}"


@pytest.fixture
def catalogue(url: str) -> Iterator[Catalogue]:
    opened = Catalogue.open(url)
    yield opened
    opened.close()


def one_sentence(error: PaperbriefError) -> str:
    """The message, after checking that it is one sentence for a person and that a hint stands beside it."""
    assert error.message.endswith(".")
    assert "\n" not in error.message
    assert "sqlite3." not in error.message
    assert error.hint.endswith(".") or "sqlite:///" in error.hint
    return error.message


# ------------------------------------------------------------------------------------------------------------ schema


async def test_the_migrations_make_the_tables_that_the_code_declares(catalogue: Catalogue) -> None:
    def differences(session: Session) -> list[object]:
        context = MigrationContext.configure(session.connection(), opts={"compare_server_default": True})
        return list(compare_metadata(context, Base.metadata))

    assert await catalogue.read(differences) == []
    assert await catalogue.read(lambda session: session.scalar(text("SELECT version_num FROM alembic_version"))) == HEAD


async def test_how_sqlite_is_set_up(catalogue: Catalogue, path: Path) -> None:
    def pragmas(session: Session) -> dict[str, object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        return {name: session.connection().exec_driver_sql(f"PRAGMA {name}").scalar() for name in names}

    expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}
    assert await catalogue.read(pragmas) == expected
    assert await catalogue.write(pragmas) == expected


def test_an_up_to_date_catalogue_opens_without_alembic(url: str) -> None:
    Catalogue.open(url).close()
    code = (
        "import sys\nfrom rag.catalogue import Catalogue\n"
        f"Catalogue.open({url!r}).close()\nassert 'alembic' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_a_catalogue_that_another_process_makes_while_its_version_is_asked(url: str) -> None:
    engine = dialect.connect(url)
    made: list[str] = []

    @event.listens_for(engine, "handle_error")
    def another_process_makes_it(context: ExceptionContext) -> None:
        if not made:
            made.append(str(context.original_exception))
            Catalogue.open(url).close()

    try:
        assert upgrade.version(engine) == HEAD
    finally:
        engine.dispose()
    assert made == ["no such table: alembic_version"]


async def test_opening_again_keeps_what_is_there(url: str) -> None:
    first = Catalogue.open(url)
    await first.write(papers.put, [paper(1)])
    first.close()
    second = Catalogue.open(url)
    assert await second.read(papers.count) == 1
    second.close()


# --------------------------------------------------------------------------------------- crashes and other processes

PUTTING = """
import sys, time
import anyio
from rag.catalogue import Catalogue, papers
from rag.models import CleanPaper

url, prefix, batches, size = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])

def paper(name):
    abstract = " ".join(f"{name}word{place}" for place in range(40))
    return CleanPaper(name, "Paper " + name, abstract, "Paper " + name, abstract)

async def main():
    catalogue = Catalogue.open(url)
    print("open", flush=True)
    for batch in range(batches):
        await catalogue.write(papers.put, [paper(f"{prefix}{batch}x{n}") for n in range(size)])
        print(batch, flush=True)
    catalogue.close()

anyio.run(main)
"""


def start_putting(url: str, prefix: str, *, batches: int, size: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PUTTING, url, prefix, str(batches), str(size)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("wait", [0.0, 0.05])
async def test_a_process_killed_while_it_writes_leaves_whole_batches(url: str, wait: float) -> None:
    size = 60
    process = start_putting(url, "k", batches=10_000, size=size)
    assert process.stdout is not None
    told = [process.stdout.readline() for _ in range(3)]
    await anyio.sleep(wait)
    process.send_signal(signal.SIGKILL)
    told += process.stdout.read().splitlines()
    process.wait()
    process.stdout.close()
    acknowledged = len([line for line in told if line.strip().isdigit()])

    catalogue = Catalogue.open(url)
    count = await catalogue.read(papers.count)
    revision = await catalogue.read(papers.catalogue_revision)
    names = await catalogue.read(papers.ids_in_scope, Scope())
    assert count % size == 0, "all or nothing of a batch"
    assert count // size in (acknowledged, acknowledged + 1), "everything that was told is there"
    assert revision == count // size
    assert len(names) == count == await catalogue.read(indexing.pending_count)
    await catalogue.write(papers.put, [paper(1)])
    catalogue.close()


KILLED_INSIDE = """
import os, signal, sys
import anyio
from sqlalchemy import event
from sqlalchemy.engine import Engine
from rag.catalogue import Catalogue, papers
from rag.models import CleanPaper, Listing

url, deadly = sys.argv[1], sys.argv[2]

def paper(n):
    title, text = f"Dead {n}", " ".join(f"dead{n}word{place}" for place in range(40))
    listings = (Listing("f", "2025-01-01"),)
    return CleanPaper(f"dead{n}", title, text, title, text, listings=listings, tags=("t",))

def kill(*_):
    os.kill(os.getpid(), signal.SIGKILL)

async def main():
    catalogue = Catalogue.open(url)
    if deadly == "commit":
        event.listen(Engine, "commit", kill)
    else:
        @event.listens_for(Engine, "before_cursor_execute")
        def watch(_connection, _cursor, statement, *_rest):
            if statement.startswith(deadly):
                kill()
    await catalogue.write(papers.put, [paper(n) for n in range(30)])

anyio.run(main)
"""


@pytest.mark.parametrize(
    "deadly",
    ["INSERT INTO papers", "INSERT INTO bands", "INSERT INTO listings", "INSERT INTO tags", "UPDATE facts", "commit"],
)
async def test_a_process_killed_inside_put_leaves_nothing_of_it(url: str, deadly: str) -> None:
    catalogue = Catalogue.open(url)
    await catalogue.write(papers.put, [paper(1)])
    catalogue.close()
    assert die_inside(url, deadly) == -signal.SIGKILL
    catalogue = Catalogue.open(url)
    assert await catalogue.read(papers.ids_in_scope, Scope()) == ["p1"]
    assert await catalogue.read(papers.days) == (None, None)
    assert await catalogue.read(papers.catalogue_revision) == 1
    assert await catalogue.read(orphans) == 0
    catalogue.close()


def die_inside(url: str, deadly: str) -> int:
    return subprocess.run([sys.executable, "-c", KILLED_INSIDE, url, deadly], timeout=60).returncode


def orphans(session: Session) -> int:
    """Rows about papers that are not there."""
    about = ("bands", "listings", "tags", "aliases", "passages", "revisions")
    return sum(
        session.execute(
            text(f"SELECT count(*) FROM {table} WHERE number NOT IN (SELECT number FROM papers)")
        ).scalar_one()
        for table in about
    )


async def test_two_processes_make_the_catalogue_and_write_at_once(url: str) -> None:
    processes = [start_putting(url, prefix, batches=12, size=40) for prefix in ("one", "two", "three")]
    outputs = [process.communicate(timeout=120)[0] for process in processes]  # all ended before anything is asserted
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert [len(output.splitlines()) for output in outputs] == [13, 13, 13]
    catalogue = Catalogue.open(url)
    assert await catalogue.read(papers.count) == 3 * 12 * 40
    assert await catalogue.read(papers.catalogue_revision) == 3 * 12
    catalogue.close()


async def test_two_processes_that_meet_the_same_papers_store_them_once(url: str) -> None:
    processes = [start_putting(url, "same", batches=10, size=30) for _ in range(2)]
    for process in processes:
        process.communicate(timeout=120)
    assert [process.returncode for process in processes] == [0, 0]
    catalogue = Catalogue.open(url)
    assert await catalogue.read(papers.count) == 10 * 30
    assert await catalogue.read(papers.catalogue_revision) == 10
    catalogue.close()


async def test_many_writers_and_readers_in_one_process(catalogue: Catalogue) -> None:
    async with anyio.create_task_group() as group:
        for first in range(0, 200, 10):
            group.start_soon(catalogue.write, papers.put, [paper(first + place) for place in range(10)])
            group.start_soon(catalogue.read, papers.count)
    assert await catalogue.read(papers.count) == 200
    assert await catalogue.read(papers.catalogue_revision) == 20


async def test_a_reader_sees_one_state_and_never_waits_for_a_writer(catalogue: Catalogue) -> None:
    await catalogue.write(papers.put, [paper(1)])
    written, go_on = threading.Event(), threading.Event()

    def slowly(session: Session) -> tuple[int, int]:
        before = papers.count(session)
        go_on.set()
        assert written.wait(10)
        return before, papers.count(session)

    async def meanwhile() -> None:
        await anyio.to_thread.run_sync(go_on.wait, 10)
        await catalogue.write(papers.put, [paper(2)])
        assert await catalogue.read(papers.count) == 2
        written.set()

    async with anyio.create_task_group() as group:
        group.start_soon(meanwhile)
        assert await catalogue.read(slowly) == (1, 1)


async def test_work_runs_away_from_the_event_loop(catalogue: Catalogue) -> None:
    here = threading.get_ident()
    assert await catalogue.read(lambda _session: threading.get_ident()) != here
    first = await catalogue.write(lambda _session: threading.get_ident())
    assert first == await catalogue.write(lambda _session: threading.get_ident()) != here


async def test_a_long_lock_of_another_program_is_one_sentence(
    catalogue: Catalogue, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def impatient(session: Session) -> None:
        session.connection()

    @event.listens_for(catalogue._engine, "connect")
    def wait_less(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA busy_timeout = 50")

    catalogue._engine.pool.dispose()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(StorageError) as caught:
            await catalogue.write(impatient)
    finally:
        other.rollback()
        other.close()
    assert "stayed locked" in one_sentence(caught.value)
    assert caught.value.retryable


# --------------------------------------------------------------------------------------------- the disk says no


async def test_a_full_disk(catalogue: Catalogue) -> None:
    await catalogue.write(papers.put, [paper(1)])

    def fill(session: Session) -> None:
        pages = session.connection().exec_driver_sql("PRAGMA page_count").scalar_one()
        session.connection().exec_driver_sql(f"PRAGMA max_page_count = {pages + 4}")
        papers.put(session, [paper(number) for number in range(2, 400)])

    with pytest.raises(StorageError) as caught:
        await catalogue.write(fill)
    assert "The disk is full" in one_sentence(caught.value)
    assert caught.value.retryable
    assert await catalogue.read(papers.count) == 1

    def make_room(session: Session) -> None:
        session.connection().exec_driver_sql("PRAGMA max_page_count = 1073741823")

    await catalogue.write(make_room)
    await catalogue.write(papers.put, [paper(2)])
    assert await catalogue.read(papers.count) == 2


async def test_a_read_only_catalogue_can_be_read(url: str, path: Path) -> None:
    writable = Catalogue.open(url)
    await writable.write(papers.put, [paper(1)])
    writable.close()
    read_only = Catalogue.open(f"sqlite:///file:{path}?mode=ro&uri=true")
    assert await read_only.read(papers.count) == 1
    with pytest.raises(StorageError) as caught:
        await read_only.write(papers.put, [paper(2)])
    assert "is read-only" in one_sentence(caught.value)
    assert await read_only.read(papers.count) == 1
    read_only.close()


def forbid_writing(path: Path) -> None:
    path.chmod(0o444)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
async def test_a_file_without_write_permission(url: str, path: Path) -> None:
    Catalogue.open(url).close()
    forbid_writing(path)
    catalogue = Catalogue.open(url)
    with pytest.raises(StorageError) as caught:
        await catalogue.write(papers.put, [paper(2)])
    assert "is read-only" in one_sentence(caught.value)
    catalogue.close()


def test_a_file_that_is_something_else(url: str, path: Path) -> None:
    path.write_bytes(b"%PDF-1.7 this is no database\n" * 200)
    with pytest.raises(StorageError) as caught:
        Catalogue.open(url)
    assert "is not a paperbrief catalogue" in one_sentence(caught.value)
    assert path.read_bytes().startswith(b"%PDF")


def test_the_database_of_another_program(url: str, path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE recipes (name TEXT)")
    other.close()
    with pytest.raises(StorageError) as caught:
        Catalogue.open(url)
    assert "another program" in one_sentence(caught.value)


async def test_a_schema_newer_than_this_code(url: str, path: Path) -> None:
    catalogue = Catalogue.open(url)
    await catalogue.write(papers.put, [paper(1)])
    await catalogue.write(lambda session: session.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    catalogue.close()
    with pytest.raises(StorageError) as caught:
        Catalogue.open(url)
    assert "a newer paperbrief (schema 9999" in one_sentence(caught.value)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StorageError) as caught:
        Catalogue.open(f"sqlite:///{tmp_path / 'nowhere' / 'catalogue.sqlite'}")
    assert "cannot be opened" in one_sentence(caught.value)


def damage(path: Path) -> None:
    with path.open("r+b") as file:
        for page in range(2, path.stat().st_size // 4096):
            file.seek(page * 4096)
            file.write(b"\xff" * 200)


async def read_all(url: str) -> None:
    catalogue = Catalogue.open(url)
    try:
        await catalogue.read(papers.page, after=None, limit=500, scope=None)
    finally:
        catalogue.close()


async def test_a_damaged_file(url: str, path: Path) -> None:
    catalogue = Catalogue.open(url)
    await catalogue.write(papers.put, [paper(number) for number in range(500)])
    catalogue.close()
    damage(path)
    with pytest.raises(StorageError) as caught:
        await read_all(url)
    assert "is damaged" in one_sentence(caught.value)


@pytest.mark.parametrize(
    ("bad", "error", "words"),
    [
        ("sqlite://", SettingsError, "in memory"),
        ("sqlite:///:memory:", SettingsError, "in memory"),
        ("not a url", SettingsError, "cannot be used"),
        ("oracle9://x/y", SettingsError, "cannot be used"),
        ("mysql+asyncmy://x/y", MissingPackage, "needs the package"),
    ],
)
def test_urls_that_cannot_be_used(bad: str, error: type[PaperbriefError], words: str) -> None:
    with pytest.raises(error) as caught:
        Catalogue.open(bad)
    assert words in one_sentence(caught.value)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("sqlite:////srv/x.sqlite", "/srv/x.sqlite"),
        ("postgresql://me:secret@db.example.org/papers", "postgresql://me:***@db.example.org/papers"),
    ],
)
def test_where_it_is_said_without_the_password(address: str, shown: str) -> None:
    assert dialect.place(make_url(address)) == shown


# ------------------------------------------------------------------------------------------------- other databases


def test_the_schema_can_be_made_on_a_larger_database() -> None:
    larger = postgresql.dialect()  # type: ignore[no-untyped-call]
    made = [str(CreateTable(table).compile(dialect=larger)) for table in Base.metadata.sorted_tables]
    indexes = [index for table in Base.metadata.sorted_tables for index in table.indexes]
    made += [str(CreateIndex(index).compile(dialect=larger)) for index in indexes]
    assert not [statement for statement in made if "WITHOUT ROWID" in statement]
    assert [
        statement for statement in made if "papers_pending" in statement and "WHERE deleted_at IS NULL" in statement
    ]


async def test_what_is_written_for_other_databases_means_the_same(catalogue: Catalogue) -> None:
    """Take SQLite's name away: from then on every statement is the one that other databases get."""
    catalogue._engine.dialect.name = "another"
    assert (await catalogue.write(papers.put, [paper(1), paper(2)]))[1].outcome == "added"
    renamed = replace(paper(2), paper_id="alias", listings=(Listing("daily", "2025-03-12"),))
    assert (await catalogue.write(papers.put, [renamed]))[0].paper_id == "p2"
    await catalogue.write(indexing.store_passages, [indexing.IndexEntry("p1", 1, ((0, 3),), b"12")])
    await catalogue.write(indexing.mark_indexed, [("p1", 1)])
    assert await catalogue.read(indexing.current, ["p1", "p2"]) == {"p1": 1}
    assert await catalogue.read(indexing.vectors, ["p1", "p2"]) == [("p1", 1, ((0, 3),), b"12")]
    assert list(await catalogue.read(papers.get_many, ["p1", "alias"])) == ["p1", "alias"]
    assert await catalogue.read(papers.ids_in_scope, Scope(since="2025-03-12", paper_ids=("p1", "p2"))) == ["p2"]
    assert await catalogue.write(papers.delete, "alias")
