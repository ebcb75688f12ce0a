"""A creator's channel with VIP badges and channel points: what we ask of it, and what it tells us.

Ids are strings and mean something only on their platform. Moments are aware UTC datetimes. Every call may raise
`errors.Later` (try again, at the earliest after its wait), `errors.Never` or `errors.SignInAgain`; what a platform
answers in the ordinary course of things (no free slot, a moderator, settled already) is a value, not an error.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Literal, Protocol

import msgspec

Given = Literal[
    "given",
    "already",  # has the badge already, from somebody else or from an answer of ours that was lost
    "moderator",  # a moderator can hold no VIP badge and is never made to give up the other one
    "no_slot",
    "not_unlocked",  # the channel may not give badges yet
    "blocked",  # the channel has blocked this person
    "unknown",  # there is no such person (any more)
]
"""How it went to give somebody a badge."""

Taken = Literal["taken", "was_none", "unknown"]
"""How it went to take a badge back; all three mean that there is none now."""

Settled = Literal["settled", "already", "gone"]
"""How it went to settle a redemption: done, somebody settled it before us, or there is no such redemption."""

RedemptionStatus = Literal["unfulfilled", "fulfilled", "canceled", "unknown"]


class Account(msgspec.Struct, frozen=True):
    """Somebody on the platform."""

    id: str
    login: str
    name: str


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """What a channel says of an account; `kind` is empty for a channel that can have no points."""

    account: Account
    kind: Literal["", "affiliate", "partner"] = ""
    avatar_url: str = ""
    created_at: datetime | None = None


class RewardShape(msgspec.Struct, frozen=True, kw_only=True):
    """What can be said of a reward: `title` of 1 to 45 characters, unique in the channel, `cost` in points from 1.

    A limit of None is no limit. `cooldown_s` is 1 to 604,800 seconds.
    """

    title: str
    cost: int
    prompt: str = ""
    color: str = "#9147FF"
    enabled: bool = True
    paused: bool = False
    input_required: bool = False
    per_stream: int | None = None
    per_user_per_stream: int | None = None
    cooldown_s: int | None = None


class Reward(msgspec.Struct, frozen=True, kw_only=True):
    """A reward of the channel; only those made with our client id are `ours` and can be changed."""

    id: str
    shape: RewardShape
    ours: bool
    in_stock: bool = True


class Redemption(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody spent points on a reward; `cost` is what was paid."""

    id: str
    reward_id: str
    user: Account
    cost: int
    redeemed_at: datetime
    status: RedemptionStatus = "unfulfilled"
    title: str = ""
    said: str = ""


class Said(msgspec.Struct, frozen=True):
    """Whether a chat line got through, and if not, why (the platform's own words)."""

    sent: bool
    why: str = ""


class Live(msgspec.Struct, frozen=True):
    """A broadcast that is going on."""

    id: str
    started_at: datetime
    title: str = ""
    watching: int = 0


class Channel(Protocol):
    """One creator's channel, reached with that creator's own consent."""

    @property
    def owner(self) -> Account:
        """Whose channel it is."""

    async def vips(self) -> Sequence[Account]:
        """Return everybody who has the badge now."""

    async def vips_among(self, user_ids: Collection[str]) -> frozenset[str]:
        """Say who of these has the badge now."""

    async def moderators_among(self, user_ids: Collection[str]) -> frozenset[str]:
        """Say who of these is a moderator."""

    async def give_vip(self, user_id: str) -> Given:
        """Give the badge; answers as they come within the pace that the platform allows."""

    async def take_vip(self, user_id: str) -> Taken:
        """Take the badge back."""

    async def rewards(self, *, ours: bool = False) -> Sequence[Reward]:
        """Return all rewards of the channel, or only those that we may change."""

    async def make_reward(self, shape: RewardShape) -> Reward:
        """Make a reward whose redemptions wait in the queue; raises Invalid for a title that is taken or a 51st reward."""

    async def change_reward(self, reward_id: str, shape: RewardShape) -> Reward | None:
        """Change a reward of ours; None when it is gone."""

    async def delete_reward(self, reward_id: str) -> bool:
        """Delete a reward of ours (what still waits counts as fulfilled: cancel it first); False when it was gone."""

    async def redemptions(
        self, reward_id: str, *, status: RedemptionStatus = "unfulfilled", ids: Collection[str] = ()
    ) -> Sequence[Redemption]:
        """Return redemptions of a reward of ours, oldest first: those with these ids, or all of a status."""

    async def settle(self, reward_id: str, redemption_id: str, *, fulfilled: bool) -> Settled:
        """Fulfil a redemption, or cancel it, which gives the points back."""

    async def say(self, text: str, *, reply_to: str = "") -> Said:
        """Write a line of at most 500 characters in the chat."""

    async def announce(self, text: str) -> None:
        """Write an announcement of at most 500 characters."""

    async def find(self, *, user_id: str = "", login: str = "") -> Profile | None:
        """Look somebody up."""

    async def followed_at(self, user_id: str) -> datetime | None:
        """Say since when somebody follows; None when they do not."""

    async def live(self) -> Live | None:
        """Return the broadcast that is going on."""

    async def chatters(self) -> Sequence[Account]:
        """Return everybody who is in the chat now."""


