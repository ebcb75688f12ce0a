"""The two families of events: what is told of a message, a follower, a subscription, a payment, in the words of each."""

from datetime import datetime
from typing import Any

from entourage.simulators.fanvue.till import Earning
from entourage.simulators.fanvue.wire import moment, stamp, uid
from entourage.simulators.fanvue.world import Account, Bond, Message, Subscription

SCOPES = {
    "creator.message": "read:chat",
    "creator.follow": "read:creator",
    "creator.subscription": "read:creator",
    "creator.payment": "read:insights",
    "creator.refund": "read:insights",
    "creator.fan": "read:fan",
}
"""What an app must have been granted, by the first two words of an event."""

KINDS = (
    *(f"creator.message.{one}" for one in ("received", "sent", "read", "deleted", "reaction")),
    "creator.follow.created",
    *(f"creator.subscription.{one}" for one in ("activated", "renewed", "deactivated", "cancel_at_period_end_changed")),
    "creator.payment.succeeded",
    "creator.refund.created",
    "creator.fan.presence_changed",
    "creator.fan.status_changed",
)


def scope_of(kind: str) -> str:
    """Return the scope without which nobody is told an event of this kind."""
    return SCOPES[".".join(kind.split(".")[:2])]


def envelope(kind: str, data: dict[str, Any], at: datetime) -> dict[str, Any]:
    """Put what happened into the envelope of the `creator.*` family."""
    return {"id": f"evt_{uid().replace('-', '')}", "type": kind, "timestamp": stamp(at), "data": data}


def message(bond: Bond, one: Message, *, with_text: bool, deleted_at: datetime | None = None) -> dict[str, Any]:
    """Tell of a message in the `creator.*` family."""
    told: dict[str, Any] = {
        "object": "message",
        "uuid": one.id,
        "sender": "fan" if one.sender_id == bond.fan.id else "creator",
        **({"text": one.text} if with_text else {}),
        "created_at": stamp(one.at),
        "deleted_at": moment(deleted_at),
        "unread_messages_count": bond.unread,
        "is_muted": bond.muted,
        "is_automated": one.type.startswith("AUTOMATED_"),
        "message_type": one.type,
    }
    return {**told, **_both(bond)}


def follow(bond: Bond, at: datetime) -> dict[str, Any]:
    """Tell of a new follower in the `creator.*` family."""
    return {"object": "follow", "created_at": stamp(at), **_both(bond)}


def subscription(bond: Bond, one: Subscription) -> dict[str, Any]:
    """Tell of a subscription in the `creator.*` family."""
    about = {"object": "subscription", "price": one.price, "created_at": stamp(one.since), "current_period_end": stamp(one.renews_at)}
    return {**about, "cancel_at_period_end": not one.renews, "is_free_trial": one.trial, **_both(bond)}


def payment(bond: Bond, one: Earning) -> dict[str, Any]:
    """Tell of money that came, or went back, in the `creator.*` family."""
    kind = "refund" if one.refunds else "payment"
    about = {"object": kind, "source": one.source, "gross": one.gross, "net": one.net, "currency": "USD", "created_at": stamp(one.at)}
    both = _both(bond)
    return {**about, "order_id": one.refunds or one.order_id, "message_uuid": one.message_id or None, "purchaser": both["fan"], **both}


def legacy_message(bond: Bond, one: Message) -> dict[str, Any]:
    """Tell of a fan's message in the old family: flat, without an id of its own."""
    inside = {"uuid": one.id, "text": one.text, "hasMedia": bool(one.media), "mediaUuids": list(one.media), "price": one.price}
    return {
        "message": {**inside, "createdAt": stamp(one.at)},
        "messageUuid": one.id,
        "sender": person(bond.fan),
        "recipientUuid": bond.creator.id,
        "isMuted": bond.muted,
        "timestamp": stamp(one.at),
    }


def legacy(bond: Bond, at: datetime, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of the body
    """Tell of anything else in the old family."""
    return {**more, "recipientUuid": bond.creator.id, "sender": person(bond.fan), "timestamp": stamp(at)}


def person(one: Account) -> dict[str, Any]:
    """Describe somebody as the API and the old family do."""
    return {"uuid": one.id, "handle": one.handle, "displayName": one.name, "avatarUrl": None}


def _both(bond: Bond) -> dict[str, Any]:
    fan = bond.fan
    named = {"uuid": fan.id, "handle": fan.handle, "display_name": fan.name, "avatar_url": None}
    return {"creator": {"uuid": bond.creator.id}, "fan": named}
