"""How many parts of a paper have been sent: a school's archive has dozens."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("paper_order", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("parts_sent", sa.Integer(), nullable=False, server_default="0")
        )
    with op.batch_alter_table("paper_order", schema=None) as batch_op:
        batch_op.alter_column("parts_sent", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("paper_order", schema=None) as batch_op:
        batch_op.drop_column("parts_sent")
