"""Small things read from events, none of which is trusted: ids, names, counts, people."""

from typing import TypeVar

import msgspec

from entourage.platforms.twitch.eventsub import shapes
from entourage.platforms.twitch.eventsub.envelope import Notice
from entourage.ports.channel import Account
from entourage.ports.live import ID_LENGTH, MOST, NAME_LENGTH, clean

S = TypeVar("S")


def read(notice: Notice, shape: type[S]) -> S:
    """Read a notice's event; raises msgspec.ValidationError when it does not have this shape."""
    return msgspec.json.decode(notice.event, type=shape, strict=False)


def ident(text: str) -> str:
    """Cut an id to what columns hold."""
    return clean(text, ID_LENGTH)


def channel(event: shapes.Event) -> str:
    """Return whose channel it is."""
    return ident(event.broadcaster_user_id)


def count(number: int) -> int:
    """Bring a count between 0 and the highest that an event may carry."""
    return min(max(number, 0), MOST)


def account(user_id: str, login: str | None, name: str | None) -> Account:
    """Return who it was; raises ValueError when it was nobody."""
    if not user_id:
        msg = "nobody did it"
        raise ValueError(msg)
    return Account(ident(user_id), clean(login or "", NAME_LENGTH), clean(name or login or "", NAME_LENGTH))


def user(event: shapes.Event) -> Account:
    """Return who did it; raises ValueError when it was nobody."""
    return account(event.user_id or "", event.user_login, event.user_name)


def user_if_named(event: shapes.Bits | shapes.SubGift) -> Account | None:
    """Return who did it, or None for somebody who stays without a name."""
    return None if event.is_anonymous or not event.user_id else user(event)
