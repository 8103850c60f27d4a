"""The settings of the HTTP service, in a file of their own; `rag.config.Settings` takes them in.

Nothing here opens a socket: what a program or a test sets is read by `api`.
"""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode

_RATE = re.compile(r"(\d{1,9})/(second|minute|hour|day)", re.ASCII)


def http_url(url: str) -> str:
    """Accept `http://host…` and `https://host…`, without the slash at the end."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("should look like http://host:port")
    return url.rstrip("/")


def _listed(value: object) -> object:
    """A list as people write it in an environment variable: `a, b`."""
    return tuple(filter(None, (part.strip() for part in value.split(",")))) if isinstance(value, str) else value


def _origins(origins: tuple[str, ...]) -> tuple[str, ...]:
    """Accept origins as browsers send them: `https://host` or `https://host:port`."""
    for origin in origins:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query or parts.fragment:
            raise ValueError("should be origins such as https://app.example, with a comma between them")
    return tuple(origin.lower() for origin in origins)


def _rate(rate: str) -> str:
    """Accept `<number>/<second, minute, hour or day>`."""
    if not (found := _RATE.fullmatch(rate)) or not int(found[1]):
        raise ValueError("should look like 120/minute")
    return rate


HttpUrl = Annotated[str, AfterValidator(http_url)]
# NoDecode: pydantic-settings would want JSON in the environment variable.
Listed = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]


class ServingSettings(BaseSettings):
    """What `paperbrief serve` can be told."""

    host: str = Field(
        default="127.0.0.1",
        min_length=1,
        description="The address that the service listens on. Any but this machine's own needs a key or "
        "`PAPERBRIEF_PUBLIC_READ`.",
    )
    port: int = Field(default=8000, ge=0, le=65535, description="The port that it listens on; `0` takes a free one.")
    public_url: HttpUrl | None = Field(
        default=None,
        description="The address under which others reach the service, for links and behind a proxy.",
    )
    public_read: bool = Field(
        default=False,
        description="Lets everyone read and ask without a key, without the language model.",
    )
    allowed_hosts: Listed = Field(
        default=(),
        description="Further host names under which requests may come, with a comma between them.",
        json_schema_extra={"shown_default": "this machine's names and the host of `PAPERBRIEF_PUBLIC_URL`"},
    )
    cors_origins: Annotated[Listed, AfterValidator(_origins)] = Field(
        default=(),
        description="Origins of web pages that may call the service from a browser, with a comma between them.",
        json_schema_extra={"shown_default": "none"},
    )
    rate_limit: Annotated[str, AfterValidator(_rate)] | None = Field(
        default=None,
        description="How many requests one key, or one address without a key, may make: `120/minute`.",
        json_schema_extra={"shown_default": "`120/minute` where keys are needed, else no limit"},
    )
    daily_tokens: int | None = Field(
        default=None,
        ge=0,
        description="How many tokens of the language model a day (UTC) may use; beyond it, answers quote.",
    )
    max_request_bytes: int = Field(
        default=1 << 20, ge=1_000, description="The largest body of a request, other than papers."
    )
    max_upload_bytes: int = Field(
        default=256 << 20, ge=1_000, description="The largest body with papers, as it is sent."
    )
    concurrent_work: int = Field(
        default=4, ge=1, le=1_000, description="How many searches and answers without a model are worked on at once."
    )
    concurrent_models: int = Field(
        default=64, ge=1, le=10_000, description="How many answers may wait for the language model at once."
    )
    waiting_work: int = Field(
        default=512, ge=0, le=100_000, description="How many requests may wait for their turn; more are turned away."
    )
    request_seconds: float = Field(
        default=120.0, gt=0, le=86_400, description="How long a request may take, ingest apart."
    )
    stop_seconds: int = Field(
        default=20, ge=0, le=3_600, description="How long a stopping service lets running requests finish."
    )
    log_questions: bool = Field(default=False, description="Writes questions and queries to the log.")
