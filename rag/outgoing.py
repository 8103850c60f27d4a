"""The settings of what goes out by mail and webhook, and when; `rag.config.Settings` takes them in."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings


def _secret(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


class OutgoingSettings(BaseSettings):
    """What delivery and the schedule can be told."""

    token_secret: Annotated[SecretStr, BeforeValidator(_secret), Field(min_length=16)] | None = Field(
        default=None,
        description="Signs the links in mails and webhooks; at least 16 characters. Never printed.",
        json_schema_extra={"shown_default": "made once, kept in the data folder"},
    )
