"""What a subscriber wants: topics, and how often. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from rag.errors import InputError

MOST_TOPICS = 20
"""However many the settings allow."""
MAX_TOPIC = 100


def checked_topics(topics: Sequence[str], most: int = MOST_TOPICS) -> dict[str, str]:
    """Topics by the key under which they are compared, each on one line; none means everything that is new.

    Raises InputError for a topic that is empty or too long, and for more than `most`.
    """
    checked: dict[str, str] = {}
    for topic in topics:
        # Control and direction signs would break titles, headers and the search.
        whole = unicodedata.normalize("NFC", topic)
        text = " ".join("".join(c if c.isprintable() else " " for c in whole).split())
        if not any(c.isalnum() for c in text):
            raise InputError("A topic is empty.", hint="Name a topic, or none for everything that is new.")
        if len(text) > MAX_TOPIC:
            raise InputError(f"A topic may have {MAX_TOPIC} characters at most.", hint="Shorten it.")
        checked.setdefault(topic_key(text), text)
    if len(checked) > most:
        limit = "One topic is" if most == 1 else f"{most} topics are"
        raise InputError(f"{limit} the limit.", hint="Leave some out, or name a wider one.")
    return checked


def topic_key(topic: str | None) -> str:
    """The form in which two wordings of one topic are the same; empty for everything that is new."""
    return " ".join((topic or "").casefold().split())
