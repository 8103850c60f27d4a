"""Access keys, as their owner sees them in a list: never the key itself."""

from __future__ import annotations

from typing import Literal

from rag.models.contract import Contract

KeyScope = Literal["read", "write"]


class AccessKey(Contract):
    """A key: `read` lets its holder ask, search and read, `write` add and delete papers too."""

    id: str
    name: str
    scopes: tuple[KeyScope, ...]
    created: str
    revoked: str | None = None
