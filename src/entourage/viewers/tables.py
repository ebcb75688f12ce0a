"""What is remembered of viewers: who they are, when they came, what they did, and the counters kept beside.

Moments are integer milliseconds since 1970-01-01 UTC in columns ending in `_ms`, durations are milliseconds too
(docs/decisions/0002). `viewers` holds what the feed says and counts; `viewer_cards` what the creator wrote.
Search needs an index of its own per engine: FTS5 trigrams on SQLite, an array of trigrams under GIN on PostgreSQL,
both kept by triggers (see the migrations).
"""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Index, Integer, LargeBinary, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from entourage.kernel.tables import Base, BigKey, Owned, partial_index


class Viewer(Owned, Base):
    """A person as seen on one platform: identity, counters, tier."""

    __tablename__ = "viewers"
    __table_args__ = (
        UniqueConstraint("creator_id", "platform", "user_id"),
        Index("ix_viewers_search", "creator_id", "search_text"),
        Index("ix_viewers_coins", "creator_id", "coins", "id"),
        Index("ix_viewers_watch", "creator_id", "watch_ms", "id"),
        Index("ix_viewers_visits", "creator_id", "visits", "id"),
        Index("ix_viewers_seen", "creator_id", "last_seen_ms", "id"),
        Index("ix_viewers_gifts", "creator_id", "gifts", "id"),
        Index("ix_viewers_comments", "creator_id", "comments", "id"),
        Index("ix_viewers_likes", "creator_id", "likes", "id"),
        partial_index("ix_viewers_tier", "creator_id", "tier", "id", where="tier IS NOT NULL"),
        partial_index("ix_viewers_favorite", "creator_id", "id", where="favorite", sqlite="favorite = 1"),
        {"sqlite_autoincrement": True},  # an erased viewer's id never comes back
    )  # fmt: skip
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    platform: Mapped[str] = mapped_column(String(16))
    user_id: Mapped[str] = mapped_column(String(64))  # the platform's id of the account, never its handle
    handle: Mapped[str] = mapped_column(String(200), default="")
    name: Mapped[str] = mapped_column(String(200), default="")
    search_text: Mapped[str] = mapped_column(
        String(320).with_variant(String(320, collation="C"), "postgresql"), default=""
    )  # handle and name, accents and case folded
    avatar_url: Mapped[str | None] = mapped_column(Text())
    bio: Mapped[str | None] = mapped_column(Text())
    followers: Mapped[int | None] = mapped_column(BigInteger())
    following: Mapped[int | None] = mapped_column(BigInteger())
    verified: Mapped[bool] = mapped_column(Boolean(), default=False)
    moderator: Mapped[bool] = mapped_column(Boolean(), default=False)
    moderator_held: Mapped[bool] = mapped_column(Boolean(), default=False)  # set by hand: the feed may not change it
    subscriber: Mapped[bool] = mapped_column(Boolean(), default=False)
    follower: Mapped[bool] = mapped_column(Boolean(), default=False)
    first_seen_ms: Mapped[int]
    last_seen_ms: Mapped[int]
    visits: Mapped[int] = mapped_column(BigInteger(), default=0)
    watch_ms: Mapped[int] = mapped_column(BigInteger(), default=0)  # a lower bound: only sightings count
    coins: Mapped[int] = mapped_column(BigInteger(), default=0)
    gifts: Mapped[int] = mapped_column(BigInteger(), default=0)  # pieces, not streaks
    comments: Mapped[int] = mapped_column(BigInteger(), default=0)
    likes: Mapped[int] = mapped_column(BigInteger(), default=0)  # at least: big rooms are sampled by the platform
    shares: Mapped[int] = mapped_column(BigInteger(), default=0)
    tier: Mapped[str | None] = mapped_column(String(50))
    tier_since_ms: Mapped[int | None] = mapped_column(BigInteger())
    tier_held: Mapped[bool] = mapped_column(Boolean(), default=False)  # set or removed by hand: no rule may change it
    favorite: Mapped[bool] = mapped_column(Boolean(), default=False)
    blocked: Mapped[bool] = mapped_column(Boolean(), default=False)
    created_ms: Mapped[int]
    updated_ms: Mapped[int]


