"""Text to vectors: the built-in model (`builtin`), an OpenAI-compatible endpoint (`server`), or any LlamaIndex
embedding integration (`rag.llamaindex`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Embedder(Protocol):
    """Text to vectors of unit length."""

    @property
    def identity(self) -> str:
        """Name, dimension and digest, such as `builtin/…/384/…`; an index made with another identity is refused."""
        ...

    @property
    def dimension(self) -> int:
        """The length of every vector."""
        ...

    async def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape (len(texts), dimension), in the order of `texts`, rows of unit length."""
        ...

    async def embed_query(self, text: str) -> NDArray[np.float32]:
        """The vector of one query, shape (dimension,), of unit length."""
        ...
