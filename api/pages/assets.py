"""The files of the page, read once: only names that are there can be asked for, whatever a path looks like."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

NOT_MODIFIED = 304
FOLDER = Path(__file__).parent.parent / "web"
_MEDIA_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
_IMPORT = re.compile(r'^import .*?from "\./([a-z]+\.js)";$', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent."""

    content: bytes
    media_type: str
    tag: str
    """Its entity tag, quoted."""


def asset(name: str) -> Asset | None:
    """The file of this name; None where there is none."""
    return _all().get(name)


@cache
def modules(entry: str) -> tuple[str, ...]:
    """A module and all that it imports, so that the browser can ask for them at once."""
    found = [entry]
    for name in found:
        source = _all()[name].content.decode()
        found += [other for other in _IMPORT.findall(source) if other not in found]
    return tuple(found)


@cache
def _all() -> dict[str, Asset]:
    return {path.name: _read(path) for path in FOLDER.iterdir() if path.suffix in _MEDIA_TYPES}


def _read(path: Path) -> Asset:
    content = path.read_bytes()
    return Asset(content, _MEDIA_TYPES[path.suffix], f'"{hashlib.sha256(content).hexdigest()[:20]}"')