class Card(Owned, Base):
    """What the creator wrote about a viewer; made with the first word. Never sent to an overlay."""

    __tablename__ = "viewer_cards"
    __table_args__ = (Index("ix_viewer_cards_birthday", "creator_id", "birthday_mmdd"),)
    viewer_id: Mapped[int] = mapped_column(BigInteger(), primary_key=True, autoincrement=False)
    notes: Mapped[str] = mapped_column(Text(), default="")
    tags: Mapped[list[str]] = mapped_column(default=list)
    birthday: Mapped[str | None] = mapped_column(String(10))  # YYYY-MM-DD, or --MM-DD without a year
    birthday_mmdd: Mapped[str | None] = mapped_column(String(5))
    greeted_on: Mapped[str | None] = mapped_column(String(10))  # the creator's day on which they were last seen on their birthday
    discord_username: Mapped[str | None] = mapped_column(String(100))
    tts_voice: Mapped[str | None] = mapped_column(String(100))
    age: Mapped[int | None] = mapped_column(Integer())
    gender: Mapped[str | None] = mapped_column(String(30))
    country: Mapped[str | None] = mapped_column(String(60))
    language: Mapped[str | None] = mapped_column(String(30))
    loyalty_points: Mapped[int] = mapped_column(BigInteger(), default=0)
    updated_ms: Mapped[int]


class Handle(Owned, Base):
    """A handle and name that a viewer had, from the moment it was first seen."""

    __tablename__ = "viewer_handles"
    __table_args__ = (Index("ix_viewer_handles_viewer", "viewer_id", "since_ms"), Index("ix_viewer_handles_handle", "creator_id", "handle"))
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    viewer_id: Mapped[int]
    handle: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(200))
    since_ms: Mapped[int]


class Stream(Owned, Base):
    """One broadcast on one platform, with the totals of its evening."""

    __tablename__ = "streams"
    __table_args__ = (
        UniqueConstraint("creator_id", "platform", "room"),
        Index("ix_streams_started", "creator_id", "started_ms"),
        partial_index("ix_streams_going_on", "creator_id", "id", where="ended_ms IS NULL"),
    )
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    platform: Mapped[str] = mapped_column(String(16))
    room: Mapped[str] = mapped_column(String(64))  # the platform's id of the broadcast, or local:<uuid>
    recorded: Mapped[bool] = mapped_column(Boolean(), default=False)  # replayed from a file: its own clock, not ours
    started_ms: Mapped[int]
    last_event_ms: Mapped[int]
    ended_ms: Mapped[int | None] = mapped_column(BigInteger())
    peak_watching: Mapped[int] = mapped_column(BigInteger(), default=0)
    viewers: Mapped[int] = mapped_column(BigInteger(), default=0)
    new_viewers: Mapped[int] = mapped_column(BigInteger(), default=0)
    coins: Mapped[int] = mapped_column(BigInteger(), default=0)
    gifts: Mapped[int] = mapped_column(BigInteger(), default=0)
    comments: Mapped[int] = mapped_column(BigInteger(), default=0)
    likes: Mapped[int] = mapped_column(BigInteger(), default=0)
    shares: Mapped[int] = mapped_column(BigInteger(), default=0)
    follows: Mapped[int] = mapped_column(BigInteger(), default=0)
    joins: Mapped[int] = mapped_column(BigInteger(), default=0)
    watch_ms: Mapped[int] = mapped_column(BigInteger(), default=0)


class Visit(Owned, Base):
    """A viewer's stay in one stream; coming back to the same stream opens the same visit again."""

    __tablename__ = "viewer_sessions"
    __table_args__ = (
        Index("ix_viewer_sessions_viewer", "viewer_id", "started_ms"),
        # `open` is in it once more so that SQLite counts without looking at the table.
        partial_index("ix_viewer_sessions_open", "creator_id", "started_ms", "viewer_id", "open", where="open", sqlite="open = 1"),
        {"sqlite_with_rowid": False},
    )
    stream_id: Mapped[int] = mapped_column(BigInteger(), primary_key=True, autoincrement=False)
    viewer_id: Mapped[int] = mapped_column(BigInteger(), primary_key=True, autoincrement=False)
    started_ms: Mapped[int]
    last_ms: Mapped[int]  # the last sighting; where the visit is closed, also when they left
    watch_ms: Mapped[int]
    open: Mapped[bool] = mapped_column(Boolean())


class Gift(Owned, Base):
    """A gift streak, or a single gift: the highest running number ever seen is what was given."""

    __tablename__ = "viewer_gift_history"
    __table_args__ = (
        UniqueConstraint("stream_id", "streak"),
        Index("ix_viewer_gift_history_viewer", "viewer_id", "first_ms"),
        Index("ix_viewer_gift_history_newest", "creator_id", "id"),
    )
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    stream_id: Mapped[int]
    viewer_id: Mapped[int]
    streak: Mapped[str] = mapped_column(String(200))  # user:gift:group, or msg:<id>
    gift_id: Mapped[str] = mapped_column(String(64))
    gift_name: Mapped[str] = mapped_column(String(200))
    coins_each: Mapped[int]
    quantity: Mapped[int]
    first_ms: Mapped[int]
    last_ms: Mapped[int]


