"""What is remembered of fan chats: who writes, what was said, what was answered and why, and what it cost.

Moments are aware UTC datetimes. Money that fans pay is cents; what a model costs is micro-units (`_micro`, millionths of the
currency's unit).
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from entourage.kernel.tables import Base, BigKey, Owned, partial_index

OPEN = "state IN ('drafted', 'checked', 'approved', 'failed')"
"""Replies that may still be sent, edited or superseded: at most one for each fan."""


class ChatChoice(Owned, Base):
    """What a creator decided about chats; without a row the defaults of `schemas.Settings` and `schemas.Voice` hold."""

    __tablename__ = "chat_settings"
    creator_id: Mapped[int] = mapped_column(BigInteger(), primary_key=True, autoincrement=False)
    chosen: Mapped[dict[str, Any]] = mapped_column(default=dict)  # schemas.Settings
    voice: Mapped[dict[str, Any]] = mapped_column(default=dict)  # schemas.Voice
    stopped_at: Mapped[datetime | None]  # the kill switch: nothing is written or sent by itself from here on
    stopped_by: Mapped[str] = mapped_column(String(100), default="")
    wizard_step: Mapped[int] = mapped_column(Integer(), default=1)  # where the wizard goes on, 1 to 7
    updated_at: Mapped[datetime]
    keep_days: Mapped[int | None] = mapped_column(Integer())  # so long messages are kept after they were written; None: for ever


class ChatLine(Owned, Base):
    """How it goes with a creator's line to the platform."""

    __tablename__ = "chat_lines"
    creator_id: Mapped[int] = mapped_column(BigInteger(), primary_key=True, autoincrement=False)
    webhook_at: Mapped[datetime | None]  # when the platform last called us
    tested_at: Mapped[datetime | None]  # when a test call of ours last arrived
    caught_up_at: Mapped[datetime | None]  # when unread chats were last read
    sent_at: Mapped[datetime | None]
    sign_in_since: Mapped[datetime | None]  # since when the platform asks for a new sign-in
    trouble: Mapped[str] = mapped_column(String(400), default="")  # the last thing that did not work, in words
    trouble_at: Mapped[datetime | None]


class ChatFan(Owned, Base):
    """Somebody who chats with a creator, and how it stands between them."""

    __tablename__ = "chat_fans"
    __table_args__ = (
        UniqueConstraint("creator_id", "fan_id"),
        Index("ix_chat_fans_newest", "creator_id", "newest_at", "id"),
        partial_index("ix_chat_fans_held", "creator_id", "held_at", where="held_at IS NOT NULL"),
        partial_index("ix_chat_fans_waiting", "creator_id", "burst_at", where="burst_at IS NOT NULL"),
        partial_index("ix_chat_fans_follow_up", "creator_id", "follow_up_at", where="follow_up_at IS NOT NULL"),
    )
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    fan_id: Mapped[str] = mapped_column(String(64))  # the platform's
    handle: Mapped[str] = mapped_column(String(100), default="")
    name: Mapped[str] = mapped_column(String(100), default="")
    avatar_url: Mapped[str] = mapped_column(Text(), default="")
    mode: Mapped[str | None] = mapped_column(String(8))  # reply.Mode; None: as the creator
    paused_until: Mapped[datetime | None]  # the creator wrote by hand
    held_at: Mapped[datetime | None]  # a person must look
    held_why: Mapped[dict[str, Any]] = mapped_column(default=dict)  # guard reason to what it was seen in
    unreachable_at: Mapped[datetime | None]  # the platform refuses messages to this fan
    told_at: Mapped[datetime | None]  # when the fan was told that an AI helps
    in_a_row: Mapped[int] = mapped_column(Integer(), default=0)  # replies of the AI since a person last wrote or looked
    language: Mapped[str] = mapped_column(String(8), default="")
    notes: Mapped[str] = mapped_column(Text(), default="")  # the creator's own, never told to a model
    known_platform: Mapped[str] = mapped_column(String(32), default="")  # as whom the creator knows the fan elsewhere: tiktok, twitch
    known_id: Mapped[str] = mapped_column(String(64), default="")  # that platform's
    spent: Mapped[int | None] = mapped_column(BigInteger())  # cents; None: not asked yet
    standing: Mapped[str] = mapped_column(String(16), default="")  # ports.fans.Standing
    looked_up_at: Mapped[datetime | None]  # when spending was last asked for
    newest_at: Mapped[datetime | None]  # of any message
    newest_text: Mapped[str] = mapped_column(String(200), default="")  # for the list
    newest_by: Mapped[str] = mapped_column(String(16), default="")  # fan, hand, ai, platform
    heard_at: Mapped[datetime | None]  # newest message of the fan, by the platform's clock
    answered_at: Mapped[datetime | None]  # newest message of ours
    answered_to: Mapped[int] = mapped_column(BigInteger(), default=0)  # chat_messages.id up to which our replies have seen the fan's
    hand_at: Mapped[datetime | None]  # newest message by hand, by the platform's clock: what the fan wrote before it needs no answer
    burst_at: Mapped[datetime | None]  # first message of the fan that waits for an answer; None when none does
    read_at: Mapped[datetime | None]  # when the chat itself was last read on the platform
    follow_up_at: Mapped[datetime | None]  # when a word after silence may be written
    follow_ups: Mapped[int] = mapped_column(Integer(), default=0)  # since the fan last wrote
    first_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ChatMessage(Owned, Base):
    """One message of a chat, once per the platform's id."""

    __tablename__ = "chat_messages"
    __table_args__ = (
        UniqueConstraint("creator_id", "message_id"),
        Index("ix_chat_messages_thread", "creator_id", "fan", "at", "id"),
    )
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    fan: Mapped[int] = mapped_column(BigInteger())  # chat_fans.id
    message_id: Mapped[str] = mapped_column(String(64))  # the platform's
    by: Mapped[str] = mapped_column(String(16))  # fan, hand (the creator elsewhere), ai, person (through us), platform
    text: Mapped[str] = mapped_column(Text())
    media: Mapped[bool] = mapped_column(default=False)
    price: Mapped[int | None] = mapped_column(Integer())
    reply: Mapped[int | None] = mapped_column(BigInteger())  # chat_replies.id
    deleted: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]  # by the platform's clock
    received_at: Mapped[datetime]


