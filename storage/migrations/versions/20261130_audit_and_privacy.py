"""A trail that cannot be changed; requests about one's own data; what was copied elsewhere."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Document, Id, UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

OPEN = sa.text("closed_at IS NULL")
REFUSAL = "the trail is never changed"
CHANGES = ("UPDATE", "DELETE")


def upgrade() -> None:
    op.drop_index("ix_audit_school_id", table_name="audit")
    op.create_index("ix_audit_school_id_id", "audit", ["school_id", "id"])
    op.create_index("ix_audit_school_id_member_id_id", "audit", ["school_id", "member_id", "id"])
    op.create_index("ix_audit_school_id_subject", "audit", ["school_id", "subject"])
    _protect_audit()
    _erasure_request()
    _farewell()
    _portfolio_transfer()
    _carried()
    op.create_table(
        "copy_progress",
        sa.Column("plan_id", Id, autoincrement=False, nullable=False),
        sa.Column("done", Document, nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plan.id"], name=op.f("fk_copy_progress_plan_id_plan")
        ),
        sa.PrimaryKeyConstraint("plan_id", name=op.f("pk_copy_progress")),
    )


def _protect_audit() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for change in CHANGES:
            op.execute(
                f"CREATE TRIGGER audit_no_{change.lower()} BEFORE {change} ON audit "
                f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER audit_no_change BEFORE {' OR '.join(CHANGES)} ON audit "
        "FOR EACH ROW EXECUTE FUNCTION audit_refuse()"
    )


def _unprotect_audit() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for change in CHANGES:
            op.execute(f"DROP TRIGGER audit_no_{change.lower()}")
        return
    op.execute("DROP TRIGGER audit_no_change ON audit")
    op.execute("DROP FUNCTION audit_refuse()")


def _erasure_request() -> None:
    op.create_table(
        "erasure_request",
        sa.Column("id", Id, nullable=False),
        sa.Column("school_id", Id, nullable=False),
        sa.Column("member_id", Id, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("decided_by", Id, nullable=True),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name=op.f("fk_erasure_request_school_id_school")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_erasure_request_member_id_member")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["member.id"], name=op.f("fk_erasure_request_decided_by_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_request")),
    )
    op.create_index(
        "uq_erasure_request_open",
        "erasure_request",
        ["member_id"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index(op.f("ix_erasure_request_member_id"), "erasure_request", ["member_id"])
    op.create_index(
        "ix_erasure_request_school_id_state", "erasure_request", ["school_id", "state"]
    )


def _farewell() -> None:
    op.create_table(
        "farewell",
        sa.Column("id", Id, nullable=False),
        sa.Column("school_id", Id, nullable=False),
        sa.Column("chat_id", Id, nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name=op.f("fk_farewell_school_id_school")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_farewell")),
    )


def _portfolio_transfer() -> None:
    op.create_table(
        "portfolio_transfer",
        sa.Column("id", Id, nullable=False),
        sa.Column("school_id", Id, nullable=False),
        sa.Column("member_id", Id, nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name=op.f("fk_portfolio_transfer_school_id_school")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_portfolio_transfer_member_id_member")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_portfolio_transfer_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_transfer")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_portfolio_transfer_code_hash")),
    )
    op.create_index(op.f("ix_portfolio_transfer_member_id"), "portfolio_transfer", ["member_id"])


def _carried() -> None:
    op.create_table(
        "carried_plan",
        sa.Column("id", Id, nullable=False),
        sa.Column("school_id", Id, nullable=False),
        sa.Column("member_id", Id, nullable=False),
        sa.Column("from_school", sa.String(120), nullable=False),
        sa.Column("from_npsn", sa.String(16), nullable=False),
        sa.Column("period", sa.String(40), nullable=False),
        sa.Column("rules", sa.String(120), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("content", Document, nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name=op.f("fk_carried_plan_school_id_school")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_carried_plan_member_id_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carried_plan")),
    )
    op.create_index(op.f("ix_carried_plan_member_id"), "carried_plan", ["member_id"])
    op.create_table(
        "carried_piece",
        sa.Column("id", Id, nullable=False),
        sa.Column("carried_id", Id, nullable=False),
        sa.Column("evidence_id", Id, nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(120), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.ForeignKeyConstraint(
            ["carried_id"],
            ["carried_plan.id"],
            name=op.f("fk_carried_piece_carried_id_carried_plan"),
        ),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_carried_piece_evidence_id_evidence")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carried_piece")),
    )
    op.create_index(op.f("ix_carried_piece_carried_id"), "carried_piece", ["carried_id"])
    op.create_index(op.f("ix_carried_piece_evidence_id"), "carried_piece", ["evidence_id"])


def downgrade() -> None:
    for table in (
        "copy_progress", "carried_piece", "carried_plan", "portfolio_transfer", "farewell",
        "erasure_request",
    ):  # fmt: skip
        op.drop_table(table)
    _unprotect_audit()
    for index in ("school_id_subject", "school_id_member_id_id", "school_id_id"):
        op.drop_index(f"ix_audit_{index}", table_name="audit")
    op.create_index("ix_audit_school_id", "audit", ["school_id"])
