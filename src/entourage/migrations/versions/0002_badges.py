"""Badges given for a time: what platforms told us, kept until it was acted upon.

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
OWNED = ("deliveries",)


def upgrade() -> None:
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
    isolation.force(op, OWNED)


def downgrade() -> None:
    op.drop_table("deliveries")
