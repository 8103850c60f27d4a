"""Subscribers, what they asked for, the ledger of what was sent to them, and which briefs were due."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "subscribers",
        sa.Column("subscriber_id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("address_key", sa.Text(), nullable=False, unique=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("cadence", sa.Text(), nullable=False),
        sa.Column("created", sa.Text(), nullable=False),
        sa.Column("confirmed", sa.Text(), nullable=True),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("subscriber_id"),
    )
    op.create_table(
        "subscriber_topics",
        sa.Column("topic_key", sa.Text(), nullable=False),
        sa.Column("subscriber_id", sa.Text(), sa.ForeignKey("subscribers.subscriber_id"), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("topic_key", "subscriber_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("subscriber_topics_subscriber", "subscriber_topics", ["subscriber_id"])
    op.create_table(
        "sign_ups",
        sa.Column("sign_up_id", sa.Text(), nullable=False),
        sa.Column("subscriber_id", sa.Text(), sa.ForeignKey("subscribers.subscriber_id"), nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("cadence", sa.Text(), nullable=False),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("used", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("sign_up_id"),
    )
    op.create_index("sign_ups_subscriber", "sign_ups", ["subscriber_id", "created"])
    op.create_table(
        "deliveries",
        sa.Column("subscriber_id", sa.Text(), sa.ForeignKey("subscribers.subscriber_id"), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("next_try", sa.Double(), nullable=False),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("doubtful", sa.Integer(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("sent", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("subscriber_id", "subject"),
    )
    op.create_index("deliveries_due", "deliveries", ["kind", "state", "next_try"])
    op.create_index("deliveries_subject", "deliveries", ["subject", "state"])
    op.create_table(
        "issues",
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("topic_key", sa.Text(), nullable=False),
        sa.Column("created", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("lease", sa.Double(), nullable=False),
        sa.Column("brief_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("period", "topic_key"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    raise NotImplementedError("a catalogue goes forward only; restore a backup made before the upgrade")
