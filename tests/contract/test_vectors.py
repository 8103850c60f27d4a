"""The vector wall against the real Chroma in a temporary folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.errors import StorageError
from rag.vectors import Vectors

pytestmark = pytest.mark.anyio

IDENTITY = "test/8"


def unit(*rows: tuple[float, ...]) -> NDArray[np.float32]:
    """Rows of 8 numbers, of unit length; missing numbers are 0."""
    matrix = np.zeros((len(rows), 8), np.float32)
    for row, values in zip(matrix, rows, strict=True):
        row[: len(values)] = values
    return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)


@pytest.fixture
def vectors(tmp_path: Path) -> Iterator[Vectors]:
    opened = Vectors.open(tmp_path / "chroma", identity=IDENTITY)
    yield opened
    opened.close()


async def test_an_empty_collection_finds_nothing(vectors: Vectors) -> None:
    identifiers, similarities = await vectors.nearest(unit((1.0,))[0], 5)
    assert (identifiers, similarities.tolist()) == ([], [])
    assert await vectors.count() == 0
    assert await vectors.page(0) == []
    assert await vectors.present(["a@1#0"]) == set()
    assert vectors.untouched


async def test_the_nearest_come_first_with_their_cosines(vectors: Vectors) -> None:
    stored = unit((1.0,), (1.0, 1.0), (0.0, 1.0), (-1.0,))
    await vectors.put(["a@1#0", "b@1#0", "c@1#0", "d@1#0"], stored)
    identifiers, similarities = await vectors.nearest(unit((1.0,))[0], 3)
    assert identifiers == ["a@1#0", "b@1#0", "c@1#0"]
    assert similarities == pytest.approx([1.0, 0.5**0.5, 0.0], abs=1e-6)
    everything, _ = await vectors.nearest(unit((1.0,))[0], 300)
    assert everything[-1] == "d@1#0"
    assert not vectors.untouched


async def test_what_is_put_again_is_replaced(vectors: Vectors) -> None:
    await vectors.put(["a@1#0", "b@1#0"], unit((1.0,), (0.0, 1.0)))
    await vectors.put(["a@1#0"], unit((0.0, 0.0, 1.0)))
    assert await vectors.count() == 2
    identifiers, similarities = await vectors.nearest(unit((0.0, 0.0, 1.0))[0], 1)
    assert (identifiers, similarities[0]) == (["a@1#0"], pytest.approx(1.0))


async def test_what_is_deleted_is_not_found_and_unknown_ones_are_passed_over(vectors: Vectors) -> None:
    await vectors.put(["a@1#0", "b@1#0"], unit((1.0,), (0.0, 1.0)))
    await vectors.delete(["a@1#0", "never@1#0"])
    await vectors.delete([])
    assert (await vectors.nearest(unit((1.0,))[0], 5))[0] == ["b@1#0"]
    assert await vectors.present(["a@1#0", "b@1#0"]) == {"b@1#0"}


async def test_more_than_chroma_takes_in_one_call(vectors: Vectors) -> None:
    """An upsert takes 5,461 rows at most, and a look-up fails above some ten thousand identifiers."""
    identifiers = [f"p{n}@1#0" for n in range(11_000)]
    matrix = np.random.default_rng(7).standard_normal((11_000, 8)).astype(np.float32)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    await vectors.put(identifiers, matrix)
    assert await vectors.count() == 11_000
    assert len(await vectors.present([*identifiers, *(f"no{n}@1#0" for n in range(30_000))])) == 11_000
    seen: list[str] = []
    while page := await vectors.page(len(seen)):
        seen += page
    assert sorted(seen) == sorted(identifiers)
    assert (await vectors.nearest(matrix[10_500], 1))[0] == ["p10500@1#0"]
    await vectors.delete(identifiers[:6_000])
    assert await vectors.count() == 5_000


async def test_vectors_outlive_the_process_that_put_them(tmp_path: Path) -> None:
    first = Vectors.open(tmp_path / "chroma", identity=IDENTITY)
    await first.put(["ä b/c@1#0"], unit((1.0, 2.0)))
    first.close()
    second = Vectors.open(tmp_path / "chroma", identity="another/8")
    assert second.identity == IDENTITY, "an old collection keeps its own"
    assert not second.untouched
    assert (await second.nearest(unit((1.0, 2.0))[0], 1))[0] == ["ä b/c@1#0"]
    second.close()


async def test_emptied_the_collection_takes_another_model(tmp_path: Path) -> None:
    vectors = Vectors.open(tmp_path / "chroma", identity=IDENTITY)
    await vectors.put(["a@1#0"], unit((1.0,)))
    await vectors.empty("other/3")
    assert (vectors.identity, await vectors.count()) == ("other/3", 0)
    await vectors.put(["a@1#0"], np.array([[0.0, 1.0, 0.0]], np.float32))
    vectors.close()
    again = Vectors.open(tmp_path / "chroma", identity=IDENTITY)
    assert (again.identity, await again.count()) == ("other/3", 1)
    again.close()


async def test_a_failure_is_one_sentence_with_a_way_out(vectors: Vectors) -> None:
    await vectors.put(["a@1#0"], unit((1.0,)))
    with pytest.raises(StorageError, match="vector index cannot be written") as wrong_dimension:
        await vectors.put(["b@1#0"], np.ones((1, 3), np.float32))
    assert "paperbrief reindex" in wrong_dimension.value.hint
    with pytest.raises(StorageError, match="vector index cannot be read"):
        await vectors.nearest(np.ones(3, np.float32), 1)
    assert (await vectors.nearest(unit((1.0,))[0], 5))[0] == ["a@1#0"]


async def test_a_server_that_does_not_answer_is_named() -> None:
    with pytest.raises(StorageError, match=r"The Chroma server at http://127\.0\.0\.1:9 cannot be used") as refused:
        Vectors.open("http://127.0.0.1:9", identity=IDENTITY)
    assert "PAPERBRIEF_CHROMA_URL" in refused.value.hint
