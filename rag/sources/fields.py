"""The fields of a paper, read from the many shapes that sources give them. Pure; raises `Refused` with a reason."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping

from rag.models import Listing
from rag.sources.entries import Entry, Refused

MAX_TITLE = 300
MAX_ABSTRACT = 100_000
MAX_IDENTIFIER = 200


def _first(entry: Entry, keys: Iterable[str]) -> object:
    """The value of the first of `keys` that is there and not null."""
    return next((entry[key] for key in keys if entry.get(key) is not None), None)


def whole(text: str, what: str) -> str:
    """`text` itself, refused when it holds half of a surrogate pair, which can be written to no file."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise Refused(f"the {what} holds half of a surrogate pair") from error
    return text


def text(entry: Entry, keys: tuple[str, ...], what: str) -> str:
    """The text under the first of `keys`, raw; a list of sentences is joined. Refused when there is none."""
    value = _first(entry, keys)
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        value = " ".join(value)
    if value is None:
        raise Refused(f"the record has no {what} (looked for {', '.join(keys)})")
    if not isinstance(value, str):
        raise Refused(f"the {what} is not text")
    if not value.strip():
        raise Refused(f"the {what} is empty")
    return whole(value, what)


def title(entry: Entry) -> str:
    """The raw title, of at most 300 characters."""
    value = text(entry, ("title",), "title")
    if len(value.strip()) > MAX_TITLE:
        raise Refused(f"the title has {len(value.strip()):,} characters, more than {MAX_TITLE}")
    return value


def abstract(entry: Entry, keys: tuple[str, ...] = ("abstract", "summary", "text")) -> str:
    """The raw abstract, of at most 100,000 characters."""
    value = text(entry, keys, "abstract")
    if len(value) > MAX_ABSTRACT:
        raise Refused(f"the abstract has {len(value):,} characters, more than {MAX_ABSTRACT:,}")
    return value


# ------------------------------------------------------------------------------------------------ identifiers

_ARXIV = re.compile(
    r"(?:arxiv:\s*|https?://(?:[a-z]+\.)?arxiv\.org/(?:abs|pdf|html)/)?"
    r"([0-9]{2}(?:0[1-9]|1[0-2])\.[0-9]{4,5}|[a-z-]+(?:\.[A-Z]{2})?/[0-9]{7})(?:v[0-9]+)?(?:\.pdf)?/?",
    re.IGNORECASE,
)


def arxiv_id(value: object) -> str | None:
    """The arXiv identifier in `value` (plain, with `arXiv:`, or an address of arxiv.org) without its version."""
    match = _ARXIV.fullmatch(value.strip()) if isinstance(value, str) else None
    return match[1] if match else None


def identifier(value: object) -> str | None:
    """An identifier as the source gave it, or None. Refused when it cannot serve as one."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise Refused("the identifier is neither text nor a whole number")
    stripped = whole(str(value).strip(), "identifier")
    if not stripped:
        return None
    if len(stripped) > MAX_IDENTIFIER:
        raise Refused(f"the identifier has more than {MAX_IDENTIFIER} characters")
    if not stripped.isprintable() or any(c.isspace() for c in stripped):
        raise Refused("the identifier holds white space or control characters")
    return stripped


def url(entry: Entry, arxiv: str | None = None) -> str | None:
    """The paper's web address (http or https only), else its page on arXiv where `arxiv` names one."""
    value = _first(entry, ("url", "link", "pdf_url"))
    if isinstance(value, str) and re.fullmatch(r"https?://[^\s<>\"]{1,2000}", value.strip(), re.IGNORECASE):
        return whole(value.strip(), "address")
    return f"https://arxiv.org/abs/{arxiv}" if arxiv else None


# ---------------------------------------------------------------------------------------------- people, topics


def _plain(value: str) -> str:
    return " ".join(whole(value, "list of names").split())


def _name(author: object) -> str:
    if isinstance(author, str):
        return _plain(author)
    if isinstance(author, Mapping):
        full = _first(author, ("name", "full_name", "fullname"))
        if isinstance(full, str):
            return _plain(full)
        given = _first(author, ("given", "first", "first_name", "firstName"))
        family = _first(author, ("family", "last", "last_name", "lastName"))
        return _plain(" ".join(part for part in (given, family) if isinstance(part, str)))
    return ""


def _split_names(names: str) -> list[str]:
    if ";" in names:
        return names.split(";")
    by_and = re.split(r" and | ?& ?", _plain(names))
    if len(by_and) > 1 and all(part.count(",") == 1 for part in by_and):
        return [" ".join(reversed(part.split(","))) for part in by_and]  # Last, First and Last, First
    return [name for part in by_and for name in part.split(",")]


