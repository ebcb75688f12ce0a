"""What events look like on Twitch's side, as far as we read them: one shape for each kind of subscription."""

import msgspec

from entourage.platforms.twitch.eventsub.envelope import Moment


class Event(msgspec.Struct, kw_only=True, frozen=True):
    """What nearly all events say: whose channel it is, and who did it (nobody, where Twitch does not tell)."""

    broadcaster_user_id: str = ""
    user_id: str | None = None
    user_login: str | None = None
    user_name: str | None = None


class Prize(msgspec.Struct, frozen=True):
    """The reward as a redemption quotes it."""

    id: str
    title: str = ""
    cost: int = 0


class Redeemed(Event, kw_only=True, frozen=True):
    """channel.channel_points_custom_reward_redemption.add and .update."""

    id: str
    status: str
    reward: Prize
    redeemed_at: Moment
    user_input: str = ""


class Limit(msgspec.Struct, frozen=True):
    """A limit of a reward that may be off."""

    is_enabled: bool = False
    value: int = 0
    seconds: int = 0


class RewardSeen(Event, kw_only=True, frozen=True):
    """channel.channel_points_custom_reward.add, .update and .remove."""

    id: str
    title: str
    cost: int
    prompt: str = ""
    background_color: str = ""
    is_enabled: bool = True
    is_paused: bool = False
    is_in_stock: bool = True
    is_user_input_required: bool = False
    max_per_stream: Limit = Limit()
    max_per_user_per_stream: Limit = Limit()
    global_cooldown: Limit = Limit()


class Sub(Event, kw_only=True, frozen=True):
    """channel.subscribe and channel.subscription.message."""

    tier: int
    is_gift: bool = False
    cumulative_months: int | None = None


class SubGift(Event, kw_only=True, frozen=True):
    """channel.subscription.gift."""

    tier: int
    total: int
    is_anonymous: bool = False


class Bits(Event, kw_only=True, frozen=True):
    """channel.cheer and channel.bits.use."""

    bits: int
    is_anonymous: bool = False


class Follow(Event, kw_only=True, frozen=True):
    """channel.follow."""

    followed_at: Moment


class Raid(msgspec.Struct, kw_only=True, frozen=True):
    """channel.raid, which speaks of two channels."""

    to_broadcaster_user_id: str
    from_broadcaster_user_id: str
    from_broadcaster_user_login: str = ""
    from_broadcaster_user_name: str = ""
    viewers: int = 0


class Ban(Event, kw_only=True, frozen=True):
    """channel.ban."""

    banned_at: Moment | None = None
    ends_at: Moment | None = None
    is_permanent: bool = False


class Online(Event, kw_only=True, frozen=True):
    """stream.online."""

    id: str
    started_at: Moment | None = None


class Text(msgspec.Struct, frozen=True):
    """What was written."""

    text: str = ""


class Badge(msgspec.Struct, frozen=True):
    """A badge beside a name in the chat."""

    set_id: str


class Cheer(msgspec.Struct, frozen=True):
    """The bits in a chat message."""

    bits: int = 0


class Chat(msgspec.Struct, kw_only=True, frozen=True):
    """channel.chat.message; a source is named for what was written in another channel of a shared chat."""

    broadcaster_user_id: str
    chatter_user_id: str
    chatter_user_login: str = ""
    chatter_user_name: str = ""
    message_id: str
    message: Text = Text()
    badges: list[Badge] = []
    cheer: Cheer | None = None
    source_broadcaster_user_id: str | None = None
