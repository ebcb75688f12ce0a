"""Who the viewers are: profiles, what the creator wrote about them, and what is kept of their past."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Index, Integer, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from entourage.kernel.tables import Base, BigKey, Json, Owned, partial_index


class Viewer(Owned, Base):
    """A person as seen on one platform: identity, counters, tier."""

    __tablename__ = "viewers"
    __table_args__ = (
        UniqueConstraint("creator_id", "platform", "user_id"),
        Index("ix_viewers_search", "creator_id", "search_text"),
        Index("ix_viewers_coins", "creator_id", "coins", "id", "last_seen_ms"),  # tells who was here lately without the row
        Index("ix_viewers_watch", "creator_id", "watch_ms", "id"),
        Index("ix_viewers_visits", "creator_id", "visits", "id"),
        Index("ix_viewers_seen", "creator_id", "last_seen_ms", "id"),
        Index("ix_viewers_first", "creator_id", "first_seen_ms", "id"),
        Index("ix_viewers_gifts", "creator_id", "gifts", "id"),
        Index("ix_viewers_comments", "creator_id", "comments", "id"),
        Index("ix_viewers_likes", "creator_id", "likes", "id"),
        partial_index("ix_viewers_tier", "creator_id", "tier", "id", where="tier IS NOT NULL"),
        partial_index("ix_viewers_favorite", "creator_id", "id", where="favorite", sqlite="favorite = 1"),
        partial_index("ix_viewers_linked", "linked_to", "id", where="linked_to IS NOT NULL"),
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
    linked_to: Mapped[int | None] = mapped_column(BigInteger())  # the profile of the same person whose counters include these
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
    greeted_on: Mapped[str | None] = mapped_column(String(10))  # the creator's day on which they were last wished well for their birthday
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


class Link(Owned, Base):
    """Two accounts of one person: `viewer_id` counts for `head_id` too, from its whole past on, until the link is undone."""

    __tablename__ = "viewer_links"
    __table_args__ = (Index("ix_viewer_links_head", "head_id", "viewer_id"),)
    viewer_id: Mapped[int] = mapped_column(BigInteger(), primary_key=True, autoincrement=False)
    head_id: Mapped[int]
    linked_ms: Mapped[int]
    linked_by: Mapped[str] = mapped_column(String(100))
    before: Mapped[dict[str, Any]]  # what the head's profile was where linking changed it, to put back


class Tag(Owned, Base):
    """A tag of a viewer, for finding all who have it; kept with `Card.tags`."""

    __tablename__ = "viewer_tags"
    __table_args__ = (Index("ix_viewer_tags_viewer", "viewer_id"), {"sqlite_with_rowid": False})
    creator_id: Mapped[int] = mapped_column(BigInteger(), primary_key=True, autoincrement=False)
    folded: Mapped[str] = mapped_column(String(60), primary_key=True)  # accents and case aside
    viewer_id: Mapped[int] = mapped_column(BigInteger(), primary_key=True, autoincrement=False)
    tag: Mapped[str] = mapped_column(String(60))  # as written


class Segment(Owned, Base):
    """A saved choice of viewers: the conditions that all of them meet."""

    __tablename__ = "viewer_segments"
    __table_args__ = (UniqueConstraint("creator_id", "name"),)
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(80))
    conditions: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    created_ms: Mapped[int]


class Carried(Owned, Base):
    """The part of a viewer's counters that no history shows: brought by an import, or left by history that was let go."""

    __tablename__ = "viewer_carried"
    viewer_id: Mapped[int] = mapped_column(BigInteger(), primary_key=True, autoincrement=False)
    visits: Mapped[int] = mapped_column(BigInteger(), default=0)
    watch_ms: Mapped[int] = mapped_column(BigInteger(), default=0)
    coins: Mapped[int] = mapped_column(BigInteger(), default=0)
    gifts: Mapped[int] = mapped_column(BigInteger(), default=0)
    comments: Mapped[int] = mapped_column(BigInteger(), default=0)
    likes: Mapped[int] = mapped_column(BigInteger(), default=0)
    shares: Mapped[int] = mapped_column(BigInteger(), default=0)


class CarriedHour(Owned, Base):
    """The part of a viewer's heatmap that no history shows any more."""

    __tablename__ = "viewer_carried_hours"
    __table_args__ = ({"sqlite_with_rowid": False},)
    viewer_id: Mapped[int] = mapped_column(BigInteger(), primary_key=True, autoincrement=False)
    cell: Mapped[int] = mapped_column(SmallInteger(), primary_key=True, autoincrement=False)
    activity: Mapped[int]
    coins: Mapped[int]


class Erasure(Owned, Base):
    """Somebody who was erased, as a fingerprint: what they did up to that moment is passed over when it is told again."""

    __tablename__ = "viewer_erasures"
    creator_id: Mapped[int] = mapped_column(BigInteger(), primary_key=True, autoincrement=False)
    mark: Mapped[int] = mapped_column(BigInteger(), primary_key=True, autoincrement=False)
    until_ms: Mapped[int]
