"""Access keys: made once, shown once, recognised by a hash.

A key reads `pbk_<identifier>_<secret>`. The secret has 256 random bits, so one SHA-256 of it is enough: there is
nothing to guess, and a stolen catalogue gives no key away.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

from rag.catalogue import Catalogue, keys
from rag.errors import NotFound
from rag.models import AccessKey, KeyScope

PREFIX = "pbk_"
_KEY = re.compile(r"pbk_([0-9a-f]{8})_([A-Za-z0-9_-]{43})", re.ASCII)


async def create(catalogue: Catalogue, name: str, scopes: Sequence[KeyScope]) -> tuple[AccessKey, str]:
    """Make a key and store its hash: the key as it is listed, and the key itself, which nobody can show again."""
    identifier, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    key = AccessKey(id=identifier, name=name, scopes=tuple(dict.fromkeys(scopes)), created=_now())
    await catalogue.write(keys.add, key, _hash(secret))
    return key, f"{PREFIX}{identifier}_{secret}"


async def check(catalogue: Catalogue, given: str) -> AccessKey | None:
    """The key that `given` is, None where it is none or was revoked. Asked each time: revoking takes effect at once."""
    parts = _KEY.fullmatch(given)
    found = await catalogue.read(keys.find, parts[1]) if parts else None
    if parts is None or found is None:
        return None
    key, sha256 = found
    return key if hmac.compare_digest(_hash(parts[2]), sha256) else None


async def revoke(catalogue: Catalogue, key_id: str) -> None:
    """Revoke a key by its identifier; NotFound where there is none that is valid."""
    if not await catalogue.write(keys.revoke, key_id, _now()):
        raise NotFound(f"There is no valid key {key_id!r}.", hint="`paperbrief keys list` shows those there are.")


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
