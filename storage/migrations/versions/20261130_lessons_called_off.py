"""Lessons that were called off: a move of the day that leads to no other."""

import sqlalchemy as sa
from alembic import op

from storage.columns import UtcDateTime

revision = "0018"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("observation_move", schema=None) as batch_op:
        batch_op.alter_column("after", existing_type=UtcDateTime(), nullable=True)


def downgrade() -> None:
    # Before, every move led somewhere: what was called off is not among them.
    op.execute(sa.text('DELETE FROM observation_move WHERE "after" IS NULL'))
    with op.batch_alter_table("observation_move", schema=None) as batch_op:
        batch_op.alter_column("after", existing_type=UtcDateTime(), nullable=False)