class ChatReply(Owned, Base):
    """One answer to one burst of a fan, from its draft to the platform's word that it arrived; never deleted, only superseded."""

    __tablename__ = "chat_replies"
    __table_args__ = (
        partial_index("uq_chat_replies_open", "creator_id", "fan", where=OPEN, unique=True),
        partial_index("ix_chat_replies_open", "creator_id", "created_at", "id", where=OPEN),
        partial_index("ix_chat_replies_sending", "creator_id", "sending_at", where="state = 'approved' AND sending_at IS NOT NULL"),
        Index("ix_chat_replies_fan", "creator_id", "fan", "id"),
        Index("ix_chat_replies_made", "creator_id", "created_at"),
    )
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    fan: Mapped[int] = mapped_column(BigInteger())  # chat_fans.id
    state: Mapped[str] = mapped_column(String(16))  # reply.State
    purpose: Mapped[str] = mapped_column(String(16), default="reply")  # reply, honest (told that an AI helps), followup, hand
    mode: Mapped[str] = mapped_column(String(8))  # in which it was written
    answers: Mapped[int | None] = mapped_column(BigInteger())  # chat_messages.id of the newest message it answers
    answers_at: Mapped[datetime | None]  # when that was written
    text: Mapped[str] = mapped_column(Text())  # what goes out, disclosure included
    written: Mapped[str] = mapped_column(Text(), default="")  # what the model wrote, before any edit
    edits: Mapped[int] = mapped_column(Integer(), default=0)  # characters that a person changed
    action: Mapped[str] = mapped_column(String(8), default="send")  # of the model: send, handoff, skip
    why: Mapped[str] = mapped_column(String(200), default="")  # the model's reason, for the creator
    language: Mapped[str] = mapped_column(String(8), default="")
    confidence: Mapped[int] = mapped_column(Integer(), default=0)
    refused: Mapped[dict[str, Any]] = mapped_column(default=dict)  # guard.reasons.Refusal to what was seen
    discloses: Mapped[bool] = mapped_column(default=False)
    by: Mapped[str] = mapped_column(String(100))  # who approved or wrote it, as the audit log names them; "" while nobody did
    send_at: Mapped[datetime | None]  # when it goes out
    sending_at: Mapped[datetime | None]  # the intent, committed before the first call: from here on it may have gone out
    tried_at: Mapped[datetime | None]  # the newest call that may have sent it
    sent_at: Mapped[datetime | None]
    message_id: Mapped[str | None] = mapped_column(String(64))  # the platform's, once it arrived
    trouble: Mapped[str] = mapped_column(String(400), default="")  # why it was not sent, in words
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ChatFact(Owned, Base):
    """Something a fan told and would like remembered: at most 25 for each."""

    __tablename__ = "chat_facts"
    __table_args__ = (UniqueConstraint("creator_id", "fan", "key"),)
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    fan: Mapped[int] = mapped_column(BigInteger())  # chat_fans.id
    key: Mapped[str] = mapped_column(String(40))
    value: Mapped[str] = mapped_column(String(200))
    message: Mapped[int | None] = mapped_column(BigInteger())  # chat_messages.id it was told in
    by: Mapped[str] = mapped_column(String(100), default="ai")
    at: Mapped[datetime]


