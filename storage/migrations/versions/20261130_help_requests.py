"""Help requests."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Document, Id, UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

OPEN = sa.text("closed_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "help_request",
        sa.Column("id", Id, nullable=False),
        sa.Column("school_id", Id, nullable=False),
        sa.Column("member_id", Id, nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("places", Document, nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("queued_at", UtcDateTime(), nullable=False),
        sa.Column("alarmed_at", UtcDateTime(), nullable=True),
        sa.Column("claimed_by", Id, nullable=True),
        sa.Column("claimed_at", UtcDateTime(), nullable=True),
        sa.Column("owed_since", UtcDateTime(), nullable=True),
        sa.Column("unreachable_at", UtcDateTime(), nullable=True),
        sa.Column("draft_message_id", Id, nullable=True),
        sa.Column("draft_seen_at", UtcDateTime(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("helped", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name=op.f("fk_help_request_school_id_school")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_help_request_member_id_member")
        ),
        sa.ForeignKeyConstraint(
            ["claimed_by"], ["member.id"], name=op.f("fk_help_request_claimed_by_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_request")),
    )
    op.create_index(
        "uq_help_request_open",
        "help_request",
        ["member_id"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index(
        "ix_help_request_school_id_status", "help_request", ["school_id", "status"], unique=False
    )
    op.create_table(
        "help_message",
        sa.Column("id", Id, nullable=False),
        sa.Column("request_id", Id, nullable=False),
        sa.Column("member_id", Id, nullable=False),
        sa.Column("said_as", sa.String(12), nullable=False),
        sa.Column("text", sa.String(4096), nullable=False),
        sa.Column("telegram_id", sa.String(255), nullable=False),
        sa.Column("said_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["help_request.id"],
            name=op.f("fk_help_message_request_id_help_request"),
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_help_message_member_id_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_message")),
    )
    op.create_index(op.f("ix_help_message_request_id"), "help_message", ["request_id"])
    op.create_table(
        "help_proposal",
        sa.Column("id", Id, nullable=False),
        sa.Column("request_id", Id, nullable=False),
        sa.Column("plan_id", Id, nullable=False),
        sa.Column("member_id", Id, nullable=False),
        sa.Column("step", sa.String(40), nullable=False),
        sa.Column("code", sa.String(24), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("proposed_at", UtcDateTime(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["help_request.id"],
            name=op.f("fk_help_proposal_request_id_help_request"),
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plan.id"], name=op.f("fk_help_proposal_plan_id_plan")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_help_proposal_member_id_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_proposal")),
    )
    op.create_index(op.f("ix_help_proposal_request_id"), "help_proposal", ["request_id"])
    op.create_index(op.f("ix_help_proposal_plan_id"), "help_proposal", ["plan_id"])
    with op.batch_alter_table("card", schema=None) as batch_op:
        batch_op.add_column(sa.Column("help_id", Id, nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_card_help_id_help_request"), "help_request", ["help_id"], ["id"]
        )
        batch_op.create_index(batch_op.f("ix_card_help_id"), ["help_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("card", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_card_help_id"))
        batch_op.drop_constraint(batch_op.f("fk_card_help_id_help_request"), type_="foreignkey")
        batch_op.drop_column("help_id")
    op.drop_table("help_proposal")
    op.drop_table("help_message")
    op.drop_table("help_request")
