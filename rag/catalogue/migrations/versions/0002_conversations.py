"""Conversations, and which answers are their turns."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "conversations",
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("created", sa.Text(), nullable=False),
        sa.Column("updated", sa.Text(), nullable=False),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id"),
    )
    op.create_table(
        "turns",
        sa.Column("conversation_id", sa.Text(), sa.ForeignKey("conversations.conversation_id"), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("answer_id", sa.Text(), sa.ForeignKey("answers.answer_id"), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "turn"),
        sa.UniqueConstraint("answer_id"),
    )


def downgrade() -> None:
    raise NotImplementedError("a catalogue goes forward only; restore a backup made before the upgrade")
