"""What Helix answers, in Twitch's words; whatever else it says is left out."""

from datetime import datetime

import msgspec


class Named(msgspec.Struct, frozen=True):
    """Somebody in a list: of VIPs, moderators or chatters."""

    user_id: str
    user_login: str = ""
    user_name: str = ""


class User(msgspec.Struct, frozen=True):
    """An account."""

    id: str
    login: str
    display_name: str = ""
    broadcaster_type: str = ""
    profile_image_url: str = ""
    created_at: str = ""


class StreamLimit(msgspec.Struct, frozen=True):
    """How often in a stream."""

    is_enabled: bool = False
    max_per_stream: int = 0


class UserLimit(msgspec.Struct, frozen=True):
    """How often one viewer in a stream."""

    is_enabled: bool = False
    max_per_user_per_stream: int = 0


class Cooldown(msgspec.Struct, frozen=True):
    """How long between two, in seconds."""

    is_enabled: bool = False
    global_cooldown_seconds: int = 0


class Reward(msgspec.Struct, frozen=True, kw_only=True):
    """A custom reward of a channel."""

    id: str
    title: str
    cost: int
    prompt: str = ""
    background_color: str = ""
    is_enabled: bool = True
    is_paused: bool = False
    is_in_stock: bool = True
    is_user_input_required: bool = False
    max_per_stream_setting: StreamLimit = StreamLimit()
    max_per_user_per_stream_setting: UserLimit = UserLimit()
    global_cooldown_setting: Cooldown = Cooldown()


class RedeemedReward(msgspec.Struct, frozen=True):
    """What was redeemed, as it was then."""

    id: str
    title: str = ""
    cost: int = 0


class Redemption(msgspec.Struct, frozen=True, kw_only=True):
    """A redemption; `status` in upper case here, in lower case in EventSub."""

    id: str
    user_id: str
    user_login: str = ""
    user_name: str = ""
    user_input: str | None = ""
    status: str = ""
    redeemed_at: datetime
    reward: RedeemedReward


class Stream(msgspec.Struct, frozen=True):
    """A broadcast."""

    id: str
    started_at: datetime
    type: str = "live"
    title: str = ""
    viewer_count: int = 0


class Follower(msgspec.Struct, frozen=True):
    """Somebody who follows."""

    user_id: str
    followed_at: datetime


class DropReason(msgspec.Struct, frozen=True):
    """Why a chat line did not get through."""

    code: str = ""
    message: str = ""


class Message(msgspec.Struct, frozen=True):
    """What became of a chat line."""

    is_sent: bool
    message_id: str = ""
    drop_reason: DropReason | None = None