def authors(entry: Entry) -> tuple[str, ...]:
    """The authors in order: from a list of names or objects, or from one string such as `A, B and C`."""
    value = _first(entry, ("authors", "author"))
    listed = _split_names(value) if isinstance(value, str) else value if isinstance(value, list) else []
    return tuple(name for name in map(_name, listed) if name)


def tags(entry: Entry, keys: tuple[str, ...] = ("categories", "keywords", "tags")) -> tuple[str, ...]:
    """Topics under any of `keys`, each once, in order: from a list or a string cut at `;`, else `,`, else spaces."""
    found: dict[str, None] = {}
    for key in keys:
        value = entry.get(key)
        if isinstance(value, str):
            # Only arXiv's categories are separated by spaces; a keyword may be of several words.
            separator = ";" if ";" in value else "," if "," in value else " " if key == "categories" else None
            value = value.split(separator) if separator else [value]
        for tag in value if isinstance(value, list) else []:
            if isinstance(tag, str) and (plain := _plain(tag)):
                found[plain] = None
    return tuple(found)


# ------------------------------------------------------------------------------------------------------ dates

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_ISO = re.compile(r"([12][0-9]{3})(?:[-/]([0-9]{1,2})(?:[-/]([0-9]{1,2})(?:[T ].*)?)?)?", re.DOTALL)
_WORDS = re.compile(
    r"(?:[A-Z][a-z]+, +)?(?:([0-9]{1,2}) +)?([A-Z][a-z]{2,8})\.?,? +(?:([0-9]{1,2}),? +)?([12][0-9]{3})(?: .*)?"
)


def date(value: object) -> str | None:
    """`value` as `YYYY-MM-DD`, `YYYY-MM` or `YYYY`, as exact as it is given; None where it is no date.

    Reads years, ISO days and timestamps, and dates with the month as a word. `03/04/2025` can be two days, so only
    its year is taken.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return None
    written = value.strip()
    if match := _ISO.fullmatch(written):
        return _date(match[1], match[2], match[3])
    if (match := _WORDS.fullmatch(written)) and (month := month_number(match[2])):
        return _date(match[4], str(month), match[1] or match[3])
    either = re.fullmatch(r"[0-9]{1,2}[/.][0-9]{1,2}[/.]([12][0-9]{3})", written)
    return either[1] if either else None


def month_number(word: str) -> int | None:
    """1 to 12 for a month's English name or its beginning of three letters or more; None for other words."""
    found = (number for number, name in enumerate(_MONTHS, start=1) if name.startswith(word.lower()))
    return next(found, None) if len(word) >= 3 else None


def _date(year: str, month: str | None, day: str | None) -> str | None:
    try:
        checked = datetime.date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    return checked.isoformat()[: 10 if day else 7 if month else 4]


_PUBLISHED = ("published", "publishedAt", "published_at", "publication_date", "publicationDate", "date", "year")


def published(entry: Entry) -> str | None:
    """When the paper was published, as exact as the source says; None where it does not."""
    return next((day for key in _PUBLISHED if (day := date(entry.get(key)))), None)


def whole_day(value: object) -> str | None:
    """`value` as `YYYY-MM-DD`, or None where it names no whole day."""
    day = date(value)
    return day if day and len(day) == 10 else None


# --------------------------------------------------------------------------------------------------- listings


def votes(value: object) -> int | None:
    """A count of votes, or None where there is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def listings(entry: Entry, feed: str, listed: datetime.date | None) -> tuple[Listing, ...]:
    """The listings that the record itself carries, and the one on `listed` that the caller knows of."""
    given = entry.get("listings")
    if given is not None and not isinstance(given, list):
        raise Refused("listings is not an array")
    found = [_listing(item) for item in given or []]
    if listed is not None and (feed, listed.isoformat()) not in {(item.feed, item.day) for item in found}:
        found.append(Listing(feed, listed.isoformat()))
    return tuple(found)


def _listing(item: object) -> Listing:
    if not isinstance(item, Mapping):
        raise Refused("a listing is not an object")
    feed, day = item.get("feed"), whole_day(item.get("day"))
    if not isinstance(feed, str) or not feed.strip():
        raise Refused("a listing has no feed")
    if day is None:
        raise Refused("a listing has no day of the form YYYY-MM-DD")
    return Listing(_plain(feed), day, votes(item.get("upvotes")))
