"""Briefs with their papers, and topic tags that the program gives."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tagging",
        sa.Column("number", sa.Integer(), sa.ForeignKey("papers.number"), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("vocabulary", sa.Text(), nullable=False),
        sa.Column("given", sa.Text(), nullable=False),
        sa.Column("refused", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "briefs",
        sa.Column("brief_id", sa.Text(), nullable=False),
        sa.Column("created", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("week", sa.Text(), nullable=True),
        sa.Column("since", sa.Text(), nullable=True),
        sa.Column("until", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=True),
        sa.Column("papers", sa.Integer(), nullable=False),
        sa.Column("brief", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("replies", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("brief_id"),
    )
    op.create_index("briefs_series", "briefs", ["series", "until"])
    op.create_index("briefs_created", "briefs", ["created", "brief_id"])
    op.create_table(
        "brief_papers",
        sa.Column("brief_id", sa.Text(), sa.ForeignKey("briefs.brief_id"), nullable=False),
        sa.Column("number", sa.Integer(), sa.ForeignKey("papers.number"), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("brief_id", "number"),
        sqlite_with_rowid=False,
    )
    op.create_index("brief_papers_number", "brief_papers", ["number"])


def downgrade() -> None:
    raise NotImplementedError("a catalogue goes forward only; restore a backup made before the upgrade")
