"""One object to many forms: a brief as Markdown and as plain text. Pure."""

from __future__ import annotations

from rag.render.markdown import markdown
from rag.render.plain import plain

__all__ = ["markdown", "plain"]