class Interaction(Owned, Base):
    """One thing somebody did; (stream, message) is unique, which is what makes every event count once."""

    __tablename__ = "viewer_interactions"
    __table_args__ = (
        UniqueConstraint("stream_id", "msg_key"),
        Index("ix_viewer_interactions_viewer", "viewer_id", "at_ms"),
        Index("ix_viewer_interactions_newest", "creator_id", "id"),
    )
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    stream_id: Mapped[int]
    msg_key: Mapped[int]  # the platform's message id, or below zero a hash of it
    viewer_id: Mapped[int | None] = mapped_column(BigInteger())  # None: the platform left the person out
    kind: Mapped[int] = mapped_column(SmallInteger())  # see viewers.kinds
    amount: Mapped[int]  # likes of one message, months of a subscription; else 1
    content: Mapped[str | None] = mapped_column(Text())
    at_ms: Mapped[int]


class Hour(Owned, Base):
    """One viewer's activity and coins in one hour of the week, by the creator's clock."""

    __tablename__ = "viewer_activity_heatmap"
    __table_args__ = ({"sqlite_with_rowid": False},)
    viewer_id: Mapped[int] = mapped_column(BigInteger(), primary_key=True, autoincrement=False)
    cell: Mapped[int] = mapped_column(SmallInteger(), primary_key=True, autoincrement=False)  # day*24+hour, Sunday first
    activity: Mapped[int]
    coins: Mapped[int]


class CreatorHour(Owned, Base):
    """Everybody's activity and coins in one hour of the week, by the creator's clock."""

    __tablename__ = "creator_activity_heatmap"
    creator_id: Mapped[int] = mapped_column(BigInteger(), primary_key=True, autoincrement=False)
    cell: Mapped[int] = mapped_column(SmallInteger(), primary_key=True, autoincrement=False)
    activity: Mapped[int]
    coins: Mapped[int]


class Total(Owned, Base):
    """A creator's counters over everybody and ever, kept with each batch."""

    __tablename__ = "viewer_totals"
    creator_id: Mapped[int] = mapped_column(BigInteger(), primary_key=True, autoincrement=False)
    viewers: Mapped[int] = mapped_column(BigInteger(), default=0)
    coins: Mapped[int] = mapped_column(BigInteger(), default=0)
    gifts: Mapped[int] = mapped_column(BigInteger(), default=0)
    comments: Mapped[int] = mapped_column(BigInteger(), default=0)
    likes: Mapped[int] = mapped_column(BigInteger(), default=0)
    shares: Mapped[int] = mapped_column(BigInteger(), default=0)
    visits: Mapped[int] = mapped_column(BigInteger(), default=0)
    watch_ms: Mapped[int] = mapped_column(BigInteger(), default=0)
    tiered: Mapped[int] = mapped_column(BigInteger(), default=0)  # viewers who hold a tier
    anonymous_likes: Mapped[int] = mapped_column(BigInteger(), default=0)  # likes whose person was left out
    version: Mapped[int] = mapped_column(BigInteger(), default=0)  # grows with each write: tells caches they are old


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
    __table_args__ = (Index("ix_viewer_tier_changes_viewer", "viewer_id", "at_ms"),)
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


class Erasure(Owned, Base):
    """Somebody who was erased, as a fingerprint: what they did up to that moment is passed over when it is told again."""

    __tablename__ = "viewer_erasures"
    creator_id: Mapped[int] = mapped_column(BigInteger(), primary_key=True, autoincrement=False)
    mark: Mapped[int] = mapped_column(BigInteger(), primary_key=True, autoincrement=False)
    until_ms: Mapped[int]


class Stray(Owned, Base):
    """Messages we could not use: unknown to us, or refused, counted by name with the newest one kept as it came."""

    __tablename__ = "viewer_strays"
    __table_args__ = (UniqueConstraint("creator_id", "platform", "name"),)
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    platform: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(120))  # the platform's name for it, or refused:<reason>
    count: Mapped[int] = mapped_column(BigInteger(), default=0)
    payload: Mapped[bytes] = mapped_column(LargeBinary)
    last_ms: Mapped[int]
