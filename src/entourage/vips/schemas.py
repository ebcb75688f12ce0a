"""Shapes on the wire: what the room of timed VIPs answers and takes, and what its settings are."""

from typing import Any, Literal

import msgspec

from entourage.vips.duration import Again
from entourage.vips.rule import RuleSource, Terms
from entourage.vips.slots import WhenFull
from entourage.vips.wording import Language

Say = Literal["granted", "extended", "soon", "ended", "refused", "online", "sign_in"]
"""Occasions on which something is said in the chat or on Discord; of `sign_in` only Discord can hear."""
SAYS: tuple[Say, ...] = ("granted", "extended", "soon", "ended", "refused", "online", "sign_in")

State = Literal["granting", "active", "expiring", "ended", "refused", "needs_sign_in"]


class Line(msgspec.Struct):
    """What is said on an occasion: an empty text is the usual one; announcements are shown bigger than chat lines."""

    on: bool = True
    text: str = ""
    announce: bool = False


class Settings(msgspec.Struct, kw_only=True):
    """What a creator decides about timed VIPs. Durations are in seconds."""

    again: Again = "extend"  # what a further claim of somebody with a badge does
    cap_s: int = 90 * 86_400  # the most that may be stacked
    when_full: WhenFull = "refund"
    canceled_by_hand: Literal["take", "keep"] = "take"
    grace_s: int = 600  # after a stream, in which it may go on
    give_up_s: int = 900  # for so long the platform may fail before the points go back
    warn_s: int = 3600  # before the end, to say that it ends soon; 0 never
    hand_s: int = 30 * 86_400  # what is suggested when a badge is given by hand
    slots: int | None = None  # as typed; the platform does not tell
    language: Language = "en"  # of the lines
    commands: bool = True  # !vip and !checkvip
    lines: dict[Say, Line] = {}
    notices: dict[Say, Line] = {}
    discord: bool = False  # whether an address is kept; the address itself is not shown again


class GrantRow(msgspec.Struct, kw_only=True):
    """One badge. Moments are ISO 8601 UTC; `seconds_left` is None while a stream decides, and for badges that are over."""

    id: int
    user_id: str
    login: str
    name: str
    state: State
    source: str
    cause: str
    began_at: str
    given_at: str | None
    ends_at: str | None
    until_stream_end: bool
    seconds_left: int | None
    renewals: int
    ended_at: str | None
    ended_why: str
    ended_by: str
    trouble: str


class ClaimRow(msgspec.Struct, kw_only=True):
    """One cause for a badge, and what became of it; `refunded` says that the points went back."""

    id: int
    key: str
    source: str
    user_id: str
    login: str
    name: str
    amount: int
    reward_id: str | None
    rule: str
    given_s: int | None
    until_stream_end: bool
    state: str
    reason: str
    settled: str
    refunded: bool
    grant_id: int | None
    by: str
    asked_at: str


class PermanentRow(msgspec.Struct, kw_only=True):
    """A badge that is not ours; it is never touched."""

    user_id: str
    login: str
    name: str
    noted_at: str
    how: str


class MeterRow(msgspec.Struct, kw_only=True):
    """How full the house is; `limit` and `free` are None while nobody knows. `learned` is from the platform."""

    permanent: int
    temporary: int
    used: int
    limit: int | None
    free: int | None
    learned: bool


class RuleRow(msgspec.Struct, kw_only=True):
    """A rule: `least` are points, sub tier (1000, 2000, 3000), subscriptions given or bits; `tier` names a loyalty tier."""

    id: int = 0
    source: RuleSource
    least: int = 0
    tier: str = ""
    on: bool = True
    terms: Terms


class RewardRow(msgspec.Struct, kw_only=True):
    """A reward of ours; `shape` is how the platform shows it, `full` that it rests until a slot is free."""

    id: int
    reward_id: str | None
    state: str
    full: bool
    trouble: str
    shape: dict[str, Any]
    terms: Terms


def as_dict(struct: msgspec.Struct) -> dict[str, Any]:
    """Write a shape as plain values."""
    written: dict[str, Any] = msgspec.to_builtins(struct)
    return written
