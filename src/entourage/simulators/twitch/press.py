"""A press of one of the panel's buttons, and the sentences that come back."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

ViewerActs = Literal["redeem", "sub", "resub", "unsub", "gift", "cheer", "follow", "raid", "chat", "come", "go"]
StreamerActs = Literal[
    "live", "offline", "mod", "unmod", "vip", "unvip", "fill", "empty", "slots", "lock", "unlock",
    "ban", "timeout", "unban", "block", "reward", "fulfil", "refund", "delete", "disconnect",
]  # fmt: skip
TroubleActs = Literal[
    "fail", "mute", "refuse", "close", "cut", "move", "hush", "again", "expire", "spoil", "latency", "heal",
]  # fmt: skip
Way = Literal["status", "hang", "cut", "lost"]


class Press(Struct, frozen=True, forbid_unknown_fields=True):
    """One press, with what is set beside the button.

    `channel` and `who` are logins, `reward` and `redemption` ids; where they are left out, the stage's own channel, its
    first reward, and the last redemption that waits are meant.
    """

    act: ViewerActs | StreamerActs | TroubleActs
    channel: Annotated[str, Meta(max_length=25)] = ""
    who: Annotated[str, Meta(max_length=25, pattern="^[A-Za-z0-9_]*$")] = "mira"
    text: Annotated[str, Meta(max_length=500)] = ""
    reward: Annotated[str, Meta(max_length=45)] = ""
    redemption: Annotated[str, Meta(max_length=45)] = ""
    tier: Literal["1000", "2000", "3000"] = "1000"
    count: Annotated[int, Meta(ge=1, le=1_000_000)] = 1
    anonymous: bool = False
    way: Way = "status"
    status: Annotated[int, Meta(ge=400, le=599)] = 503
    code: Annotated[int, Meta(ge=1000, le=4999)] = 4006
    path: Annotated[str, Meta(max_length=100)] = "/helix"
    minutes: Annotated[float, Meta(ge=0, le=1440)] = 1.0
    latency_ms: Annotated[int, Meta(ge=0, le=60_000)] = 0


SENTENCES = {
    "redeemed": "{who} redeemed {title} for {cost} points",
    "subscribed": "{who} subscribed",
    "resubscribed": "{who} subscribed for month {count}",
    "unsubscribed": "The subscription of {who} ran out",
    "gifted": "{who} gave {count} subscriptions",
    "cheered": "{who} cheered {count} bits",
    "followed": "{who} follows",
    "raided": "{who} came with {count} viewers",
    "wrote": "{who} wrote in the chat",
    "came": "{who} came into the chat",
    "went": "{who} left the chat",
    "live": "{channel} is live",
    "offline": "{channel} is offline",
    "modded": "{who} is a moderator now",
    "unmodded": "{who} is no moderator now",
    "given": "{who} has the VIP badge now",
    "taken": "{who} lost the VIP badge",
    "filled": "{count} strangers filled the slots",
    "emptied": "{count} badges were taken back",
    "slots": "The channel has {count} slots",
    "locked": "The channel may give no VIP badges",
    "unlocked": "The channel may give VIP badges",
    "banned": "{who} is banned",
    "timed_out": "{who} is timed out for {count} s",
    "unbanned": "{who} may come back",
    "blocked": "{who} is blocked",
    "reward_made": "The reward {title} was made in the dashboard",
    "reward_deleted": "The reward {title} was deleted in the dashboard",
    "settled": "The redemption of {who} was settled by hand",
    "disconnected": "The consent of {channel} is taken back",
    "failing": "Requests fail",
    "muted": "Notifications are dropped",
    "refusing": "New sockets are refused",
    "closed": "{count} sockets closed with {code}",
    "cut": "{count} connections cut",
    "asked_to_move": "{count} sockets asked to move",
    "hushed": "{count} sockets fell silent",
    "told_again": "Told again under {count} other message ids",
    "expired": "{count} access tokens ran out",
    "spoiled": "{count} refresh tokens are no good any more",
    "latency": "Every answer takes {count} ms longer",
    "healed": "Everything works again",
}
