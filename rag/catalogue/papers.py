"""Papers: put, get, page through, count, delete. `put` itself is in intake.py."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from operator import itemgetter

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session

from rag.catalogue import facts, hits
from rag.catalogue.dialect import among
from rag.catalogue.entries import Put, published_days
from rag.catalogue.facts import catalogue_revision
from rag.catalogue.intake import numbers_of, put
from rag.catalogue.schema import BriefPaperRow, BriefRow, ListingRow, PaperRow, PassageRow, TagRow
from rag.errors import InputError, ScopeError
from rag.models import Paper, PaperListing, Scope
from rag.text.clean import normalised_title

__all__ = [
    "Put",
    "catalogue_revision",
    "count",
    "covered",
    "days",
    "delete",
    "get",
    "get_many",
    "ids_in_scope",
    "inside",
    "page",
    "put",
    "raw",
    "selected",
    "titled",
]

_LONGEST_CURSOR = 19  # digits; what is longer is no row's number
_ALIVE = PaperRow.deleted_at.is_(None)
_COLUMNS = (
    *(PaperRow.number, PaperRow.paper_id, PaperRow.title, PaperRow.abstract, PaperRow.authors),
    *(PaperRow.published, PaperRow.url, PaperRow.source, PaperRow.revision),
)


def get(session: Session, paper_id: str) -> Paper | None:
    """The paper with this identifier or alias; None where there is none, or where it was deleted."""
    return get_many(session, [paper_id]).get(paper_id)


def get_many(session: Session, ids: Sequence[str]) -> dict[str, Paper]:
    """Papers by the identifiers that were asked for, aliases included; unknown and deleted ones are left out."""
    if not ids:
        return {}
    numbers = numbers_of(session, ids)
    found = selected(session, among(session, PaperRow.number, set(numbers.values())))
    return {name: found[number] for name, number in numbers.items() if number in found}


def titled(session: Session, titles: Sequence[str]) -> list[Paper]:
    """The papers with these titles, in the order in which the titles are given; unknown titles are left out."""
    keys = list(dict.fromkeys(filter(None, map(normalised_title, titles))))
    if not keys:
        return []
    found = {normalised_title(p.title): p for p in selected(session, among(session, PaperRow.title_key, keys)).values()}
    return [found[key] for key in keys if key in found]


def selected(session: Session, *conditions: ColumnElement[bool], limit: int | None = None) -> dict[int, Paper]:
    """The papers that meet all conditions, by number, in the order in which they came; deleted ones never do.

    Three statements, whatever the number of papers.
    """
    rows = session.execute(select(*_COLUMNS).where(_ALIVE, *conditions).order_by(PaperRow.number).limit(limit)).all()
    numbers = [row.number for row in rows]
    if not numbers:
        return {}
    listings: dict[int, list[PaperListing]] = {}
    on_pages = select(ListingRow.number, ListingRow.feed, ListingRow.day, ListingRow.upvotes)
    on_pages = on_pages.where(among(session, ListingRow.number, numbers)).order_by(ListingRow.day, ListingRow.feed)
    for number, feed, day, upvotes in session.execute(on_pages):
        listings.setdefault(number, []).append(PaperListing(feed=feed, day=day, upvotes=upvotes))
    tags: dict[int, list[str]] = {}
    tagged = select(TagRow.number, TagRow.tag).where(among(session, TagRow.number, numbers)).order_by(TagRow.place)
    for number, tag in session.execute(tagged):
        tags.setdefault(number, []).append(tag)
    return {row.number: hits.paper_of(row, listings.get(row.number, ()), tags.get(row.number, ())) for row in rows}


def raw(session: Session, paper_id: str) -> tuple[str, str] | None:
    """Title and abstract of the current revision as the source gave them; None where there is no such paper."""
    number = numbers_of(session, [paper_id]).get(paper_id)
    columns = (PaperRow.raw_title, PaperRow.title, PaperRow.raw_abstract, PaperRow.abstract)
    row = session.execute(select(*columns).where(PaperRow.number == number, _ALIVE)).one_or_none()
    if row is None:
        return None
    raw_title, title, raw_abstract, abstract = row
    return (title if raw_title is None else raw_title, abstract if raw_abstract is None else raw_abstract)


def page(
    session: Session,
    *,
    after: str | None = None,
    limit: int = 50,
    scope: Scope | None = None,
    words: Sequence[str] = (),
) -> tuple[list[Paper], str | None]:
    """Up to `limit` papers in the order in which they came, and the cursor of the next page (None at the end).

    With `words`, of those whose titles have all of them, in small or capital letters (of ASCII).

    Raises:
        InputError: `after` is not a cursor that this function gave.
        ScopeError: the scope names a brief that is not stored, or a date that is none.
    """
    if after is not None and not (after.isascii() and after.isdigit() and len(after) < _LONGEST_CURSOR):
        raise InputError(f"{after!r} is not a cursor.", hint="Pass the cursor of the page before, or none.")
    titled = [PaperRow.title.icontains(word, autoescape=True) for word in words]
    found = selected(session, *_conditions(session, scope), *titled, PaperRow.number > int(after or 0), limit=limit + 1)
    numbers = list(found)[:limit]
    return [found[number] for number in numbers], str(numbers[-1]) if len(found) > limit and numbers else None


def inside(session: Session, scope: Scope) -> list[Paper]:
    """All papers in a scope, in the order in which they came; see `ids_in_scope`.

    Raises:
        ScopeError: the scope names a brief that is not stored, or a date that is none.
    """
    return list(selected(session, *_conditions(session, scope)).values())


def count(session: Session, scope: Scope | None = None) -> int:
    """How many papers there are, or how many in a scope; deleted ones do not count."""
    return session.scalar(select(func.count()).select_from(PaperRow).where(_ALIVE, *_conditions(session, scope))) or 0


def ids_in_scope(session: Session, scope: Scope) -> list[str]:
    """The identifiers of the papers in a scope, in the order in which they came, or were named.

    A paper is in a window of days when one of its listings is. One that was never listed is in the window when all the
    days that its date covers are: `2024` is not in March 2024, since nobody knows that it is. A paper must have all
    the tags.

    Raises:
        ScopeError: the scope names a brief that is not stored, or a date that is none.
    """
    if scope.paper_ids and scope == Scope(paper_ids=scope.paper_ids):
        # Papers named by their own identifiers, as programs do: no need to look them up by number first.
        named = hits.present(session, scope.paper_ids)
        if len(named) == len(set(scope.paper_ids)):
            return [paper_id for paper_id in dict.fromkeys(scope.paper_ids) if paper_id in named]
    chosen = select(PaperRow.number, PaperRow.paper_id).where(_ALIVE, *_conditions(session, scope))
    # Sorted here: asked for this order, SQLite reads all papers in it rather than the index of days.
    rows = sorted(session.connection().execute(chosen), key=itemgetter(0))
    return [paper_id for _, paper_id in rows]


def _conditions(session: Session, scope: Scope | None) -> list[ColumnElement[bool]]:
    if scope is None or scope.everything:
        return []
    conditions: list[ColumnElement[bool]] = []
    if scope.brief_id is not None:
        if session.scalar(select(BriefRow.brief_id).where(BriefRow.brief_id == scope.brief_id)) is None:
            raise ScopeError(f"There is no brief {scope.brief_id!r}.", hint="`paperbrief brief --list` names them.")
        reported = select(BriefPaperRow.number).where(BriefPaperRow.brief_id == scope.brief_id)
        conditions.append(PaperRow.number.in_(reported))
    if scope.paper_ids:
        conditions.append(among(session, PaperRow.number, set(numbers_of(session, scope.paper_ids).values())))
    conditions += [PaperRow.number.in_(select(TagRow.number).where(TagRow.tag == tag)) for tag in scope.tags]
    if scope.since is not None or scope.until is not None:
        since, until = (_days_of(date) for date in (scope.since, scope.until))
        conditions.append(_in_window(since[0], until[1]))
    return conditions


def _days_of(date: str | None) -> tuple[str | None, str | None]:
    """The first and last day of a scope's date; ScopeError for what is none, which would restrict nothing."""
    days = published_days(date)
    if date is not None and days[0] is None:
        raise ScopeError(f"{date!r} is no date.", hint="Write 2025-03-12, 2025-03 or 2025.")
    return days


