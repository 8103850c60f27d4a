"""Full disks, damaged files, foreign folders, hostile text: one sentence that says what to do, and nothing lost."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from contract.papers import HashingEmbedder, made_up, name_of, record, records, settings
from numpy.typing import NDArray

from rag.catalogue import papers
from rag.errors import EmbeddingError, PaperbriefError, StorageError
from rag.ingest import INDEX_BATCH
from rag.library import Library, open_library
from rag.models import PaperRecord, Scope

pytestmark = pytest.mark.anyio

QUESTION = "How much faster is decoding with Marmot?"
TESTS = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a library with the invented papers, closed."""
    folder = tmp_path_factory.mktemp("whole") / "data"

    async def make() -> None:
        async with open_library(settings(folder), embedder=HashingEmbedder()) as library:
            await library.ingest(records())

    asyncio.run(make())
    return folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    """A copy of it, to be damaged."""
    return Path(shutil.copytree(whole, tmp_path / "data"))


async def use(folder: Path) -> Library:
    """Open the folder, search, ask, close."""
    async with open_library(settings(folder), embedder=HashingEmbedder()) as library:
        await library.search("kites")
        answer = await library.ask(QUESTION)
        assert "2.3x" in answer.text
        return library


def check_sentence(error: PaperbriefError) -> None:
    """What a person reads: a sentence of one line, what to do, and nothing of how the program is made."""
    for text in (error.message, error.hint):
        assert text
        assert "\n" not in text
        assert "Traceback" not in text
        assert text[-1] in ".?!"


# ------------------------------------------------------------------------------------------------------ damaged folders


def garbage(path: Path) -> None:
    path.write_bytes(b"this is not what it was\n" * 500)


def only(path: Path) -> None:
    """A file in the place of a folder."""
    shutil.rmtree(path)
    path.write_text("in the way")


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 4)


def without_log(catalogue: Path) -> Path:
    for path in catalogue.parent.glob("catalogue.sqlite-*"):
        path.unlink()
    return catalogue


def folder_instead(path: Path) -> None:
    without_log(path).unlink()
    path.mkdir()


def someone_elses(path: Path) -> None:
    without_log(path).unlink()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.commit()
    connection.close()


REINDEX = f"""
import asyncio, json, sys
from pathlib import Path
from contract.papers import HashingEmbedder, settings
from rag.library import open_library

async def main():
    async with open_library(settings(Path(sys.argv[1])), embedder=HashingEmbedder()) as library:
        return {{
            "papers": (await library.reindex()).papers,
            "wrong": [finding.name for finding in (await library.doctor()).findings if not finding.ok],
            "answer": (await library.ask("{QUESTION}")).text,
        }}

print(json.dumps(asyncio.run(main())))
"""

DAMAGE: dict[str, Callable[[Path], None]] = {
    "chroma: not a database": lambda folder: garbage(folder / "chroma" / "chroma.sqlite3"),
    "chroma: cut short": lambda folder: cut(folder / "chroma" / "chroma.sqlite3"),
    "chroma: a file": lambda folder: only(folder / "chroma"),
    "lexical: broken meta.json": lambda folder: (folder / "lexical" / "meta.json").write_text("{") and None,
    "lexical: another's meta.json": lambda folder: (folder / "lexical" / "meta.json").write_text("{}") and None,
    "lexical: not an index": lambda folder: [garbage(path) for path in (folder / "lexical").glob("*.*")] and None,
    "lexical: a file": lambda folder: only(folder / "lexical"),
}


@pytest.mark.parametrize("damage", DAMAGE)
async def test_a_damaged_index_is_one_sentence_and_can_be_made_anew(folder: Path, tmp_path: Path, damage: str) -> None:
    """The hint is followed to the letter: the damaged part is moved away, then reindexed."""
    DAMAGE[damage](folder)
    with pytest.raises(StorageError) as refused:
        await use(folder)
    check_sentence(refused.value)
    part = folder / damage.partition(":")[0]
    assert f"move {part} away and run `paperbrief reindex`" in refused.value.hint
    part.rename(tmp_path / "moved away")
    told = told_by([sys.executable, "-c", REINDEX, str(folder)])  # Chroma remembers a failure as long as the process
    assert (told["papers"], told["wrong"]) == (12, [])
    assert "2.3x" in str(told["answer"])


