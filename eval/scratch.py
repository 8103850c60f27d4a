"""Libraries that are made for a measurement, in folders of their own, whatever the user has set."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rag.config import Settings, load

if TYPE_CHECKING:
    from rag.embedding.builtin import BuiltinEmbedder


def settings_in(folder: Path) -> Settings:
    """The settings in force, with everything that is stored under `folder` and nothing on a server."""
    return load(
        {
            "data_dir": folder,
            "database_url": f"sqlite:///{folder.absolute() / 'catalogue.sqlite'}",
            "chroma_url": None,
            "embedding": "builtin",
        }
    )


def builtin_embedder(settings: Settings) -> BuiltinEmbedder:
    """The built-in model, to be put behind `KeptVectors` or a counter; blocking for a third of a second."""
    from rag.embedding.builtin import BuiltinEmbedder

    return BuiltinEmbedder(settings.cache_dir, threads=settings.threads)
