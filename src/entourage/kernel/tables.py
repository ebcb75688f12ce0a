"""The shape all tables share, and the tables of the ground itself.

Moments are aware UTC datetimes here. Rows written by the thousand a second keep them as integer milliseconds since
1970-01-01 UTC in columns ending in `_ms` (docs/decisions/0002).
"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from advanced_alchemy.types import GUID, DateTimeUTC
from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from entourage.kernel import ids, secrets

BigKey = BigInteger().with_variant(Integer, "sqlite")
"""An integer key: 64 bits on both engines (SQLite's rowid must be spelled INTEGER)."""


Json = JSON().with_variant(JSONB(), "postgresql")


class Sealed(TypeDecorator[str]):
    """A text that is encrypted at rest with the keys of `kernel.secrets`."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> bytes | None:
        """Encrypt on the way in."""
        return None if value is None else secrets.vault().seal(value)

    def process_result_value(self, value: bytes | None, _dialect: Dialect) -> str | None:
        """Decrypt on the way out; raises Unavailable when the key is gone."""
        return None if value is None else secrets.vault().open(value)


def partial_index(name: str, *columns: str, where: str, unique: bool = False, sqlite: str | None = None) -> Index:
    """Make an index over the rows that `where` lets through, on both engines.

    An engine uses it only for statements that say the same: where SQLAlchemy writes a condition differently for
    SQLite (`open = 1` for a boolean), `sqlite` says how.
    """
    return Index(name, *columns, unique=unique, sqlite_where=text(sqlite or where), postgresql_where=text(where))


class Base(DeclarativeBase):
    """All tables of the house."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTimeUTC(timezone=True),
        UUID: GUID(),
        dict[str, Any]: Json,
        list[str]: Json,
        int: BigInteger(),
    }


class Owned:
    """A row that belongs to one creator: scoped by `tenancy`, and on PostgreSQL by forced row-level security."""

    creator_id: Mapped[int] = mapped_column(BigInteger(), nullable=False)


class Creator(Base):
    """A creator: the tenant. `id` is for our own rows, `uid` is what is named outside."""

    __tablename__ = "creators"
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    uid: Mapped[UUID] = mapped_column(unique=True, default=ids.new)
    name: Mapped[str] = mapped_column(String(100))
    zone: Mapped[str] = mapped_column(String(64), default="UTC")  # IANA name
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class User(Base):
    """Somebody who signs in."""

    __tablename__ = "users"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new)
    email: Mapped[str] = mapped_column(String(254), unique=True)  # as typed, lower-cased
    name: Mapped[str] = mapped_column(String(100), default="")
    password_hash: Mapped[str | None] = mapped_column(String(255))  # argon2, None until one is chosen
    language: Mapped[str] = mapped_column(String(8), default="")  # "" follows the browser
    theme: Mapped[str] = mapped_column(String(8), default="")  # dark, light, "" for the house's default
    list_columns: Mapped[str] = mapped_column(String(400), default="")  # of the list of viewers, "" for the usual ones
    house_owner: Mapped[bool] = mapped_column(default=False)  # may add creators
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime | None]


class Membership(Base):
    """What a user may do for a creator: owner, manager, moderator or clipper."""

    __tablename__ = "memberships"
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    creator_id: Mapped[int] = mapped_column(BigInteger(), ForeignKey("creators.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]


class SignInLink(Base):
    """A link that works once: makes the first owner, signs somebody in, or lets somebody join a creator's people."""

    __tablename__ = "sign_in_links"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)  # SHA-256, hex; the secret itself is not kept
    purpose: Mapped[str] = mapped_column(String(16))  # owner, sign_in, join
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))  # sign_in: who
    creator_id: Mapped[int | None] = mapped_column(BigInteger(), ForeignKey("creators.id", ondelete="CASCADE"))  # join: whose people
    role: Mapped[str | None] = mapped_column(String(16))  # join: as what
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class WebSession(Base):
    """A signed-in browser, or any other value that the web keeps between requests until it expires."""

    __tablename__ = "web_sessions"
    key: Mapped[str] = mapped_column(String(128), primary_key=True)  # SHA-256 of what the browser holds, hex
    data: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime | None] = mapped_column(index=True)


class ApiKey(Owned, Base):
    """A key for programs: hashed, scoped, revocable."""

    __tablename__ = "api_keys"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)  # SHA-256, hex
    hint: Mapped[str] = mapped_column(String(12))  # the first characters, to tell keys apart
    name: Mapped[str] = mapped_column(String(100))
    scopes: Mapped[list[str]]
    made_by: Mapped[UUID | None]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Overlay(Owned, Base):
    """A picture that a creator lays over their stream: what it shows, and the hash of the token that opens it."""

    __tablename__ = "overlays"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new)
    kind: Mapped[str] = mapped_column(String(32))  # alerts, arrivals, leaderboard, goal, heatmap
    name: Mapped[str] = mapped_column(String(80))
    options: Mapped[dict[str, Any]]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)  # SHA-256, hex; the token itself is shown once
    hint: Mapped[str] = mapped_column(String(12))  # its last characters, to tell tokens apart
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]  # when OBS last opened it
    revoked_at: Mapped[datetime | None]


