"""What Fanvue's API answers, in Fanvue's words; whatever else it says is left out."""

from datetime import datetime
from typing import Generic, TypeVar

from msgspec import Struct

T = TypeVar("T")


class Paging(Struct, frozen=True):
    """Whether there is a further page."""

    hasMore: bool = False  # noqa: N815 - Fanvue's word


class Page(Struct, Generic[T], frozen=True):
    """A page of a list, by its number or (`/v1`) by a cursor."""

    data: list[T]
    pagination: Paging | None = None
    nextCursor: str | None = None  # noqa: N815


class Me(Struct, frozen=True, rename="camel"):
    """The account that a token belongs to."""

    uuid: str
    handle: str = ""
    display_name: str | None = ""
    avatar_url: str | None = None
    is_creator: bool = True


class User(Struct, frozen=True, rename="camel"):
    """Somebody in a list."""

    uuid: str
    handle: str | None = ""
    display_name: str | None = ""
    avatar_url: str | None = None
    is_top_spender: bool = False


class Last(Struct, frozen=True, rename="camel"):
    """The newest message of a chat."""

    uuid: str
    sent_at: datetime | None = None


class Chat(Struct, frozen=True, rename="camel"):
    """A chat in the list of chats."""

    user: User
    is_muted: bool = False
    unread_messages_count: int = 0
    last_message_at: datetime | None = None
    last_message: Last | None = None


class Sender(Struct, frozen=True, rename="camel"):
    """Who wrote a message."""

    uuid: str


class Amount(Struct, frozen=True):
    """A price in cents."""

    price: int | None = None


class Message(Struct, frozen=True, rename="camel"):
    """A message of a chat."""

    uuid: str
    sent_at: datetime
    sender: Sender
    text: str | None = None
    type: str = ""
    has_media: bool = False
    pricing: dict[str, Amount] | None = None


class Sent(Struct, frozen=True, rename="camel"):
    """What a message that was sent is called."""

    message_uuid: str


class Sum(Struct, frozen=True):
    """Cents; older answers have one of these, newer ones both."""

    gross: int = 0
    total: int | None = None


class Spent(Struct, frozen=True, rename="camel"):
    """What a fan spent."""

    total: Sum = Sum()
    max_single_payment: Sum = Sum()
    last_purchase_at: datetime | None = None


class Insight(Struct, frozen=True):
    """How a fan stands to a creator."""

    status: str = ""
    spending: Spent = Spent()


class Insights(Struct, frozen=True):
    """How several fans stand; those that nobody knows are left out."""

    results: dict[str, Insight] = {}


class FanList(Struct, frozen=True):
    """A list of fans."""

    uuid: str
    name: str = ""
    count: int = 0


class Mass(Struct, frozen=True, rename="camel"):
    """A mass message in the list of them."""

    uuid: str
    status: str = ""
    text: str | None = None
    recipient_count: int | None = None
    view_count: int = 0
    purchase_count: int = 0
    total_revenue: int = 0
    created_at: datetime | None = None
    scheduled_at: datetime | None = None
    published_at: datetime | None = None


class MassMade(Struct, frozen=True, rename="camel"):
    """What a mass message that was just made is called: `id`, and `uuid` under /v1."""

    id: str = ""
    uuid: str = ""
    recipient_count: int | None = None
    created_at: datetime | None = None
