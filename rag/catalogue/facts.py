"""Single values of the catalogue, by name."""

from __future__ import annotations

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from rag.catalogue.schema import FactRow

REVISION = "catalogue_revision"
INDEX_IDENTITY = "index_identity"
BANDS_SCHEME = "bands_scheme"


def value(session: Session, name: str) -> str | None:
    """The value, None where it was never set."""
    return session.scalar(select(FactRow.value).where(FactRow.name == name))


def put_value(session: Session, name: str, new: str | None) -> None:
    """Set the value, or remove it with None."""
    connection = session.connection()
    if new is None:
        connection.execute(delete(FactRow).where(FactRow.name == name))
    elif connection.execute(update(FactRow).where(FactRow.name == name).values(value=new)).rowcount == 0:
        connection.execute(insert(FactRow).values(name=name, value=new))


def first_value(session: Session, name: str, new: str) -> str:
    """The value, which becomes `new` where it was never set."""
    known = value(session, name)
    if known is None:
        put_value(session, name, new)
    return new if known is None else known


def catalogue_revision(session: Session) -> int:
    """How often papers were changed."""
    return int(value(session, REVISION) or 0)


def claim_papers(session: Session) -> int:
    """The catalogue's revision, with its row locked: two processes never decide about the same papers at once.

    SQLite has no row locks and needs none; there the whole transaction holds the write lock.
    """
    return int(session.execute(select(FactRow.value).where(FactRow.name == REVISION).with_for_update()).scalar_one())
