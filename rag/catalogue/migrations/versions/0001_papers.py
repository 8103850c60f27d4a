"""Papers, their listings, tags and revisions; passages; answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _papers()
    _about_papers()
    _passages_and_answers()


def downgrade() -> None:
    raise NotImplementedError("a catalogue goes forward only; restore a backup made before the upgrade")


def _papers() -> None:
    op.create_table(
        "papers",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("indexed_revision", sa.Integer(), nullable=False),
        sa.Column("deleted_at", sa.Text(), nullable=True),
        sa.Column("written_at", sa.Text(), nullable=False),
        sa.Column("published", sa.Text(), nullable=True),
        sa.Column("first_day", sa.Text(), nullable=True),
        sa.Column("last_day", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("title_key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("authors", sa.JSON(), nullable=False),
        sa.Column("abstract", sa.Text(), nullable=False),
        sa.Column("raw_title", sa.Text(), nullable=True),
        sa.Column("raw_abstract", sa.Text(), nullable=True),
        sa.Column("cleaning", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("paper_id"),
    )
    op.create_index("ix_papers_title_key", "papers", ["title_key"])
    op.create_index("papers_days", "papers", ["first_day", "last_day", "deleted_at", "paper_id"])
    pending = sa.text("deleted_at IS NULL AND indexed_revision != revision")
    op.create_index("papers_pending", "papers", ["number"], sqlite_where=pending, postgresql_where=pending)
    op.create_table(
        "revisions",
        sa.Column("number", sa.Integer(), sa.ForeignKey("papers.number"), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("abstract", sa.Text(), nullable=False),
        sa.Column("raw_title", sa.Text(), nullable=True),
        sa.Column("raw_abstract", sa.Text(), nullable=True),
        sa.Column("cleaning", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("number", "revision"),
    )


def _about_papers() -> None:
    op.create_table(
        "aliases",
        sa.Column("alias", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), sa.ForeignKey("papers.number"), nullable=False),
        sa.PrimaryKeyConstraint("alias"),
    )
    op.create_table(
        "listings",
        sa.Column("number", sa.Integer(), sa.ForeignKey("papers.number"), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("upvotes", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("number", "feed", "day"),
        sqlite_with_rowid=False,
    )
    op.create_index("listings_day", "listings", ["day", "number"])
    op.create_table(
        "tags",
        sa.Column("number", sa.Integer(), sa.ForeignKey("papers.number"), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number", "tag"),
        sqlite_with_rowid=False,
    )
    op.create_index("tags_tag", "tags", ["tag", "number"])
    op.create_table(
        "bands",
        sa.Column("band", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("band", "number"),
        sqlite_with_rowid=False,
    )


def _passages_and_answers() -> None:
    op.create_table(
        "passages",
        sa.Column("number", sa.Integer(), sa.ForeignKey("papers.number"), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("passages", sa.Integer(), nullable=False),
        sa.Column("stale", sa.Integer(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("spans", sa.Text(), nullable=False),
        sa.Column("vectors", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", "revision"),
    )
    stale = sa.text("stale = 1")
    op.create_index("passages_stale", "passages", ["number", "revision"], sqlite_where=stale, postgresql_where=stale)
    op.create_table(
        "answers",
        sa.Column("answer_id", sa.Text(), nullable=False),
        sa.Column("created", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("answer_id"),
    )
    op.create_index("ix_answers_created", "answers", ["created"])
    facts = op.create_table(
        "facts",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    # The row that writers lock where a database has row locks.
    op.bulk_insert(facts, [{"name": "catalogue_revision", "value": "0"}])
