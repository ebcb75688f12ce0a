"""Counters kept beside what happened, so that no page adds up."""

from sqlalchemy import BigInteger, Boolean, Index, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from entourage.kernel.tables import Base, Owned


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


class Period(Owned, Base):
    """What a viewer did in one week or month, out of the streams that are over."""

    __tablename__ = "viewer_periods"
    __table_args__ = (
        Index("ix_viewer_periods_coins", "creator_id", "period", "coins", "viewer_id"),
        Index("ix_viewer_periods_watch", "creator_id", "period", "watch_ms", "viewer_id"),
        {"sqlite_with_rowid": False},
    )
    creator_id: Mapped[int] = mapped_column(BigInteger(), primary_key=True, autoincrement=False)
    period: Mapped[str] = mapped_column(String(8), primary_key=True)  # 2026-W47 or 2026-11, by the creator's clock
    viewer_id: Mapped[int] = mapped_column(BigInteger(), primary_key=True, autoincrement=False)
    visits: Mapped[int] = mapped_column(BigInteger(), default=0)
    watch_ms: Mapped[int] = mapped_column(BigInteger(), default=0)
    coins: Mapped[int] = mapped_column(BigInteger(), default=0)
    gifts: Mapped[int] = mapped_column(BigInteger(), default=0)
    comments: Mapped[int] = mapped_column(BigInteger(), default=0)
    likes: Mapped[int] = mapped_column(BigInteger(), default=0)


class Rezoning(Owned, Base):
    """The last time a creator's clock was set to another zone: how far counting by the new one is, and what cannot be."""

    __tablename__ = "viewer_rezonings"
    creator_id: Mapped[int] = mapped_column(BigInteger(), primary_key=True, autoincrement=False)
    old_zone: Mapped[str] = mapped_column(String(64))
    new_zone: Mapped[str] = mapped_column(String(64))
    asked_ms: Mapped[int] = mapped_column(BigInteger())
    state: Mapped[str] = mapped_column(String(8))  # streams, viewers, done
    streams_upto: Mapped[int] = mapped_column(BigInteger(), default=0)  # up to this id they are in the weeks and months of the new clock
    viewers_upto: Mapped[int] = mapped_column(BigInteger(), default=0)  # up to this id their hours are those of the new clock
    hours_counted: Mapped[bool] = mapped_column(Boolean(), default=False)  # not where the heatmap was switched off
    left_streams: Mapped[int] = mapped_column(default=0)  # whose history was let go: they stay by the old clock
    left_until_ms: Mapped[int | None] = mapped_column(BigInteger())
