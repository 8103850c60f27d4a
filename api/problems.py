"""Problem documents (RFC 9457): what went wrong as one JSON object, the same shape for every error.

`type` is a stable URN that a program can compare; docs/api.md lists them all. `detail` is a sentence for people and
`hint` says what they can do. `request_id` finds the request in the log.
"""

from __future__ import annotations

import errno
import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from api.openai import errors as openai
from rag import errors

MEDIA_TYPE = "application/problem+json"
PREFIX = "urn:paperbrief:problem:"
_MOST_COMPLAINTS = 20
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: the last part of its `type`, its status, its title."""

    name: str
    status: int
    title: str


MALFORMED = Kind("malformed-body", 400, "The body is not what its media type says")
UNAUTHORIZED = Kind("key-needed", 401, "A valid key is needed")
FORBIDDEN = Kind("key-lacks-scope", 403, "The key does not allow this")
CROSS_SITE = Kind("cross-site", 403, "Another site's page may not do this")
BAD_LINK = Kind("link-not-ours", 403, "The signed link is not one of ours")
OLD_LINK = Kind("link-expired", 410, "The signed link is no longer valid")
NOT_FOUND = Kind("not-found", 404, "There is nothing here")
UNKNOWN_MODEL = Kind("model-not-found", 404, "There is no such model")
METHOD = Kind("method-not-allowed", 405, "The address does not know this method")
SLOW_BODY = Kind("body-too-slow", 408, "The body came too slowly")
SLOW_HEADERS = Kind("headers-too-slow", 408, "The headers came too slowly")
TOO_LARGE = Kind("body-too-large", 413, "The body is too large")
MEDIA = Kind("unsupported-media-type", 415, "The body's media type is not understood")
MISDIRECTED = Kind("unknown-host", 421, "The service does not answer under this host name")
INVALID = Kind("invalid-request", 422, "The request cannot be used as it stands")
UNREADABLE = Kind("unreadable-source", 422, "The papers cannot be read")
MISMATCH = Kind("format-mismatch", 409, "The papers are not in the format that was named")
NO_MODEL = Kind("no-model", 409, "There is no language model")
NO_MAIL = Kind("no-mail", 409, "The service sends no mails")
TOO_MANY = Kind("too-many-requests", 429, "Too many requests")
BUDGET = Kind("budget-spent", 429, "The day's budget of model tokens is spent")
HEADERS = Kind("headers-too-large", 431, "The headers are too large")
INTERNAL = Kind("internal", 500, "Something went wrong here")
UPSTREAM = Kind("upstream-failed", 502, "A server that this service needs failed")
BUSY = Kind("busy", 503, "The service is busy")
NOT_READY = Kind("not-ready", 503, "The service is not ready")
TOO_LONG = Kind("took-too-long", 503, "The work took too long")
STORAGE = Kind("storage-failed", 503, "What is stored cannot be read or written")
DISK_FULL = Kind("disk-full", 507, "The disk is full")

KINDS = tuple(value for value in list(globals().values()) if isinstance(value, Kind))
"""All of them, for the documentation and its test."""


class Problem(BaseModel):
    """A problem document; members beyond RFC 9457's are `hint`, `errors`, `request_id` and `retry_after`."""

    model_config = ConfigDict(title="Problem")

    type: str = Field(examples=["urn:paperbrief:problem:not-found"])
    title: str = Field(examples=["There is nothing here"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is no paper '2503.01234'."])
    hint: str | None = Field(default=None, examples=["Search for its title."])
    instance: str | None = Field(default=None, examples=["urn:paperbrief:request:5d41402abc4b2a76"])
    request_id: str | None = Field(default=None, examples=["5d41402abc4b2a76"])
    retry_after: int | None = Field(default=None, description="Seconds after which the same request may succeed.")
    errors: list[dict[str, str]] | None = Field(
        default=None,
        description="For an invalid request: where each fault is and what it is.",
        examples=[[{"at": "body.question", "problem": "Field required"}]],
    )


class Refusal(HTTPException):
    """A request that is not served, with all that its problem document says."""

    def __init__(
        self,
        kind: Kind,
        detail: str,
        *,
        hint: str = "",
        retry_after: int | None = None,
        complaints: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(kind.status, detail, dict(headers or {}))
        self.kind, self.hint, self.retry_after, self.complaints = kind, hint, retry_after, tuple(complaints)

    def document(self, request_id: str | None) -> dict[str, Any]:
        """The problem document."""
        whole = {
            "type": PREFIX + self.kind.name,
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail,
            "hint": self.hint or None,
            "instance": f"urn:paperbrief:request:{request_id}" if request_id else None,
            "request_id": request_id,
            "retry_after": self.retry_after,
            "errors": list(self.complaints) or None,
        }
        return {name: value for name, value in whole.items() if value is not None}

    def response(self, scope: Scope) -> Response:
        """The problem document as a response to the request of `scope`; in OpenAI's shape where its clients ask."""
        headers = dict(self.headers or {})
        if self.retry_after is not None:
            headers["Retry-After"] = str(self.retry_after)
        if self.kind is UNAUTHORIZED:
            headers["WWW-Authenticate"] = 'Bearer realm="paperbrief"'
        told, status, media_type = self.document(request_id_of(scope)), self.kind.status, MEDIA_TYPE
        if scope["path"].startswith(openai.CHAT):
            told, status, media_type = self.for_openai(), openai.status_of(status), "application/json"
        elif scope["path"].startswith(openai.MODELS):
            told |= self.for_openai()
        body = json.dumps(told, ensure_ascii=False).encode("utf-8", "replace")
        return Response(body, status, headers, media_type=media_type)

    def for_openai(self) -> dict[str, Any]:
        """The error in OpenAI's shape."""
        return openai.error_body(
            kind=self.kind.name,
            status=self.kind.status,
            message=self.detail,
            hint=self.hint,
            complaints=self.complaints,
        )


def request_id_of(scope: Scope) -> str | None:
    """The identifier that the request goes by, None before it has one."""
    found = scope.get("state", {}).get("request_id")
    return str(found) if found else None


# The first that an error is an instance of; the tree is in rag/errors.py.
_BY_ERROR: tuple[tuple[type[errors.PaperbriefError], Kind], ...] = (
    (errors.NotFound, NOT_FOUND),
    (errors.ScopeError, NOT_FOUND),
    (errors.UnreadableSource, UNREADABLE),
    (errors.InputError, INVALID),
    (errors.TokenExpired, OLD_LINK),
    (errors.TokenError, BAD_LINK),
    (errors.DiskFull, DISK_FULL),
    (errors.StorageError, STORAGE),
    (errors.IndexMismatch, NOT_READY),
    (errors.EmbeddingServerError, UPSTREAM),
    (errors.BudgetSpent, BUDGET),
    (errors.TooManyAsked, TOO_MANY),
    (errors.ModelError, UPSTREAM),
    (errors.NoModel, NO_MODEL),
)
_RETRY_SECONDS = 5
_FULL_SECONDS = 3_600


def refusal_of(error: Exception) -> Refusal:
    """What an error of the house, or any other, says to the caller. Of an unforeseen one nothing is told but that."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, errors.PaperbriefError):
        kind = next((kind for cls, kind in _BY_ERROR if isinstance(error, cls)), INTERNAL)
        seconds = error.seconds if isinstance(error, errors.BudgetSpent) else _RETRY_SECONDS
        if isinstance(error, errors.TooManyAsked):
            seconds = _FULL_SECONDS
        return Refusal(kind, error.message, hint=error.hint, retry_after=seconds if error.retryable else None)
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Refusal(DISK_FULL, "There is no room on the disk for the body.", hint="Make room, then try again.")
    if isinstance(error, TimeoutError):
        return Refusal(
            TOO_LONG, "The work was not done in time and was stopped.", hint="Ask for less.", retry_after=_RETRY_SECONDS
        )
    return Refusal(INTERNAL, "The service met an error that it did not expect.", hint="Report it with the request_id.")


def of_validation(error: RequestValidationError) -> Refusal:
    """What is wrong with a request's fields, each with its place; what was given is not repeated."""
    found = error.errors()
    if any(problem["type"] == "json_invalid" for problem in found):
        reason = found[0].get("ctx", {}).get("error", "it ends too early")
        return Refusal(MALFORMED, f"The body is not JSON: {reason}.", hint="Send a JSON object in UTF-8.")
    complaints = [
        {"at": ".".join(map(_plain, problem["loc"])), "problem": _plain(problem["msg"])}
        for problem in found[:_MOST_COMPLAINTS]
    ]
    first = complaints[0]
    return Refusal(INVALID, f"{first['at']}: {first['problem']}.", complaints=complaints)


def _plain(value: object) -> str:
    """Fit to be written as UTF-8, and short: names of unknown fields are the caller's text."""
    return str(value).encode("utf-8", "replace").decode()[:200]


def of_http(error: HTTPException, request: Request, allowed: Iterable[str]) -> Refusal:
    """What the framework's own errors say: an unknown address, a method that it does not know."""
    if isinstance(error, Refusal):
        return error
    path = _plain(request.url.path)
    if error.status_code == METHOD.status:
        methods = ", ".join(sorted(allowed)) or (error.headers or {}).get("Allow", "")
        return Refusal(
            METHOD,
            f"{path} does not know {_plain(request.method)}.",
            hint=f"Use {methods}.",
            headers={"Allow": methods},
        )
    if error.status_code == NOT_FOUND.status:
        return Refusal(NOT_FOUND, f"There is nothing at {path}.", hint="/openapi.json lists the addresses there are.")
    if error.status_code == MALFORMED.status:
        return Refusal(MALFORMED, "The body cannot be read.", hint="Send a JSON object in UTF-8, not nested too deep.")
    kind = next((kind for kind in KINDS if kind.status == error.status_code), INTERNAL)
    return Refusal(kind, str(error.detail), headers=error.headers)


def documented(*kinds: Kind) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route for these kinds of problem, for its OpenAPI description."""
    by_status: dict[int, list[Kind]] = {}
    for kind in kinds:
        by_status.setdefault(kind.status, []).append(kind)
    return {
        status: {
            "description": "; or: ".join(kind.title for kind in same) + ".",
            "content": {
                MEDIA_TYPE: {
                    "schema": {"$ref": "#/components/schemas/Problem"},
                    "examples": {
                        kind.name: {
                            "value": {"type": PREFIX + kind.name, "title": kind.title, "status": status, "detail": "…"}
                        }
                        for kind in same
                    },
                }
            },
        }
        for status, same in sorted(by_status.items())
    }
