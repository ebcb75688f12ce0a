"""Badges given for a time: what platforms told us, kept until it was acted upon, the room of timed VIPs, and signs of life.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from advanced_alchemy.types import DateTimeUTC
from alembic import op
from sqlalchemy.dialects import postgresql

from entourage.migrations import isolation

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

big_key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
OWNED = (
    "deliveries",
    "viewer_rezonings",
    "hearings",
    "vip_channels",
    "vip_claims",
    "vip_grants",
    "vip_permanent",
    "vip_rewards",
    "vip_rules",
    "vip_settings",
)
OPEN = "state IN ('granting', 'active', 'expiring')"


def upgrade() -> None:
    op.create_table(
        "heartbeats",
        sa.Column("process", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("process", "role", name="pk_heartbeats"),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", big_key, autoincrement=True, nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("payload", json, nullable=False),
        sa.Column("received_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("handled_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint("creator_id", "source", "message_id", name="uq_deliveries_creator_id_source_message_id"),
    )
    op.create_index("ix_deliveries_received_at", "deliveries", ["received_at"])
    op.create_table(
        "hearings",
        sa.Column("creator_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("detail", sa.String(length=300), nullable=False),
        sa.Column("changed_at", DateTimeUTC(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("creator_id", "source", "kind", name="pk_hearings"),
    )
    op.create_table(
        "vip_channels",
        sa.Column("creator_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("owner_id", sa.String(length=64), nullable=False),
        sa.Column("imported_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("reconciled_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("caught_up_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("slots_learned", sa.Integer(), nullable=True),
        sa.Column("slots_learned_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("turned_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("sign_in_since", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("tiers_seen", sa.BigInteger(), nullable=False),
        sa.Column("told", json, nullable=False),
        sa.PrimaryKeyConstraint("creator_id", name="pk_vip_channels"),
    )
    op.create_table(
        "vip_claims",
        sa.Column("id", big_key, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("login", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("tier", sa.String(length=50), nullable=False),
        sa.Column("reward_id", sa.String(length=64), nullable=True),
        sa.Column("redemption_id", sa.String(length=64), nullable=True),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("given_s", sa.BigInteger(), nullable=True),
        sa.Column("until_stream_end", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("grant_id", sa.BigInteger(), nullable=True),
        sa.Column("unsettled", sa.Boolean(), nullable=False),
        sa.Column("settled", sa.String(length=16), nullable=False),
        sa.Column("stuck", sa.String(length=16), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("asked_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("received_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("updated_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_vip_claims"),
        sa.UniqueConstraint("creator_id", "key", name="uq_vip_claims_creator_id_key"),
    )
    op.create_index("ix_vip_claims_asked", "vip_claims", ["creator_id", "asked_at"])
    op.create_index("ix_vip_claims_creator", "vip_claims", ["creator_id", "id"])
    op.create_index("ix_vip_claims_grant", "vip_claims", ["grant_id"])
    op.create_index("ix_vip_claims_person", "vip_claims", ["creator_id", "user_id", "id"])
    op.create_index(
        "ix_vip_claims_unsettled",
        "vip_claims",
        ["creator_id", "id"],
        sqlite_where=sa.text("unsettled = 1"),
        postgresql_where=sa.text("unsettled"),
    )
    op.create_index(
        "ix_vip_claims_waiting",
        "vip_claims",
        ["creator_id", "id"],
        sqlite_where=sa.text("state IN ('received', 'granting')"),
        postgresql_where=sa.text("state IN ('received', 'granting')"),
    )
    op.create_table(
        "vip_grants",
        sa.Column("id", big_key, autoincrement=True, nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("login", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("stuck", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("cause", sa.String(length=200), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("began_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("given_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("fixed_until", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("until_stream_end", sa.Boolean(), nullable=False),
        sa.Column("ends_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("warn_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("taking_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("ended_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("ended_why", sa.String(length=40), nullable=False),
        sa.Column("ended_by", sa.String(length=100), nullable=False),
        sa.Column("renewals", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("updated_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_vip_grants"),
    )
    op.create_index("ix_vip_grants_creator", "vip_grants", ["creator_id", "id"])
    op.create_index(
        "ix_vip_grants_due",
        "vip_grants",
        ["creator_id", "ends_at", "id"],
        sqlite_where=sa.text("state = 'active'"),
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_index("ix_vip_grants_open", "vip_grants", ["creator_id", "id"], sqlite_where=sa.text(OPEN), postgresql_where=sa.text(OPEN))
    op.create_index("ix_vip_grants_person", "vip_grants", ["creator_id", "user_id", "id"])
    op.create_index(
        "ix_vip_grants_taking",
        "vip_grants",
        ["creator_id", "taking_at"],
        sqlite_where=sa.text("taking_at IS NOT NULL"),
        postgresql_where=sa.text("taking_at IS NOT NULL"),
    )
    for name, moment in (("ix_vip_grants_ends", "ends_at"), ("ix_vip_grants_warning", "warn_at")):
        op.create_index(
            name,
            "vip_grants",
            [moment, "creator_id"],
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )
    op.create_index(
        "uq_vip_grants_open",
        "vip_grants",
        ["creator_id", "user_id"],
        unique=True,
        sqlite_where=sa.text(OPEN),
        postgresql_where=sa.text(OPEN),
    )
    op.create_table(
        "vip_permanent",
        sa.Column("creator_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("login", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("noted_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("how", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("creator_id", "user_id", name="pk_vip_permanent"),
    )
    op.create_table(
        "vip_rewards",
        sa.Column("id", big_key, autoincrement=True, nullable=False),
        sa.Column("reward_id", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("full", sa.Boolean(), nullable=False),
        sa.Column("shape", json, nullable=False),
        sa.Column("terms", json, nullable=False),
        sa.Column("trouble", sa.String(length=400), nullable=False),
        sa.Column("created_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("updated_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_vip_rewards"),
    )
    op.create_index("ix_vip_rewards_creator", "vip_rewards", ["creator_id", "id"])
    op.create_index(
        "uq_vip_rewards_reward",
        "vip_rewards",
        ["creator_id", "reward_id"],
        unique=True,
        sqlite_where=sa.text("reward_id IS NOT NULL"),
        postgresql_where=sa.text("reward_id IS NOT NULL"),
    )
    op.create_table(
        "vip_rules",
        sa.Column("id", big_key, autoincrement=True, nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("least", sa.BigInteger(), nullable=False),
        sa.Column("tier", sa.String(length=50), nullable=False),
        sa.Column("on", sa.Boolean(), nullable=False),
        sa.Column("terms", json, nullable=False),
        sa.Column("updated_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_vip_rules"),
    )
    op.create_index("ix_vip_rules_creator", "vip_rules", ["creator_id", "id"])
    op.create_table(
        "vip_settings",
        sa.Column("creator_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("chosen", json, nullable=False),
        sa.Column("discord_url", sa.LargeBinary(), nullable=True),
        sa.Column("updated_at", DateTimeUTC(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("creator_id", name="pk_vip_settings"),
    )
    op.create_table(
        "house_secrets",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", DateTimeUTC(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_house_secrets"),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("until", DateTimeUTC(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )
    op.create_table(
        "turns",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("free_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", "place", name="pk_turns"),
    )
    op.create_table(
        "viewer_rezonings",
        sa.Column("creator_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("old_zone", sa.String(length=64), nullable=False),
        sa.Column("new_zone", sa.String(length=64), nullable=False),
        sa.Column("asked_ms", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("streams_upto", sa.BigInteger(), nullable=False),
        sa.Column("viewers_upto", sa.BigInteger(), nullable=False),
        sa.Column("hours_counted", sa.Boolean(), nullable=False),
        sa.Column("left_streams", sa.BigInteger(), nullable=False),
        sa.Column("left_until_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("creator_id", name="pk_viewer_rezonings"),
    )
    isolation.force(op, OWNED)


def downgrade() -> None:
    for table in (
        "viewer_rezonings",
        "vip_settings",
        "vip_rules",
        "vip_rewards",
        "vip_permanent",
        "vip_grants",
        "vip_claims",
        "vip_channels",
        "turns",
        "leases",
        "house_secrets",
        "hearings",
        "deliveries",
        "heartbeats",
    ):
        op.drop_table(table)
