"""An archive of messages, and what a sender has taken apart from what waits."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Document, Id, UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

OPEN = sa.text("settled_at IS NULL")
PENDING = sa.text("state = 'pending'")
SENDING = sa.text("state = 'sending'")
SETTLED = sa.text("settled_at IS NOT NULL")
OF_BROADCASTS = sa.text("broadcast_id IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "outbox_archive",
        sa.Column("id", Id, nullable=False),
        sa.Column("school_id", Id, nullable=False),
        sa.Column("member_id", Id, nullable=False),
        sa.Column("occasion", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("subject", Document, nullable=False),
        sa.Column("broadcast_id", Id, nullable=True),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("message_id", Id, nullable=True),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("outcome", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_outbox_archive_member_id_member")
        ),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name=op.f("fk_outbox_archive_school_id_school")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_archive")),
        sa.UniqueConstraint(
            "occasion", "member_id", name=op.f("uq_outbox_archive_occasion_member_id")
        ),
    )
    op.create_index("ix_outbox_archive_sent_as", "outbox_archive", ["member_id", "message_id"])
    op.create_index(
        "ix_outbox_archive_broadcast",
        "outbox_archive",
        ["broadcast_id"],
        sqlite_where=OF_BROADCASTS,
        postgresql_where=OF_BROADCASTS,
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("leased_until", UtcDateTime(), nullable=True))
        batch_op.drop_index("ix_outbox_waiting")
    op.execute("UPDATE outbox SET leased_until = due_at WHERE state = 'sending'")
    for name, columns, where in (
        ("ix_outbox_waiting", ["priority", "due_at", "id"], PENDING),
        ("ix_outbox_leased", ["leased_until"], SENDING),
        ("ix_outbox_settled", ["settled_at"], SETTLED),
    ):
        op.create_index(name, "outbox", columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for name in ("ix_outbox_waiting", "ix_outbox_leased", "ix_outbox_settled"):
        op.drop_index(name, "outbox")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_column("leased_until")
        batch_op.create_index(
            "ix_outbox_waiting",
            ["priority", "due_at"],
            unique=False,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        )
    op.drop_table("outbox_archive")
