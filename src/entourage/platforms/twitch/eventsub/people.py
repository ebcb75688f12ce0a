"""What viewers do and what becomes of them, in our words: badges, subscriptions, bits, follows, raids, bans."""

from entourage.platforms.twitch.eventsub import fields, shapes
from entourage.platforms.twitch.eventsub.envelope import Notice
from entourage.ports.channel import (
    BadgeGiven,
    BadgeTaken,
    Banned,
    Cheered,
    Followed,
    ModeratorAdded,
    Raided,
    Subscribed,
    SubsGifted,
)  # fmt: skip


def badge_given(notice: Notice) -> BadgeGiven:
    """Somebody was given the badge."""
    event = fields.read(notice, shapes.Event)
    return BadgeGiven(broadcaster_id=fields.channel(event), at=notice.at, user=fields.user(event))


def badge_taken(notice: Notice) -> BadgeTaken:
    """Somebody lost the badge."""
    event = fields.read(notice, shapes.Event)
    return BadgeTaken(broadcaster_id=fields.channel(event), at=notice.at, user=fields.user(event))


def subscribed(notice: Notice) -> Subscribed:
    """Somebody subscribed, or was given a subscription."""
    event = fields.read(notice, shapes.Sub)
    return Subscribed(
        broadcaster_id=fields.channel(event), at=notice.at, user=fields.user(event), tier=event.tier, gifted=event.is_gift
    )  # fmt: skip


def renewed(notice: Notice) -> Subscribed:
    """Somebody said in the chat that they are still subscribed."""
    event = fields.read(notice, shapes.Sub)
    months = max(event.cumulative_months or 1, 1)
    return Subscribed(
        broadcaster_id=fields.channel(event), at=notice.at, user=fields.user(event), tier=event.tier, months=months, renewed=True
    )  # fmt: skip


def subs_gifted(notice: Notice) -> SubsGifted:
    """Somebody gave subscriptions away."""
    event = fields.read(notice, shapes.SubGift)
    user = fields.user_if_named(event)
    return SubsGifted(
        broadcaster_id=fields.channel(event), at=notice.at, user=user, tier=event.tier, count=fields.count(event.total)
    )  # fmt: skip


def cheered(notice: Notice) -> Cheered:
    """Somebody spent bits."""
    event = fields.read(notice, shapes.Bits)
    return Cheered(
        broadcaster_id=fields.channel(event),
        at=notice.at,
        user=fields.user_if_named(event),
        bits=fields.count(event.bits),
    )


def followed(notice: Notice) -> Followed:
    """Somebody began to follow."""
    event = fields.read(notice, shapes.Follow)
    return Followed(broadcaster_id=fields.channel(event), at=event.followed_at, user=fields.user(event))


def raided(notice: Notice) -> Raided:
    """Another channel sent its viewers."""
    event = fields.read(notice, shapes.Raid)
    user = fields.account(event.from_broadcaster_user_id, event.from_broadcaster_user_login, event.from_broadcaster_user_name)
    return Raided(broadcaster_id=fields.ident(event.to_broadcaster_user_id), at=notice.at, user=user, viewers=fields.count(event.viewers))


def moderator_added(notice: Notice) -> ModeratorAdded:
    """Somebody became a moderator."""
    event = fields.read(notice, shapes.Event)
    return ModeratorAdded(broadcaster_id=fields.channel(event), at=notice.at, user=fields.user(event))


def banned(notice: Notice) -> Banned:
    """Somebody was banned."""
    event = fields.read(notice, shapes.Ban)
    until = None if event.is_permanent else event.ends_at
    return Banned(broadcaster_id=fields.channel(event), at=event.banned_at or notice.at, user=fields.user(event), until=until)