class Channels(Protocol):
    """Who answers for a creator's channel."""

    async def of(self, creator_id: int) -> Channel:
        """Return the channel of a creator; raises SignInAgain when there is no consent (any more)."""


class Heard(msgspec.Struct, frozen=True, kw_only=True, tag_field="heard"):
    """Something the channel `broadcaster_id` told us; `at` is when it happened by the platform's clock."""

    broadcaster_id: str
    at: datetime


class RedemptionMade(Heard, frozen=True, kw_only=True, tag="redemption.made"):
    """Somebody redeemed a reward."""

    redemption: Redemption


class RedemptionSettled(Heard, frozen=True, kw_only=True, tag="redemption.settled"):
    """A redemption was fulfilled or canceled, by us or by hand."""

    redemption: Redemption


class RewardGone(Heard, frozen=True, kw_only=True, tag="reward.gone"):
    """A reward was deleted."""

    reward_id: str


class RewardChanged(Heard, frozen=True, kw_only=True, tag="reward.changed"):
    """A reward was made or changed."""

    reward: Reward


class BadgeGiven(Heard, frozen=True, kw_only=True, tag="badge.given"):
    """Somebody was given the badge, by us or by anybody else: the platform does not say by whom."""

    user: Account


class BadgeTaken(Heard, frozen=True, kw_only=True, tag="badge.taken"):
    """Somebody lost the badge, by us or by anybody else."""

    user: Account


class Subscribed(Heard, frozen=True, kw_only=True, tag="sub"):
    """Somebody subscribed (tier 1000, 2000 or 3000) or said so again (`months` > 1); `gifted` by somebody else."""

    user: Account
    tier: int
    gifted: bool = False
    months: int = 1
    renewed: bool = False


class SubsGifted(Heard, frozen=True, kw_only=True, tag="subs.gifted"):
    """Somebody gave `count` subscriptions away; None gave them without a name."""

    user: Account | None
    tier: int
    count: int


class Cheered(Heard, frozen=True, kw_only=True, tag="cheer"):
    """Somebody spent bits; None did so without a name."""

    user: Account | None
    bits: int


class Followed(Heard, frozen=True, kw_only=True, tag="follow"):
    """Somebody began to follow."""

    user: Account


class Raided(Heard, frozen=True, kw_only=True, tag="raid"):
    """Another channel sent its viewers."""

    user: Account
    viewers: int


class ModeratorAdded(Heard, frozen=True, kw_only=True, tag="moderator.added"):
    """Somebody became a moderator, which ends a VIP badge."""

    user: Account


class Banned(Heard, frozen=True, kw_only=True, tag="ban"):
    """Somebody was banned, for good when `until` is None."""

    user: Account
    until: datetime | None = None


class WentLive(Heard, frozen=True, kw_only=True, tag="live"):
    """A broadcast began."""

    stream_id: str


class WentOffline(Heard, frozen=True, kw_only=True, tag="offline"):
    """The broadcast ended."""


class ChatLine(Heard, frozen=True, kw_only=True, tag="chat"):
    """Somebody wrote in the chat; `message_id` can be answered to."""

    user: Account
    message_id: str
    text: str
    badges: tuple[str, ...] = ()
    bits: int = 0


class ConsentGone(Heard, frozen=True, kw_only=True, tag="consent.gone"):
    """The creator took the consent back, or the platform ended a subscription for `why`."""

    kind: str
    why: str


class Missed(Heard, frozen=True, kw_only=True, tag="missed"):
    """The line was down until `at`, since `since`: whatever was said meanwhile must be read again."""

    since: datetime
    why: str


AnyHeard = (
    RedemptionMade | RedemptionSettled | RewardGone | RewardChanged | BadgeGiven | BadgeTaken | Subscribed | SubsGifted | Cheered
    | Followed | Raided | ModeratorAdded | Banned | WentLive | WentOffline | ChatLine | ConsentGone | Missed
)  # fmt: skip


class Inbox(Protocol):
    """Where what a channel tells us is stored before anything is done about it."""

    async def put(self, message_id: str, heard: AnyHeard) -> bool:
        """Store it with the job that will act on it, once per `message_id`; False when it was known. Durable on return."""
