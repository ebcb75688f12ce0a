"""People and messages in the shapes of the API."""

from typing import Any

from entourage.simulators.fanvue.till import Till
from entourage.simulators.fanvue.wire import moment, stamp
from entourage.simulators.fanvue.world import Account, Bond, Message

_TOP_CENTS = 10_000


def fan(bond: Bond, till: Till) -> dict[str, Any]:
    """Describe a fan as lists of chats, followers and subscribers do."""
    one = bond.fan
    return {
        "uuid": one.id,
        "handle": one.handle,
        "displayName": one.name,
        "nickname": bond.nickname,
        "isTopSpender": till.spent(one.id) >= _TOP_CENTS,
        "avatarUrl": None,
        "registeredAt": stamp(one.registered_at),
    }


def message(bond: Bond, one: Message) -> dict[str, Any]:
    """Describe a message of a chat."""
    ours = one.sender_id == bond.creator.id
    sender, recipient = (bond.creator, bond.fan) if ours else (bond.fan, bond.creator)
    return {
        "uuid": one.id,
        "text": one.text,
        "sentAt": stamp(one.at),
        "sender": _named(sender),
        "recipient": _named(recipient),
        "hasMedia": bool(one.media),
        "mediaType": "image" if one.media else None,
        "mediaUuids": list(one.media),
        "type": one.type,
        "pricing": {"USD": {"price": one.price}} if one.price else None,
        "purchasedAt": moment(one.purchased_at),
        "isRead": one.read,
        "sentByUserId": None,
    }


def chat(bond: Bond, till: Till) -> dict[str, Any]:
    """Describe a chat as the list of chats does."""
    last = bond.last
    return {
        "createdAt": moment(bond.opened_at),
        "isMuted": bond.muted,
        "isRead": bond.unread == 0 and not bond.marked_unread,
        "lastMessageAt": moment(last.at if last else None),
        "unreadMessagesCount": bond.unread,
        "lastMessage": None if last is None else _last(last),
        "user": fan(bond, till),
    }


def _last(one: Message) -> dict[str, Any]:
    return {
        "uuid": one.id,
        "text": one.text,
        "type": one.type,
        "sentAt": stamp(one.at),
        "hasMedia": bool(one.media),
        "mediaType": "image" if one.media else None,
        "senderUuid": one.sender_id,
        "sentByUserId": None,
    }


def _named(one: Account) -> dict[str, Any]:
    return {"uuid": one.id, "handle": one.handle}
