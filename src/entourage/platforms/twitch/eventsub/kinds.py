"""What we want to be told about a channel, in which version, and which of Twitch's scopes each needs."""

from collections.abc import Collection
from dataclasses import dataclass

_POINTS = ("channel:manage:redemptions", "channel:read:redemptions")
_BADGES = ("channel:manage:vips", "channel:read:vips")
_SUBS = ("channel:read:subscriptions",)
_REWARD = "channel.channel_points_custom_reward"
_OWNER = ("broadcaster_user_id",)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of subscription: one of `scopes` is needed, `keys` of the condition all name the broadcaster.

    Where the app itself asks, not the creator with a token of their own, `too` are needed as well.
    """

    type: str
    scopes: tuple[str, ...] = ()
    version: str = "1"
    keys: tuple[str, ...] = _OWNER
    too: tuple[str, ...] = ()

    def condition(self, broadcaster_id: str) -> dict[str, str]:
        """Name the channel."""
        return dict.fromkeys(self.keys, broadcaster_id)

    def missing(self, scopes: Collection[str], *, as_app: bool) -> str:
        """Return a scope that is needed and was not granted; empty when there is none."""
        if self.scopes and not any(scope in scopes for scope in self.scopes):
            return self.scopes[0]
        return next((scope for scope in self.too if scope not in scopes), "") if as_app else ""


# `channel.bits.use` tells of cheers too: to subscribe to `channel.cheer` beside it would count them twice.
KINDS = (
    Kind(f"{_REWARD}_redemption.add", _POINTS),
    Kind(f"{_REWARD}_redemption.update", _POINTS),
    Kind(f"{_REWARD}.update", _POINTS),
    Kind(f"{_REWARD}.remove", _POINTS),
    Kind("channel.vip.add", _BADGES),
    Kind("channel.vip.remove", _BADGES),
    Kind("channel.moderator.add", ("moderation:read", "channel:manage:moderators")),
    Kind("stream.online"),
    Kind("stream.offline"),
    Kind("channel.subscribe", _SUBS),
    Kind("channel.subscription.gift", _SUBS),
    Kind("channel.subscription.message", _SUBS),
    Kind("channel.bits.use", ("bits:read",)),
    Kind("channel.follow", ("moderator:read:followers",), "2", ("broadcaster_user_id", "moderator_user_id")),
    Kind("channel.chat.message", ("user:read:chat",), "1", ("broadcaster_user_id", "user_id"), ("user:bot", "channel:bot")),
    Kind("channel.ban", ("channel:moderate",)),
    Kind("channel.raid", (), "1", ("to_broadcaster_user_id",)),
)
