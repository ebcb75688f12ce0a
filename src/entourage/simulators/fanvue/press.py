"""A press of one of the panel's buttons, and the sentences that come back."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from entourage.simulators.fanvue.faults import Way
from entourage.simulators.fanvue.lines import Temper, Tongue

FanActs = Literal[
    "write", "burst", "read", "come", "follow", "subscribe", "renew", "cancel", "lapse",
    "tip", "buy", "refund", "block", "unblock", "leave",
]  # fmt: skip
CreatorActs = Literal["hand", "automatic", "mute", "unmute", "invite", "hush", "go", "disconnect"]
TroubleActs = Literal[
    "fail", "latency", "limit", "expire", "heal",
    "double", "lose", "hold", "release", "again", "old", "forged", "honour", "ignore", "strip",
]  # fmt: skip


class Press(Struct, frozen=True, forbid_unknown_fields=True):
    """One press, with what is set beside the button.

    `creator` and `who` are handles; without a creator the stage's own is meant. `count` is a number of times, of fans, or
    of cents; `minutes` of 0 mean until mended, `times` of 0 any number of requests.
    """

    act: FanActs | CreatorActs | TroubleActs
    creator: Annotated[str, Meta(max_length=40)] = ""
    who: Annotated[str, Meta(max_length=40, pattern="^[A-Za-z0-9_.]*$")] = "mira"
    text: Annotated[str, Meta(max_length=5000)] = ""
    temper: Temper = "chatty"
    tongue: Tongue = "en"
    count: Annotated[int, Meta(ge=1, le=1_000_000)] = 1
    way: Way = "status"
    status: Annotated[int, Meta(ge=400, le=599)] = 503
    path: Annotated[str, Meta(max_length=100)] = "*"
    times: Annotated[int, Meta(ge=0, le=10_000)] = 0
    minutes: Annotated[float, Meta(ge=0, le=1440)] = 0.0
    latency_ms: Annotated[int, Meta(ge=0, le=60_000)] = 0


SENTENCES = {
    "wrote": "{who} wrote",
    "bursting": "{who} writes {count} messages",
    "read": "{who} read {count} messages",
    "online": "{who} is online",
    "followed": "{who} follows",
    "subscribed": "{who} subscribed",
    "renewed": "The subscription of {who} goes on",
    "cancelled": "The subscription of {who} will end",
    "lapsed": "The subscription of {who} ended",
    "tipped": "{who} tipped {count} cents",
    "bought": "{who} paid {count} cents for a message",
    "refunded": "{who} got {count} cents back",
    "blocked": "{who} cannot be contacted now",
    "unblocked": "{who} can be contacted again",
    "left": "{who} deleted the account",
    "by_hand": "{creator} wrote to {who} by hand",
    "automatic": "Fanvue wrote to {who} by itself",
    "muted": "The chat with {who} is muted",
    "unmuted": "The chat with {who} is not muted any more",
    "invited": "{count} fans came",
    "hushed": "The fans fell silent",
    "going": "The fans write again",
    "disconnected": "The consent of {creator} is taken back",
    "failing": "Requests fail",
    "latency": "Every answer takes {count} ms longer",
    "limited": "{creator} has no requests left for now",
    "expired": "{count} access tokens ran out",
    "healed": "Everything works again",
    "doubling": "The next {count} events come twice",
    "losing": "The next {count} events are lost",
    "holding": "The next {count} events are held back",
    "released": "{count} events were released in the wrong order",
    "told_again": "{count} events were told again",
    "told_old": "The last event was told with an old signature: {count}",
    "told_forged": "The last event was told with a forged signature: {count}",
    "honoured": "Idempotency keys are honoured",
    "ignored": "Idempotency keys are ignored",
    "stripped": "Events of messages come without text",
}
