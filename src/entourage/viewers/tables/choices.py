"""What a creator decided: the rules of tiers, who holds one and why, and the room's settings."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from entourage.kernel.tables import Base, BigKey, Owned


class TierRule(Owned, Base):
    """What a tier asks for; all three at once."""

    __tablename__ = "vip_tier_config"
    __table_args__ = (UniqueConstraint("creator_id", "tier_name"),)
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    tier_name: Mapped[str] = mapped_column(String(50))
    min_coins_spent: Mapped[int]
    min_watchtime_hours: Mapped[int]
    min_visits: Mapped[int]
    benefits: Mapped[list[str]] = mapped_column(default=list)
    badge_color: Mapped[str] = mapped_column(String(9))
    sort_order: Mapped[int] = mapped_column(Integer())


class TierChange(Owned, Base):
    """A tier given or taken, and why."""

    __tablename__ = "viewer_tier_changes"
    __table_args__ = (
        Index("ix_viewer_tier_changes_viewer", "viewer_id", "at_ms"),
        Index("ix_viewer_tier_changes_newest", "creator_id", "id"),
    )
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    viewer_id: Mapped[int]
    at_ms: Mapped[int]
    old: Mapped[str | None] = mapped_column(String(50))
    new: Mapped[str | None] = mapped_column(String(50))
    why: Mapped[dict[str, Any]]  # coins, watch_hours, visits at that moment, or who did it by hand


class Choice(Owned, Base):
    """The viewers room's own settings for a creator (row A18)."""

    __tablename__ = "viewer_config"
    creator_id: Mapped[int] = mapped_column(BigInteger(), primary_key=True, autoincrement=False)
    auto_vip_promotion: Mapped[bool] = mapped_column(Boolean(), default=True)
    birthday_reminder: Mapped[bool] = mapped_column(Boolean(), default=True)
    birthdays_told_on: Mapped[str | None] = mapped_column(String(10))  # the creator's day whose birthdays were announced
    auto_fetch_tiktok_data: Mapped[bool] = mapped_column(Boolean(), default=True)
    session_timeout: Mapped[int] = mapped_column(Integer(), default=300)  # seconds
    heatmap_enabled: Mapped[bool] = mapped_column(Boolean(), default=True)
    keep_chat_days: Mapped[int | None] = mapped_column(Integer())  # None: for ever; after it the words go, the counters stay
    keep_history_days: Mapped[int | None] = mapped_column(Integer())  # interactions, gifts and visits; None: for ever
