"""What every command stands on: the settings, the open library, the exit statuses, errors as one sentence.

Nothing heavy is imported at module level: `paperbrief --help` and `--version` come through here.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

import typer

from rag.beacon import seen

if TYPE_CHECKING:
    from rag.catalogue import Catalogue
    from rag.config import Settings
    from rag.deliver.desk import DeliverDesk
    from rag.library import Library

T = TypeVar("T")


class Status(IntEnum):
    """What the program's exit status says."""

    DONE = 0
    FAILED = 1
    WRONG_USAGE = 2
    NOT_ENOUGH_EVIDENCE = 3
    RECORDS_REFUSED = 4
    STOPPED = 130  # by Ctrl-C, as shells expect


class Opener(Protocol):
    """Opens the library of a data folder; `rag.library.open_library`, or a fake in a test."""

    def __call__(self, settings: Settings) -> AbstractAsyncContextManager[Library]:
        """Open the library for the time of a `with` block."""


def open_real_library(settings: Settings) -> AbstractAsyncContextManager[Library]:
    """Open the real library; its imports (Chroma, SQLAlchemy, …) cost seconds and happen only here."""
    from rag.library import open_library

    return open_library(settings)


@dataclass(slots=True)
class Desk:
    """What the global options set up for a command: how a library opens, and where."""

    opener: Opener = open_real_library
    data_dir: Path | None = None

    def settings(self, given: Mapping[str, Any] | None = None) -> Settings:
        """Read the settings in force; what the command line gave comes first."""
        from rag.config import load

        folder = {} if self.data_dir is None else {"data_dir": self.data_dir}
        return load({**folder, **(given or {})})

    def run(self, work: Callable[[Library], Coroutine[Any, Any, T]], settings: Settings | None = None) -> T:
        """Open the library, do `work` with it, close it. Ctrl-C ends with one sentence and status 130.

        Where a running service owns the data folder, `work` is done with it instead.
        """
        in_force = settings or self.settings()

        async def whole() -> T:
            if self.opener is open_real_library and (beacon := seen(in_force.data_dir)) is not None:
                from rag.cli.remote import RemoteLibrary

                return await work(cast("Library", RemoteLibrary(beacon)))
            async with self.opener(in_force) as library:
                return await work(library)

        return self._until_stopped(whole())

    def run_catalogue(self, work: Callable[[Catalogue], Coroutine[Any, Any, T]]) -> T:
        """Open the catalogue alone, also beside a running service, and do `work` with it."""

        async def whole() -> T:
            from rag.library import open_catalogue

            async with open_catalogue(self.settings()) as catalogue:
                return await work(catalogue)

        return self._until_stopped(whole())

    def run_deliveries(self, work: Callable[[DeliverDesk], Coroutine[Any, Any, T]]) -> T:
        """Open what delivery works with, also beside a running service, and do `work` with it."""

        async def whole() -> T:
            from rag.library import open_deliveries

            async with open_deliveries(self.settings()) as desk:
                return await work(desk)

        return self._until_stopped(whole())

    @staticmethod
    def _until_stopped(whole: Coroutine[Any, Any, T]) -> T:
        try:
            return asyncio.run(whole)
        except KeyboardInterrupt:
            say("stopped. Everything reported as loaded is kept; the same command goes on from there.")
            raise typer.Exit(Status.STOPPED) from None


def desk_of(context: typer.Context) -> Desk:
    """The desk that `main` put on the context."""
    desk = context.find_object(Desk)
    assert desk is not None, "main() gives every run a Desk"
    return desk


def say(sentence: str) -> None:
    """Tell the person something on standard error, where it never mixes with what a program reads."""
    typer.echo(f"paperbrief: {sentence}", err=True)


def put_json(contract: object) -> None:
    """Write a contract object as JSON in UTF-8 to standard output, whatever the locale says."""
    from pydantic import TypeAdapter

    text = TypeAdapter(type(contract)).dump_json(contract, indent=2)
    sys.stdout.flush()
    sys.stdout.buffer.write(text + b"\n")
    sys.stdout.buffer.flush()
