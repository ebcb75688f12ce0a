"""What the YouTube Data API says, as far as we read it; it writes its numbers as texts."""

from datetime import datetime

import msgspec


class Snippet(msgspec.Struct, rename="camel"):
    """What a video is."""

    title: str = ""
    channel_id: str = ""
    published_at: datetime | None = None


class Statistics(msgspec.Struct, rename="camel"):
    """How a video does; what an owner hides is not there."""

    view_count: str | None = None
    like_count: str | None = None
    comment_count: str | None = None


class Details(msgspec.Struct):
    """How long it is, as ISO 8601 says it: PT1M2S."""

    duration: str = ""


class Video(msgspec.Struct, rename="camel"):
    """A video."""

    id: str
    snippet: Snippet = msgspec.field(default_factory=Snippet)
    statistics: Statistics | None = None
    content_details: Details = msgspec.field(default_factory=Details)


class Videos(msgspec.Struct):
    """Those of the videos asked for that are there for everybody."""

    items: list[msgspec.Raw] = []


class Named(msgspec.Struct, rename="camel"):
    """What a channel is called: `custom_url` is its handle, with "@"."""

    custom_url: str = ""


class Channel(msgspec.Struct):
    """A channel."""

    id: str
    snippet: Named = msgspec.field(default_factory=Named)


class Channels(msgspec.Struct):
    """Those of the channels asked for that are there."""

    items: list[Channel] = []


class Reason(msgspec.Struct):
    """Why, in a word."""

    reason: str = ""


class Wrong(msgspec.Struct):
    """Why something was refused: reasons of before in `errors`, of today in `details`."""

    message: str = ""
    errors: list[Reason] = []
    details: list[Reason] = []


class OfWrong(msgspec.Struct):
    """A refusal in its envelope."""

    error: Wrong
