"""What is remembered of timed VIPs: what was asked for, which badges are out, and what the creator decided.

A *claim* is one cause for a badge (a redemption, a subscription, a hand); a *grant* is one badge of one person from its
intent to the platform's word that it is gone. Moments are aware UTC datetimes, durations are seconds (`_s`).
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from entourage.kernel.tables import Base, BigKey, Owned, Sealed, partial_index

OPEN = "state IN ('granting', 'active', 'expiring')"
"""Grants whose badge may be on the platform."""


class VipChoice(Owned, Base):
    """What a creator decided about timed VIPs; without a row the defaults of `schemas.Settings` hold."""

    __tablename__ = "vip_settings"
    creator_id: Mapped[int] = mapped_column(BigInteger(), primary_key=True, autoincrement=False)
    chosen: Mapped[dict[str, Any]]  # schemas.Settings
    discord_url: Mapped[str | None] = mapped_column(Sealed())  # whoever knows it can write there
    updated_at: Mapped[datetime]


class VipChannel(Owned, Base):
    """What was learned of a creator's channel."""

    __tablename__ = "vip_channels"
    creator_id: Mapped[int] = mapped_column(BigInteger(), primary_key=True, autoincrement=False)
    owner_id: Mapped[str] = mapped_column(String(64), default="")
    imported_at: Mapped[datetime | None]  # when the VIPs of before were written down: nothing is given before that
    reconciled_at: Mapped[datetime | None]
    caught_up_at: Mapped[datetime | None]
    slots_learned: Mapped[int | None] = mapped_column(Integer())  # how many badges there were when the platform had no slot
    slots_learned_at: Mapped[datetime | None]
    live: Mapped[bool] = mapped_column(default=False)
    turned_at: Mapped[datetime | None]  # when it went live or offline, by the platform's clock
    sign_in_since: Mapped[datetime | None]  # since when the platform asks for a new sign-in
    tiers_seen: Mapped[int] = mapped_column(default=0)  # the last change of a loyalty tier that was looked at
    told: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what `online` lines need: the stream they were said for


class VipRule(Owned, Base):
    """For what beside a reward of ours a badge is given, and for how long."""

    __tablename__ = "vip_rules"
    __table_args__ = (Index("ix_vip_rules_creator", "creator_id", "id"),)
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    source: Mapped[str] = mapped_column(String(16))  # cost, sub, gift, bits, tier
    least: Mapped[int]  # points, sub tier, subscriptions given, bits; 0 for a loyalty tier
    tier: Mapped[str] = mapped_column(String(50), default="")  # of a loyalty tier: its name
    on: Mapped[bool] = mapped_column(default=True)
    terms: Mapped[dict[str, Any]]  # schemas.Terms
    updated_at: Mapped[datetime]