def _in_window(since: str | None, until: str | None) -> ColumnElement[bool]:
    listed = select(ListingRow.number)
    published = []
    if since is not None:
        listed = listed.where(ListingRow.day >= since)
        published.append(PaperRow.first_day >= since)
    if until is not None:
        listed = listed.where(ListingRow.day <= until)
        published.append(PaperRow.last_day <= until)
    never_listed = ~exists().where(ListingRow.number == PaperRow.number)
    return or_(PaperRow.number.in_(listed), and_(*published, never_listed))


def days(session: Session) -> tuple[str | None, str | None]:
    """The first and the last listing day of the papers that are here; None and None where none was listed."""
    listed = select(ListingRow.day).join(PaperRow, PaperRow.number == ListingRow.number).where(_ALIVE).limit(1)
    return session.scalar(listed.order_by(ListingRow.day)), session.scalar(listed.order_by(ListingRow.day.desc()))


def covered(session: Session, scope: Scope) -> tuple[int, str | None, str | None]:
    """How many papers are in the scope, and the first and last listing day of all papers."""
    return count(session, scope), *days(session)


def delete(session: Session, paper_id: str) -> bool:
    """Mark a paper deleted, and its passages as to be removed from the indexes. False where there is no such paper.

    Its row, text and aliases stay, so that it comes back as itself when it is put again.
    """
    revision = facts.claim_papers(session)
    number = numbers_of(session, [paper_id]).get(paper_id)
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    gone = update(PaperRow).where(PaperRow.number == number, _ALIVE)
    if not session.connection().execute(gone.values(deleted_at=now, indexed_revision=0)).rowcount:
        return False
    session.connection().execute(update(PassageRow).where(PassageRow.number == number).values(stale=1))
    facts.put_value(session, facts.REVISION, str(revision + 1))
    return True
