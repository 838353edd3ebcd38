"""Answers to the questions of forms."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Id, UtcDateTime

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


def downgrade() -> None:
    op.drop_table("form_answer")
