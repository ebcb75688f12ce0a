"""What is remembered of clips: campaigns and their terms, clips and their readings, every cent, and what counting cost.

Moments are aware UTC datetimes. Money is integer minor units of the campaign's currency; what providers cost is micro-units of US
dollars (`_micro`). Readings and the ledger are only ever added to: triggers refuse to change or delete their rows.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Date, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from entourage.kernel.tables import Base, BigKey, Owned, Sealed, partial_index

LIVE = "state <> 'REJECTED' AND video_id IS NOT NULL"
"""Submissions that hold their video: nobody else may submit it."""

APPEND_ONLY = ("clip_readings", "clip_ledger")
"""Tables whose rows are never changed and never deleted."""


class ClipChoice(Owned, Base):
    """What a creator decided about clips; without a row the defaults of `schemas.Settings` hold."""

    __tablename__ = "clip_settings"
    creator_id: Mapped[int] = mapped_column(BigInteger(), primary_key=True, autoincrement=False)
    chosen: Mapped[dict[str, Any]] = mapped_column(default=dict)  # schemas.Settings
    updated_at: Mapped[datetime]


class ClipCampaign(Owned, Base):
    """A campaign: what clips are wanted, for which pot, until when."""

    __tablename__ = "clip_campaigns"
    __table_args__ = (Index("ix_clip_campaigns_creator", "creator_id", "state", "id"),)
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    title: Mapped[str] = mapped_column(String(120))
    brief: Mapped[str] = mapped_column(Text(), default="")
    client: Mapped[str] = mapped_column(String(120), default="")  # who pays for it, for the report
    platforms: Mapped[list[str]]  # ports.views.Platform
    currency: Mapped[str] = mapped_column(String(3))  # ISO 4217
    budget: Mapped[int]  # minor units, what the ledger funded: the sum of its fund and defund lines
    state: Mapped[str] = mapped_column(String(16))  # schemas.CampaignState
    starts_at: Mapped[datetime]
    deadline: Mapped[datetime]
    terms: Mapped[int] = mapped_column(Integer(), default=1)  # the newest version of clip_terms: what a new clip is held to
    exhausted_at: Mapped[datetime | None]  # since when nothing is left of the budget
    finished_at: Mapped[datetime | None]  # completed or cancelled
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ClipTerms(Owned, Base):
    """One version of a campaign's terms; a clip is held to the version under which it was submitted."""

    __tablename__ = "clip_terms"
    __table_args__ = (UniqueConstraint("creator_id", "campaign", "version"),)
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    campaign: Mapped[int] = mapped_column(BigInteger())  # clip_campaigns.id
    version: Mapped[int] = mapped_column(Integer())
    terms: Mapped[dict[str, Any]]  # earning.Terms
    by: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime]


