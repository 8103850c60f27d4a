"""What delivery works with; made once by the composition root."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.headerregistry import Address
from pathlib import Path
from urllib.parse import urlsplit

from rag.beacon import seen
from rag.catalogue import Catalogue
from rag.config import Settings
from rag.deliver.tokens import Tokens

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class DeliverDesk:
    """What delivery works with. `site` is where links lead, `sender` what stands under From.

    `smtp_url` names the server to hand mails to, None where there is none; `smtp_authority` whom it is trusted by.
    """

    catalogue: Catalogue
    tokens: Tokens
    site: str
    folder: Path
    sender: str
    smtp_url: str | None = None
    smtp_authority: Path | None = None
    connections: int = 2
    private_webhooks: bool = False
    sign_ups: int = 1_000
    """Mails that ask to confirm, altogether in a day."""
    own_topics: int = 5
    """Topics of one subscriber."""
    topics: int = 50
    """Topics that briefs of a period are written on."""
    clock: Clock = field(default=time.time)

    @classmethod
    def of(cls, settings: Settings, catalogue: Catalogue) -> DeliverDesk:
        """The desk that the settings describe. Blocks. Raises StorageError."""
        site = site_of(settings)
        return cls(
            catalogue,
            Tokens.for_settings(settings),
            site,
            settings.data_dir,
            settings.mail_from or _usual_sender(site),
            settings.smtp_url,
            settings.smtp_ca,
            settings.smtp_connections,
            settings.webhook_private,
            settings.sign_ups,
            settings.subscriber_topics,
            settings.schedule_topics,
        )


def site_of(settings: Settings) -> str:
    """The address under which readers of a mail reach the service."""
    if settings.public_url is not None:
        return settings.public_url
    if (running := seen(settings.data_dir)) is not None:  # it may have taken another port than the usual
        return running.url
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"


def _usual_sender(site: str) -> str:
    host = host_of(site)
    domain = host if any(c.isalpha() for c in host) and ":" not in host else "localhost"
    return str(Address("paperbrief", "paperbrief", domain))


def host_of(site: str) -> str:
    """The host name in that address."""
    return urlsplit(site).hostname or "localhost"
