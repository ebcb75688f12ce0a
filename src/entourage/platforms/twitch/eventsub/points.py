"""Channel points in our words: rewards, and what viewers redeem."""

from entourage.platforms.twitch.eventsub import fields, shapes
from entourage.platforms.twitch.eventsub.envelope import Notice
from entourage.ports.channel import (
    Redemption,
    RedemptionMade,
    RedemptionSettled,
    RedemptionStatus,
    Reward,
    RewardChanged,
    RewardGone,
    RewardShape,
)  # fmt: skip
from entourage.ports.live import TEXT_LENGTH, clean

_STATUSES: dict[str, RedemptionStatus] = {
    "unfulfilled": "unfulfilled", "fulfilled": "fulfilled", "canceled": "canceled", "cancelled": "canceled",
}  # fmt: skip


def _redeemed(notice: Notice) -> tuple[str, Redemption]:
    event = fields.read(notice, shapes.Redeemed)
    return fields.channel(event), Redemption(
        id=fields.ident(event.id),
        reward_id=fields.ident(event.reward.id),
        user=fields.user(event),
        cost=fields.count(event.reward.cost),
        redeemed_at=event.redeemed_at,
        status=_STATUSES.get(event.status.lower(), "unknown"),
        title=clean(event.reward.title),
        said=clean(event.user_input, TEXT_LENGTH),
    )


def redemption_made(notice: Notice) -> RedemptionMade:
    """Somebody redeemed a reward."""
    channel, redemption = _redeemed(notice)
    return RedemptionMade(broadcaster_id=channel, at=notice.at, redemption=redemption)


def redemption_settled(notice: Notice) -> RedemptionSettled:
    """Tell that a redemption was fulfilled or canceled."""
    channel, redemption = _redeemed(notice)
    return RedemptionSettled(broadcaster_id=channel, at=notice.at, redemption=redemption)


def reward_changed(notice: Notice) -> RewardChanged:
    """Tell that a reward was made or changed."""
    event = fields.read(notice, shapes.RewardSeen)
    shape = RewardShape(
        title=clean(event.title),
        cost=fields.count(event.cost),
        prompt=clean(event.prompt),
        color=clean(event.background_color, 16) or "#9147FF",
        enabled=event.is_enabled,
        paused=event.is_paused,
        input_required=event.is_user_input_required,
        per_stream=event.max_per_stream.value if event.max_per_stream.is_enabled else None,
        per_user_per_stream=event.max_per_user_per_stream.value if event.max_per_user_per_stream.is_enabled else None,
        cooldown_s=event.global_cooldown.seconds if event.global_cooldown.is_enabled else None,
    )
    # Whose it is Twitch does not say here: whoever knows its id knows that.
    reward = Reward(id=fields.ident(event.id), shape=shape, ours=False, in_stock=event.is_in_stock)
    return RewardChanged(broadcaster_id=fields.channel(event), at=notice.at, reward=reward)


def reward_gone(notice: Notice) -> RewardGone:
    """Tell that a reward was deleted."""
    event = fields.read(notice, shapes.RewardSeen)
    return RewardGone(broadcaster_id=fields.channel(event), at=notice.at, reward_id=fields.ident(event.id))
