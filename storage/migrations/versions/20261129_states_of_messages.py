"""States of messages."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Id, UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

OPEN = sa.text("settled_at IS NULL")


def upgrade() -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("broadcast_id", Id, nullable=True))
        batch_op.add_column(sa.Column("state", sa.String(12), nullable=True))
        batch_op.add_column(sa.Column("expires_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("message_id", Id, nullable=True))
        batch_op.drop_index("ix_outbox_waiting")
    op.execute(
        "UPDATE outbox SET state = CASE"
        " WHEN settled_at IS NULL THEN 'pending'"
        " WHEN outcome IN ('sent', 'edited') THEN 'sent'"
        " WHEN outcome IN ('blocked', 'unreachable') THEN 'blocked'"
        " WHEN outcome IN ('pointless', 'gone', 'not joined') THEN 'cancelled'"
        " ELSE 'failed' END"
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.alter_column("state", existing_type=sa.String(12), nullable=False)
        batch_op.create_index(batch_op.f("ix_outbox_broadcast_id"), ["broadcast_id"], unique=False)
        batch_op.create_index(
            "ix_outbox_waiting",
            ["priority", "due_at"],
            unique=False,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        )


def downgrade() -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_waiting")
        batch_op.drop_index(batch_op.f("ix_outbox_broadcast_id"))
        for column in ("message_id", "expires_at", "state", "broadcast_id"):
            batch_op.drop_column(column)
        batch_op.create_index(
            "ix_outbox_waiting",
            ["due_at"],
            unique=False,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        )
