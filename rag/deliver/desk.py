"""What delivery works with; made once by the composition root."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from rag.catalogue import Catalogue
from rag.config import Settings
from rag.deliver.tokens import Tokens

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class DeliverDesk:
    """What delivery works with. `site` is where links lead."""

    catalogue: Catalogue
    tokens: Tokens
    site: str
    folder: Path
    clock: Clock = field(default=time.time)

    @classmethod
    def of(cls, settings: Settings, catalogue: Catalogue) -> DeliverDesk:
        """The desk that the settings describe. Blocks. Raises StorageError."""
        return cls(catalogue, Tokens.for_settings(settings), site_of(settings), settings.data_dir)


def site_of(settings: Settings) -> str:
    """The address under which readers of a mail reach the service."""
    if settings.public_url is not None:
        return settings.public_url
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"


def host_of(site: str) -> str:
    """The host name in that address."""
    return urlsplit(site).hostname or "localhost"
