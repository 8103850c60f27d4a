"""The settings of what goes out by mail and webhook, and when; `rag.config.Settings` takes them in."""

from __future__ import annotations

import re
from email.headerregistry import Address
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)


def _smtp_url(url: str) -> str:
    """Accept `smtp://` and `smtps://` addresses; `?tls=none` lets an unencrypted one leave this machine."""
    parts = urlsplit(url)
    _ = parts.port  # a ValueError where it is no number
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path not in ("", "/") or parts.fragment:
        raise ValueError("should look like smtp://user:password@host:587 or smtps://host")
    if parts.query not in ("", "tls=none", "tls=required"):
        raise ValueError("may end with ?tls=required or ?tls=none, and nothing else")
    return url


def _certificates(path: Path) -> Path:
    """Accept a file that is there; the working directory of a later process may be another."""
    if not path.is_file():
        raise ValueError("should be a file of certificates in PEM form")
    return path.absolute()


def _sender(text: str) -> str:
    """Accept one address with or without a name before it; a line break would begin another header."""
    name, address = parseaddr(text)
    if not text.isprintable() or not re.fullmatch(r"[^\s@<>,]+@[^\s@<>,]+", address, re.ASCII):
        raise ValueError("should look like Paperbrief <briefs@example.org>")
    return str(Address(name, addr_spec=address))


def _time(text: str) -> str:
    if not _TIME.fullmatch(text):
        raise ValueError("should be a time of day such as 07:00")
    return text


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("should be a time zone such as Europe/Berlin") from None
    return name


def _secret(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


class OutgoingSettings(BaseSettings):
    """What delivery and the schedule can be told."""

    smtp_url: Annotated[str, AfterValidator(_smtp_url)] | None = Field(
        default=None,
        description="The server to hand mails to: `smtp://user:password@host:587` (with STARTTLS) or `smtps://host`. "
        "`?tls=none` lets mails leave this machine without encryption.",
        repr=False,
    )
    smtp_ca: Annotated[Path, AfterValidator(_certificates)] | None = Field(
        default=None,
        description="A file with the certificates (PEM) that the mail server's must be signed by.",
        json_schema_extra={"shown_default": "those that the system trusts"},
    )
    smtp_connections: int = Field(
        default=2, ge=1, le=16, description="How many connections to that server are used at once."
    )
    mail_from: Annotated[str, AfterValidator(_sender)] | None = Field(
        default=None,
        description="Who mails come from: `Paperbrief <briefs@example.org>`.",
        json_schema_extra={"shown_default": "`paperbrief@` the host of `PAPERBRIEF_PUBLIC_URL`"},
    )
    public_subscribe: bool = Field(
        default=True,
        description="With `PAPERBRIEF_PUBLIC_READ`, lets everyone ask for briefs by mail; otherwise that needs a key.",
    )
    sign_ups: int = Field(
        default=1_000,
        ge=1,
        le=1_000_000,
        description="How many mails that ask to confirm a subscription go out in a day, whoever asks.",
    )
    subscriber_topics: int = Field(default=5, ge=1, le=20, description="How many topics one subscriber may have.")
    webhook_private: bool = Field(
        default=False, description="Lets webhooks be on this machine and in private networks."
    )
    schedule: bool = Field(
        default=False, description="Has the service write the briefs that are due, and send them to subscribers."
    )
    schedule_day: Weekday = Field(
        default="mon", description="The day on which the last week's brief is due: `mon` to `sun`."
    )
    schedule_time: Annotated[str, AfterValidator(_time)] = Field(
        default="07:00", description="The time of day at which briefs are due; daily and monthly ones too."
    )
    schedule_topics: int = Field(
        default=50,
        ge=0,
        le=10_000,
        description="On how many topics briefs of a week, day or month are written: those that most subscribers want.",
    )
    time_zone: Annotated[str, AfterValidator(_zone)] = Field(
        default="UTC", description="The time zone of that time, such as `Europe/Berlin`."
    )
    token_secret: Annotated[SecretStr, BeforeValidator(_secret), Field(min_length=16)] | None = Field(
        default=None,
        description="Signs the links in mails and webhooks; at least 16 characters. Never printed.",
        json_schema_extra={"shown_default": "made once, kept in the data folder"},
    )
