"""The templates of HTML and Atom. Everything that is put into one is escaped; nothing in them is marked as safe."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from rag.models import AnswerSentence
from rag.render import parts

_WEB = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)


def filled(template: str, **values: object) -> str:
    """The template with these values."""
    return _environment().get_template(template).render(**values)


def source_of(name: str) -> str:
    """A file beside the templates, as it stands."""
    environment = _environment()
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]


def clipped(text: str, most: int) -> str:
    """Text of others on one line, of at most `most` characters."""
    line = parts.one_line(text)
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def web_address(url: str | None) -> str | None:
    """The address where it is one of the web; anything else (`javascript:`) is nothing to link to."""
    return url if url and _WEB.fullmatch(url) else None


def row(sentences: Sequence[AnswerSentence]) -> Iterator[tuple[str | None, AnswerSentence]]:
    """Sentences that stand in a row, each with the subject to be shown before it."""
    before = None
    for one in sentences:
        yield parts.subject_of(one, before), one
        before = one


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("rag.render"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"line": parts.one_line, "clipped": clipped, "row": row, "web_address": web_address}
    environment.globals["parts"] = parts
    return environment
