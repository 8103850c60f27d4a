"""Signed tokens for the links in mails: what somebody may do who holds one, to what, and until when.

A token is a purpose, a subject and a time of expiry, signed with a secret that only this service knows. It names
nothing that its holder may not see, and is checked without a look into the catalogue. What a token may be used for once
only is remembered where it was used: see `rag.deliver.subscribe`.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
import time
from pathlib import Path
from typing import Literal, get_args

from itsdangerous import BadData, URLSafeSerializer

from rag.config import Settings
from rag.errors import StorageError, TokenExpired, TokenForged, TokenMisused

Purpose = Literal["confirm", "unsubscribe", "brief", "feed"]

FILE = "token.secret"
_DAY = 24 * 3600
LASTS: dict[Purpose, int] = {"confirm": 7 * _DAY, "unsubscribe": 400 * _DAY, "brief": 90 * _DAY}
"""Seconds that a token is good for. Mail is kept, so the link that ends a subscription outlives a year.

One for a feed is good for as long as the key that it names: a feed reader asks for years, and cannot be told another.
"""
_NEVER = 0
MOST_CHARACTERS = 1_000
"""Longer ones are refused unread."""


class Tokens:
    """Makes and reads the tokens of one secret."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._signer = URLSafeSerializer(
            secret, salt="paperbrief token", signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256}
        )

    @classmethod
    def for_settings(cls, settings: Settings) -> Tokens:
        """The tokens that the settings name. Blocks. Raises StorageError."""
        given = settings.token_secret
        return cls.of(settings.data_dir, given.get_secret_value() if given else None)

    @classmethod
    def of(cls, folder: Path, secret: str | None = None) -> Tokens:
        """The tokens of a data folder, signed with `secret`, or with one that is made once and kept there. Blocks.

        Raises StorageError where the folder cannot be written.
        """
        return cls(secret or _kept(folder / FILE))

    def sign(self, purpose: Purpose, subject: str, *, now: float | None = None) -> str:
        """A token for this purpose and subject: letters, digits, `-`, `_` and `.`, fit for an address."""
        began = int(time.time() if now is None else now)
        expires = began + LASTS[purpose] if purpose in LASTS else _NEVER
        return str(self._signer.dumps([purpose, subject, expires]))

    def read(self, purpose: Purpose, token: str, *, now: float | None = None) -> str:
        """The subject of a token.

        Raises:
            TokenForged: it is not one of ours, or was changed.
            TokenMisused: it is ours and for another purpose.
            TokenExpired: its time is over.
        """
        signed, subject, expires = self._parts(token)
        if signed != purpose:
            raise TokenMisused("This link is for something else.", hint="Use it where it came from.")
        if expires != _NEVER and (time.time() if now is None else now) >= expires:
            raise TokenExpired("This link is no longer valid.", hint="Ask for a new one.")
        return subject

    def keyed(self, use: str, text: str) -> str:
        """A hash of a text that nobody can compute, or try out, without the secret: 64 hexadecimal digits."""
        return hmac.new(self._secret.encode(), f"paperbrief {use}\0{text}".encode(), hashlib.sha256).hexdigest()

    def _parts(self, token: str) -> tuple[str, str, int]:
        forged = TokenForged(
            "This link is not one of ours, or is not whole.", hint="Copy the whole link from the mail."
        )
        if len(token) > MOST_CHARACTERS:
            raise forged
        try:
            purpose, subject, expires = self._signer.loads(token)  # compared in constant time
        except (BadData, ValueError, TypeError):
            raise forged from None
        if purpose not in get_args(Purpose) or not isinstance(subject, str) or not isinstance(expires, int):
            raise forged
        if (expires == _NEVER) == (purpose in LASTS):
            raise forged
        return purpose, subject, expires


def _kept(path: Path) -> str:
    """The secret in a file that only its owner reads; made whole before it gets its name, so none is read half."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            fresh = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(32))
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):  # another process was first
                os.link(fresh, path)
            fresh.unlink()
        path.chmod(0o600)
        secret = path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise StorageError(
            f"The secret of the links cannot be kept in {path.parent} ({error.strerror}).",
            hint="Make the folder writable, or set PAPERBRIEF_TOKEN_SECRET.",
        ) from error
    if len(secret) < 16:
        raise StorageError(f"{path} does not hold a secret.", hint="Remove the file; a new one is made.")
    return secret
