"""What happened: broadcasts, visits, gifts, deeds, and what was missed of them."""

from sqlalchemy import BigInteger, Boolean, Index, LargeBinary, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from entourage.kernel.tables import Base, BigKey, Owned, partial_index


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
    folded: Mapped[bool] = mapped_column(Boolean(), default=False)  # its visits are counted in viewer_periods
    hushed_ms: Mapped[int | None] = mapped_column(BigInteger())  # when the words of its chat were removed
    let_go_ms: Mapped[int | None] = mapped_column(BigInteger())  # when its history began to be let go: nothing is added to it any more
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
    coins: Mapped[int] = mapped_column(BigInteger(), default=0)
    gifts: Mapped[int] = mapped_column(BigInteger(), default=0)
    comments: Mapped[int] = mapped_column(BigInteger(), default=0)
    likes: Mapped[int] = mapped_column(BigInteger(), default=0)


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


class Minute(Owned, Base):
    """What happened in one minute of a stream: the curves of the after-live page."""

    __tablename__ = "stream_minutes"
    __table_args__ = ({"sqlite_with_rowid": False},)
    stream_id: Mapped[int] = mapped_column(BigInteger(), primary_key=True, autoincrement=False)
    minute: Mapped[int] = mapped_column(BigInteger(), primary_key=True, autoincrement=False)  # since 1970-01-01 UTC
    comments: Mapped[int]
    likes: Mapped[int]
    coins: Mapped[int]
    gifts: Mapped[int]
    joins: Mapped[int]
    watching: Mapped[int]  # the most that the platform said; 0: it said nothing


class Gap(Owned, Base):
    """A time in which a live stream went on and nobody listened: totals may be low."""

    __tablename__ = "data_gaps"
    __table_args__ = (
        Index("ix_data_gaps_from", "creator_id", "from_ms"),
        partial_index("ix_data_gaps_open", "creator_id", "platform", where="until_ms IS NULL"),
    )
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    platform: Mapped[str] = mapped_column(String(16))
    stream_id: Mapped[int | None] = mapped_column(BigInteger())
    from_ms: Mapped[int]
    until_ms: Mapped[int | None] = mapped_column(BigInteger())  # None: it goes on
    reason: Mapped[str] = mapped_column(String(40))  # a StateCode of the feed, or: stopped (the house was not running)
    recovered: Mapped[int] = mapped_column(BigInteger(), default=0)  # messages that were told again afterwards


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
