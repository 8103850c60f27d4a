"""The vocabulary of topics that travels with the package."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from rag.brief.tags import Vocabulary


@lru_cache(maxsize=1)
def packaged() -> Vocabulary:
    """The topics of topics.txt; read when a brief is first asked for."""
    return Vocabulary.read((files("rag.brief") / "topics.txt").read_text(encoding="utf-8"))