class Connection(Owned, Base):
    """A creator's link to a platform: which account, whether it is on, its secrets, and how it is doing."""

    __tablename__ = "connections"
    __table_args__ = (UniqueConstraint("creator_id", "source"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new)
    source: Mapped[str] = mapped_column(String(32))  # tiktok, tikfinity, ...
    account: Mapped[str] = mapped_column(String(200), default="")  # the handle or address to listen to
    enabled: Mapped[bool] = mapped_column(default=True)
    secret: Mapped[str | None] = mapped_column(Sealed())
    state: Mapped[dict[str, Any]] = mapped_column(default=dict)  # the last FeedState, for pages that open later
    updated_at: Mapped[datetime]


class AuditEntry(Owned, Base):
    """Something that was done, by whom and because of what; rows are only ever added (`audit.blot` aside)."""

    __tablename__ = "audit_log"
    __table_args__ = (Index(None, "creator_id", "id"), Index(None, "creator_id", "subject", "id"))
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(100))  # user:<id>, key:<id>, system, platform:<name>
    action: Mapped[str] = mapped_column(String(64))  # dotted: viewer.tier.set
    subject: Mapped[str] = mapped_column(String(200), default="")  # viewer:42
    cause: Mapped[str] = mapped_column(String(200), default="")
    meta: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Job(Base):
    """A piece of work that must happen; see `kernel.jobs`."""

    __tablename__ = "jobs_queue"
    __table_args__ = (
        partial_index("uq_jobs_queue_running_lane", "lane", where="status='running'", unique=True),
        partial_index("uq_jobs_queue_queued_dedup", "dedup", where="status='queued' AND dedup IS NOT NULL", unique=True),
        partial_index("ix_jobs_queue_due", "creator_id", "run_at", "id", where="status='queued'"),
        partial_index("ix_jobs_queue_kind", "kind", "creator_id", "run_at", "id", where="status='queued'"),
        partial_index("ix_jobs_queue_lane_id", "lane", "id", where="status='queued'"),
        partial_index("ix_jobs_queue_finished", "finished_at", where="finished_at IS NOT NULL"),
        Index("ix_jobs_queue_creator", "creator_id", "status", "id"),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    creator_id: Mapped[int | None] = mapped_column(BigInteger())  # None: the house's own work
    kind: Mapped[str] = mapped_column(String(64))
    lane: Mapped[str] = mapped_column(String(200))  # jobs of one lane run one after another
    payload: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(String(16), default="queued")  # queued, running, done, dead
    run_at: Mapped[datetime]
    first_at: Mapped[datetime]  # when its first version was asked for
    latest_at: Mapped[datetime | None]  # debouncing may not move run_at beyond this
    lease_until: Mapped[datetime | None]  # in real time, even where the house's clock is bent
    attempts: Mapped[int] = mapped_column(Integer(), default=0)  # also the fence: only the newest attempt may finish
    max_attempts: Mapped[int] = mapped_column(Integer(), default=8)
    dedup: Mapped[str | None] = mapped_column(String(200))
    step: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what a job noted of its own progress
    error: Mapped[str | None] = mapped_column(Text())
    finished_at: Mapped[datetime | None]


class Delivery(Owned, Base):
    """Something that a platform told us: stored once, before anything is done about it; see `kernel.deliveries`."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("creator_id", "source", "message_id"),
        partial_index("ix_deliveries_unhandled", "creator_id", "source", "id", where="handled_at IS NULL"),
    )
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    source: Mapped[str] = mapped_column(String(32))  # twitch, ...
    message_id: Mapped[str] = mapped_column(String(200))  # the platform's own
    kind: Mapped[str] = mapped_column(String(64))
    payload: Mapped[dict[str, Any]]
    received_at: Mapped[datetime] = mapped_column(index=True)
    handled_at: Mapped[datetime | None]


class Lease(Base):
    """Who may do something alone for a while; see `kernel.leases`."""

    __tablename__ = "leases"
    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    holder: Mapped[str] = mapped_column(String(64))
    until: Mapped[datetime]  # in real time, even where the house's clock is bent


class Turn(Base):
    """One of the calls that a platform allows in a span of time, and when it may be made again; see `kernel.turns`."""

    __tablename__ = "turns"
    key: Mapped[str] = mapped_column(String(120), primary_key=True)  # twitch:vip.add:<broadcaster>
    place: Mapped[int] = mapped_column(Integer(), primary_key=True, autoincrement=False)
    free_ms: Mapped[int]  # in real time, even where the house's clock is bent


class HouseSecret(Base):
    """A secret of the house as a whole; see `kernel.strongbox`."""

    __tablename__ = "house_secrets"
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(Sealed())
    updated_at: Mapped[datetime]


class Hearing(Owned, Base):
    """How it is with one kind of thing that a platform is asked to tell us of a creator's channel; see `kernel.hearings`."""

    __tablename__ = "hearings"
    creator_id: Mapped[int] = mapped_column(BigInteger(), primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(100), primary_key=True)  # in the platform's words; `line` is the connection itself
    state: Mapped[str] = mapped_column(String(16))
    detail: Mapped[str] = mapped_column(String(300), default="")  # a scope, a status, a reason: in the platform's words
    changed_at: Mapped[datetime]


class Tick(Base):
    """The newest tick of a schedule that somebody has taken; taking it is what makes it run once."""

    __tablename__ = "schedule_ticks"
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    last_at: Mapped[datetime]


class Heartbeat(Base):
    """When a process of the house last did its work; see `kernel.pulse`."""

    __tablename__ = "heartbeats"
    process: Mapped[str] = mapped_column(String(100), primary_key=True)  # host:process id:chance
    role: Mapped[str] = mapped_column(String(16), primary_key=True)  # web, listen, work
    at: Mapped[datetime]  # in real time, even where the house's clock is bent
    version: Mapped[str] = mapped_column(String(32))
