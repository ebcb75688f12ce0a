"""What can be subscribed to, in which version, under which condition, and with whose consent to what."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of subscription: `needs` and `may` are the keys of its condition, `scopes` those of which one must do.

    `owner` names the key whose user must have consented. `by` says whose tokens may ask, `over` which transports carry it.
    """

    version: str = "1"
    needs: tuple[str, ...] = ("broadcaster_user_id",)
    may: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    owner: str = "broadcaster_user_id"
    by: Literal["either", "app"] = "either"
    over: tuple[str, ...] = ("websocket", "webhook", "conduit")


_REDEMPTIONS = ("channel:read:redemptions", "channel:manage:redemptions")
_POINTS = Kind(may=("reward_id",), scopes=_REDEMPTIONS)
_VIPS = Kind(scopes=("channel:read:vips", "channel:manage:vips"))
_SUBS = Kind(scopes=("channel:read:subscriptions",))
_BITS = Kind(scopes=("bits:read",))
_MODERATORS = Kind(scopes=("moderation:read", "channel:manage:moderators"))
_BANS = Kind(scopes=("channel:moderate",))
_CONSENTS = Kind(needs=("client_id",), owner="", by="app", over=("webhook",))
_REWARD = "channel.channel_points_custom_reward"

KINDS: dict[str, Kind] = {
    f"{_REWARD}_redemption.add": _POINTS,
    f"{_REWARD}_redemption.update": _POINTS,
    f"{_REWARD}.add": Kind(scopes=_REDEMPTIONS),
    f"{_REWARD}.update": _POINTS,
    f"{_REWARD}.remove": _POINTS,
    "channel.vip.add": _VIPS,
    "channel.vip.remove": _VIPS,
    "channel.subscribe": _SUBS,
    "channel.subscription.end": _SUBS,
    "channel.subscription.gift": _SUBS,
    "channel.subscription.message": _SUBS,
    "channel.cheer": _BITS,
    "channel.bits.use": _BITS,
    "channel.follow": Kind(
        "2", ("broadcaster_user_id", "moderator_user_id"), scopes=("moderator:read:followers",), owner="moderator_user_id"
    ),
    "channel.chat.message": Kind(needs=("broadcaster_user_id", "user_id"), scopes=("user:read:chat",), owner="user_id"),
    "stream.online": Kind(owner=""),
    "stream.offline": Kind(owner=""),
    "channel.raid": Kind(needs=(), may=("to_broadcaster_user_id", "from_broadcaster_user_id"), owner=""),
    "channel.moderator.add": _MODERATORS,
    "channel.moderator.remove": _MODERATORS,
    "channel.ban": _BANS,
    "channel.unban": _BANS,
    "user.authorization.grant": _CONSENTS,
    "user.authorization.revoke": _CONSENTS,
    "conduit.shard.disabled": Kind(needs=("client_id",), may=("conduit_id",), owner="", by="app"),
}
