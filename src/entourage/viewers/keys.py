"""The keys that make every event count once. Rules: docs/rules/counting.md."""

from hashlib import blake2b

from entourage.ports.live import GIFT_STREAK, Event, Gift

_TOP = 1 << 63


def of_message(msg_id: str) -> int:
    """Turn a platform's message id into a 64-bit key.

    Numeric ids stay as they are: they grow with time, so the index they stand in grows at its end. Any other id
    becomes a negative 63-bit hash.
    """
    if msg_id.isascii() and msg_id.isdigit() and len(msg_id) <= 19:  # noqa: PLR2004 - digits of 2**63
        number = int(msg_id)
        if number < _TOP:
            return number
    return -(int.from_bytes(blake2b(msg_id.encode(), digest_size=8).digest()) >> 1) - 1


def of_event(event: Event, detail: str = "") -> int:
    """Key an event; one without a message id is keyed by all that it says, so the same twice is one."""
    if event.msg_id:
        return of_message(event.msg_id)
    who = event.person.user_id if event.person else ""
    return of_message(f"{type(event).__name__}|{who}|{event.at_ms}|{detail}")


def of_streak(gift: Gift, user_id: str) -> str:
    """Name the streak a gift frame belongs to; a gift outside a streak is named after its message."""
    if gift.kind == GIFT_STREAK and gift.group not in {"", "0"}:
        return f"{user_id}:{gift.gift_id}:{gift.group}"
    return f"msg:{of_event(gift, f'{gift.gift_id}|{gift.repeat}')}"
