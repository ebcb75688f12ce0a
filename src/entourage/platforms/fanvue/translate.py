"""What Fanvue's API answers, in our words."""

from typing import get_args

from entourage.platforms.fanvue import shapes
from entourage.ports.fans import Chat, Fan, FanList, MassMessage, MassState, Message, Origin, Owner, Spending, Standing

ID, NAME, TEXT, ADDRESS = 64, 100, 10_000, 2_000
"""How long an id, a name, a message and an address may be: what columns hold."""

_ORIGINS: dict[str, Origin] = {
    "": "person", "SINGLE_RECIPIENT": "person", "BROADCAST": "broadcast", "GHOST_PROMOTION": "broadcast", "TIP": "tip",
    "CHAT_TEXT_REPLY": "automatic", "CHAT_TEXT_GENERATION": "automatic", "CHAT_TEXT_REWRITE": "automatic",
}  # fmt: skip
_STATES: dict[str, MassState] = {one.upper(): one for one in get_args(MassState)}
_STANDINGS: dict[str, Standing] = {one: one for one in get_args(Standing)}


def owner(me: shapes.Me) -> Owner:
    """Read whose token it is."""
    handle = line(me.handle)
    return Owner(id=ident(me.uuid), handle=handle, name=line(me.display_name or "") or handle, avatar_url=(me.avatar_url or "")[:ADDRESS])


def fan(user: shapes.User) -> Fan:
    """Read somebody in a list."""
    return Fan(
        id=ident(user.uuid), handle=line(user.handle or ""), name=line(user.display_name or ""),
        avatar_url=(user.avatar_url or "")[:ADDRESS], top_spender=user.is_top_spender,
    )  # fmt: skip


def chat(one: shapes.Chat) -> Chat:
    """Read a chat in the list."""
    last = one.last_message
    return Chat(
        fan=fan(one.user), unread=max(one.unread_messages_count, 0), muted=one.is_muted,
        newest_at=one.last_message_at or (last.sent_at if last else None), newest_id=ident(last.uuid) if last else "",
    )  # fmt: skip


def message(one: shapes.Message, fan_id: str) -> Message:
    """Read a message of the chat with a fan."""
    prices = [each.price for each in (one.pricing or {}).values() if each.price is not None]
    return Message(
        id=ident(one.uuid), side="fan" if one.sender.uuid == fan_id else "creator", text=words(one.text or ""), at=one.sent_at,
        origin=origin(one.type), media=one.has_media, price=prices[0] if prices else None,
    )  # fmt: skip


def spending(one: shapes.Insight) -> Spending:
    """Read what a fan spent."""
    return Spending(
        total=_cents(one.spending.total), largest=_cents(one.spending.max_single_payment), last_at=one.spending.last_purchase_at,
        standing=_STANDINGS.get(one.status, ""),
    )  # fmt: skip


def fan_list(one: shapes.FanList, *, own: bool = False) -> FanList:
    """Read a list of fans."""
    return FanList(id=ident(one.uuid), name=line(one.name) or ident(one.uuid), fans=max(one.count, 0), own=own)


def mass_message(one: shapes.Mass) -> MassMessage:
    """Read a mass message and what came of it."""
    return MassMessage(
        id=ident(one.uuid), text=words(one.text or ""), state=_STATES.get(one.status, "unsent"), recipients=one.recipient_count,
        views=one.view_count, purchases=one.purchase_count, revenue=one.total_revenue, created_at=one.created_at,
        scheduled_at=one.scheduled_at, published_at=one.published_at,
    )  # fmt: skip


def origin(kind: str, *, automated: bool = False) -> Origin:
    """Read what sort of message it is."""
    if automated or kind.startswith("AUTOMATED_"):
        return "automatic"
    return _ORIGINS.get(kind, "other")


def ident(text: str) -> str:
    """Cut an id to what columns hold."""
    return line(text)[:ID]


def line(text: str) -> str:
    """Cut a name to one line of a hundred characters, without control characters."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text[: 2 * NAME]).split())[:NAME]


def words(text: str) -> str:
    """Cut a message to what is kept, with its line breaks, without what no column holds."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()[:TEXT]


def _cents(amount: shapes.Sum) -> int:
    return amount.gross if amount.total is None else amount.total
