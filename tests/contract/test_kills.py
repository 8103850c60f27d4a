"""Real SIGKILLs at random moments of ingest, deletion and reindex: nothing lost, half visible or twice."""

from __future__ import annotations

import random
import shutil
import time
from pathlib import Path

import pytest
from contract.killed import Left, delete, ended, finish, load, reindex, seen, started
from contract.papers import made_up

SEED = 20250312
KILLS = 20
PAPERS = 300
KILLED = -9


def identifier(number: int) -> str:
    return f"2402.{number:05d}"


def checked(left: Left | None, handed_in: dict[int, list[int]]) -> Left:
    """What holds at any moment: shown is what is current and whole, at a version that was handed in."""
    assert left is not None
    assert left.shown == left.current
    assert left.half == []
    for paper_id, text in left.texts.items():
        number = int(paper_id.removeprefix("2402."))
        assert text in [made_up(number, revision=version).abstract for version in handed_in[number]]
    assert "missing from an index" not in left.wrong
    assert "stored but not found" not in left.wrong
    return left


def check_finished(left: Left, papers: int) -> None:
    """And at the end: all there, once, and the doctor is content."""
    assert left.wrong == {}
    assert len(left.shown) == left.stored == left.entries == papers
    assert left.vectors == 2 * papers


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished library of 120 papers, and how long it took; to be copied."""
    folder = tmp_path_factory.mktemp("whole") / "data"
    assert seen(tmp_path_factory.mktemp("empty")) is not None, "now everything is imported"
    begun = time.monotonic()
    assert ended(started(load, folder, dict.fromkeys(range(120), 1))) == 0
    (folder / "seconds").write_text(str(time.monotonic() - begun))
    return folder


def test_ingest_killed_at_random_moments(tmp_path: Path, whole: Path) -> None:
    """Each round hands in new papers and new texts of some that are there, on top of what the kill before left."""
    chance = random.Random(SEED)
    folder = tmp_path / "data"
    longest = 0.5 * float((whole / "seconds").read_text())
    handed_in: dict[int, list[int]] = {}
    interrupted = killed = 0
    for turn in range(1, KILLS + 1):
        fresh = range(len(handed_in), turn * PAPERS // KILLS)
        changed = chance.sample(sorted(handed_in), k=min(len(handed_in), 40))
        versions = dict.fromkeys([*changed, *fresh], turn)
        for number in versions:
            handed_in.setdefault(number, []).append(turn)
        process = started(load, folder, versions)
        time.sleep(chance.uniform(0.0, longest))
        process.kill()
        killed += ended(process) == KILLED
        left = checked(seen(folder), handed_in)
        interrupted += "waiting to be indexed" in left.wrong or "left over in an index" in left.wrong
    assert killed >= KILLS // 2, "most processes were killed, not done"
    assert interrupted >= 3, "some were killed between the catalogue and the indexes"

    latest = {number: versions[-1] for number, versions in handed_in.items()}
    assert ended(started(load, folder, latest)) == 0
    left = checked(seen(folder), {number: [version] for number, version in latest.items()})
    check_finished(left, PAPERS)
    assert set(left.shown) == {identifier(number) for number in range(PAPERS)}


def test_deletion_killed_at_random_moments(tmp_path: Path, whole: Path) -> None:
    """What a caller was told is deleted stays so; what was not told may be either, and is never half there."""
    chance = random.Random(SEED + 1)
    folder = Path(shutil.copytree(whole, tmp_path / "data"))
    texts = {number: [1] for number in range(120)}
    file = tmp_path / "told"
    file.touch()
    left = checked(seen(folder), texts)
    for _ in range(4):
        process = started(delete, folder, chance.sample(sorted(left.current), k=25), file)
        time.sleep(chance.uniform(0.05, 0.6))
        process.kill()
        ended(process)
        left = checked(seen(folder), texts)
        assert not set(file.read_text().split()) & set(left.shown)
    told = set(file.read_text().split())
    assert len(left.shown) in range(120 - len(told) - 4, 120 - len(told) + 1), "at most the one in hand at each kill"
    assert told
    assert ended(started(finish, folder, 0)) == 0
    done = checked(seen(folder), texts)
    assert done.shown == left.shown
    check_finished(done, len(left.shown))


@pytest.mark.parametrize(("embed", "seed"), [(False, 0), (True, 0), (True, 9)], ids=["vectors", "texts", "other model"])
def test_reindex_killed_at_random_moments(tmp_path: Path, whole: Path, embed: bool, seed: int) -> None:
    """Half made, an index shows what it has, or is refused as another model's; in the end it is whole."""
    chance = random.Random(SEED + 2)
    folder = Path(shutil.copytree(whole, tmp_path / "data"))
    texts = {number: [1] for number in range(120)}
    for _ in range(4):
        process = started(reindex, folder, embed, seed)
        time.sleep(chance.uniform(0.0, 0.5))
        process.kill()
        ended(process)
        left = seen(folder, seed)
        assert left is not None or seed, "only another model is refused"
        if left is not None:
            checked(left, texts)
    # The next ingest goes on where a reindex was cut off; only the change to another model has to be asked for again.
    again = started(reindex, folder, embed, seed) if seed else started(finish, folder, seed)
    assert ended(again) == 0
    check_finished(checked(seen(folder, seed), texts), 120)
