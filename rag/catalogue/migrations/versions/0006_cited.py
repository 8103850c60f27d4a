"""Which papers each answer cites, so that a paper's answers can be found."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_AT_ONCE = 500


def upgrade() -> None:
    cited = op.create_table(
        "cited",
        sa.Column("number", sa.Integer(), sa.ForeignKey("papers.number"), nullable=False),
        sa.Column("answer_id", sa.Text(), sa.ForeignKey("answers.answer_id", ondelete="CASCADE"), nullable=False),
        sa.PrimaryKeyConstraint("number", "answer_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_cited_answer_id", "cited", ["answer_id"])
    _of_earlier_answers(op.get_bind(), cited)


def downgrade() -> None:
    raise NotImplementedError("a catalogue goes forward only; restore a backup made before the upgrade")


def _of_earlier_answers(connection: sa.Connection, cited: sa.Table) -> None:
    """Answers that were given before the table was there cite papers too."""
    answers = sa.table("answers", sa.column("answer_id"), sa.column("answer"))
    papers = sa.table("papers", sa.column("paper_id"), sa.column("number"))
    last = ""
    while True:
        page = sa.select(answers.c.answer_id, answers.c.answer).where(answers.c.answer_id > last)
        rows = connection.execute(page.order_by(answers.c.answer_id).limit(_AT_ONCE)).all()
        if not rows:
            return
        last = rows[-1][0]
        pairs = {(c["paper_id"], answer_id) for answer_id, text in rows for c in json.loads(text)["citations"]}
        wanted = sorted({paper_id for paper_id, _ in pairs})
        numbers: dict[str, int] = {}
        for start in range(0, len(wanted), _AT_ONCE):
            some = sa.select(papers.c.paper_id, papers.c.number)
            some = some.where(papers.c.paper_id.in_(wanted[start : start + _AT_ONCE]))
            numbers |= dict(connection.execute(some).tuples().all())
        found = [{"number": numbers[p], "answer_id": a} for p, a in sorted(pairs) if p in numbers]
        if found:
            connection.execute(cited.insert(), found)
