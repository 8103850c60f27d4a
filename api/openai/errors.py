"""Errors as OpenAI's clients read them: `{"error": {"message", "type", "param", "code"}}`. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

CHAT = "/v1/chat/completions"
"""Under this address every error has this shape and no other."""
MODELS = "/v1/models"
"""Under this address a problem document carries it too, in its member `error`."""

_FAMILIES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
_CODES = {
    "key-needed": "invalid_api_key",
    "too-many-requests": "rate_limit_exceeded",
    "budget-spent": "insufficient_quota",
}
"""The codes that clients know; every other kind of problem goes by its own name."""


def status_of(status: int) -> int:
    """The status of an error at this door: OpenAI answers 400 where the house says 422."""
    return 400 if status == 422 else status


def error_body(
    *, kind: str, status: int, message: str, hint: str = "", complaints: Sequence[Mapping[str, str]] = ()
) -> dict[str, Any]:
    """The body of an error; `kind` is the problem's name, `complaints` say which fields are at fault."""
    family = _FAMILIES.get(status, "server_error" if status >= 500 else "invalid_request_error")
    return {
        "error": {
            "message": f"{message} {hint}".strip(),
            "type": family,
            "param": complaints[0]["at"].removeprefix("body.") if complaints else None,
            "code": _CODES.get(kind, kind.replace("-", "_")),
        }
    }
