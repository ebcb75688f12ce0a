"""Twitch's events in our words: what each kind of subscription tells."""

from collections.abc import Callable

import msgspec

from entourage.platforms.twitch.eventsub import fields, people, points, shapes
from entourage.platforms.twitch.eventsub.envelope import Notice
from entourage.ports.channel import AnyHeard, ChatLine, ConsentGone, WentLive, WentOffline
from entourage.ports.live import TEXT_LENGTH, clean


class Puzzle(Exception):
    """A notice that we cannot use; `name` is `unknown:` or `refused:` and the kind of subscription that brought it."""

    def __init__(self, name: str, reason: str = "") -> None:
        """Name the trouble."""
        super().__init__(f"{name} {reason}".rstrip())
        self.name = name


def translate(notice: Notice) -> AnyHeard | None:
    """Say in our words what happened; None for what concerns another channel. Raises Puzzle."""
    work = _WORDS.get(notice.type)
    if work is None:
        raise Puzzle(name=f"unknown:{notice.type}")
    try:
        return work(notice)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise Puzzle(name=f"refused:{notice.type}", reason=str(error)) from error


def consent_gone(notice: Notice) -> ConsentGone:
    """Say that Twitch ended a subscription, for whatever reason it gave."""
    subscription = notice.subscription
    return ConsentGone(
        broadcaster_id=fields.ident(subscription.broadcaster_id), at=notice.at, kind=notice.type, why=clean(subscription.status, 64)
    )


def _went_live(notice: Notice) -> WentLive:
    event = fields.read(notice, shapes.Online)
    return WentLive(broadcaster_id=fields.channel(event), at=event.started_at or notice.at, stream_id=fields.ident(event.id))


def _went_offline(notice: Notice) -> WentOffline:
    event = fields.read(notice, shapes.Event)
    return WentOffline(broadcaster_id=fields.channel(event), at=notice.at)


def _chat(notice: Notice) -> ChatLine | None:
    event = fields.read(notice, shapes.Chat)
    if event.source_broadcaster_user_id not in {None, event.broadcaster_user_id}:
        return None
    return ChatLine(
        broadcaster_id=fields.ident(event.broadcaster_user_id),
        at=notice.at,
        user=fields.account(event.chatter_user_id, event.chatter_user_login, event.chatter_user_name),
        message_id=fields.ident(event.message_id),
        text=clean(event.message.text, TEXT_LENGTH),
        badges=tuple(fields.ident(badge.set_id) for badge in event.badges),
        bits=fields.count(event.cheer.bits) if event.cheer else 0,
    )


def _consent_taken_back(notice: Notice) -> ConsentGone:
    event = fields.read(notice, shapes.Event)
    return ConsentGone(broadcaster_id=fields.ident(event.user_id or ""), at=notice.at, kind="consent", why="authorization_revoked")


_POINTS = "channel.channel_points_custom_reward"
_WORDS: dict[str, Callable[[Notice], AnyHeard | None]] = {
    f"{_POINTS}_redemption.add": points.redemption_made,
    f"{_POINTS}_redemption.update": points.redemption_settled,
    f"{_POINTS}.add": points.reward_changed,
    f"{_POINTS}.update": points.reward_changed,
    f"{_POINTS}.remove": points.reward_gone,
    "channel.vip.add": people.badge_given,
    "channel.vip.remove": people.badge_taken,
    "channel.subscribe": people.subscribed,
    "channel.subscription.message": people.renewed,
    "channel.subscription.gift": people.subs_gifted,
    "channel.cheer": people.cheered,
    "channel.bits.use": people.cheered,
    "channel.follow": people.followed,
    "channel.raid": people.raided,
    "channel.moderator.add": people.moderator_added,
    "channel.ban": people.banned,
    "stream.online": _went_live,
    "stream.offline": _went_offline,
    "channel.chat.message": _chat,
    "user.authorization.revoke": _consent_taken_back,
}
