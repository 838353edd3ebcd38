"""Numbers of messages that are never given twice; ways to deputies and to requests for help.

SQLite gives the number of the newest row again once that row is gone. A message that followed an
archive of everything bore a number of the archive, and could never be archived itself.

Who stands in for whom is asked at each tap, and which requests are open every few seconds.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

HIGHEST = (
    "max((SELECT coalesce(max(id), 0) FROM outbox),"
    " (SELECT coalesce(max(id), 0) FROM outbox_archive))"
)


def upgrade() -> None:
    op.create_index("ix_deputy_member_id", "deputy", ["member_id"])
    op.create_index("ix_help_request_status", "help_request", ["status"])
    _number_messages()


def _number_messages() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    # In ascending order none meets another: each goes beyond all that there are.
    highest = op.get_bind().scalar(sa.text(f"SELECT {HIGHEST}")) or 0
    op.execute(
        sa.text(
            "UPDATE outbox SET id = id + :highest WHERE id IN (SELECT id FROM outbox_archive)"
        ).bindparams(highest=highest)
    )
    with op.batch_alter_table(
        "outbox", recreate="always", table_kwargs={"sqlite_autoincrement": True}
    ):
        pass
    op.execute("DELETE FROM sqlite_sequence WHERE name = 'outbox'")
    op.execute(f"INSERT INTO sqlite_sequence (name, seq) SELECT 'outbox', {HIGHEST}")


def downgrade() -> None:
    op.drop_index("ix_help_request_status", "help_request")
    op.drop_index("ix_deputy_member_id", "deputy")
    if op.get_bind().dialect.name != "sqlite":
        return
    with op.batch_alter_table("outbox", recreate="always"):
        pass
