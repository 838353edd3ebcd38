"""Broadcasts."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Document, Id, UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

OPEN = sa.text("told_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "broadcast",
        sa.Column("id", Id, nullable=False),
        sa.Column("school_id", Id, nullable=False),
        sa.Column("member_id", Id, nullable=False),
        sa.Column("origin_id", Id, nullable=True),
        sa.Column("again_of", Id, nullable=True),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(16), nullable=False),
        sa.Column("people", Document, nullable=False),
        sa.Column("seats", Document, nullable=False),
        sa.Column("text", sa.String(4096), nullable=False),
        sa.Column("file_id", sa.String(255), nullable=False),
        sa.Column("file_kind", sa.String(8), nullable=False),
        sa.Column("album", sa.String(40), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("written_to", Id, nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("message_id", Id, nullable=True),
        sa.Column("told_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name=op.f("fk_broadcast_school_id_school")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_broadcast_member_id_member")
        ),
        sa.ForeignKeyConstraint(
            ["origin_id"], ["broadcast.id"], name=op.f("fk_broadcast_origin_id_broadcast")
        ),
        sa.ForeignKeyConstraint(
            ["again_of"], ["broadcast.id"], name=op.f("fk_broadcast_again_of_broadcast")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast")),
    )
    with op.batch_alter_table("broadcast", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_broadcast_member_id"), ["member_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_broadcast_origin_id"), ["origin_id"], unique=False)
        batch_op.create_index(
            "ix_broadcast_open",
            ["status", "due_at"],
            unique=False,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        )
    for table, columns in (
        ("broadcast_miss", [sa.Column("why", sa.String(12), nullable=False)]),
        (
            "broadcast_reply",
            [
                sa.Column("answer", sa.String(8), nullable=False),
                sa.Column("answered_at", UtcDateTime(), nullable=False),
            ],
        ),
    ):
        op.create_table(
            table,
            sa.Column("id", Id, nullable=False),
            sa.Column("broadcast_id", Id, nullable=False),
            sa.Column("member_id", Id, nullable=False),
            *columns,
            sa.ForeignKeyConstraint(
                ["broadcast_id"], ["broadcast.id"], name=op.f(f"fk_{table}_broadcast_id_broadcast")
            ),
            sa.ForeignKeyConstraint(
                ["member_id"], ["member.id"], name=op.f(f"fk_{table}_member_id_member")
            ),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
            sa.UniqueConstraint(
                "broadcast_id", "member_id", name=op.f(f"uq_{table}_broadcast_id_member_id")
            ),
        )


def downgrade() -> None:
    for table in ("broadcast_reply", "broadcast_miss", "broadcast"):
        op.drop_table(table)