class VipReward(Owned, Base):
    """A channel-point reward of ours, as we want it to be."""

    __tablename__ = "vip_rewards"
    __table_args__ = (
        Index("ix_vip_rewards_creator", "creator_id", "id"),
        partial_index("uq_vip_rewards_reward", "creator_id", "reward_id", where="reward_id IS NOT NULL", unique=True),
    )
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    reward_id: Mapped[str | None] = mapped_column(String(64))  # the platform's; None until it is made, or when it is gone
    state: Mapped[str] = mapped_column(String(16))  # making, on, gone, deleting, deleted
    full: Mapped[bool] = mapped_column(default=False)  # paused by us until a slot is free
    shape: Mapped[dict[str, Any]]  # ports.channel.RewardShape
    terms: Mapped[dict[str, Any]]  # schemas.Terms
    trouble: Mapped[str] = mapped_column(String(400), default="")  # why the platform did not take it
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class VipClaim(Owned, Base):
    """One cause for a badge, once per `key`; a redemption is settled on the platform afterwards."""

    __tablename__ = "vip_claims"
    __table_args__ = (
        UniqueConstraint("creator_id", "key"),
        Index("ix_vip_claims_creator", "creator_id", "id"),
        Index("ix_vip_claims_person", "creator_id", "user_id", "id"),
        Index("ix_vip_claims_grant", "grant_id"),
        Index("ix_vip_claims_asked", "creator_id", "asked_at"),
        partial_index("ix_vip_claims_unsettled", "creator_id", "id", where="unsettled", sqlite="unsettled = 1"),
        partial_index("ix_vip_claims_waiting", "creator_id", "id", where="state IN ('received', 'granting')"),
    )
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(String(160))  # redemption:<id>, sub:<user>:<moment>, hand:<id>
    source: Mapped[str] = mapped_column(String(16))  # redemption, hand, sub, gift, bits, tier
    user_id: Mapped[str] = mapped_column(String(64))
    login: Mapped[str] = mapped_column(String(100))
    name: Mapped[str] = mapped_column(String(100))
    amount: Mapped[int] = mapped_column(default=0)  # points, sub tier, subscriptions given, bits
    tier: Mapped[str] = mapped_column(String(50), default="")  # of a loyalty tier: its name
    reward_id: Mapped[str | None] = mapped_column(String(64))
    redemption_id: Mapped[str | None] = mapped_column(String(64))
    rule: Mapped[str] = mapped_column(String(40), default="")  # which decided: reward:4, rule:7, hand
    given_s: Mapped[int | None]  # the seconds it added; None: until the stream ends
    until_stream_end: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(16))  # received, granting, granted, refused, passed, closed
    reason: Mapped[str] = mapped_column(String(40), default="")  # why it was refused, passed over or closed
    grant_id: Mapped[int | None]
    unsettled: Mapped[bool] = mapped_column(default=False)  # the platform still has to be told
    settled: Mapped[str] = mapped_column(String(16), default="")  # fulfilled, refunded, by_hand, gone, never
    stuck: Mapped[str] = mapped_column(String(16), default="")  # sign_in: waits until the creator signs in again
    by: Mapped[str] = mapped_column(String(100))  # an actor as the audit log names it
    asked_at: Mapped[datetime]  # by the platform's clock
    received_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class VipGrant(Owned, Base):
    """One badge of one person: never removed before the platform said that the badge is gone."""

    __tablename__ = "vip_grants"
    __table_args__ = (
        partial_index("uq_vip_grants_open", "creator_id", "user_id", where=OPEN, unique=True),
        partial_index("ix_vip_grants_due", "creator_id", "ends_at", "id", where="state = 'active'"),
        partial_index("ix_vip_grants_ends", "ends_at", "creator_id", where="state = 'active'"),
        partial_index("ix_vip_grants_warning", "warn_at", "creator_id", where="state = 'active'"),
        partial_index("ix_vip_grants_open", "creator_id", "id", where=OPEN),
        partial_index("ix_vip_grants_taking", "creator_id", "taking_at", where="taking_at IS NOT NULL"),
        Index("ix_vip_grants_creator", "creator_id", "id"),
        Index("ix_vip_grants_person", "creator_id", "user_id", "id"),
    )
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    user_id: Mapped[str] = mapped_column(String(64))
    login: Mapped[str] = mapped_column(String(100))
    name: Mapped[str] = mapped_column(String(100))
    state: Mapped[str] = mapped_column(String(16))  # granting, active, expiring, ended, refused
    stuck: Mapped[str] = mapped_column(String(16), default="")  # sign_in: waits until the creator signs in again
    source: Mapped[str] = mapped_column(String(16))  # of the claim that began it
    cause: Mapped[str] = mapped_column(String(200))  # that claim's key
    tries: Mapped[int] = mapped_column(Integer(), default=0)  # how often giving it was begun: from the second on, one may have worked
    began_at: Mapped[datetime]  # when it was asked for
    given_at: Mapped[datetime | None]
    fixed_until: Mapped[datetime | None]  # what timed claims came to
    until_stream_end: Mapped[bool] = mapped_column(default=False)
    ends_at: Mapped[datetime | None]  # when it is taken back; None while a stream decides
    warn_at: Mapped[datetime | None]  # when to say that it ends soon; None when said or not wanted
    taking_at: Mapped[datetime | None]  # when taking it back was begun
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str] = mapped_column(String(40), default="")
    ended_by: Mapped[str] = mapped_column(String(100), default="")
    renewals: Mapped[int] = mapped_column(Integer(), default=0)
    trouble: Mapped[str] = mapped_column(Text(), default="")  # the platform's last words when it did not work
    updated_at: Mapped[datetime]


class PermanentVip(Owned, Base):
    """A badge that is not ours: it was there before us, or the streamer gave it."""

    __tablename__ = "vip_permanent"
    creator_id: Mapped[int] = mapped_column(BigInteger(), primary_key=True, autoincrement=False)
    user_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    login: Mapped[str] = mapped_column(String(100))
    name: Mapped[str] = mapped_column(String(100))
    noted_at: Mapped[datetime]
    how: Mapped[str] = mapped_column(String(16))  # imported, seen
