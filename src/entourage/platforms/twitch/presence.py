"""What shows that somebody is there, as events of a live stream: chat, bits, subscriptions, follows, and who is in the chat."""

from collections.abc import Iterable

from entourage.kernel import clock
from entourage.ports.channel import Account, AnyHeard, ChatLine, Cheered, Followed, Subscribed, SubsGifted
from entourage.ports.live import Chat, Follow, Gift, LiveEvent, Person, Present, Subscribe, Unknown

PLATFORM = "twitch"
_SUBSCRIBER = frozenset({"subscriber", "founder"})


def events(heard: AnyHeard, room: str) -> list[LiveEvent]:
    """Say what happened in the stream `room`; nothing for what does not show that somebody is there."""
    at_ms = clock.to_ms(heard.at)
    match heard:
        case ChatLine():
            who = person(heard.user, moderator="moderator" in heard.badges, subscriber=not _SUBSCRIBER.isdisjoint(heard.badges))
            return [Chat(platform=PLATFORM, room=room, msg_id=heard.message_id, at_ms=at_ms, person=who, text=heard.text)]
        case Cheered(user=Account() as user):
            return [_gift(user, room, at_ms, "bits", "Bits", coins=heard.bits)]
        case SubsGifted(user=Account() as user):
            return [_gift(user, room, at_ms, "gift-sub", "Gift sub", repeat=heard.count)]
        case Subscribed():
            who = person(heard.user, subscriber=True)
            return [Subscribe(platform=PLATFORM, room=room, msg_id="", at_ms=at_ms, person=who, months=heard.months)]
        case Followed():
            return [Follow(platform=PLATFORM, room=room, msg_id="", at_ms=at_ms, person=person(heard.user))]
        case _:
            return []


def present(chatters: Iterable[Account], room: str, at_ms: int) -> list[LiveEvent]:
    """Say that these were in the chat of a stream at a moment."""
    return [Present(platform=PLATFORM, room=room, msg_id="", at_ms=at_ms, person=person(one)) for one in chatters]


def puzzle(name: str, raw: bytes, room: str) -> LiveEvent:
    """Keep what nobody understood as it came."""
    return Unknown(platform=PLATFORM, room=room, msg_id="", at_ms=clock.now_ms(), name=name, payload=raw)


def person(account: Account, *, moderator: bool | None = None, subscriber: bool | None = None) -> Person:
    """Return an account as somebody seen in a room; None is what this message does not say."""
    return Person(PLATFORM, account.id, account.login, account.name, moderator=moderator, subscriber=subscriber)


def _gift(user: Account, room: str, at_ms: int, kind: str, name: str, *, coins: int = 0, repeat: int = 1) -> Gift:  # noqa: PLR0913 - one row
    who = person(user)
    return Gift(
        platform=PLATFORM, room=room, msg_id="", at_ms=at_ms, person=who, gift_id=kind, name=name, coins=coins, repeat=repeat, ended=True
    )
