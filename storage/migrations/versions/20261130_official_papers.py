"""Letterheads, issued papers and guesses at their codes."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Document, Id, UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "letterhead",
        sa.Column("school_id", Id, autoincrement=False, nullable=False),
        sa.Column("office", sa.String(300), nullable=False),
        sa.Column("address", sa.String(300), nullable=False),
        sa.Column("place", sa.String(60), nullable=False),
        sa.Column("head_title", sa.String(60), nullable=False),
        sa.Column("head_name", sa.String(120), nullable=False),
        sa.Column("head_nip", sa.String(18), nullable=False),
        sa.Column("logo", sa.LargeBinary(), nullable=True),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name=op.f("fk_letterhead_school_id_school")
        ),
        sa.PrimaryKeyConstraint("school_id", name=op.f("pk_letterhead")),
    )
    op.create_table(
        "issued_paper",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", sa.String(12), nullable=False),
        sa.Column("school_id", Id, nullable=False),
        sa.Column("member_id", Id, nullable=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("period", sa.String(16), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("final", sa.Boolean(), nullable=False),
        sa.Column("facts", Document, nullable=False),
        sa.Column("made_by", Id, nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name=op.f("fk_issued_paper_school_id_school")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_issued_paper_member_id_member")
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["member.id"], name=op.f("fk_issued_paper_made_by_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issued_paper")),
        sa.UniqueConstraint("code", name=op.f("uq_issued_paper_code")),
    )
    op.create_index(
        "ix_issued_paper_about", "issued_paper", ["school_id", "kind", "period", "member_id"]
    )
    op.create_index("ix_issued_paper_member_id", "issued_paper", ["member_id"])
    op.create_table(
        "code_guess",
        sa.Column("account_id", Id, autoincrement=False, nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("waits", sa.Integer(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_code_guess")),
    )
    op.create_index(op.f("ix_code_guess_last_at"), "code_guess", ["last_at"])


def downgrade() -> None:
    for table in ("code_guess", "issued_paper", "letterhead"):
        op.drop_table(table)
