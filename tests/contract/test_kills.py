"""Real SIGKILLs at random moments of ingest, deletion and reindex: nothing lost, half visible or twice."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest
from contract.killed import Left, delete, ended, finish, killed, lines, load, reindex, seen, started
from contract.papers import made_up

SEED = 20250312
KILLS = 20
PAPERS = 300
TEXTS = {number: [1] for number in range(120)}


def identifier(number: int) -> str:
    return f"2402.{number:05d}"


def checked(left: Left | None, handed_in: dict[int, list[int]]) -> Left:
    """What holds at any moment: shown is what is current and whole, at a version that was handed in."""
    assert left is not None
    assert left.shown == left.current
    for paper_id, text in left.texts.items():
        number = int(paper_id.removeprefix("2402."))
        assert text in [made_up(number, revision=version).abstract for version in handed_in[number]]
    assert "missing from an index" not in left.wrong
    return left


def check_finished(left: Left, papers: int) -> None:
    """And at the end: all there, once, and the doctor is content."""
    assert left.wrong == {}
    assert len(left.shown) == left.stored == left.entries == papers
    assert left.vectors == 2 * papers


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished library of 120 papers, to be copied."""
    folder = tmp_path_factory.mktemp("whole")
    assert ended(started(load, folder / "told", folder / "data", dict.fromkeys(TEXTS, 1))) == 0
    return folder / "data"


def test_ingest_killed_at_random_moments(tmp_path: Path) -> None:
    """Each round hands in new papers and new texts of some that are there, on top of what the kill before left."""
    chance = random.Random(SEED)
    folder = tmp_path / "data"
    handed_in: dict[int, list[int]] = {}
    kills = reading = indexing = 0
    for turn in range(1, KILLS + 1):
        fresh = range(len(handed_in), turn * PAPERS // KILLS)
        changed = chance.sample(sorted(handed_in), k=min(len(handed_in), 40))
        versions = dict.fromkeys([*changed, *fresh], turn)
        for number in versions:
            handed_in.setdefault(number, []).append(turn)
        told = tmp_path / f"told{turn}"
        steps = chance.randrange(7) if turn % 3 else 0
        kills += killed(started(load, told, folder, versions), told, steps, chance.uniform(0.0, 0.1))
        left = checked(seen(folder), handed_in)
        reading += left.stored < len(handed_in)
        indexing += bool(left.wrong)
    assert kills >= KILLS // 2, "most processes were killed, not done"
    assert reading, "some before all papers were catalogued"
    assert indexing >= 4, "some between the catalogue and the indexes"

    latest = {number: versions[-1] for number, versions in handed_in.items()}
    assert ended(started(load, tmp_path / "told", folder, latest)) == 0
    left = checked(seen(folder), {number: [version] for number, version in latest.items()})
    check_finished(left, PAPERS)
    assert set(left.shown) == {identifier(number) for number in range(PAPERS)}


def test_deletion_killed_at_random_moments(tmp_path: Path, whole: Path) -> None:
    """What a caller was told is deleted stays so; what was not told may be either, and is never half there."""
    chance = random.Random(SEED + 1)
    folder = Path(shutil.copytree(whole, tmp_path / "data"))
    told: set[str] = set()
    left = checked(seen(folder), TEXTS)
    for turn in range(4):
        file = tmp_path / f"told{turn}"
        process = started(delete, file, folder, chance.sample(sorted(left.current), k=25))
        assert killed(process, file, chance.randrange(1, 8), chance.uniform(0.0, 0.05))
        told |= set(lines(file))
        left = checked(seen(folder), TEXTS)
        assert not told & set(left.shown)
    assert len(told) >= 4
    assert 0 <= len(TEXTS) - len(told) - len(left.shown) <= 4, "besides, at most the one in hand at each kill"
    assert ended(started(finish, folder, 0)) == 0
    done = checked(seen(folder), TEXTS)
    assert done.shown == left.shown
    check_finished(done, len(left.shown))


@pytest.mark.parametrize(("embed", "seed"), [(False, 0), (True, 0), (True, 9)], ids=["vectors", "texts", "other model"])
def test_reindex_killed_at_random_moments(tmp_path: Path, whole: Path, embed: bool, seed: int) -> None:
    """Half made, an index shows what it has, or is refused as another model's; in the end it is whole."""
    chance = random.Random(SEED + 2)
    folder = Path(shutil.copytree(whole, tmp_path / "data"))
    for steps in (0, 1, 3, 0):
        told = tmp_path / f"told{steps}"
        assert killed(started(reindex, told, folder, embed, seed), told, steps, chance.uniform(0.0, 0.1))
        left = seen(folder, seed)
        assert left is not None or seed, "only another model is refused"
        if left is not None:
            checked(left, TEXTS)
    # The next ingest goes on where a reindex was cut off; only the change to another model has to be asked for again.
    again = started(reindex, tmp_path / "last", folder, embed, seed) if seed else started(finish, folder, seed)
    assert ended(again) == 0
    check_finished(checked(seen(folder, seed), TEXTS), len(TEXTS))
