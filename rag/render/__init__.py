"""One object to many forms: a brief as Markdown, plain text, HTML, mail and feeds. Pure."""

from __future__ import annotations

from rag.render.document import document
from rag.render.feeds import Feed, atom, json_feed
from rag.render.mail import Links, Mail, mail
from rag.render.markdown import markdown
from rag.render.plain import plain

__all__ = ["Feed", "Links", "Mail", "atom", "document", "json_feed", "mail", "markdown", "plain"]