class Clipper(Owned, Base):
    """Somebody who clips for a creator: how they want to be paid, and which accounts are theirs."""

    __tablename__ = "clip_clippers"
    creator_id: Mapped[int] = mapped_column(BigInteger(), primary_key=True, autoincrement=False)
    user_id: Mapped[UUID] = mapped_column(primary_key=True)  # users.id
    name: Mapped[str] = mapped_column(String(100))  # as the manager and, if allowed, the client see it
    handles: Mapped[dict[str, Any]] = mapped_column(default=dict)  # platform to handles without "@"
    method: Mapped[str] = mapped_column(String(16), default="")  # paypal, bank, stripe; "" not said yet
    details: Mapped[str | None] = mapped_column(Sealed())  # JSON of schemas.PayTo
    joined_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ClipSubmission(Owned, Base):
    """One clip that somebody made for a campaign.

    `views` to `read_at`, `flags` and `earned` are sums of rows elsewhere, kept with each of them so that lists are quick;
    `verification` recounts them.
    """

    __tablename__ = "clip_submissions"
    __table_args__ = (
        partial_index("uq_clip_submissions_video", "creator_id", "platform", "video_id", where=LIVE, unique=True),
        partial_index("ix_clip_submissions_due", "creator_id", "next_read_at", "id", where="next_read_at IS NOT NULL"),
        Index("ix_clip_submissions_campaign", "creator_id", "campaign", "state", "id"),
        Index("ix_clip_submissions_clipper", "creator_id", "user_id", "id"),
        Index("ix_clip_submissions_state", "creator_id", "state", "id"),
        Index("ix_clip_submissions_video", "creator_id", "platform", "video_id"),
    )
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    campaign: Mapped[int] = mapped_column(BigInteger())  # clip_campaigns.id
    user_id: Mapped[UUID]  # users.id of the clipper
    terms: Mapped[int] = mapped_column(Integer())  # the version it is held to
    platform: Mapped[str] = mapped_column(String(16))  # ports.views.Platform
    video_id: Mapped[str | None] = mapped_column(String(64))  # None: a short link that nobody could follow yet
    url: Mapped[str] = mapped_column(Text())  # the canonical one, or the short link
    submitted_url: Mapped[str] = mapped_column(Text())  # as it was pasted
    media_url: Mapped[str] = mapped_column(Text(), default="")  # the file itself, where the clipper gave it
    state: Mapped[str] = mapped_column(String(16))  # PENDING, APPROVED, REJECTED, PAID
    reason: Mapped[str] = mapped_column(String(500), default="")  # why it was rejected, for the clipper
    fixed: Mapped[int | None]  # minor units: a person set the sum, whatever the views are
    author: Mapped[str] = mapped_column(String(100), default="")
    title: Mapped[str] = mapped_column(String(300), default="")
    duration_s: Mapped[int | None] = mapped_column(Integer())
    posted_at: Mapped[datetime | None]  # from the id, or from the provider
    submitted_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(100), default="")
    appealed_at: Mapped[datetime | None]  # the clipper waits for an answer
    removed_at: Mapped[datetime | None]  # the platform said twice, hours apart, that it is gone
    next_read_at: Mapped[datetime | None]  # when it is counted next; None: no more
    read_at: Mapped[datetime | None]  # the newest reading that was ok
    tried_at: Mapped[datetime | None]  # the newest reading, whatever came of it
    failures: Mapped[int] = mapped_column(Integer(), default=0)  # readings in a row that were not ok
    baseline: Mapped[int] = mapped_column(default=0)  # the first accepted count
    views: Mapped[int] = mapped_column(default=0)  # that count: the most ever seen, up to the deadline
    latest: Mapped[int] = mapped_column(default=0)  # of the newest reading that was ok
    likes: Mapped[int | None]
    comments: Mapped[int | None]
    shares: Mapped[int | None]
    flags: Mapped[int] = mapped_column(Integer(), default=0)  # open ones: they hold its money
    earned: Mapped[int] = mapped_column(default=0)  # minor units, in the ledger


class ClipReading(Owned, Base):
    """What a provider, or a person, said of one clip at one moment; never changed."""

    __tablename__ = "clip_readings"
    __table_args__ = (
        Index("ix_clip_readings_submission", "creator_id", "submission", "at", "id"),
        CheckConstraint("outcome = 'ok' OR views IS NULL", name="failed_is_no_number"),
        CheckConstraint("outcome <> 'ok' OR views IS NOT NULL", name="ok_has_views"),
    )
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    submission: Mapped[int] = mapped_column(BigInteger())  # clip_submissions.id
    at: Mapped[datetime]
    provider: Mapped[str] = mapped_column(String(32))  # apify_tiktok, youtube_api, hand, ...
    metric: Mapped[str] = mapped_column(String(40), default="")
    outcome: Mapped[str] = mapped_column(String(16))  # ports.views.Outcome
    views: Mapped[int | None]
    likes: Mapped[int | None]
    comments: Mapped[int | None]
    shares: Mapped[int | None]
    detail: Mapped[str] = mapped_column(String(200), default="")
    evidence: Mapped[str] = mapped_column(String(64), default="")  # SHA-256, hex, of the provider's raw words
    run: Mapped[int | None] = mapped_column(BigInteger())  # clip_runs.id
    by: Mapped[str] = mapped_column(String(100), default="")  # who entered it by hand


