"""The first house: the ground, and the viewers room.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from advanced_alchemy.types import GUID, DateTimeUTC
from alembic import op
from sqlalchemy.dialects import postgresql

from entourage.migrations import isolation, search

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

big_key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
search_text = sa.String(320).with_variant(sa.String(320, collation="C"), "postgresql")
OWNED = (
    "api_keys",
    "audit_log",
    "connections",
    "creator_activity_heatmap",
    "data_gaps",
    "jobs_queue",
    "overlays",
    "stream_minutes",
    "streams",
    "viewer_activity_heatmap",
    "viewer_cards",
    "viewer_carried",
    "viewer_carried_hours",
    "viewer_config",
    "viewer_erasures",
    "viewer_gift_history",
    "viewer_handles",
    "viewer_import_rows",
    "viewer_imports",
    "viewer_interactions",
    "viewer_links",
    "viewer_periods",
    "viewer_segments",
    "viewer_sessions",
    "viewer_strays",
    "viewer_tags",
    "viewer_tier_changes",
    "viewer_totals",
    "viewers",
    "vip_tier_config",
)


def upgrade() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", GUID(), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("hint", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("scopes", json, nullable=False),
        sa.Column("made_by", GUID(), nullable=True),
        sa.Column("created_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("last_used_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("revoked_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.UniqueConstraint("key_hash", name="uq_api_keys_key_hash"),
    )
    op.create_table(
        "audit_log",
        sa.Column("id", big_key, autoincrement=True, nullable=False),
        sa.Column("at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("cause", sa.String(length=200), nullable=False),
        sa.Column("meta", json, nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_log"),
    )
    op.create_index("ix_audit_log_creator_id_id", "audit_log", ["creator_id", "id"], unique=False)
    op.create_index("ix_audit_log_creator_id_subject_id", "audit_log", ["creator_id", "subject", "id"], unique=False)
    op.create_table(
        "connections",
        sa.Column("id", GUID(), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("account", sa.String(length=200), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("state", json, nullable=False),
        sa.Column("updated_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_connections"),
        sa.UniqueConstraint("creator_id", "source", name="uq_connections_creator_id_source"),
    )
    op.create_table(
        "creator_activity_heatmap",
        sa.Column("creator_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("cell", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("activity", sa.BigInteger(), nullable=False),
        sa.Column("coins", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("creator_id", "cell", name="pk_creator_activity_heatmap"),
    )
    op.create_table(
        "creators",
        sa.Column("id", big_key, autoincrement=True, nullable=False),
        sa.Column("uid", GUID(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", DateTimeUTC(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_creators"),
        sa.UniqueConstraint("uid", name="uq_creators_uid"),
    )
    op.create_table(
        "data_gaps",
        sa.Column("id", big_key, autoincrement=True, nullable=False),
        sa.Column("platform", sa.String(length=16), nullable=False),
        sa.Column("stream_id", sa.BigInteger(), nullable=True),
        sa.Column("from_ms", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("recovered", sa.BigInteger(), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_data_gaps"),
    )
    op.create_index("ix_data_gaps_from", "data_gaps", ["creator_id", "from_ms"], unique=False)
    op.create_index(
        "ix_data_gaps_open",
        "data_gaps",
        ["creator_id", "platform"],
        unique=False,
        sqlite_where=sa.text("until_ms IS NULL"),
        postgresql_where=sa.text("until_ms IS NULL"),
    )
    op.create_table(
        "jobs_queue",
        sa.Column("id", big_key, autoincrement=True, nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("lane", sa.String(length=200), nullable=False),
        sa.Column("payload", json, nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("run_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("first_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("latest_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("lease_until", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("max_attempts", sa.Integer(), nullable=False),
        sa.Column("dedup", sa.String(length=200), nullable=True),
        sa.Column("step", json, nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("finished_at", DateTimeUTC(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_jobs_queue"),
    )
    op.create_index("ix_jobs_queue_creator", "jobs_queue", ["creator_id", "status", "id"], unique=False)
    op.create_index(
        "ix_jobs_queue_due",
        "jobs_queue",
        ["creator_id", "run_at", "id"],
        unique=False,
        sqlite_where=sa.text("status='queued'"),
        postgresql_where=sa.text("status='queued'"),
    )
    op.create_index(
        "ix_jobs_queue_finished",
        "jobs_queue",
        ["finished_at"],
        unique=False,
        sqlite_where=sa.text("finished_at IS NOT NULL"),
        postgresql_where=sa.text("finished_at IS NOT NULL"),
    )
    op.create_index(
        "ix_jobs_queue_lane_id",
        "jobs_queue",
        ["lane", "id"],
        unique=False,
        sqlite_where=sa.text("status='queued'"),
        postgresql_where=sa.text("status='queued'"),
    )
    op.create_index(
        "uq_jobs_queue_queued_dedup",
        "jobs_queue",
        ["dedup"],
        unique=True,
        sqlite_where=sa.text("status='queued' AND dedup IS NOT NULL"),
        postgresql_where=sa.text("status='queued' AND dedup IS NOT NULL"),
    )
    op.create_index(
        "uq_jobs_queue_running_lane",
        "jobs_queue",
        ["lane"],
        unique=True,
        sqlite_where=sa.text("status='running'"),
        postgresql_where=sa.text("status='running'"),
    )
    op.create_table(
        "overlays",
        sa.Column("id", GUID(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("options", json, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("hint", sa.String(length=12), nullable=False),
        sa.Column("created_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("seen_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("revoked_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_overlays"),
        sa.UniqueConstraint("token_hash", name="uq_overlays_token_hash"),
    )
    op.create_table(
        "schedule_ticks",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("last_at", DateTimeUTC(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_schedule_ticks"),
    )
    op.create_table(
        "stream_minutes",
        sa.Column("stream_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("minute", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("comments", sa.BigInteger(), nullable=False),
        sa.Column("likes", sa.BigInteger(), nullable=False),
        sa.Column("coins", sa.BigInteger(), nullable=False),
        sa.Column("gifts", sa.BigInteger(), nullable=False),
        sa.Column("joins", sa.BigInteger(), nullable=False),
        sa.Column("watching", sa.BigInteger(), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("stream_id", "minute", name="pk_stream_minutes"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "streams",
        sa.Column("id", big_key, autoincrement=True, nullable=False),
        sa.Column("platform", sa.String(length=16), nullable=False),
        sa.Column("room", sa.String(length=64), nullable=False),
        sa.Column("recorded", sa.Boolean(), nullable=False),
        sa.Column("started_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_event_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.Column("folded", sa.Boolean(), nullable=False),
        sa.Column("hushed_ms", sa.BigInteger(), nullable=True),
        sa.Column("let_go_ms", sa.BigInteger(), nullable=True),
        sa.Column("peak_watching", sa.BigInteger(), nullable=False),
        sa.Column("viewers", sa.BigInteger(), nullable=False),
        sa.Column("new_viewers", sa.BigInteger(), nullable=False),
        sa.Column("coins", sa.BigInteger(), nullable=False),
        sa.Column("gifts", sa.BigInteger(), nullable=False),
        sa.Column("comments", sa.BigInteger(), nullable=False),
        sa.Column("likes", sa.BigInteger(), nullable=False),
        sa.Column("shares", sa.BigInteger(), nullable=False),
        sa.Column("follows", sa.BigInteger(), nullable=False),
        sa.Column("joins", sa.BigInteger(), nullable=False),
        sa.Column("watch_ms", sa.BigInteger(), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_streams"),
        sa.UniqueConstraint("creator_id", "platform", "room", name="uq_streams_creator_id_platform_room"),
    )
    op.create_index(
        "ix_streams_going_on",
        "streams",
        ["creator_id", "id"],
        unique=False,
        sqlite_where=sa.text("ended_ms IS NULL"),
        postgresql_where=sa.text("ended_ms IS NULL"),
    )
    op.create_index("ix_streams_started", "streams", ["creator_id", "started_ms"], unique=False)
    op.create_table(
        "users",
        sa.Column("id", GUID(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("theme", sa.String(length=8), nullable=False),
        sa.Column("list_columns", sa.String(length=400), nullable=False),
        sa.Column("house_owner", sa.Boolean(), nullable=False),
        sa.Column("created_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("last_seen_at", DateTimeUTC(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("email", name="uq_users_email"),
    )
    op.create_table(
        "viewer_activity_heatmap",
        sa.Column("viewer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("cell", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("activity", sa.BigInteger(), nullable=False),
        sa.Column("coins", sa.BigInteger(), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("viewer_id", "cell", name="pk_viewer_activity_heatmap"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "viewer_cards",
        sa.Column("viewer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("tags", json, nullable=False),
        sa.Column("birthday", sa.String(length=10), nullable=True),
        sa.Column("birthday_mmdd", sa.String(length=5), nullable=True),
        sa.Column("greeted_on", sa.String(length=10), nullable=True),
        sa.Column("discord_username", sa.String(length=100), nullable=True),
        sa.Column("tts_voice", sa.String(length=100), nullable=True),
        sa.Column("age", sa.Integer(), nullable=True),
        sa.Column("gender", sa.String(length=30), nullable=True),
        sa.Column("country", sa.String(length=60), nullable=True),
        sa.Column("language", sa.String(length=30), nullable=True),
        sa.Column("loyalty_points", sa.BigInteger(), nullable=False),
        sa.Column("updated_ms", sa.BigInteger(), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("viewer_id", name="pk_viewer_cards"),
    )
    op.create_index("ix_viewer_cards_birthday", "viewer_cards", ["creator_id", "birthday_mmdd"], unique=False)
    op.create_table(
        "viewer_carried",
        sa.Column("viewer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("visits", sa.BigInteger(), nullable=False),
        sa.Column("watch_ms", sa.BigInteger(), nullable=False),
        sa.Column("coins", sa.BigInteger(), nullable=False),
        sa.Column("gifts", sa.BigInteger(), nullable=False),
        sa.Column("comments", sa.BigInteger(), nullable=False),
        sa.Column("likes", sa.BigInteger(), nullable=False),
        sa.Column("shares", sa.BigInteger(), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("viewer_id", name="pk_viewer_carried"),
    )
    op.create_table(
        "viewer_carried_hours",
        sa.Column("viewer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("cell", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("activity", sa.BigInteger(), nullable=False),
        sa.Column("coins", sa.BigInteger(), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("viewer_id", "cell", name="pk_viewer_carried_hours"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "viewer_config",
        sa.Column("creator_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("auto_vip_promotion", sa.Boolean(), nullable=False),
        sa.Column("birthday_reminder", sa.Boolean(), nullable=False),
        sa.Column("birthdays_told_on", sa.String(length=10), nullable=True),
        sa.Column("auto_fetch_tiktok_data", sa.Boolean(), nullable=False),
        sa.Column("session_timeout", sa.Integer(), nullable=False),
        sa.Column("heatmap_enabled", sa.Boolean(), nullable=False),
        sa.Column("keep_chat_days", sa.Integer(), nullable=True),
        sa.Column("keep_history_days", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("creator_id", name="pk_viewer_config"),
    )
    op.create_table(
        "viewer_erasures",
        sa.Column("creator_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("mark", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("creator_id", "mark", name="pk_viewer_erasures"),
    )
    op.create_table(
        "viewer_gift_history",
        sa.Column("id", big_key, autoincrement=True, nullable=False),
        sa.Column("stream_id", sa.BigInteger(), nullable=False),
        sa.Column("viewer_id", sa.BigInteger(), nullable=False),
        sa.Column("streak", sa.String(length=200), nullable=False),
        sa.Column("gift_id", sa.String(length=64), nullable=False),
        sa.Column("gift_name", sa.String(length=200), nullable=False),
        sa.Column("coins_each", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("first_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_ms", sa.BigInteger(), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_viewer_gift_history"),
        sa.UniqueConstraint("stream_id", "streak", name="uq_viewer_gift_history_stream_id_streak"),
    )
    op.create_index("ix_viewer_gift_history_newest", "viewer_gift_history", ["creator_id", "id"], unique=False)
    op.create_index("ix_viewer_gift_history_viewer", "viewer_gift_history", ["viewer_id", "first_ms"], unique=False)
    op.create_table(
        "viewer_handles",
        sa.Column("id", big_key, autoincrement=True, nullable=False),
        sa.Column("viewer_id", sa.BigInteger(), nullable=False),
        sa.Column("handle", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_viewer_handles"),
    )
    op.create_index("ix_viewer_handles_handle", "viewer_handles", ["creator_id", "handle"], unique=False)
    op.create_index("ix_viewer_handles_viewer", "viewer_handles", ["viewer_id", "since_ms"], unique=False)
    op.create_table(
        "viewer_import_rows",
        sa.Column("id", big_key, autoincrement=True, nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("platform", sa.String(length=16), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=True),
        sa.Column("folded", sa.String(length=200), nullable=False),
        sa.Column("said", json, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("viewer_id", sa.BigInteger(), nullable=True),
        sa.Column("added", json, nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_viewer_import_rows"),
    )
    op.create_index("ix_viewer_import_rows_import", "viewer_import_rows", ["import_id", "id"], unique=False)
    op.create_index(
        "ix_viewer_import_rows_pending",
        "viewer_import_rows",
        ["creator_id", "platform", "folded"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index("ix_viewer_import_rows_viewer", "viewer_import_rows", ["viewer_id"], unique=False)
    op.create_table(
        "viewer_imports",
        sa.Column("id", big_key, autoincrement=True, nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("rules", json, nullable=False),
        sa.Column("counts", json, nullable=False),
        sa.Column("made_by", sa.String(length=100), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("undone_ms", sa.BigInteger(), nullable=True),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_viewer_imports"),
        sa.UniqueConstraint("creator_id", "digest", name="uq_viewer_imports_creator_id_digest"),
    )
    op.create_table(
        "viewer_interactions",
        sa.Column("id", big_key, autoincrement=True, nullable=False),
        sa.Column("stream_id", sa.BigInteger(), nullable=False),
        sa.Column("msg_key", sa.BigInteger(), nullable=False),
        sa.Column("viewer_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_viewer_interactions"),
        sa.UniqueConstraint("stream_id", "msg_key", name="uq_viewer_interactions_stream_id_msg_key"),
    )
    op.create_index("ix_viewer_interactions_newest", "viewer_interactions", ["creator_id", "id"], unique=False)
    op.create_index("ix_viewer_interactions_viewer", "viewer_interactions", ["viewer_id", "at_ms"], unique=False)
    op.create_table(
        "viewer_links",
        sa.Column("viewer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("head_id", sa.BigInteger(), nullable=False),
        sa.Column("linked_ms", sa.BigInteger(), nullable=False),
        sa.Column("linked_by", sa.String(length=100), nullable=False),
        sa.Column("before", json, nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("viewer_id", name="pk_viewer_links"),
    )
    op.create_index("ix_viewer_links_head", "viewer_links", ["head_id", "viewer_id"], unique=False)
    op.create_table(
        "viewer_periods",
        sa.Column("creator_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("period", sa.String(length=8), nullable=False),
        sa.Column("viewer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("visits", sa.BigInteger(), nullable=False),
        sa.Column("watch_ms", sa.BigInteger(), nullable=False),
        sa.Column("coins", sa.BigInteger(), nullable=False),
        sa.Column("gifts", sa.BigInteger(), nullable=False),
        sa.Column("comments", sa.BigInteger(), nullable=False),
        sa.Column("likes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("creator_id", "period", "viewer_id", name="pk_viewer_periods"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_viewer_periods_coins", "viewer_periods", ["creator_id", "period", "coins", "viewer_id"], unique=False)
    op.create_index("ix_viewer_periods_watch", "viewer_periods", ["creator_id", "period", "watch_ms", "viewer_id"], unique=False)
    op.create_table(
        "viewer_segments",
        sa.Column("id", big_key, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("conditions", json, nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_viewer_segments"),
        sa.UniqueConstraint("creator_id", "name", name="uq_viewer_segments_creator_id_name"),
    )
    op.create_table(
        "viewer_sessions",
        sa.Column("stream_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("viewer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("started_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_ms", sa.BigInteger(), nullable=False),
        sa.Column("watch_ms", sa.BigInteger(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("coins", sa.BigInteger(), nullable=False),
        sa.Column("gifts", sa.BigInteger(), nullable=False),
        sa.Column("comments", sa.BigInteger(), nullable=False),
        sa.Column("likes", sa.BigInteger(), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("stream_id", "viewer_id", name="pk_viewer_sessions"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_viewer_sessions_open",
        "viewer_sessions",
        ["creator_id", "started_ms", "viewer_id", "open"],
        unique=False,
        sqlite_where=sa.text("open = 1"),
        postgresql_where=sa.text("open"),
    )
    op.create_index("ix_viewer_sessions_viewer", "viewer_sessions", ["viewer_id", "started_ms"], unique=False)
    op.create_table(
        "viewer_strays",
        sa.Column("id", big_key, autoincrement=True, nullable=False),
        sa.Column("platform", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("last_ms", sa.BigInteger(), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_viewer_strays"),
        sa.UniqueConstraint("creator_id", "platform", "name", name="uq_viewer_strays_creator_id_platform_name"),
    )
    op.create_table(
        "viewer_tags",
        sa.Column("creator_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("folded", sa.String(length=60), nullable=False),
        sa.Column("viewer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tag", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("creator_id", "folded", "viewer_id", name="pk_viewer_tags"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_viewer_tags_viewer", "viewer_tags", ["viewer_id"], unique=False)
    op.create_table(
        "viewer_tier_changes",
        sa.Column("id", big_key, autoincrement=True, nullable=False),
        sa.Column("viewer_id", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("old", sa.String(length=50), nullable=True),
        sa.Column("new", sa.String(length=50), nullable=True),
        sa.Column("why", json, nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_viewer_tier_changes"),
    )
    op.create_index("ix_viewer_tier_changes_newest", "viewer_tier_changes", ["creator_id", "id"], unique=False)
    op.create_index("ix_viewer_tier_changes_viewer", "viewer_tier_changes", ["viewer_id", "at_ms"], unique=False)
    op.create_table(
        "viewer_totals",
        sa.Column("creator_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("viewers", sa.BigInteger(), nullable=False),
        sa.Column("coins", sa.BigInteger(), nullable=False),
        sa.Column("gifts", sa.BigInteger(), nullable=False),
        sa.Column("comments", sa.BigInteger(), nullable=False),
        sa.Column("likes", sa.BigInteger(), nullable=False),
        sa.Column("shares", sa.BigInteger(), nullable=False),
        sa.Column("visits", sa.BigInteger(), nullable=False),
        sa.Column("watch_ms", sa.BigInteger(), nullable=False),
        sa.Column("tiered", sa.BigInteger(), nullable=False),
        sa.Column("anonymous_likes", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("creator_id", name="pk_viewer_totals"),
    )
    op.create_table(
        "viewers",
        sa.Column("id", big_key, autoincrement=True, nullable=False),
        sa.Column("platform", sa.String(length=16), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("handle", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("search_text", search_text, nullable=False),
        sa.Column("avatar_url", sa.Text(), nullable=True),
        sa.Column("bio", sa.Text(), nullable=True),
        sa.Column("followers", sa.BigInteger(), nullable=True),
        sa.Column("following", sa.BigInteger(), nullable=True),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("moderator", sa.Boolean(), nullable=False),
        sa.Column("moderator_held", sa.Boolean(), nullable=False),
        sa.Column("subscriber", sa.Boolean(), nullable=False),
        sa.Column("follower", sa.Boolean(), nullable=False),
        sa.Column("first_seen_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_ms", sa.BigInteger(), nullable=False),
        sa.Column("visits", sa.BigInteger(), nullable=False),
        sa.Column("watch_ms", sa.BigInteger(), nullable=False),
        sa.Column("coins", sa.BigInteger(), nullable=False),
        sa.Column("gifts", sa.BigInteger(), nullable=False),
        sa.Column("comments", sa.BigInteger(), nullable=False),
        sa.Column("likes", sa.BigInteger(), nullable=False),
        sa.Column("shares", sa.BigInteger(), nullable=False),
        sa.Column("tier", sa.String(length=50), nullable=True),
        sa.Column("tier_since_ms", sa.BigInteger(), nullable=True),
        sa.Column("tier_held", sa.Boolean(), nullable=False),
        sa.Column("linked_to", sa.BigInteger(), nullable=True),
        sa.Column("favorite", sa.Boolean(), nullable=False),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_ms", sa.BigInteger(), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_viewers"),
        sa.UniqueConstraint("creator_id", "platform", "user_id", name="uq_viewers_creator_id_platform_user_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_viewers_coins", "viewers", ["creator_id", "coins", "id"], unique=False)
    op.create_index("ix_viewers_comments", "viewers", ["creator_id", "comments", "id"], unique=False)
    op.create_index(
        "ix_viewers_favorite",
        "viewers",
        ["creator_id", "id"],
        unique=False,
        sqlite_where=sa.text("favorite = 1"),
        postgresql_where=sa.text("favorite"),
    )
    op.create_index("ix_viewers_first", "viewers", ["creator_id", "first_seen_ms", "id"], unique=False)
    op.create_index("ix_viewers_gifts", "viewers", ["creator_id", "gifts", "id"], unique=False)
    op.create_index("ix_viewers_likes", "viewers", ["creator_id", "likes", "id"], unique=False)
    op.create_index(
        "ix_viewers_linked",
        "viewers",
        ["linked_to", "id"],
        unique=False,
        sqlite_where=sa.text("linked_to IS NOT NULL"),
        postgresql_where=sa.text("linked_to IS NOT NULL"),
    )
    op.create_index("ix_viewers_search", "viewers", ["creator_id", "search_text"], unique=False)
    op.create_index("ix_viewers_seen", "viewers", ["creator_id", "last_seen_ms", "id"], unique=False)
    op.create_index(
        "ix_viewers_tier",
        "viewers",
        ["creator_id", "tier", "id"],
        unique=False,
        sqlite_where=sa.text("tier IS NOT NULL"),
        postgresql_where=sa.text("tier IS NOT NULL"),
    )
    op.create_index("ix_viewers_visits", "viewers", ["creator_id", "visits", "id"], unique=False)
    op.create_index("ix_viewers_watch", "viewers", ["creator_id", "watch_ms", "id"], unique=False)
    op.create_table(
        "vip_tier_config",
        sa.Column("id", big_key, autoincrement=True, nullable=False),
        sa.Column("tier_name", sa.String(length=50), nullable=False),
        sa.Column("min_coins_spent", sa.BigInteger(), nullable=False),
        sa.Column("min_watchtime_hours", sa.BigInteger(), nullable=False),
        sa.Column("min_visits", sa.BigInteger(), nullable=False),
        sa.Column("benefits", json, nullable=False),
        sa.Column("badge_color", sa.String(length=9), nullable=False),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_vip_tier_config"),
        sa.UniqueConstraint("creator_id", "tier_name", name="uq_vip_tier_config_creator_id_tier_name"),
    )
    op.create_table(
        "web_sessions",
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", DateTimeUTC(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_web_sessions"),
    )
    op.create_index("ix_web_sessions_expires_at", "web_sessions", ["expires_at"], unique=False)
    op.create_table(
        "memberships",
        sa.Column("user_id", GUID(), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("created_at", DateTimeUTC(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["creator_id"], ["creators.id"], name="fk_memberships_creator_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_memberships_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "creator_id", name="pk_memberships"),
    )
    op.create_table(
        "sign_in_links",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("user_id", GUID(), nullable=True),
        sa.Column("creator_id", sa.BigInteger(), nullable=True),
        sa.Column("role", sa.String(length=16), nullable=True),
        sa.Column("created_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("expires_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("used_at", DateTimeUTC(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["creator_id"], ["creators.id"], name="fk_sign_in_links_creator_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_sign_in_links_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sign_in_links"),
    )
    search.create(op)
    isolation.force(op, OWNED)


def downgrade() -> None:
    search.drop(op)
    for table in (
        "sign_in_links",
        "memberships",
        "web_sessions",
        "vip_tier_config",
        "viewers",
        "viewer_totals",
        "viewer_tier_changes",
        "viewer_tags",
        "viewer_strays",
        "viewer_sessions",
        "viewer_segments",
        "viewer_periods",
        "viewer_links",
        "viewer_interactions",
        "viewer_imports",
        "viewer_import_rows",
        "viewer_handles",
        "viewer_gift_history",
        "viewer_erasures",
        "viewer_config",
        "viewer_carried_hours",
        "viewer_carried",
        "viewer_cards",
        "viewer_activity_heatmap",
        "users",
        "streams",
        "stream_minutes",
        "schedule_ticks",
        "overlays",
        "jobs_queue",
        "data_gaps",
        "creators",
        "creator_activity_heatmap",
        "connections",
        "audit_log",
        "api_keys",
    ):
        op.drop_table(table)
