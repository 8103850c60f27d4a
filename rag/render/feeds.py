"""Briefs as Atom (RFC 4287) and as JSON Feed 1.1. Pure.

An entry's identifier is made of the brief's own, so it stays the same whatever host and address the service has, and a
reader shows no brief twice. A brief never changes, so it was updated when it was written.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rag.models import Briefing
from rag.render.filled import filled
from rag.render.parts import one_line

TITLE = "paperbrief: briefs"
_NAMESPACE = uuid.UUID("6ff2c0a1-8d0f-4bd9-9a63-5c2f0c1c7f4e")
_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: its stable identifier, when it changed last (RFC 3339), and the service's address without a slash.

    `opens` has, by a brief's identifier, the token that opens its page to a reader of the feed who has no key.
    """

    id: str
    updated: str
    site: str
    opens: Mapping[str, str] = field(default_factory=dict)


def atom(briefs: Sequence[Briefing], feed: Feed) -> str:
    """The briefs, newest first, as an Atom feed."""
    entries = [(entry_id(one), page_of(one, feed), content(one, feed), told(one), one) for one in briefs]
    return filled("feed.atom", feed=feed, title=TITLE, entries=entries)


def json_feed(briefs: Sequence[Briefing], feed: Feed) -> str:
    """The briefs, newest first, as a JSON Feed."""
    made = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": TITLE,
        "home_page_url": f"{feed.site}/briefs",
        "feed_url": f"{feed.site}/feeds/briefs.json",
        "language": _LANGUAGE,
        "authors": [{"name": "paperbrief"}],
        "items": [_item(one, feed) for one in briefs],
    }
    return json.dumps(made, ensure_ascii=False)


def entry_id(briefing: Briefing) -> str:
    """A brief's identifier in feeds."""
    return uuid.uuid5(_NAMESPACE, briefing.id).urn


def page_of(briefing: Briefing, feed: Feed) -> str:
    """The address of a brief's page."""
    token = feed.opens.get(briefing.id)
    return f"{feed.site}/briefs/{briefing.id}" + (f"?token={token}" if token else "")


def content(briefing: Briefing, feed: Feed) -> str:
    """A brief as a piece of plain HTML, whose numbers lead to the sources on its page."""
    return filled(
        "body.html", brief=briefing, address=page_of(briefing, feed), site=feed.site, quotes=False, drawing=None
    )


def told(briefing: Briefing) -> str:
    """A brief in short: its summary, else its title."""
    return " ".join(one_line(one.text) for one in briefing.summary) or one_line(briefing.title)


def themes(briefing: Briefing) -> list[str]:
    """The topics of a brief."""
    return [one_line(section.topic) for section in briefing.sections if section.topic]


def _item(briefing: Briefing, feed: Feed) -> dict[str, object]:
    return {
        "id": entry_id(briefing),
        "url": page_of(briefing, feed),
        "title": one_line(briefing.title),
        "summary": told(briefing),
        "content_html": content(briefing, feed),
        "date_published": briefing.provenance.created,
        "date_modified": briefing.provenance.created,
        "tags": themes(briefing),
    }
