"""Rule sets chosen per period, and documents confirmed."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Document, Id, UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

STANDS = sa.text("withdrawn_at IS NULL")


def upgrade() -> None:
    with op.batch_alter_table("school", schema=None) as batch_op:
        batch_op.add_column(sa.Column("later_rulesets", Document, nullable=True))
        batch_op.add_column(sa.Column("rules_revision", sa.Integer(), nullable=True))
    op.execute("UPDATE school SET later_rulesets = '[]', rules_revision = 0")
    with op.batch_alter_table("school", schema=None) as batch_op:
        batch_op.alter_column("later_rulesets", existing_type=Document, nullable=False)
        batch_op.alter_column("rules_revision", existing_type=sa.Integer(), nullable=False)
    op.create_table(
        "ruleset_choice",
        sa.Column("id", Id, nullable=False),
        sa.Column("school_id", Id, nullable=False),
        sa.Column("ruleset", sa.String(64), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("chosen_by", Id, nullable=False),
        sa.Column("chosen_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_by", Id, nullable=True),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name=op.f("fk_ruleset_choice_school_id_school")
        ),
        sa.ForeignKeyConstraint(
            ["chosen_by"], ["member.id"], name=op.f("fk_ruleset_choice_chosen_by_member")
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by"], ["member.id"], name=op.f("fk_ruleset_choice_withdrawn_by_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ruleset_choice")),
    )
    op.create_index("ix_ruleset_choice_school_id", "ruleset_choice", ["school_id"])
    op.create_table(
        "confirmation",
        sa.Column("id", Id, nullable=False),
        sa.Column("plan_id", Id, nullable=False),
        sa.Column("document", sa.String(24), nullable=False),
        sa.Column("confirmed_by", Id, nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_by", Id, nullable=True),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plan.id"], name=op.f("fk_confirmation_plan_id_plan")
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by"], ["member.id"], name=op.f("fk_confirmation_confirmed_by_member")
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by"], ["member.id"], name=op.f("fk_confirmation_withdrawn_by_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confirmation")),
    )
    op.create_index("ix_confirmation_plan_id", "confirmation", ["plan_id"])
    op.create_index(
        "uq_confirmation_standing",
        "confirmation",
        ["plan_id", "document"],
        unique=True,
        sqlite_where=STANDS,
        postgresql_where=STANDS,
    )


def downgrade() -> None:
    op.drop_table("confirmation")
    op.drop_table("ruleset_choice")
    with op.batch_alter_table("school", schema=None) as batch_op:
        batch_op.drop_column("rules_revision")
        batch_op.drop_column("later_rulesets")
