"""What an issued paper says, so that the same one is not issued twice; papers made by a console.

Old papers say nothing: the next archive issues them once more.
"""

import sqlalchemy as sa
from alembic import op

from storage.columns import Id

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("issued_paper", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("content", sa.String(length=64), nullable=False, server_default="")
        )
        batch_op.alter_column("made_by", existing_type=Id, nullable=True)
    with op.batch_alter_table("issued_paper", schema=None) as batch_op:
        batch_op.alter_column("content", server_default=None)


def downgrade() -> None:
    op.execute("DELETE FROM issued_paper WHERE made_by IS NULL")
    with op.batch_alter_table("issued_paper", schema=None) as batch_op:
        batch_op.alter_column("made_by", existing_type=Id, nullable=False)
        batch_op.drop_column("content")