class ChatErasure(Owned, Base):
    """A fan who was forgotten, as a fingerprint: what was said up to that moment is passed over when it is told or read again."""

    __tablename__ = "chat_erasures"
    creator_id: Mapped[int] = mapped_column(BigInteger(), primary_key=True, autoincrement=False)
    mark: Mapped[int] = mapped_column(BigInteger(), primary_key=True, autoincrement=False)
    until: Mapped[datetime]  # by our clock


class ChatBroadcast(Owned, Base):
    """One message to many, sent by the platform in one call."""

    __tablename__ = "chat_broadcasts"
    __table_args__ = (
        Index("ix_chat_broadcasts_creator", "creator_id", "id"),
        Index("ix_chat_broadcasts_twin", "creator_id", "twin"),
    )
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    state: Mapped[str] = mapped_column(String(16))  # schemas.BroadcastState
    text: Mapped[str] = mapped_column(Text())
    segment: Mapped[dict[str, Any]]  # segment.Segment
    at: Mapped[datetime | None]  # None: at once
    key: Mapped[str] = mapped_column(String(64))  # names this one sending
    twin: Mapped[int | None] = mapped_column(BigInteger())  # the broadcast that this one says in other words, to be compared with
    sending_at: Mapped[datetime | None]  # the intent, committed before the call
    mass_id: Mapped[str | None] = mapped_column(String(64))  # the platform's
    recipients: Mapped[int | None] = mapped_column(Integer())
    views: Mapped[int] = mapped_column(Integer(), default=0)
    purchases: Mapped[int] = mapped_column(Integer(), default=0)
    revenue: Mapped[int] = mapped_column(BigInteger(), default=0)  # cents
    looked_at: Mapped[datetime | None]
    trouble: Mapped[str] = mapped_column(String(400), default="")
    by: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ChatCall(Owned, Base):
    """One question to a model: reserved before it is asked, settled by what it counted."""

    __tablename__ = "chat_calls"
    __table_args__ = (
        Index("ix_chat_calls_creator", "creator_id", "at", "id"),
        partial_index("ix_chat_calls_open", "creator_id", "at", where="state = 'open'"),
    )
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    at: Mapped[datetime]
    month: Mapped[str] = mapped_column(String(7))  # "2026-11" by the creator's clock
    purpose: Mapped[str] = mapped_column(String(16))  # reply, followup, test
    model: Mapped[str] = mapped_column(String(100))
    state: Mapped[str] = mapped_column(String(8))  # open, done, failed
    reserved_micro: Mapped[int] = mapped_column(BigInteger())  # the most it may cost; counted as spent when nobody heard the answer
    cost_micro: Mapped[int] = mapped_column(BigInteger(), default=0)
    read: Mapped[int] = mapped_column(Integer(), default=0)  # tokens
    cached: Mapped[int] = mapped_column(Integer(), default=0)
    written: Mapped[int] = mapped_column(Integer(), default=0)
    took_ms: Mapped[int | None] = mapped_column(Integer())
    fan: Mapped[int | None] = mapped_column(BigInteger())  # chat_fans.id
    reply: Mapped[int | None] = mapped_column(BigInteger())  # chat_replies.id
    trouble: Mapped[str] = mapped_column(String(200), default="")


class ChatMonth(Owned, Base):
    """What a month has cost so far: the sums of its calls, kept with each of them."""

    __tablename__ = "chat_months"
    creator_id: Mapped[int] = mapped_column(BigInteger(), primary_key=True, autoincrement=False)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    calls: Mapped[int] = mapped_column(Integer(), default=0)
    read: Mapped[int] = mapped_column(BigInteger(), default=0)
    cached: Mapped[int] = mapped_column(BigInteger(), default=0)
    written: Mapped[int] = mapped_column(BigInteger(), default=0)
    cost_micro: Mapped[int] = mapped_column(BigInteger(), default=0)
    reserved_micro: Mapped[int] = mapped_column(BigInteger(), default=0)  # of calls that run
