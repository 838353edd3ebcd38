"""Answers to the questions of forms, and reports."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Document, Id, UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "form_answer",
        sa.Column("id", Id, nullable=False),
        sa.Column("school_id", Id, nullable=False),
        sa.Column("plan_id", Id, nullable=False),
        sa.Column("form", sa.String(16), nullable=False),
        sa.Column("field", sa.String(24), nullable=False),
        sa.Column("member_id", Id, nullable=False),
        sa.Column("text", sa.String(4000), nullable=False),
        sa.Column("newest_at", sa.Integer(), nullable=False),
        sa.Column("voice_id", sa.String(255), nullable=False),
        sa.Column("voice_seconds", sa.Integer(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name=op.f("fk_form_answer_school_id_school")
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plan.id"], name=op.f("fk_form_answer_plan_id_plan")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_form_answer_member_id_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_answer")),
        sa.UniqueConstraint(
            "plan_id", "form", "field", name=op.f("uq_form_answer_plan_id_form_field")
        ),
    )
    with op.batch_alter_table("form_answer", schema=None) as batch_op:
        batch_op.create_index("ix_form_answer_member_id", ["member_id"], unique=False)
    _create_reports()
    with op.batch_alter_table("card", schema=None) as batch_op:
        batch_op.add_column(sa.Column("report_id", Id, nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_card_report_id_report"), "report", ["report_id"], ["id"]
        )
        batch_op.create_index(batch_op.f("ix_card_report_id"), ["report_id"], unique=False)


def _create_reports() -> None:
    op.create_table(
        "report",
        sa.Column("id", Id, nullable=False),
        sa.Column("school_id", Id, nullable=False),
        sa.Column("member_id", Id, nullable=False),
        sa.Column("plan_id", Id, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("plan_revision", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("submitted_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name=op.f("fk_report_school_id_school")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_report_member_id_member")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_report_plan_id_plan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("plan_id", name=op.f("uq_report_plan_id")),
    )
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.create_index("ix_report_school_id_status", ["school_id", "status"], unique=False)
        batch_op.create_index("ix_report_member_id", ["member_id"], unique=False)
    op.create_table(
        "report_revision",
        sa.Column("id", Id, nullable=False),
        sa.Column("report_id", Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", Document, nullable=False),
        sa.Column("submitted_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_report_revision_report_id_report")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_revision")),
        sa.UniqueConstraint(
            "report_id", "number", name=op.f("uq_report_revision_report_id_number")
        ),
    )
    op.create_table(
        "report_decision",
        sa.Column("id", Id, nullable=False),
        sa.Column("report_id", Id, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("member_id", Id, nullable=False),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("marks", Document, nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_report_decision_report_id_report")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_report_decision_member_id_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_decision")),
        sa.UniqueConstraint(
            "report_id", "revision", name=op.f("uq_report_decision_report_id_revision")
        ),
    )


def downgrade() -> None:
    with op.batch_alter_table("card", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_card_report_id"))
        batch_op.drop_constraint(batch_op.f("fk_card_report_id_report"), type_="foreignkey")
        batch_op.drop_column("report_id")
    for table in ("report_decision", "report_revision", "report", "form_answer"):
        op.drop_table(table)
