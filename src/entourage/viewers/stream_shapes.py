"""Shapes on the wire: broadcasts, who came to them, their minutes, and what was missed of them."""

import msgspec

from entourage.viewers.schemas import GiftSum, ViewerRow


class GapRow(msgspec.Struct):
    """A time in which a stream went on and nobody listened. Times are ISO 8601 UTC; `until_at` is null while it goes on.

    `reason` is a state of the feed (reconnecting, rate_limited, refused, unreachable) or `stopped`: this program was not
    running. Where nobody knows when it ended, `until_at` equals `from_at`. `recovered` is how many messages of the gap
    the platform told again afterwards.
    """

    id: int
    platform: str
    stream_id: int | None
    from_at: str
    until_at: str | None
    seconds: int
    reason: str
    recovered: int


class StreamRow(msgspec.Struct, kw_only=True):
    """One broadcast in numbers; `ended_at` is null while it goes on, likes are at least so many."""

    id: int
    platform: str
    recorded: bool
    live: bool
    started_at: str
    ended_at: str | None
    duration_seconds: int
    viewers: int
    new_viewers: int
    coins: int
    gifts: int
    comments: int
    likes: int
    shares: int
    follows: int
    watchtime_seconds: int  # of all viewers together, a lower bound
    peak_watching: int  # as the platform said; 0 when it said nothing


class Usual(msgspec.Struct):
    """The mean of up to five streams that came before and are over."""

    evenings: int
    duration_seconds: int
    viewers: int
    new_viewers: int
    coins: int
    gifts: int
    comments: int
    likes: int
    shares: int
    follows: int
    watchtime_seconds: int
    peak_watching: int


class Promotion(msgspec.Struct):
    """A tier that somebody got during a stream."""

    viewer: ViewerRow
    at: str
    old: str | None
    new: str


class StreamDetail(StreamRow, kw_only=True):
    """One broadcast with what it is measured by; `gaps` are the newest twenty."""

    usual: Usual | None
    top_gifts: list[GiftSum]
    promotions: list[Promotion]
    gaps: list[GapRow]


class MinuteRow(msgspec.Struct):
    """What happened in the minutes from `at` on; `watching` is the most that the platform said, 0 when it said nothing."""

    at: str
    comments: int
    likes: int
    coins: int
    gifts: int
    joins: int
    watching: int


class UsualStep(msgspec.Struct):
    """What happens in such a step on average, by the streams before."""

    comments: float
    likes: float
    coins: float
    gifts: float
    joins: float
    watching: float


class Curve(msgspec.Struct):
    """A stream's course in steps of `minutes` minutes, without holes; `usual` goes on for as long as a stream before did."""

    minutes: int
    steps: list[MinuteRow]
    usual: list[UsualStep]


class Guest(ViewerRow, kw_only=True):
    """Somebody who came to a stream, and what they did there; `before` is when they were here last before it."""

    joined_at: str
    left_at: str | None
    watched_seconds: int
    coins: int
    gifts: int
    comments: int
    likes: int
    first_time: bool
    before: str | None = None
