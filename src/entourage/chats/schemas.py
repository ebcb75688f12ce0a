"""Shapes on the wire: what the room of fan chats answers and takes, and what its settings are."""

from datetime import datetime
from typing import Any, Literal

import msgspec

from entourage.chats.budget import Standing
from entourage.chats.guard.reasons import Refusal
from entourage.chats.reply import Mode, State
from entourage.chats.wording import Occasion

By = Literal["fan", "hand", "ai", "person", "platform"]
"""Who wrote a message: the creator on the platform (`hand`), our AI, a person through us, or the platform itself."""


class Notice(msgspec.Struct):
    """Whether something is told on Discord, and how: an empty text is the usual one."""

    on: bool = False
    text: str = ""


class Settings(msgspec.Struct, kw_only=True):
    """What a creator decides about chats. Durations are in seconds unless a name says otherwise; `HH:MM` is in the creator's zone."""

    mode: Mode = "draft"
    disclose: bool = True  # in auto mode, under the first reply to each fan
    disclosure: dict[str, str] = {}  # own wording by language (en, de, es); none is the usual one
    honest: dict[str, str] = {}  # own wording of the answer to "are you a bot?"
    quiet_s: int = 8  # after the last message of a burst, 6 to 10
    delay: bool = True  # wait as long as a person would read and type
    quiet_from: str = ""  # HH:MM; nothing is quiet when both are the same or empty
    quiet_until: str = ""
    most_in_a_row: int = 8  # replies of the AI before a person must look, 1 to 50
    least_confidence: int = 60  # of 100, below it a person must look
    pause_s: int = 3600  # after the creator wrote by hand
    vip_by_hand: bool = True  # who has spent much gets a draft, also in auto mode
    month_micro: int | None = 20_000_000  # what the AI may cost a month; None: no limit
    calls_a_minute: int = 20
    follow_up_h: int = 0  # after so many hours of silence; 0 never
    most_follow_ups: int = 1
    language: Literal["en", "de", "es"] = "en"  # where nobody knows which one a fan writes
    own_words: list[str] = []  # phrases of fans that always call a person
    notices: dict[Occasion, Notice] = {}  # what is told on Discord; what is not named is not told


class Voice(msgspec.Struct, kw_only=True):
    """How a creator speaks, as the creator wrote it (see `prompt.Voice`)."""

    name: str = ""
    persona: str = ""
    style: str = ""
    rules: list[str] = []
    never: list[str] = []
    examples: list[tuple[str, str]] = []
    about: list[str] = []
    prices: list[str] = []  # "Custom video: $50"
    handles: list[str] = []  # names of the creator that may be written
    longest: int = 400


class MessageRow(msgspec.Struct, kw_only=True):
    """One message of a thread. Moments are ISO 8601 UTC, prices cents."""

    id: int
    by: By
    text: str
    media: bool
    price: int | None
    deleted: bool
    at: str


class ReplyRow(msgspec.Struct, kw_only=True):
    """One answer, however far it is. `refused` says what the guard saw, by reason; `answers` is the message it answers."""

    id: int
    fan: int
    state: State
    purpose: str
    mode: Mode
    answers: int | None
    text: str
    written: str
    action: str
    why: str
    language: str
    confidence: int
    refused: dict[str, str]
    discloses: bool
    by: str
    send_at: str | None
    sending: bool
    sent_at: str | None
    trouble: str
    created_at: str
    updated_at: str


class FanRow(msgspec.Struct, kw_only=True):
    """A fan in the list of chats; `effective` is the mode that holds now, `waits` since when an answer is waited for."""

    id: int
    fan_id: str
    handle: str
    name: str
    avatar_url: str
    mode: Mode | None
    effective: Mode
    paused_until: str | None
    held_at: str | None
    held_why: dict[str, str]
    unreachable: bool
    band: str  # segment.Band; "" while not asked yet
    standing: str
    language: str
    newest_at: str | None
    newest_text: str
    newest_by: str
    waits: str | None
    reply: State | None  # of the open reply
    notes: str


class FactRow(msgspec.Struct, kw_only=True):
    """Something a fan told; `message` is the message it was told in."""

    id: int
    key: str
    value: str
    message: int | None
    by: str
    at: str


