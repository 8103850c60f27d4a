"""A brief as one HTML file that needs nothing else: no scripts, the quoted words below, styles in its head. Pure."""

from __future__ import annotations

import base64
import hashlib
from functools import cache

from rag.models import Briefing
from rag.render.filled import filled, source_of
from rag.render.svg import drawn


def document(briefing: Briefing, site: str = "") -> str:
    """The brief as a file to keep: each number leads to the words of the abstract that show the sentence.

    `site` is the service's address, whose page of a paper is linked to where the paper has no address of its own.
    """
    return filled(
        "document.html",
        brief=briefing,
        drawing=drawn(briefing.changes),
        address="",
        site=site,
        quotes=True,
        style=_style(),
        policy=policy(),
    )


@cache
def policy() -> str:
    """The content security policy of such a file: its own styles and nothing else, whatever stands in it."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


@cache
def _style() -> str:
    return source_of("document.css")
