"""Alembic runs this for every migration. The connection, with its transaction, comes from upgrade.py."""

from __future__ import annotations

from alembic import context

from rag.catalogue.schema import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    # SQLite can take back a CREATE TABLE, so a migration that fails half way leaves nothing behind.
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
