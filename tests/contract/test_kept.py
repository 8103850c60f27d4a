"""Kept vectors against a real file: nothing twice, nothing lost to a kill, nothing written by a reader."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from eval.kept import KeptVectors


class Counting:
    """Vectors from a checksum of the text, and the texts that were asked for."""

    dimension = 8

    def __init__(self, identity: str = "fake/8/1") -> None:
        self.identity = identity
        self.asked: list[str] = []

    async def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked.extend(texts)
        return np.stack([vector(text) for text in texts])

    async def embed_query(self, text: str) -> NDArray[np.float32]:
        return vector(text)


def vector(text: str) -> NDArray[np.float32]:
    drawn = np.random.default_rng(zlib.crc32(text.encode())).standard_normal(8)
    return (drawn / np.linalg.norm(drawn)).astype(np.float32)


def only_file(folder: Path) -> Path:
    (file,) = folder.iterdir()
    return file


def near(found: NDArray[np.float32], texts: Sequence[str]) -> bool:
    return found.dtype == np.float32 and np.allclose(found, np.stack([vector(text) for text in texts]), atol=1e-3)


@pytest.mark.anyio
async def test_each_text_is_embedded_once_over_all_runs(tmp_path: Path) -> None:
    first = Counting()
    kept = KeptVectors(first, tmp_path)
    texts = ["one", "two", "one", "three"]
    assert near(await kept.embed_passages(texts), texts)
    assert near(await kept.embed_passages(["two", "four"]), ["two", "four"])
    assert first.asked == ["one", "two", "three", "four"]
    assert kept.embedded == 4

    second = Counting()
    again = KeptVectors(second, tmp_path)
    assert near(
        await again.embed_passages(["four", "three", "two", "one", "five"]), ["four", "three", "two", "one", "five"]
    )
    assert second.asked == ["five"]
    assert (await again.embed_passages([])).shape == (0, 8)


@pytest.mark.anyio
async def test_record_cut_short_is_embedded_again(tmp_path: Path) -> None:
    await KeptVectors(Counting(), tmp_path).embed_passages(["one", "two"])
    file = only_file(tmp_path)
    file.write_bytes(file.read_bytes()[:-5])
    inner = Counting()
    kept = KeptVectors(inner, tmp_path)
    assert near(await kept.embed_passages(["one", "two", "three"]), ["one", "two", "three"])
    assert inner.asked == ["two", "three"]
    assert near(await KeptVectors(Counting(), tmp_path).embed_passages(["two", "one"]), ["two", "one"])


@pytest.mark.anyio
async def test_reader_writes_nothing_even_while_the_file_grows(tmp_path: Path) -> None:
    writer = KeptVectors(Counting(), tmp_path)
    await writer.embed_passages(["one"])
    file = only_file(tmp_path)
    file.write_bytes(file.read_bytes() + b"half a record")
    before = file.read_bytes()
    inner = Counting()
    reader = KeptVectors(inner, tmp_path, keep=False)
    assert near(await reader.embed_passages(["two", "one"]), ["two", "one"])
    assert inner.asked == ["two"]
    assert file.read_bytes() == before


@pytest.mark.anyio
async def test_reader_of_a_folder_that_is_not_there_makes_none(tmp_path: Path) -> None:
    reader = KeptVectors(Counting(), tmp_path / "absent", keep=False)
    assert near(await reader.embed_passages(["one"]), ["one"])
    assert not (tmp_path / "absent").exists()


@pytest.mark.anyio
async def test_vectors_of_another_model_are_kept_apart(tmp_path: Path) -> None:
    await KeptVectors(Counting("fake/8/1"), tmp_path).embed_passages(["one"])
    other = Counting("fake/8/2")
    kept = KeptVectors(other, tmp_path)
    await kept.embed_passages(["one"])
    assert other.asked == ["one"]
    assert kept.identity == "fake/8/2"
    assert kept.dimension == 8
    assert np.allclose(await kept.embed_query("one"), vector("one"))
