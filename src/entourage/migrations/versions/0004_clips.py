"""Clips: campaigns and their terms, clips and their readings, the ledger, payouts, doubts and forecasts; and fans who were forgotten.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from advanced_alchemy.types import GUID, DateTimeUTC
from alembic import op
from sqlalchemy.dialects import postgresql

from entourage.migrations import append_only, isolation

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

big_key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
OWNED = (
    "chat_erasures",
    "clip_batches",
    "clip_campaigns",
    "clip_clippers",
    "clip_flags",
    "clip_forecasts",
    "clip_ledger",
    "clip_payouts",
    "clip_readings",
    "clip_reports",
    "clip_runs",
    "clip_settings",
    "clip_submissions",
    "clip_terms",
    "clip_words",
    "view_tracking",
)
APPEND_ONLY = ("clip_readings", "clip_ledger")


def upgrade() -> None:
    op.add_column("chat_settings", sa.Column("keep_days", sa.Integer(), nullable=True))
    op.create_table(
        "chat_erasures",
        sa.Column("creator_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("mark", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("until", DateTimeUTC(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("creator_id", "mark", name="pk_chat_erasures"),
    )
    op.create_table(
        "clip_batches",
        sa.Column("id", big_key, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("created_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_clip_batches"),
    )
    op.create_index("ix_clip_batches_creator", "clip_batches", ["creator_id", "id"])
    op.create_table(
        "clip_campaigns",
        sa.Column("id", big_key, autoincrement=True, nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("brief", sa.Text(), nullable=False),
        sa.Column("client", sa.String(length=120), nullable=False),
        sa.Column("platforms", json, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("budget", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("starts_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("deadline", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("terms", sa.Integer(), nullable=False),
        sa.Column("exhausted_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("finished_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("created_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("updated_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_clip_campaigns"),
    )
    op.create_index("ix_clip_campaigns_creator", "clip_campaigns", ["creator_id", "state", "id"])
    op.create_table(
        "clip_clippers",
        sa.Column("creator_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", GUID(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("handles", json, nullable=False),
        sa.Column("method", sa.String(length=16), nullable=False),
        sa.Column("details", sa.LargeBinary(), nullable=True),
        sa.Column("joined_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("updated_at", DateTimeUTC(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("creator_id", "user_id", name="pk_clip_clippers"),
    )
    op.create_table(
        "clip_flags",
        sa.Column("id", big_key, autoincrement=True, nullable=False),
        sa.Column("submission", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("evidence", json, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("decided_by", sa.String(length=100), nullable=False),
        sa.Column("raised_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("decided_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_clip_flags"),
    )
    op.create_index("ix_clip_flags_submission", "clip_flags", ["creator_id", "submission", "id"])
    op.create_index(
        "uq_clip_flags_open",
        "clip_flags",
        ["creator_id", "submission", "code"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "clip_forecasts",
        sa.Column("id", big_key, autoincrement=True, nullable=False),
        sa.Column("submission", sa.BigInteger(), nullable=False),
        sa.Column("age_h", sa.Integer(), nullable=False),
        sa.Column("horizon_h", sa.Integer(), nullable=False),
        sa.Column("made_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("due_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("low", sa.BigInteger(), nullable=False),
        sa.Column("mid", sa.BigInteger(), nullable=False),
        sa.Column("high", sa.BigInteger(), nullable=False),
        sa.Column("calibrated", sa.Boolean(), nullable=False),
        sa.Column("actual", sa.BigInteger(), nullable=True),
        sa.Column("scored_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_clip_forecasts"),
        sa.UniqueConstraint(
            "creator_id", "submission", "age_h", "horizon_h", name="uq_clip_forecasts_creator_id_submission_age_h_horizon_h"
        ),
    )
    op.create_index(
        "ix_clip_forecasts_open",
        "clip_forecasts",
        ["creator_id", "due_at", "id"],
        sqlite_where=sa.text("scored_at IS NULL"),
        postgresql_where=sa.text("scored_at IS NULL"),
    )
    op.create_index("ix_clip_forecasts_scored", "clip_forecasts", ["creator_id", "age_h", "horizon_h", "id"])
    op.create_table(
        "clip_ledger",
        sa.Column("id", big_key, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("debit", sa.String(length=16), nullable=False),
        sa.Column("credit", sa.String(length=16), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("campaign", sa.BigInteger(), nullable=False),
        sa.Column("user_id", GUID(), nullable=True),
        sa.Column("submission", sa.BigInteger(), nullable=True),
        sa.Column("payout", sa.BigInteger(), nullable=True),
        sa.Column("why", json, nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount > 0", name="ck_clip_ledger_positive"),
        sa.CheckConstraint("debit <> credit", name="ck_clip_ledger_two_accounts"),
        sa.PrimaryKeyConstraint("id", name="pk_clip_ledger"),
        sa.UniqueConstraint("creator_id", "key", name="uq_clip_ledger_creator_id_key"),
    )
    op.create_index(
        "ix_clip_ledger_campaign", "clip_ledger", ["creator_id", "campaign", "submission", "user_id", "debit", "credit", "amount", "id"]
    )
    op.create_index("ix_clip_ledger_clipper", "clip_ledger", ["creator_id", "user_id", "currency", "debit", "credit", "amount", "id"])
    op.create_index("ix_clip_ledger_payout", "clip_ledger", ["creator_id", "payout"])
    op.create_index("ix_clip_ledger_submission", "clip_ledger", ["creator_id", "submission", "id"])
    op.create_table(
        "clip_payouts",
        sa.Column("id", big_key, autoincrement=True, nullable=False),
        sa.Column("batch", sa.BigInteger(), nullable=False),
        sa.Column("user_id", GUID(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("method", sa.String(length=16), nullable=False),
        sa.Column("details", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reference", sa.String(length=120), nullable=False),
        sa.Column("trouble", sa.String(length=300), nullable=False),
        sa.Column("created_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("settled_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_clip_payouts"),
    )
    op.create_index("ix_clip_payouts_batch", "clip_payouts", ["creator_id", "batch"])
    op.create_index("ix_clip_payouts_clipper", "clip_payouts", ["creator_id", "user_id", "id"])
    op.create_index(
        "ix_clip_payouts_open",
        "clip_payouts",
        ["creator_id", "id"],
        sqlite_where=sa.text("state = 'batched'"),
        postgresql_where=sa.text("state = 'batched'"),
    )
    op.create_table(
        "clip_readings",
        sa.Column("id", big_key, autoincrement=True, nullable=False),
        sa.Column("submission", sa.BigInteger(), nullable=False),
        sa.Column("at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("metric", sa.String(length=40), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("views", sa.BigInteger(), nullable=True),
        sa.Column("likes", sa.BigInteger(), nullable=True),
        sa.Column("comments", sa.BigInteger(), nullable=True),
        sa.Column("shares", sa.BigInteger(), nullable=True),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.Column("evidence", sa.String(length=64), nullable=False),
        sa.Column("run", sa.BigInteger(), nullable=True),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("outcome <> 'ok' OR views IS NOT NULL", name="ck_clip_readings_ok_has_views"),
        sa.CheckConstraint("outcome = 'ok' OR views IS NULL", name="ck_clip_readings_failed_is_no_number"),
        sa.PrimaryKeyConstraint("id", name="pk_clip_readings"),
    )
    op.create_index("ix_clip_readings_submission", "clip_readings", ["creator_id", "submission", "at", "id"])
    op.create_table(
        "clip_reports",
        sa.Column("id", big_key, autoincrement=True, nullable=False),
        sa.Column("campaign", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("hint", sa.String(length=12), nullable=False),
        sa.Column("names", sa.Boolean(), nullable=False),
        sa.Column("created_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("seen_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("revoked_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_clip_reports"),
        sa.UniqueConstraint("token_hash", name="uq_clip_reports_token_hash"),
    )
    op.create_index("ix_clip_reports_campaign", "clip_reports", ["creator_id", "campaign"])
    op.create_table(
        "clip_runs",
        sa.Column("id", big_key, autoincrement=True, nullable=False),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("platform", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.Column("run_id", sa.String(length=64), nullable=False),
        sa.Column("clips", json, nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("good", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("reserved_micro", sa.BigInteger(), nullable=False),
        sa.Column("cost_micro", sa.BigInteger(), nullable=True),
        sa.Column("trouble", sa.String(length=300), nullable=False),
        sa.Column("planned_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("started_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("finished_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_clip_runs"),
    )
    op.create_index("ix_clip_runs_creator", "clip_runs", ["creator_id", "id"])
    op.create_index("ix_clip_runs_month", "clip_runs", ["creator_id", "month"])
    op.create_index(
        "ix_clip_runs_open",
        "clip_runs",
        ["creator_id", "id"],
        sqlite_where=sa.text("state IN ('planned', 'started')"),
        postgresql_where=sa.text("state IN ('planned', 'started')"),
    )
    op.create_table(
        "clip_settings",
        sa.Column("creator_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("chosen", json, nullable=False),
        sa.Column("updated_at", DateTimeUTC(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("creator_id", name="pk_clip_settings"),
    )
    op.create_table(
        "clip_submissions",
        sa.Column("id", big_key, autoincrement=True, nullable=False),
        sa.Column("campaign", sa.BigInteger(), nullable=False),
        sa.Column("user_id", GUID(), nullable=False),
        sa.Column("terms", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(length=16), nullable=False),
        sa.Column("video_id", sa.String(length=64), nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("submitted_url", sa.Text(), nullable=False),
        sa.Column("media_url", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("fixed", sa.BigInteger(), nullable=True),
        sa.Column("author", sa.String(length=100), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("duration_s", sa.Integer(), nullable=True),
        sa.Column("posted_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("submitted_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("decided_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=100), nullable=False),
        sa.Column("appealed_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("removed_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("next_read_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("read_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("tried_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("baseline", sa.BigInteger(), nullable=False),
        sa.Column("views", sa.BigInteger(), nullable=False),
        sa.Column("latest", sa.BigInteger(), nullable=False),
        sa.Column("likes", sa.BigInteger(), nullable=True),
        sa.Column("comments", sa.BigInteger(), nullable=True),
        sa.Column("shares", sa.BigInteger(), nullable=True),
        sa.Column("flags", sa.Integer(), nullable=False),
        sa.Column("earned", sa.BigInteger(), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_clip_submissions"),
    )
    op.create_index("ix_clip_submissions_campaign", "clip_submissions", ["creator_id", "campaign", "state", "id"])
    op.create_index("ix_clip_submissions_clipper", "clip_submissions", ["creator_id", "user_id", "id"])
    op.create_index(
        "ix_clip_submissions_due",
        "clip_submissions",
        ["creator_id", "next_read_at", "id"],
        sqlite_where=sa.text("next_read_at IS NOT NULL"),
        postgresql_where=sa.text("next_read_at IS NOT NULL"),
    )
    op.create_index("ix_clip_submissions_state", "clip_submissions", ["creator_id", "state", "id"])
    op.create_index("ix_clip_submissions_video", "clip_submissions", ["creator_id", "platform", "video_id"])
    op.create_index(
        "uq_clip_submissions_video",
        "clip_submissions",
        ["creator_id", "platform", "video_id"],
        unique=True,
        sqlite_where=sa.text("state <> 'REJECTED' AND video_id IS NOT NULL"),
        postgresql_where=sa.text("state <> 'REJECTED' AND video_id IS NOT NULL"),
    )
    op.create_table(
        "clip_terms",
        sa.Column("id", big_key, autoincrement=True, nullable=False),
        sa.Column("campaign", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("terms", json, nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("created_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_clip_terms"),
        sa.UniqueConstraint("creator_id", "campaign", "version", name="uq_clip_terms_creator_id_campaign_version"),
    )
    op.create_table(
        "clip_words",
        sa.Column("id", big_key, autoincrement=True, nullable=False),
        sa.Column("submission", sa.BigInteger(), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("user_id", GUID(), nullable=True),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_clip_words"),
    )
    op.create_index("ix_clip_words_submission", "clip_words", ["creator_id", "submission", "id"])
    op.create_table(
        "view_tracking",
        sa.Column("id", big_key, autoincrement=True, nullable=False),
        sa.Column("user_id", GUID(), nullable=False),
        sa.Column("clip_id", sa.BigInteger(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("platform", sa.String(length=16), nullable=False),
        sa.Column("views", sa.BigInteger(), nullable=False),
        sa.Column("created_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_view_tracking"),
        sa.UniqueConstraint(
            "creator_id", "user_id", "clip_id", "date", "platform", name="uq_view_tracking_creator_id_user_id_clip_id_date_platform"
        ),
    )
    op.create_index("ix_view_tracking_clip", "view_tracking", ["creator_id", "clip_id", "date"])
    isolation.force(op, OWNED)
    append_only.keep(op, APPEND_ONLY)


def downgrade() -> None:
    for table in reversed(OWNED):
        op.drop_table(table)
    op.drop_column("chat_settings", "keep_days")
    append_only.forget(op)