BroadcastState = Literal["draft", "asked", "sending", "sent", "scheduled", "failed", "withdrawing", "withdrawn"]


class Lists(msgspec.Struct, kw_only=True):
    """Who a broadcast goes to: names of the platform's lists and ids of the creator's own, chosen and left out."""

    included: list[str] = msgspec.field(default_factory=lambda: ["subscribers"])
    excluded: list[str] = msgspec.field(default_factory=lambda: ["muted", "creators"])
    own_included: list[str] = []
    own_excluded: list[str] = []


class BroadcastDraft(msgspec.Struct, kw_only=True):
    """A broadcast as a person writes it; `at` null is at once, `twin` the broadcast that it says in other words.

    A moment without an offset is by the creator's clock.
    """

    text: str = ""
    lists: Lists = msgspec.field(default_factory=Lists)
    at: datetime | None = None
    twin: int | None = None


class BroadcastRow(msgspec.Struct, kw_only=True):
    """A broadcast, however far it is, and what came of it; `revenue` in cents."""

    id: int
    state: BroadcastState
    text: str
    lists: Lists
    at: str | None
    twin: int | None
    recipients: int | None
    views: int
    purchases: int
    revenue: int
    looked_at: str | None
    sent_at: str | None
    trouble: str
    by: str
    created_at: str
    updated_at: str


class Preview(msgspec.Struct, kw_only=True):
    """What a broadcast would be: `wrong` says what cannot be sent (by field), `warnings` what the guard saw (by reason).

    At least `least` and at most `most` fans get it, as the platform counts its lists; null when it did not say.
    """

    wrong: dict[str, str]
    warnings: dict[Refusal, str]
    least: int | None
    most: int | None


class MonthRow(msgspec.Struct, kw_only=True):
    """What the AI cost in a month ("2026-11" by the creator's clock): settled in `cost_micro`, of running calls `reserved_micro`."""

    month: str
    calls: int = 0
    read: int = 0
    cached: int = 0
    written: int = 0
    cost_micro: int = 0
    reserved_micro: int = 0


class StandingRow(msgspec.Struct, kw_only=True):
    """How this month stands: `warned` from 80 % of the limit, `spent` at all of it; None is no limit."""

    standing: Standing
    limit_micro: int | None
    forecast_micro: int
    month: MonthRow


class CallRow(msgspec.Struct, kw_only=True):
    """One question to a model; the fan is named by our own id, and no text is kept."""

    id: int
    at: str
    purpose: str
    model: str
    state: str
    cost_micro: int
    reserved_micro: int
    read: int
    cached: int
    written: int
    took_ms: int | None
    fan: int | None
    reply: int | None
    trouble: str


class SumRow(msgspec.Struct, kw_only=True):
    """What calls of one kind, or of one day ("2026-11-21"), cost together."""

    name: str
    calls: int = 0
    cost_micro: int = 0


ErrandType = Literal["reply", "broadcast", "followup", "upkeep"]
ErrandState = Literal["queued", "processing", "completed", "failed"]


class ErrandRow(msgspec.Struct, kw_only=True):
    """One job of the room, without any message; `run_at` is when it is (or was) due, `fan` our own number."""

    id: int
    type: ErrandType
    kind: str
    state: ErrandState
    tries: int
    asked_at: str
    run_at: str
    ended_at: str | None
    trouble: str
    fan: int | None


class ThreadView(msgspec.Struct, kw_only=True):
    """A chat: the fan, the newest messages (oldest first), and the reply that was not sent yet."""

    fan: FanRow
    messages: list[MessageRow]
    reply: ReplyRow | None


class ReviewRow(msgspec.Struct, kw_only=True):
    """A reply that a person should look at, and whom it is for."""

    fan: FanRow
    reply: ReplyRow


class LineRow(msgspec.Struct, kw_only=True):
    """How it goes with the line to the platform. Moments are ISO 8601 UTC; `trouble` is the last thing that did not work, in words."""

    webhook_at: str | None
    tested_at: str | None
    caught_up_at: str | None
    sent_at: str | None
    sign_in_since: str | None
    trouble: str
    trouble_at: str | None


def as_dict(value: msgspec.Struct) -> dict[str, Any]:
    """Return a shape as what a JSON column keeps."""
    found: dict[str, Any] = msgspec.to_builtins(value)
    return found
