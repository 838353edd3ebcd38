"""Deadlines and reminders."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Id, UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "school_hours",
        sa.Column("school_id", Id, autoincrement=False, nullable=False),
        sa.Column("working_days", sa.Integer(), nullable=False),
        sa.Column("opens_at", sa.Integer(), nullable=False),
        sa.Column("closes_at", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name=op.f("fk_school_hours_school_id_school")
        ),
        sa.PrimaryKeyConstraint("school_id", name=op.f("pk_school_hours")),
    )
    op.create_table(
        "deadline_move",
        sa.Column("id", Id, nullable=False),
        sa.Column("school_id", Id, nullable=False),
        sa.Column("period", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("moved_by", Id, nullable=False),
        sa.Column("moved_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name=op.f("fk_deadline_move_school_id_school")
        ),
        sa.ForeignKeyConstraint(
            ["moved_by"], ["member.id"], name=op.f("fk_deadline_move_moved_by_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline_move")),
    )
    with op.batch_alter_table("deadline_move", schema=None) as batch_op:
        batch_op.create_index(
            "ix_deadline_move_school_id_period", ["school_id", "period"], unique=False
        )
    op.create_table(
        "closed_period",
        sa.Column("id", Id, nullable=False),
        sa.Column("school_id", Id, nullable=False),
        sa.Column("period", sa.String(16), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name=op.f("fk_closed_period_school_id_school")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closed_period")),
        sa.UniqueConstraint("school_id", "period", name=op.f("uq_closed_period_school_id_period")),
    )
    op.create_table(
        "reminder_wish",
        sa.Column("member_id", Id, autoincrement=False, nullable=False),
        sa.Column("not_before", sa.Date(), nullable=True),
        sa.Column("hour", sa.Integer(), nullable=True),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_reminder_wish_member_id_member")
        ),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_reminder_wish")),
    )
    op.create_table(
        "reminder",
        sa.Column("id", Id, nullable=False),
        sa.Column("member_id", Id, nullable=False),
        sa.Column("occasion", sa.String(80), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("message", sa.String(120), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_reminder_member_id_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint("member_id", "occasion", name=op.f("uq_reminder_member_id_occasion")),
    )
    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.create_index("ix_reminder_day", ["day"], unique=False)


def downgrade() -> None:
    for table in ("reminder", "reminder_wish", "closed_period", "deadline_move", "school_hours"):
        op.drop_table(table)
