"""What clients of OpenAI-compatible servers have in common: an address that can be shown, a key that can be sent."""

from __future__ import annotations

from urllib.parse import urlsplit

from rag.errors import SettingsError

NO_KEY = "no-key"
"""Sent where no key is set: the client insists on one, and servers without keys look at none."""

_LONGEST = 200


def readable_address(base_url: str, *, server: str, setting: str) -> str:
    """The address without the user name, password and parameters that may stand in it.

    `server` and `setting` are for the sentence of the SettingsError that an unusable one raises.
    """
    try:
        parts = urlsplit(base_url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if parts.scheme not in ("http", "https") or not host:
        raise SettingsError(
            f"The base URL of the {server} is not an http or https address.",
            hint=f"Set {setting} to one such as http://localhost:8080/v1.",
        )
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}{parts.path.rstrip('/')}"


def sendable_key(api_key: str | None, *, server: str) -> str:
    """The key without the line end that files leave behind; what no header can carry is refused before it is tried."""
    key = (api_key or "").strip()
    if not key.isascii() or not key.isprintable():
        raise SettingsError(
            f"The API key of the {server} holds a character that cannot be sent.",
            hint="Copy the key again, without quotes or line breaks.",
        )
    return key or NO_KEY


def words_of(error: object) -> str:
    """What a server says about its failure, on one line and not too long; empty when it says nothing readable."""
    message = error.get("message") if isinstance(error, dict) else error
    if not isinstance(message, str) or "<html" in message.lower():
        return ""
    words = " ".join(message.split()).rstrip(".")
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"
