"""One object to many forms: a brief as Markdown, plain text and mail. Pure."""

from __future__ import annotations

from rag.render.mail import Links, Mail, mail
from rag.render.markdown import markdown
from rag.render.plain import plain

__all__ = ["Links", "Mail", "mail", "markdown", "plain"]
