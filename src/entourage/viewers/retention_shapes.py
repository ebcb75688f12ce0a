"""Shapes on the wire of retention: for how long is kept what, and what would go."""

import msgspec


class Retention(msgspec.Struct, forbid_unknown_fields=True):
    """For how many days after a stream its words and its history are kept; null keeps them for ever."""

    keepChatDays: int | None = None  # noqa: N815 - as the other settings are named
    keepHistoryDays: int | None = None  # noqa: N815


class RetentionPlan(msgspec.Struct):
    """What goes in the coming night by such a choice: words of messages, and the history of whole streams, by their totals."""

    words: int = 0
    hushed_streams: int = 0
    streams: int = 0
    visits: int = 0
    gifts: int = 0
    messages: int = 0  # chats, likes (each tap), shares, follows and joins
    until: str | None = None  # when the newest of these streams was last heard, ISO 8601, UTC
