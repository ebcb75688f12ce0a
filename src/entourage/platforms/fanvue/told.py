"""What Fanvue's calls tell, in our words, from both families of events: `creator.*` and the older, flat one without names."""

import hashlib
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Struct

from entourage.platforms.fanvue import shapes, translate
from entourage.ports.fans import AnyTold, Bonded, Fan, Message, Side, Spent, Tested, Unwritten, Written

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
TRIAL = "entourage.test"
"""The name of a call of our own, made to see whether calls arrive."""

_BONDS: dict[str, Any] = {
    "creator.follow.created": "followed", "creator.subscription.activated": "subscribed", "creator.subscription.renewed": "renewed",
    "creator.subscription.deactivated": "lapsed",
}  # fmt: skip
_IDLE = frozenset({
    "creator.message.read", "creator.message.reaction", "creator.subscription.cancel_at_period_end_changed", "creator.dispute.created",
    "creator.fan.presence_changed", "creator.fan.status_changed", "creator.post.liked", "creator.post.commented",
})  # fmt: skip
"""What is known and of no use to us."""


class Puzzle(Exception):
    """Nobody knows what this is; `name` says what it calls itself."""

    def __init__(self, name: str) -> None:
        """Keep the name."""
        super().__init__(name)
        self.name = name


class Heard(Struct, frozen=True):
    """Something worth storing, under an id by which it is known again."""

    message_id: str
    told: AnyTold


class _Named(Struct, frozen=True):
    uuid: str
    handle: str | None = ""
    display_name: str | None = ""
    avatar_url: str | None = None


class _Data(Struct, frozen=True):
    creator: _Named
    fan: _Named | None = None
    purchaser: _Named | None = None
    uuid: str = ""
    sender: Side = "fan"
    text: str | None = None
    created_at: Moment | None = None
    is_automated: bool = False
    message_type: str = ""
    has_media: bool = False
    source: str = ""
    gross: int = 0
    message_uuid: str | None = None


class _Event(Struct, frozen=True):
    type: str
    timestamp: Moment
    id: str = ""
    data: msgspec.Raw = msgspec.Raw(b"null")


class _Inside(Struct, frozen=True, rename="camel"):
    uuid: str
    text: str | None = None
    has_media: bool = False
    price: int | None = None
    created_at: Moment | None = None


class _Flat(Struct, frozen=True, rename="camel"):
    recipient_uuid: str
    sender: shapes.User
    timestamp: Moment
    message: _Inside | None = None
    message_uuid: str | None = None
    price: int | None = None


class _Kind(Struct, frozen=True):
    type: str | None = None
    event: str | None = None


def read(body: bytes) -> Heard | None:
    """Read a call; None when it is of no use to us.

    Raises Puzzle for what nobody knows, and msgspec.DecodeError (or ValidationError) for what is not what it says.
    """
    kind = msgspec.json.decode(body, type=_Kind)
    if kind.type is None:
        if kind.event is not None:
            raise Puzzle(kind.event[:64])
        return _flat(msgspec.json.decode(body, type=_Flat), body)
    if kind.type in _IDLE:
        return None
    event = msgspec.json.decode(body, type=_Event)
    if kind.type not in _KNOWN:
        raise Puzzle(kind.type[:64])
    told = _named(event, msgspec.json.decode(event.data, type=_Data))
    return Heard(event.id[:200] or _digest(body), told)


def _named(event: _Event, data: _Data) -> AnyTold:
    about: dict[str, Any] = {"owner_id": translate.ident(data.creator.uuid), "at": event.timestamp}
    if event.type == TRIAL:
        return Tested(**about)
    about["fan"] = _fan(data.fan or data.purchaser)
    match event.type:
        case "creator.message.received" | "creator.message.sent":
            return Written(**about, message=_message(event, data))
        case "creator.message.deleted":
            return Unwritten(**about, message_id=translate.ident(data.uuid))
        case "creator.payment.succeeded" | "creator.refund.created":
            cents = data.gross if event.type == "creator.payment.succeeded" else -abs(data.gross)
            source = translate.line(data.source)[:32]
            return Spent(**about, cents=cents, source=source, message_id=translate.ident(data.message_uuid or ""))
    return Bonded(**about, how=_BONDS[event.type])


def _message(event: _Event, data: _Data) -> Message:
    """Read a message; `received` is by the fan and `sent` by the creator, where it does not say."""
    side: Side = data.sender if event.type == "creator.message.received" else "creator"
    return Message(
        id=translate.ident(data.uuid), side=side, text=None if data.text is None else translate.words(data.text),
        at=data.created_at or event.timestamp, origin=translate.origin(data.message_type, automated=data.is_automated),
        media=data.has_media,
    )  # fmt: skip


def _flat(event: _Flat, body: bytes) -> Heard | None:
    """Read a call of the old family: what it is can only be told by what stands in it."""
    about: dict[str, Any] = {
        "owner_id": translate.ident(event.recipient_uuid), "at": event.timestamp, "fan": translate.fan(event.sender),
    }  # fmt: skip
    inside = event.message
    if inside is not None:
        message = Message(
            id=translate.ident(inside.uuid), side="fan", text=None if inside.text is None else translate.words(inside.text),
            at=inside.created_at or event.timestamp, media=inside.has_media, price=inside.price,
        )  # fmt: skip
        return Heard(f"message:{message.id}", Written(**about, message=message))
    if event.price is not None:
        return Heard(_digest(body), Spent(**about, cents=event.price, message_id=translate.ident(event.message_uuid or "")))
    if event.message_uuid is not None:
        return None  # somebody read a message
    return Heard(_digest(body), Bonded(**about, how="followed"))


def _fan(one: _Named | None) -> Fan:
    if one is None:
        msg = "it names no fan"
        raise msgspec.ValidationError(msg)
    return Fan(
        id=translate.ident(one.uuid), handle=translate.line(one.handle or ""), name=translate.line(one.display_name or ""),
        avatar_url=(one.avatar_url or "")[: translate.ADDRESS],
    )  # fmt: skip


def _digest(body: bytes) -> str:
    return "sha256:" + hashlib.sha256(body).hexdigest()


_KNOWN = frozenset({
    *_BONDS, TRIAL, "creator.message.received", "creator.message.sent", "creator.message.deleted", "creator.payment.succeeded",
    "creator.refund.created",
})  # fmt: skip
