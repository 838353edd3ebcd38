"""A trail that is not emptied either; messages that are counted without a look at their rows.

PostgreSQL asks no trigger of rows when it truncates. What waits is counted by kind, for /metrics.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

PENDING = sa.text("state = 'pending'")


def upgrade() -> None:
    _index_waiting("priority", "due_at", "id", "kind")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
        )


def _index_waiting(*columns: str) -> None:
    op.drop_index("ix_outbox_waiting", table_name="outbox")
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        list(columns),
        sqlite_where=PENDING,
        postgresql_where=PENDING,
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER audit_no_truncate ON audit")
    _index_waiting("priority", "due_at", "id")