class ClipDay(Owned, Base):
    """The most views that a clip was seen with on a day: derived from its readings, one row for each day (UTC)."""

    __tablename__ = "view_tracking"
    __table_args__ = (
        UniqueConstraint("creator_id", "user_id", "clip_id", "date", "platform"),
        Index("ix_view_tracking_clip", "creator_id", "clip_id", "date"),
    )
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    user_id: Mapped[UUID]
    clip_id: Mapped[int] = mapped_column(BigInteger())  # clip_submissions.id
    date: Mapped[date] = mapped_column(Date())
    platform: Mapped[str] = mapped_column(String(16))
    views: Mapped[int]
    created_at: Mapped[datetime]


class ClipRun(Owned, Base):
    """One run of a provider over some clips: what it may cost is noted before it begins, its own id before it is collected."""

    __tablename__ = "clip_runs"
    __table_args__ = (
        Index("ix_clip_runs_creator", "creator_id", "id"),
        Index("ix_clip_runs_month", "creator_id", "month"),
        partial_index("ix_clip_runs_open", "creator_id", "id", where="state IN ('planned', 'started')"),
    )
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    provider: Mapped[str] = mapped_column(String(32))
    platform: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))  # planned, started, done, failed
    why: Mapped[str] = mapped_column(String(16))  # schedule, hand, deadline
    run_id: Mapped[str] = mapped_column(String(64), default="")  # the provider's
    clips: Mapped[dict[str, Any]]  # {"ids": [clip_submissions.id, ...]}
    asked: Mapped[int] = mapped_column(Integer())
    good: Mapped[int] = mapped_column(Integer(), default=0)  # readings that were ok
    month: Mapped[str] = mapped_column(String(7))  # "2026-11", UTC
    reserved_micro: Mapped[int]  # the most it may cost: counts while nobody knows better
    cost_micro: Mapped[int | None]
    trouble: Mapped[str] = mapped_column(String(300), default="")
    planned_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class ClipTransfer(Owned, Base):
    """One transfer of money between two accounts; never changed: what was wrong is put right by another one."""

    __tablename__ = "clip_ledger"
    __table_args__ = (
        UniqueConstraint("creator_id", "key"),
        CheckConstraint("amount > 0", name="positive"),
        CheckConstraint("debit <> credit", name="two_accounts"),
        # These two hold all that sums need: what is held, spent or owed is read off the index alone.
        Index("ix_clip_ledger_campaign", "creator_id", "campaign", "submission", "user_id", "debit", "credit", "amount", "id"),
        Index("ix_clip_ledger_clipper", "creator_id", "user_id", "currency", "debit", "credit", "amount", "id"),
        Index("ix_clip_ledger_submission", "creator_id", "submission", "id"),
        Index("ix_clip_ledger_payout", "creator_id", "payout"),
    )
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(String(120))  # names this one transfer: doing it again does nothing
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(16))  # ledger.Kind
    debit: Mapped[str] = mapped_column(String(16))  # the account it leaves: ledger.Account
    credit: Mapped[str] = mapped_column(String(16))  # the account it reaches
    amount: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    campaign: Mapped[int] = mapped_column(BigInteger())
    user_id: Mapped[UUID | None]  # whose held, available, transit or paid
    submission: Mapped[int | None] = mapped_column(BigInteger())
    payout: Mapped[int | None] = mapped_column(BigInteger())  # clip_payouts.id
    why: Mapped[dict[str, Any]] = mapped_column(default=dict)  # the reading, the terms, and the steps of the rule
    by: Mapped[str] = mapped_column(String(100))  # as the audit log names them; "system"


class ClipBatch(Owned, Base):
    """Payouts that are made together, as one file."""

    __tablename__ = "clip_batches"
    __table_args__ = (Index("ix_clip_batches_creator", "creator_id", "id"),)
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(String(64))  # PayPal's sender_batch_id
    currency: Mapped[str] = mapped_column(String(3))
    by: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime]


