"""Browser sessions: a signed cookie that names a key, and holds nothing else.

The cookie is worth what the key is: whether it is still valid is asked at every request. The secret that signs it is a
file in the data folder that only its owner reads.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from itsdangerous import BadSignature, URLSafeTimedSerializer

COOKIE = "paperbrief"
SECONDS = 30 * 24 * 3600
"""How long a session lasts."""
FILE = "session.secret"


class Sessions:
    """Makes and reads the cookies of one data folder."""

    def __init__(self, secret: str) -> None:
        self._signer = URLSafeTimedSerializer(secret, salt="paperbrief session")

    @classmethod
    def of(cls, folder: Path) -> Sessions:
        """The sessions of a data folder; its secret is made when it is not there. Blocks."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / FILE
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(32))
        except FileExistsError:
            path.chmod(0o600)
        return cls(path.read_text())

    def cookie(self, key_id: str) -> str:
        """The value of a new session's cookie."""
        return str(self._signer.dumps(key_id))

    def key_id(self, cookie: str) -> str | None:
        """The key that a cookie names; None where it is not ours or too old."""
        try:
            named = self._signer.loads(cookie, max_age=SECONDS)
        except BadSignature:
            return None
        return named if isinstance(named, str) else None
