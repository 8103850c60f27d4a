"""Access keys, of which only a hash is stored."""

from __future__ import annotations

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from rag.catalogue.schema import KeyRow
from rag.models import AccessKey


def add(session: Session, key: AccessKey, sha256: str) -> None:
    """Store a new key."""
    session.add(
        KeyRow(
            key_id=key.id, name=key.name, scopes=" ".join(key.scopes), sha256=sha256, created=key.created, revoked=None
        )
    )


def find(session: Session, key_id: str) -> tuple[AccessKey, str] | None:
    """A key that is not revoked, and the hash of its secret; None where there is none."""
    row = session.get(KeyRow, key_id)
    return None if row is None or row.revoked is not None else (_key(row), row.sha256)


def every(session: Session) -> list[AccessKey]:
    """All keys, revoked ones too, in the order in which they were made."""
    return [_key(row) for row in session.scalars(select(KeyRow).order_by(KeyRow.created, KeyRow.key_id))]


def any_valid(session: Session) -> bool:
    """Whether some key can be used."""
    return bool(session.scalar(select(func.count()).select_from(KeyRow).where(KeyRow.revoked.is_(None))))


def revoke(session: Session, key_id: str, at: str) -> bool:
    """Revoke a key; False where there is none that is valid."""
    gone = update(KeyRow).where(KeyRow.key_id == key_id, KeyRow.revoked.is_(None)).values(revoked=at)
    return bool(session.connection().execute(gone).rowcount)


def _key(row: KeyRow) -> AccessKey:
    return AccessKey.model_validate(
        {
            "id": row.key_id,
            "name": row.name,
            "scopes": row.scopes.split(),
            "created": row.created,
            "revoked": row.revoked,
        }
    )
