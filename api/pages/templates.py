"""Templates. Everything that is put into one is escaped; nothing in them is marked as safe."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, PrefixLoader, StrictUndefined

from api.pages import wording
from api.pages.addresses import in_path, web_address
from rag.render import parts
from rag.render.filled import row
from rag.render.parts import one_line

_OWN = Path(__file__).parent.parent / "templates"


def rendered(template: str, **values: object) -> str:
    """The template with these values."""
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=ChoiceLoader([FileSystemLoader(_OWN), PrefixLoader({"render": PackageLoader("rag.render")})]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "day": wording.day,
        "in_path": in_path,
        "web_address": web_address,
        "row": row,
        "line": one_line,
    }
    environment.globals |= {"wording": wording, "parts": parts}
    return environment