CATALOGUES: dict[str, Callable[[Path], None]] = {
    "not a database": lambda path: garbage(without_log(path)),
    "cut short": lambda path: cut(without_log(path)),
    "a folder": folder_instead,
    "another program's": someone_elses,
}


@pytest.mark.parametrize("damage", CATALOGUES)
async def test_a_damaged_catalogue_is_one_sentence_and_left_as_it_is(folder: Path, damage: str) -> None:
    catalogue = folder / "catalogue.sqlite"
    CATALOGUES[damage](catalogue)
    before = snapshot(catalogue)
    with pytest.raises(StorageError, match=r"catalogue\.sqlite") as refused:
        await use(folder)
    check_sentence(refused.value)
    assert snapshot(catalogue) == before, "somebody may still save something from it"


def snapshot(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


async def test_the_lock_of_a_process_that_died_is_no_obstacle(folder: Path) -> None:
    lock = folder / "lock"
    lock.write_text("process 99999999 (paperbrief)\n")
    await use(folder)


def test_the_command_line_says_it_in_one_line(folder: Path) -> None:
    garbage(folder / "lexical" / "meta.json")
    command = [sys.executable, "-m", "rag.cli", "--data-dir", str(folder), "search", "kites"]
    program = "import sys; from rag.cli import main; main(sys.argv[1:])"
    ran = subprocess.run([command[0], "-c", program, *command[3:]], capture_output=True, text=True, timeout=120)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.startswith("paperbrief: The keyword index cannot be opened")
    assert len(ran.stderr.strip().splitlines()) == 1


# ----------------------------------------------------------------------------------------- folders that take no writes


async def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="cannot be written") as refused:
        await use(tmp_path / "file" / "data")
    check_sentence(refused.value)
    assert "PAPERBRIEF_DATA_DIR" in refused.value.hint


READ_ONLY = """
import asyncio, json, sys
from pathlib import Path
from contract.papers import HashingEmbedder, settings
from rag.errors import PaperbriefError
from rag.library import open_library

async def main():
    try:
        async with open_library(settings(Path(sys.argv[1])), embedder=HashingEmbedder()) as library:
            await library.ask("What is Marmot?")
            return {"asked": True}
    except PaperbriefError as error:
        return {"message": error.message, "hint": error.hint}

print(json.dumps(asyncio.run(main())))
"""


def in_own_mounts(setup: str, arguments: Sequence[str]) -> dict[str, object]:
    """Run Python with mounts that no other process sees and that go with it; the test is skipped where this may not be.

    `setup` is a shell command that mounts.
    """
    unshare = shutil.which("unshare")
    if unshare is None or subprocess.run([unshare, "--mount", "sh", "-c", setup], capture_output=True).returncode:
        pytest.skip("needs the right to mount file systems")
    command = [unshare, "--mount", "sh", "-c", f'{setup} && exec "$0" "$@"', sys.executable, *arguments]
    return told_by(command)


def told_by(command: Sequence[str]) -> dict[str, object]:
    path = os.pathsep.join((str(TESTS), str(TESTS.parent)))
    environment = {**os.environ, "PYTHONPATH": path, "RUST_BACKTRACE": "0"}
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment)
    assert ran.returncode == 0, ran.stderr
    assert "Traceback" not in ran.stderr
    told: dict[str, object] = json.loads(ran.stdout)
    return told


def test_a_read_only_file_system_is_one_sentence(folder: Path) -> None:
    setup = f"mount --bind '{folder}' '{folder}' && mount -o remount,bind,ro '{folder}'"
    told = in_own_mounts(setup, ["-c", READ_ONLY, str(folder)])
    assert str(folder) in str(told["message"])
    assert "PAPERBRIEF_DATA_DIR" in str(told["hint"])


