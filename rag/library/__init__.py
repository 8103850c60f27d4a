"""A data folder, open: `open_library` makes everything that works on it, `Library` has a method for each use case."""

from __future__ import annotations

from rag.library.opening import open_catalogue, open_deliveries, open_library
from rag.library.uses import TURNS_SHOWN, Library, Report

__all__ = ["TURNS_SHOWN", "Library", "Report", "open_catalogue", "open_deliveries", "open_library"]
