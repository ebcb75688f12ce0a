"""Twitch's words become ours, and ours Twitch's."""

from contextlib import suppress
from datetime import datetime
from typing import Any, Literal

from entourage.platforms.twitch import shapes
from entourage.ports import channel

_KINDS: dict[str, Literal["affiliate", "partner"]] = {"affiliate": "affiliate", "partner": "partner"}
_STATUSES: dict[str, channel.RedemptionStatus] = {"unfulfilled": "unfulfilled", "fulfilled": "fulfilled", "canceled": "canceled"}


def account(one: shapes.Named) -> channel.Account:
    """Return somebody in a list."""
    return channel.Account(one.user_id, one.user_login, one.user_name or one.user_login)


def kind(broadcaster_type: str) -> Literal["", "affiliate", "partner"]:
    """Return what sort of channel it is; whatever we do not know has no points."""
    return _KINDS.get(broadcaster_type, "")


def profile(one: shapes.User) -> channel.Profile:
    """Return an account with what its channel says of it."""
    created_at = None
    with suppress(ValueError):
        created_at = datetime.fromisoformat(one.created_at)
    return channel.Profile(
        account=channel.Account(one.id, one.login, one.display_name or one.login),
        kind=kind(one.broadcaster_type), avatar_url=one.profile_image_url, created_at=created_at,
    )  # fmt: skip


def reward(one: shapes.Reward, *, ours: bool) -> channel.Reward:
    """Return a reward."""
    stream, user, cooldown = one.max_per_stream_setting, one.max_per_user_per_stream_setting, one.global_cooldown_setting
    shape = channel.RewardShape(
        title=one.title, cost=one.cost, prompt=one.prompt, color=one.background_color, enabled=one.is_enabled, paused=one.is_paused,
        input_required=one.is_user_input_required,
        per_stream=stream.max_per_stream if stream.is_enabled else None,
        per_user_per_stream=user.max_per_user_per_stream if user.is_enabled else None,
        cooldown_s=cooldown.global_cooldown_seconds if cooldown.is_enabled else None,
    )  # fmt: skip
    return channel.Reward(id=one.id, shape=shape, ours=ours, in_stock=one.is_in_stock)


def reward_body(shape: channel.RewardShape, *, new: bool) -> dict[str, Any]:
    """Return a reward as Twitch takes it: redemptions always wait in the queue, or they could not be refunded nor found again."""
    body: dict[str, Any] = {
        "title": shape.title, "cost": shape.cost, "prompt": shape.prompt, "background_color": shape.color,
        "is_enabled": shape.enabled, "is_user_input_required": shape.input_required,
        "should_redemptions_skip_request_queue": False,
        "is_max_per_stream_enabled": shape.per_stream is not None,
        "is_max_per_user_per_stream_enabled": shape.per_user_per_stream is not None,
        "is_global_cooldown_enabled": shape.cooldown_s is not None,
    }  # fmt: skip
    limits = {
        "max_per_stream": shape.per_stream,
        "max_per_user_per_stream": shape.per_user_per_stream,
        "global_cooldown_seconds": shape.cooldown_s,
    }
    body |= {name: limit for name, limit in limits.items() if limit is not None}
    return body if new else {**body, "is_paused": shape.paused}


def redemption(one: shapes.Redemption) -> channel.Redemption:
    """Return a redemption."""
    return channel.Redemption(
        id=one.id, reward_id=one.reward.id, user=channel.Account(one.user_id, one.user_login, one.user_name or one.user_login),
        cost=one.reward.cost, redeemed_at=one.redeemed_at, status=_STATUSES.get(one.status.lower(), "unknown"),
        title=one.reward.title, said=one.user_input or "",
    )  # fmt: skip


def live(one: shapes.Stream) -> channel.Live:
    """Return a broadcast."""
    return channel.Live(one.id, one.started_at, one.title, one.viewer_count)
