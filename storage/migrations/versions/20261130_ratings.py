"""Ratings."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Document, Id, UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rating",
        sa.Column("id", Id, nullable=False),
        sa.Column("plan_id", Id, nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("work_result", sa.String(40), nullable=False),
        sa.Column("work_behaviour", sa.String(40), nullable=False),
        sa.Column("predicate", sa.String(40), nullable=False),
        sa.Column("feedback", sa.String(1000), nullable=False),
        sa.Column("marks", Document, nullable=False),
        sa.Column("is_held", sa.Boolean(), nullable=False),
        sa.Column("own_from", sa.Integer(), nullable=False),
        sa.Column("changed_by", Id, nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_rating_plan_id_plan")),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["member.id"], name=op.f("fk_rating_changed_by_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating")),
        sa.UniqueConstraint("plan_id", name=op.f("uq_rating_plan_id")),
    )
    op.create_table(
        "final_rating",
        sa.Column("id", Id, nullable=False),
        sa.Column("plan_id", Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("ruleset_version", sa.Integer(), nullable=False),
        sa.Column("work_result", sa.String(40), nullable=False),
        sa.Column("work_behaviour", sa.String(40), nullable=False),
        sa.Column("predicate", sa.String(40), nullable=False),
        sa.Column("feedback", sa.String(1000), nullable=False),
        sa.Column("marks", Document, nullable=False),
        sa.Column("rated_by", Id, nullable=False),
        sa.Column("final_at", UtcDateTime(), nullable=False),
        sa.Column("acknowledged_at", UtcDateTime(), nullable=True),
        sa.Column("answer", sa.String(500), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("reopened_by", Id, nullable=True),
        sa.Column("reopened_at", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plan.id"], name=op.f("fk_final_rating_plan_id_plan")
        ),
        sa.ForeignKeyConstraint(
            ["rated_by"], ["member.id"], name=op.f("fk_final_rating_rated_by_member")
        ),
        sa.ForeignKeyConstraint(
            ["reopened_by"], ["member.id"], name=op.f("fk_final_rating_reopened_by_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_final_rating")),
        sa.UniqueConstraint("plan_id", "number", name=op.f("uq_final_rating_plan_id_number")),
    )


def downgrade() -> None:
    op.drop_table("final_rating")
    op.drop_table("rating")
