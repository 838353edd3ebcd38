"""Lessons that were called off, and accepted reports that were opened again.

Calling off is a move of the day that leads to no other. A reopening ends a decision.
"""

import sqlalchemy as sa
from alembic import op

from storage.columns import Id, UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

REOPENER = "fk_report_decision_reopened_by_member"


def upgrade() -> None:
    with op.batch_alter_table("observation_move", schema=None) as batch_op:
        batch_op.alter_column("after", existing_type=UtcDateTime(), nullable=True)
    with op.batch_alter_table("report_decision", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reopened_by", Id, nullable=True))
        batch_op.add_column(sa.Column("reopened_at", UtcDateTime(), nullable=True))
        batch_op.add_column(
            sa.Column("reopened_because", sa.String(500), nullable=False, server_default="")
        )
        batch_op.create_foreign_key(op.f(REOPENER), "member", ["reopened_by"], ["id"])
    with op.batch_alter_table("report_decision", schema=None) as batch_op:
        batch_op.alter_column("reopened_because", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("report_decision", schema=None) as batch_op:
        batch_op.drop_constraint(op.f(REOPENER), type_="foreignkey")
        for name in ("reopened_because", "reopened_at", "reopened_by"):
            batch_op.drop_column(name)
    # Before, every move led somewhere: what was called off is not among them.
    op.execute(sa.text('DELETE FROM observation_move WHERE "after" IS NULL'))
    with op.batch_alter_table("observation_move", schema=None) as batch_op:
        batch_op.alter_column("after", existing_type=UtcDateTime(), nullable=False)
