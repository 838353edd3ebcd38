"""A school's counts day by day; Telegram's names for pictures."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Document, Id, UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "board_day",
        sa.Column("id", Id, nullable=False),
        sa.Column("school_id", Id, nullable=False),
        sa.Column("period", sa.String(16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("teachers", sa.Integer(), nullable=False),
        sa.Column("done", Document, nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name=op.f("fk_board_day_school_id_school")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_day")),
        sa.UniqueConstraint(
            "school_id", "period", "day", name=op.f("uq_board_day_school_id_period_day")
        ),
    )
    op.create_index(op.f("ix_board_day_day"), "board_day", ["day"])
    op.create_table(
        "sent_picture",
        sa.Column("id", Id, nullable=False),
        sa.Column("school_id", Id, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("telegram_id", sa.String(255), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name=op.f("fk_sent_picture_school_id_school")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sent_picture")),
        sa.UniqueConstraint("digest", name=op.f("uq_sent_picture_digest")),
    )
    op.create_index(op.f("ix_sent_picture_school_id"), "sent_picture", ["school_id"])
    op.create_index("ix_sent_picture_sent_at", "sent_picture", ["sent_at"])


def downgrade() -> None:
    op.drop_table("sent_picture")
    op.drop_table("board_day")