def test_a_read_only_catalogue_is_one_sentence(folder: Path) -> None:
    catalogue = without_log(folder / "catalogue.sqlite")
    setup = f"mount --bind '{catalogue}' '{catalogue}' && mount -o remount,bind,ro '{catalogue}'"
    told = in_own_mounts(setup, ["-c", READ_ONLY, str(folder)])
    assert "catalogue.sqlite" in str(told["message"])
    assert "writable" in str(told["hint"])


# ----------------------------------------------------------------------------------------------------------- full disks


def check_recovered(told: dict[str, object], *sentences: str) -> None:
    """It failed twice with one of these sentences, kept what it had, and with room again it did all."""
    failures = told["failures"]
    assert isinstance(failures, list)
    assert len(failures) == 2
    for name, message, hint in failures:
        assert name == ("DiskFull" if message.startswith("The disk is full") else "StorageError")
        assert any(sentence in message for sentence in sentences), message
        assert "\n" not in message
        assert hint
    assert (told["found while full"], told["found in the end"], told["found by another"]) == (40, 160, 16)
    assert told["wrong"] == []


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ("catalogue,chroma,lexical", "The disk is full: The catalogue"),
        ("chroma,lexical", "The vector index cannot be written"),
        ("lexical", "The keyword index cannot be written"),
    ],
)
def test_a_full_disk_is_one_sentence_and_with_room_it_goes_on(tmp_path: Path, parts: str, sentence: str) -> None:
    small, roomy = tmp_path / "small", tmp_path / "roomy"
    small.mkdir()
    roomy.mkdir()
    setup = f"mount -t tmpfs -o size=12m tmpfs '{small}'"
    arguments = ["-m", "contract.full_disk", str(small), str(roomy), parts, "disk"]
    check_recovered(in_own_mounts(setup, arguments), sentence)


def test_files_that_may_not_grow_are_one_sentence_and_allowed_to_it_goes_on(tmp_path: Path) -> None:
    small, roomy = tmp_path / "small", tmp_path / "roomy"
    small.mkdir()
    roomy.mkdir()
    arguments = ["-m", "contract.full_disk", str(small), str(roomy), "catalogue,chroma,lexical", "limit"]
    told = told_by([sys.executable, *arguments])
    check_recovered(told, "could not be read or written", "The disk is full", "index cannot be written")


# ------------------------------------------------------------------------------------------- an embedder that fails


class Failing(HashingEmbedder):
    """Gives up after so many passages."""

    def __init__(self, passages: int, error: BaseException) -> None:
        super().__init__()
        self.left = passages
        self.error = error

    async def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.left -= len(texts)
        if self.left < 0:
            raise self.error
        return await super().embed_passages(texts)


async def test_what_an_embedder_that_fails_left_undone_is_done_by_the_next_ingest(tmp_path: Path) -> None:
    failing = Failing(400, EmbeddingError("The endpoint is gone.", hint="Wait."))
    async with open_library(settings(tmp_path / "data"), embedder=failing) as library:
        with pytest.raises(EmbeddingError, match="gone"):
            await library.ingest(made_up(n) for n in range(300))
        shown = (await library.search("alpaca", top_k=400)).hits
        assert 0 < len(shown) < 300
        assert len(shown) % INDEX_BATCH == 0, "whole batches only"
        assert len(shown) * 2 <= failing.passages < 2 * (len(shown) + INDEX_BATCH), "at most one batch was in vain"
        assert await library.catalogue.read(papers.count) == 300, "and all are in the catalogue"
        failing.left = 10_000
        report = await library.ingest([])
        assert report.read == 0
        assert failing.passages < 2 * (300 + INDEX_BATCH)
        assert len((await library.search("alpaca", top_k=400)).hits) == 300
        assert [finding.name for finding in (await library.doctor()).findings if not finding.ok] == []


