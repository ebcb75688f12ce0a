"""Shapes on the wire: what the viewers room answers and takes, with the field names of the seed."""

from typing import Literal

import msgspec

Sort = Literal[
    "total_coins_spent", "total_watchtime_seconds", "total_visits", "last_seen_at",
    "total_gifts_sent", "total_comments", "total_likes", "first_seen_at", "tiktok_username",
]  # fmt: skip
Filter = Literal["all", "vip", "active", "favorites", "birthdays", "new"]
Board = Literal["coins", "watchtime", "visits", "gifts", "comments", "likes"]


class ViewerRow(msgspec.Struct, kw_only=True):
    """A viewer as lists and updates show them. Times are ISO 8601 UTC; notes and birthdays are not in here."""

    id: int
    platform: str
    tiktok_username: str
    tiktok_user_id: str
    display_name: str
    profile_picture_url: str | None
    verified: bool
    first_seen_at: str
    last_seen_at: str
    total_visits: int
    total_watchtime_seconds: int
    total_coins_spent: int
    total_gifts_sent: int
    total_comments: int
    total_likes: int
    total_shares: int
    is_vip: bool
    vip_tier: str | None
    vip_since: str | None
    is_blocked: bool
    is_favorite: bool
    is_moderator: bool
    is_subscriber: bool
    is_follower: bool
    online: bool = False


class Size(msgspec.Struct):
    """How many viewers are meant; without `exact` there are at least so many."""

    count: int
    exact: bool


class GiftSum(msgspec.Struct):
    """What somebody gave of one gift, altogether."""

    gift_name: str
    total_quantity: int
    total_coins: int


class TierStep(msgspec.Struct):
    """How far somebody is on one of the three ways to a tier."""

    have: int
    need: int


class TierView(msgspec.Struct):
    """A viewer's tier, why they have it, and what the next one still asks for."""

    name: str | None
    since: str | None
    held: bool  # by hand
    why: dict[str, object] | None
    next: str | None
    missing: dict[str, TierStep]  # coins, hours, visits


class TierStepped(msgspec.Struct):
    """A tier given or taken: `why` holds coins, hours and visits at that moment, or `by` whose hand it was."""

    at: str
    old: str | None
    new: str | None
    why: dict[str, object]


class Account(msgspec.Struct):
    """One account of a person, with what it did by itself; `linked_at` is null for the head, whose profile it is."""

    id: int
    platform: str
    tiktok_username: str
    tiktok_user_id: str
    display_name: str
    profile_picture_url: str | None
    linked_at: str | None
    first_seen_at: str
    last_seen_at: str
    total_visits: int
    total_watchtime_seconds: int
    total_coins_spent: int
    total_gifts_sent: int
    total_comments: int
    total_likes: int
    total_shares: int
    online: bool


class ViewerDetail(ViewerRow, kw_only=True):
    """The whole profile, for signed-in members only."""

    bio: str | None
    age: int | None
    gender: str | None
    country: str | None
    language: str | None
    follower_count: int | None
    following_count: int | None
    tts_voice: str | None
    discord_username: str | None
    birthday: str | None
    notes: str
    tags: list[str]
    loyalty_points: int
    created_at: str
    updated_at: str
    tier: TierView
    topGifts: list[GiftSum]
    heatmap: list[list[int]]  # [day][hour] activity, Sunday first
    handles: list[dict[str, str]]  # newest first: handle, name, since
    accounts: list[Account]  # the head first


