"""Evidence and papers."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Document, Id, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "paper_order",
        sa.Column("id", Id, nullable=False),
        sa.Column("school_id", Id, nullable=False),
        sa.Column("member_id", Id, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("subject", Document, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("message_id", Id, nullable=True),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("outcome", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_paper_order_member_id_member")
        ),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name=op.f("fk_paper_order_school_id_school")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_order")),
    )
    with op.batch_alter_table("paper_order", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_paper_order_member_id"), ["member_id"], unique=False)
        batch_op.create_index(
            "ix_paper_order_open",
            ["asked_at"],
            unique=False,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "evidence",
        sa.Column("id", Id, nullable=False),
        sa.Column("school_id", Id, nullable=False),
        sa.Column("member_id", Id, nullable=False),
        sa.Column("plan_id", Id, nullable=True),
        sa.Column("step", sa.String(40), nullable=False),
        sa.Column("code", sa.String(24), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("covers", sa.Integer(), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("link", sa.String(2000), nullable=False),
        sa.Column("album", sa.String(40), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("replaces_id", Id, nullable=True),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("decided_by", Id, nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["member.id"], name=op.f("fk_evidence_decided_by_member")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_evidence_member_id_member")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_evidence_plan_id_plan")),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["evidence.id"], name=op.f("fk_evidence_replaces_id_evidence")
        ),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name=op.f("fk_evidence_school_id_school")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index(
            "ix_evidence_album",
            ["member_id", "album"],
            unique=False,
            sqlite_where=sa.text("album <> ''"),
            postgresql_where=sa.text("album <> ''"),
        )
        batch_op.create_index(
            "ix_evidence_member_id_status", ["member_id", "status"], unique=False
        )
        batch_op.create_index("ix_evidence_plan_id", ["plan_id"], unique=False)
        batch_op.create_index(
            "ix_evidence_school_id_status", ["school_id", "status"], unique=False
        )

    op.create_table(
        "evidence_comment",
        sa.Column("id", Id, nullable=False),
        sa.Column("evidence_id", Id, nullable=False),
        sa.Column("member_id", Id, nullable=False),
        sa.Column("text", sa.String(500), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_evidence_comment_evidence_id_evidence")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_evidence_comment_member_id_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_comment")),
    )
    with op.batch_alter_table("evidence_comment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_evidence_comment_evidence_id"), ["evidence_id"], unique=False
        )

    op.create_table(
        "evidence_look",
        sa.Column("id", Id, nullable=False),
        sa.Column("evidence_id", Id, nullable=False),
        sa.Column("member_id", Id, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_evidence_look_evidence_id_evidence")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_evidence_look_member_id_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_look")),
        sa.UniqueConstraint(
            "evidence_id", "member_id", name=op.f("uq_evidence_look_evidence_id_member_id")
        ),
    )
    op.create_table(
        "evidence_page",
        sa.Column("id", Id, nullable=False),
        sa.Column("evidence_id", Id, nullable=False),
        sa.Column("school_id", Id, nullable=False),
        sa.Column("position", Id, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("original_sha256", sa.String(64), nullable=False),
        sa.Column("size", Id, nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("pdf_pages", sa.Integer(), nullable=False),
        sa.Column("look", sa.String(64), nullable=False),
        sa.Column("alike", Document, nullable=False),
        sa.Column("complaints", Document, nullable=False),
        sa.Column("telegram_id", sa.String(255), nullable=False),
        sa.Column("is_photo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_evidence_page_evidence_id_evidence")
        ),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name=op.f("fk_evidence_page_school_id_school")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_page")),
        sa.UniqueConstraint(
            "evidence_id", "position", name=op.f("uq_evidence_page_evidence_id_position")
        ),
    )
    with op.batch_alter_table("evidence_page", schema=None) as batch_op:
        batch_op.create_index(
            "ix_evidence_page_school_id_original_sha256",
            ["school_id", "original_sha256"],
            unique=False,
        )
        batch_op.create_index(
            "ix_evidence_page_school_id_sha256", ["school_id", "sha256"], unique=False
        )

    with op.batch_alter_table("card", schema=None) as batch_op:
        batch_op.add_column(sa.Column("evidence_id", Id, nullable=True))
        batch_op.alter_column("plan_id", existing_type=Id, nullable=True)
        batch_op.create_index(batch_op.f("ix_card_evidence_id"), ["evidence_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_card_evidence_id_evidence"), "evidence", ["evidence_id"], ["id"]
        )


def downgrade() -> None:
    op.execute("DELETE FROM card WHERE plan_id IS NULL")
    with op.batch_alter_table("card", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_card_evidence_id_evidence"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_card_evidence_id"))
        batch_op.alter_column("plan_id", existing_type=Id, nullable=False)
        batch_op.drop_column("evidence_id")

    with op.batch_alter_table("evidence_page", schema=None) as batch_op:
        batch_op.drop_index("ix_evidence_page_school_id_sha256")
        batch_op.drop_index("ix_evidence_page_school_id_original_sha256")

    op.drop_table("evidence_page")
    op.drop_table("evidence_look")
    with op.batch_alter_table("evidence_comment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evidence_comment_evidence_id"))

    op.drop_table("evidence_comment")
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_index("ix_evidence_school_id_status")
        batch_op.drop_index("ix_evidence_plan_id")
        batch_op.drop_index("ix_evidence_member_id_status")
        batch_op.drop_index(
            "ix_evidence_album",
            sqlite_where=sa.text("album <> ''"),
            postgresql_where=sa.text("album <> ''"),
        )

    op.drop_table("evidence")
    with op.batch_alter_table("paper_order", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_paper_order_open",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_paper_order_member_id"))

    op.drop_table("paper_order")