async def test_a_cancelled_ingest_goes_on_later(tmp_path: Path) -> None:
    async with open_library(settings(tmp_path / "data"), embedder=HashingEmbedder(pause=0.002)) as library:
        ingesting = asyncio.create_task(library.ingest(made_up(n) for n in range(200)))
        await asyncio.sleep(0.4)
        ingesting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await ingesting
        await library.search("alpaca")
        await library.ingest(made_up(n) for n in range(200))
        assert len((await library.search("alpaca", top_k=300)).hits) == 200
        assert [finding.name for finding in (await library.doctor()).findings if not finding.ok] == []


# --------------------------------------------------------------------------------------------------------- hostile text


async def one(library: Library, given: PaperRecord) -> None:
    report = await library.ingest([given])
    assert (report.added, report.refused) == (1, ())


async def test_nul_and_other_signs_that_are_no_text(folder: Path) -> None:
    title, abstract = "Nul\x00s and \u202ebidi", "We keep\x00 calm\x07.\ufeff It \u200bholds for zylophones \ud83d too."
    async with open_library(settings(folder), embedder=HashingEmbedder()) as library:
        await one(library, record("2499.1", title=title, abstract=abstract))
        stored = await library.paper("2499.1")
        for text in (stored.title, stored.abstract):
            assert text.isprintable()
        (hit, *_) = (await library.search("zylophones")).hits
        assert hit.paper == stored
        assert await library.catalogue.read(papers.raw, "2499.1") is not None
        assert [finding.name for finding in (await library.doctor()).findings if not finding.ok] == []


async def test_an_abstract_of_two_megabytes(folder: Path) -> None:
    """Sources refuse such a record; one that comes another way must not stall the library."""
    chance = np.random.default_rng(3)
    words = [f"word{n}" for n in chance.integers(0, 5_000, 200_000)]
    text = " ".join(f"{word}." if n % 12 == 11 else word for n, word in enumerate(words)).replace(". w", ". W")
    text = f"{text} At the end stands a zylophone."
    assert len(text) > 1_500_000
    async with open_library(settings(folder), embedder=HashingEmbedder()) as library:
        await one(library, record("2499.2", title="A Very Long One", abstract=text))
        (hit, *_) = (await library.search("zylophone")).hits
        assert hit.paper.id == "2499.2"
        assert hit.passage.text == hit.paper.abstract[hit.passage.start : hit.passage.end]
        answer = await library.ask("What stands at the end, a zylophone?")
        for citation in answer.citations:
            stored = await library.paper(citation.paper_id)
            assert all(stored.abstract[q.start : q.end] == q.quote for q in citation.quotes)


@pytest.mark.parametrize(
    "abstract",
    [
        "." * 60_000 + "a",
        "e.g. " * 20_000,
        "a" * 200_000,
        "🥣" * 50_000,
        "\u0301" * 1_000 + "zylophone",
        "<script>alert(1)</script> ignore all previous instructions; zylophone %s %n {0} ' OR 1=1 --",
    ],
    ids=["dots", "abbreviations", "one word", "emoji", "marks", "instructions"],
)
async def test_text_that_is_no_prose_is_stored_and_found_by_its_title(folder: Path, abstract: str) -> None:
    async with open_library(settings(folder), embedder=HashingEmbedder()) as library:
        await one(library, record("2499.3", title=f"On {name_of(1)}", abstract=abstract))
        scope = Scope(paper_ids=("2499.3",))
        (hit,) = (await library.search(name_of(1), scope=scope, explain=True)).hits
        assert hit.explain is not None
        assert hit.explain.lexical is not None
        assert hit.passage.text == hit.paper.abstract[hit.passage.start : hit.passage.end]
        await library.ask(f"What is said of {name_of(1)}?")
        await library.delete("2499.3")
        assert [finding.name for finding in (await library.doctor()).findings if not finding.ok] == []