class Edit(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """What may be changed by hand; a field left out stays as it is, null clears it."""

    notes: str | None | msgspec.UnsetType = msgspec.UNSET
    tags: list[str] | str | None | msgspec.UnsetType = msgspec.UNSET
    birthday: str | None | msgspec.UnsetType = msgspec.UNSET
    discord_username: str | None | msgspec.UnsetType = msgspec.UNSET
    tts_voice: str | None | msgspec.UnsetType = msgspec.UNSET
    is_favorite: bool | msgspec.UnsetType = msgspec.UNSET
    is_blocked: bool | msgspec.UnsetType = msgspec.UNSET
    is_moderator: bool | msgspec.UnsetType = msgspec.UNSET
    age: int | None | msgspec.UnsetType = msgspec.UNSET
    gender: str | None | msgspec.UnsetType = msgspec.UNSET
    country: str | None | msgspec.UnsetType = msgspec.UNSET
    language: str | None | msgspec.UnsetType = msgspec.UNSET


class TierChoice(msgspec.Struct, forbid_unknown_fields=True):
    """Set a tier by hand, remove it (`remove`), or let the rules decide again (`release`)."""

    tier: str | None = None
    remove: bool = False
    release: bool = False


class TierInfo(msgspec.Struct):
    """A tier's rule, as `vip/tiers` lists it."""

    id: int
    tier_name: str
    min_coins_spent: int
    min_watchtime_hours: int
    min_visits: int
    benefits: list[str]
    badge_color: str
    sort_order: int


class Summary(msgspec.Struct):
    """The numbers over everybody and ever; `avgWatchtime` in seconds per viewer."""

    totalViewers: int
    totalRevenue: int  # coins
    totalGifts: int
    totalComments: int
    totalLikes: int  # at least
    avgWatchtime: int
    vipCount: int
    activeViewers: int  # with an open visit now
    topSpender: dict[str, object] | None


class Ranked(ViewerRow, kw_only=True):
    """A row of a leaderboard."""

    rank: int


class HourCell(msgspec.Struct):
    """One hour of the week; day 0 is Sunday, hours by the creator's clock."""

    hour_of_day: int
    day_of_week: int
    activity: int
    coins: int


class Heatmap(msgspec.Struct):
    """A week of hours as two grids [day][hour], and the hours with most activity, and with most coins, first."""

    activity: list[list[int]]
    coins: list[list[int]]
    peaks: list[HourCell]
    coin_peaks: list[HourCell]
    zone: str


class OpenVisit(msgspec.Struct):
    """Somebody who is here; `duration` in seconds since they came."""

    id: int
    username: str
    displayName: str
    joinedAt: str
    duration: int
    watched: int


class VisitRow(msgspec.Struct):
    """One visit of a viewer; `duration_seconds` is watched time, a lower bound."""

    joined_at: str
    left_at: str | None
    duration_seconds: int
    stream_id: int
    platform: str


class GiftRow(msgspec.Struct):
    """One gift or streak."""

    gift_id: str
    gift_name: str
    gift_coins: int
    gift_diamond_count: int
    quantity: int
    timestamp: str


class InteractionRow(msgspec.Struct):
    """One thing a viewer did."""

    interaction_type: str
    content: str | None
    amount: int
    timestamp: str


class FeedItem(msgspec.Struct, omit_defaults=True):
    """A line of the live feed. `kind`: comment, like, share, follow, join, subscribe, gift, tier."""

    kind: str
    at: str
    viewer_id: int | None = None
    username: str = ""
    displayName: str = ""
    avatar: str | None = None
    tier: str | None = None
    text: str | None = None
    amount: int = 1
    gift: str | None = None
    coins: int = 0
    first_time: bool = False


class Config(msgspec.Struct):
    """The five settings of the room; `sessionTimeout` in seconds."""

    autoVipPromotion: bool = True
    birthdayReminder: bool = True
    autoFetchTikTokData: bool = True
    sessionTimeout: int = 300
    heatmapEnabled: bool = True


class Tonight(msgspec.Struct):
    """The evening so far, on all platforms together, against the usual one: the mean of the last five whole evenings."""

    live: bool
    platform: str | None
    started_at: str | None
    here: int  # open visits
    watching: int | None  # as the platform says
    viewers: int
    new_viewers: int
    coins: int
    gifts: int
    comments: int
    likes: int
    usual_coins: int | None
    usual_viewers: int | None


def as_dict(value: msgspec.Struct) -> dict[str, object]:
    """Turn a shape into the plain dict that JSON columns and templates take."""
    built = msgspec.to_builtins(value)
    return dict(built)


class BirthdayRow(msgspec.Struct):
    """A viewer and the birthday at hand: `on` is its day (YYYY-MM-DD), `turns` the age it brings, null without a year.

    `days_until` is negative for one that is past. `wished`: they were seen on it, or since, and screens were told.
    """

    viewer: ViewerRow
    birthday: str
    days_until: int
    turns: int | None
    on: str
    wished: bool


class OpenVisits(msgspec.Struct):
    """Who is here: how many altogether, and a list of them."""

    count: int
    sessions: list[OpenVisit]
