"""Fan chats: who writes, what was said and answered, facts, broadcasts, and what a model cost.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from advanced_alchemy.types import DateTimeUTC
from alembic import op
from sqlalchemy.dialects import postgresql

from entourage.migrations import isolation

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

big_key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
OWNED = (
    "chat_broadcasts",
    "chat_calls",
    "chat_facts",
    "chat_fans",
    "chat_lines",
    "chat_messages",
    "chat_months",
    "chat_replies",
    "chat_settings",
)


def upgrade() -> None:
    op.create_table(
        "chat_broadcasts",
        sa.Column("id", big_key, autoincrement=True, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("segment", json, nullable=False),
        sa.Column("at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("twin", sa.BigInteger(), nullable=True),
        sa.Column("sending_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("mass_id", sa.String(length=64), nullable=True),
        sa.Column("recipients", sa.Integer(), nullable=True),
        sa.Column("views", sa.Integer(), nullable=False),
        sa.Column("purchases", sa.Integer(), nullable=False),
        sa.Column("revenue", sa.BigInteger(), nullable=False),
        sa.Column("looked_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(length=400), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("created_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("updated_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_chat_broadcasts"),
    )
    op.create_index("ix_chat_broadcasts_creator", "chat_broadcasts", ["creator_id", "id"])
    op.create_index("ix_chat_broadcasts_twin", "chat_broadcasts", ["creator_id", "twin"])
    op.create_table(
        "chat_calls",
        sa.Column("id", big_key, autoincrement=True, nullable=False),
        sa.Column("at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("model", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("reserved_micro", sa.BigInteger(), nullable=False),
        sa.Column("cost_micro", sa.BigInteger(), nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("cached", sa.Integer(), nullable=False),
        sa.Column("written", sa.Integer(), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=True),
        sa.Column("fan", sa.BigInteger(), nullable=True),
        sa.Column("reply", sa.BigInteger(), nullable=True),
        sa.Column("trouble", sa.String(length=200), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_chat_calls"),
    )
    op.create_index("ix_chat_calls_creator", "chat_calls", ["creator_id", "at", "id"])
    op.create_index(
        "ix_chat_calls_open",
        "chat_calls",
        ["creator_id", "at"],
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "chat_facts",
        sa.Column("id", big_key, autoincrement=True, nullable=False),
        sa.Column("fan", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("message", sa.BigInteger(), nullable=True),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_chat_facts"),
        sa.UniqueConstraint("creator_id", "fan", "key", name="uq_chat_facts_creator_id_fan_key"),
    )
    op.create_table(
        "chat_fans",
        sa.Column("id", big_key, autoincrement=True, nullable=False),
        sa.Column("fan_id", sa.String(length=64), nullable=False),
        sa.Column("handle", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("avatar_url", sa.Text(), nullable=False),
        sa.Column("mode", sa.String(length=8), nullable=True),
        sa.Column("paused_until", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("held_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("held_why", json, nullable=False),
        sa.Column("unreachable_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("told_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("in_a_row", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("known_platform", sa.String(length=32), nullable=False),
        sa.Column("known_id", sa.String(length=64), nullable=False),
        sa.Column("spent", sa.BigInteger(), nullable=True),
        sa.Column("standing", sa.String(length=16), nullable=False),
        sa.Column("looked_up_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("newest_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("newest_text", sa.String(length=200), nullable=False),
        sa.Column("newest_by", sa.String(length=16), nullable=False),
        sa.Column("heard_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("answered_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("answered_to", sa.BigInteger(), nullable=False),
        sa.Column("hand_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("burst_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("read_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("follow_up_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("follow_ups", sa.Integer(), nullable=False),
        sa.Column("first_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("updated_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_chat_fans"),
        sa.UniqueConstraint("creator_id", "fan_id", name="uq_chat_fans_creator_id_fan_id"),
    )
    op.create_index(
        "ix_chat_fans_follow_up",
        "chat_fans",
        ["creator_id", "follow_up_at"],
        sqlite_where=sa.text("follow_up_at IS NOT NULL"),
        postgresql_where=sa.text("follow_up_at IS NOT NULL"),
    )
    op.create_index(
        "ix_chat_fans_held",
        "chat_fans",
        ["creator_id", "held_at"],
        sqlite_where=sa.text("held_at IS NOT NULL"),
        postgresql_where=sa.text("held_at IS NOT NULL"),
    )
    op.create_index("ix_chat_fans_newest", "chat_fans", ["creator_id", "newest_at", "id"])
    op.create_index(
        "ix_chat_fans_waiting",
        "chat_fans",
        ["creator_id", "burst_at"],
        sqlite_where=sa.text("burst_at IS NOT NULL"),
        postgresql_where=sa.text("burst_at IS NOT NULL"),
    )
    op.create_table(
        "chat_lines",
        sa.Column("creator_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("webhook_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("tested_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("caught_up_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("sent_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("sign_in_since", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(length=400), nullable=False),
        sa.Column("trouble_at", DateTimeUTC(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("creator_id", name="pk_chat_lines"),
    )
    op.create_table(
        "chat_messages",
        sa.Column("id", big_key, autoincrement=True, nullable=False),
        sa.Column("fan", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("media", sa.Boolean(), nullable=False),
        sa.Column("price", sa.Integer(), nullable=True),
        sa.Column("reply", sa.BigInteger(), nullable=True),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("received_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_chat_messages"),
        sa.UniqueConstraint("creator_id", "message_id", name="uq_chat_messages_creator_id_message_id"),
    )
    op.create_index("ix_chat_messages_thread", "chat_messages", ["creator_id", "fan", "at", "id"])
    op.create_table(
        "chat_months",
        sa.Column("creator_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("read", sa.BigInteger(), nullable=False),
        sa.Column("cached", sa.BigInteger(), nullable=False),
        sa.Column("written", sa.BigInteger(), nullable=False),
        sa.Column("cost_micro", sa.BigInteger(), nullable=False),
        sa.Column("reserved_micro", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("creator_id", "month", name="pk_chat_months"),
    )
    op.create_table(
        "chat_replies",
        sa.Column("id", big_key, autoincrement=True, nullable=False),
        sa.Column("fan", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("answers", sa.BigInteger(), nullable=True),
        sa.Column("answers_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written", sa.Text(), nullable=False),
        sa.Column("edits", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=8), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("confidence", sa.Integer(), nullable=False),
        sa.Column("refused", json, nullable=False),
        sa.Column("discloses", sa.Boolean(), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("send_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("sending_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("tried_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("sent_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("message_id", sa.String(length=64), nullable=True),
        sa.Column("trouble", sa.String(length=400), nullable=False),
        sa.Column("created_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("updated_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_chat_replies"),
    )
    op.create_index("ix_chat_replies_fan", "chat_replies", ["creator_id", "fan", "id"])
    op.create_index("ix_chat_replies_made", "chat_replies", ["creator_id", "created_at"])
    op.create_index(
        "ix_chat_replies_open",
        "chat_replies",
        ["creator_id", "created_at", "id"],
        sqlite_where=sa.text("state IN ('drafted', 'checked', 'approved', 'failed')"),
        postgresql_where=sa.text("state IN ('drafted', 'checked', 'approved', 'failed')"),
    )
    op.create_index(
        "ix_chat_replies_sending",
        "chat_replies",
        ["creator_id", "sending_at"],
        sqlite_where=sa.text("state = 'approved' AND sending_at IS NOT NULL"),
        postgresql_where=sa.text("state = 'approved' AND sending_at IS NOT NULL"),
    )
    op.create_index(
        "uq_chat_replies_open",
        "chat_replies",
        ["creator_id", "fan"],
        unique=True,
        sqlite_where=sa.text("state IN ('drafted', 'checked', 'approved', 'failed')"),
        postgresql_where=sa.text("state IN ('drafted', 'checked', 'approved', 'failed')"),
    )
    op.create_table(
        "chat_settings",
        sa.Column("creator_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("chosen", json, nullable=False),
        sa.Column("voice", json, nullable=False),
        sa.Column("stopped_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("stopped_by", sa.String(length=100), nullable=False),
        sa.Column("wizard_step", sa.Integer(), nullable=False),
        sa.Column("updated_at", DateTimeUTC(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("creator_id", name="pk_chat_settings"),
    )
    op.create_index(
        "ix_deliveries_unhandled",
        "deliveries",
        ["creator_id", "source", "id"],
        sqlite_where=sa.text("handled_at IS NULL"),
        postgresql_where=sa.text("handled_at IS NULL"),
    )
    op.create_index(
        "ix_jobs_queue_kind",
        "jobs_queue",
        ["kind", "creator_id", "run_at", "id"],
        sqlite_where=sa.text("status='queued'"),
        postgresql_where=sa.text("status='queued'"),
    )
    isolation.force(op, OWNED)
    op.drop_index("ix_viewers_coins", table_name="viewers")
    op.create_index("ix_viewers_coins", "viewers", ["creator_id", "coins", "id", "last_seen_ms"])


def downgrade() -> None:
    op.drop_index("ix_viewers_coins", table_name="viewers")
    op.create_index("ix_viewers_coins", "viewers", ["creator_id", "coins", "id"])
    op.drop_index("ix_deliveries_unhandled", table_name="deliveries")
    op.drop_index("ix_jobs_queue_kind", table_name="jobs_queue")
    for table in reversed(OWNED):
        op.drop_table(table)
