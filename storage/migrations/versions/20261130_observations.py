"""Class observations."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Id, UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "observation",
        sa.Column("id", Id, nullable=False),
        sa.Column("school_id", Id, nullable=False),
        sa.Column("member_id", Id, nullable=False),
        sa.Column("plan_id", Id, nullable=False),
        sa.Column("observer_id", Id, nullable=True),
        sa.Column("indicator", sa.String(24), nullable=False),
        sa.Column("behaviour", sa.String(24), nullable=False),
        sa.Column("chosen_at", UtcDateTime(), nullable=True),
        sa.Column("booking", sa.String(12), nullable=False),
        sa.Column("meets_at", UtcDateTime(), nullable=True),
        sa.Column("proposed_by", Id, nullable=True),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("marking", sa.String(12), nullable=False),
        sa.Column("marked_at", UtcDateTime(), nullable=True),
        sa.Column("signed_off_by", Id, nullable=True),
        sa.Column("signed_off_at", UtcDateTime(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [name], [f"{table}.id"], name=op.f(f"fk_observation_{name}_{table}")
            )
            for name, table in (
                ("school_id", "school"),
                ("member_id", "member"),
                ("plan_id", "plan"),
                ("observer_id", "member"),
                ("proposed_by", "member"),
                ("signed_off_by", "member"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observation")),
        sa.UniqueConstraint("plan_id", name=op.f("uq_observation_plan_id")),
    )
    op.create_index(op.f("ix_observation_school_id"), "observation", ["school_id"])
    op.create_index(op.f("ix_observation_observer_id"), "observation", ["observer_id"])
    op.create_index("ix_observation_booking_meets_at", "observation", ["booking", "meets_at"])
    op.create_table(
        "observation_move",
        sa.Column("id", Id, nullable=False),
        sa.Column("observation_id", Id, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("member_id", Id, nullable=False),
        sa.Column("before", UtcDateTime(), nullable=True),
        sa.Column("was_confirmed", sa.Boolean(), nullable=False),
        sa.Column("after", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("moved_at", UtcDateTime(), nullable=False),
        *_of_observation("observation_move"),
        sa.UniqueConstraint(
            "observation_id", "sequence", name=op.f("uq_observation_move_observation_id_sequence")
        ),
    )
    op.create_table(
        "observation_mark",
        sa.Column("id", Id, nullable=False),
        sa.Column("observation_id", Id, nullable=False),
        sa.Column("statement", sa.String(24), nullable=False),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(1000), nullable=False),
        sa.Column("voice_id", sa.String(255), nullable=False),
        sa.Column("voice_seconds", sa.Integer(), nullable=False),
        sa.Column("member_id", Id, nullable=False),
        sa.Column("marked_at", UtcDateTime(), nullable=False),
        *_of_observation("observation_mark"),
        sa.UniqueConstraint(
            "observation_id",
            "statement",
            name=op.f("uq_observation_mark_observation_id_statement"),
        ),
    )


def _of_observation(table: str) -> list[sa.Constraint]:
    return [
        sa.ForeignKeyConstraint(
            ["observation_id"],
            ["observation.id"],
            name=op.f(f"fk_{table}_observation_id_observation"),
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f(f"fk_{table}_member_id_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def downgrade() -> None:
    op.drop_table("observation_mark")
    op.drop_table("observation_move")
    op.drop_table("observation")