class ClipPayout(Owned, Base):
    """What one clipper gets in one batch; the amount is the sum of its lines in the ledger."""

    __tablename__ = "clip_payouts"
    __table_args__ = (
        Index("ix_clip_payouts_batch", "creator_id", "batch"),
        Index("ix_clip_payouts_clipper", "creator_id", "user_id", "id"),
        partial_index("ix_clip_payouts_open", "creator_id", "id", where="state = 'batched'"),
    )
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    batch: Mapped[int] = mapped_column(BigInteger())  # clip_batches.id
    user_id: Mapped[UUID]
    amount: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    method: Mapped[str] = mapped_column(String(16))
    details: Mapped[str | None] = mapped_column(Sealed())  # where it went, as it was then
    state: Mapped[str] = mapped_column(String(16))  # batched, paid, failed
    reference: Mapped[str] = mapped_column(String(120), default="")  # the bank's or PayPal's
    trouble: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class ClipFlag(Owned, Base):
    """A doubt about a clip: it holds the clip's money until a person decides."""

    __tablename__ = "clip_flags"
    __table_args__ = (
        partial_index("uq_clip_flags_open", "creator_id", "submission", "code", where="state = 'open'", unique=True),
        Index("ix_clip_flags_submission", "creator_id", "submission", "id"),
    )
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    submission: Mapped[int] = mapped_column(BigInteger())
    code: Mapped[str] = mapped_column(String(24))  # suspicion.Code
    evidence: Mapped[dict[str, Any]]  # the numbers it rests on, and the readings' ids
    state: Mapped[str] = mapped_column(String(16))  # open, cleared, upheld
    note: Mapped[str] = mapped_column(String(500), default="")
    decided_by: Mapped[str] = mapped_column(String(100), default="")
    raised_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]


class ClipWord(Owned, Base):
    """What a clipper and the manager wrote to one another about a clip."""

    __tablename__ = "clip_words"
    __table_args__ = (Index("ix_clip_words_submission", "creator_id", "submission", "id"),)
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    submission: Mapped[int] = mapped_column(BigInteger())
    side: Mapped[str] = mapped_column(String(8))  # clipper, manager
    user_id: Mapped[UUID | None]
    text: Mapped[str] = mapped_column(String(2000))
    at: Mapped[datetime]


class ClipForecast(Owned, Base):
    """What was foretold of a clip's views, and what came true."""

    __tablename__ = "clip_forecasts"
    __table_args__ = (
        UniqueConstraint("creator_id", "submission", "age_h", "horizon_h"),
        partial_index("ix_clip_forecasts_open", "creator_id", "due_at", "id", where="scored_at IS NULL"),
        Index("ix_clip_forecasts_scored", "creator_id", "age_h", "horizon_h", "id"),
    )
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    submission: Mapped[int] = mapped_column(BigInteger())
    age_h: Mapped[int] = mapped_column(Integer())  # of the clip when it was made, in hours
    horizon_h: Mapped[int] = mapped_column(Integer())  # the age it is about
    made_at: Mapped[datetime]
    due_at: Mapped[datetime]
    low: Mapped[int]
    mid: Mapped[int]
    high: Mapped[int]
    calibrated: Mapped[bool] = mapped_column(default=False)
    actual: Mapped[int | None]
    scored_at: Mapped[datetime | None]  # also set where nobody could know any more


class ClipReport(Owned, Base):
    """A link by which a client reads how a campaign goes, without an account."""

    __tablename__ = "clip_reports"
    __table_args__ = (UniqueConstraint("token_hash"), Index("ix_clip_reports_campaign", "creator_id", "campaign"))
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    campaign: Mapped[int] = mapped_column(BigInteger())
    name: Mapped[str] = mapped_column(String(80))  # whom it was given to
    token_hash: Mapped[str] = mapped_column(String(64))  # SHA-256, hex; the token itself is shown once
    hint: Mapped[str] = mapped_column(String(12))
    names: Mapped[bool] = mapped_column(default=False)  # whether clippers are named
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
