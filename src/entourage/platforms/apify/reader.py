"""What all actors' items have in common: how a count is read, and what is kept as evidence."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

import msgspec

from entourage.platforms.apify.shapes import Item
from entourage.ports.views import Outcome, Platform, Reading, Wanted


@dataclass(frozen=True, slots=True)
class Counts:
    """What an item says; `views` of None or 0 are none: an actor that slips says 0."""

    metric: str
    views: int | None
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    author: str = ""
    title: str = ""
    posted_at: datetime | None = None
    duration_s: int | None = None


class Translator(Protocol):
    """One actor: what it is asked, and what its items mean."""

    @property
    def name(self) -> str:
        """What the counter is called."""

    @property
    def platform(self) -> Platform:
        """Whose videos it reads."""

    def address(self, wanted: Wanted) -> str:
        """Return the address by which this actor finds a video."""

    def ask(self, wanted: Sequence[Wanted]) -> dict[str, Any]:
        """Write the actor's input."""

    def key(self, item: Item) -> str:
        """Return the id of the video that an item is about, "" when it does not say."""

    def read(self, item: Item, video_id: str) -> Reading:
        """Say what an item means."""


def counted(platform: Platform, video_id: str, item: Item, counts: Counts) -> Reading:
    """Make a reading of counts; without views it is one that is missing, never one of 0."""
    if not counts.views:
        said = "no count was told" if counts.views is None else "0 views were told"
        return failed(platform, video_id, item, "missing", f"{counts.metric}: {said}")
    return Reading(
        platform=platform, video_id=video_id, outcome="ok", metric=counts.metric, views=counts.views, likes=counts.likes,
        comments=counts.comments, shares=counts.shares, author=counts.author, title=counts.title, posted_at=counts.posted_at,
        duration_s=counts.duration_s, evidence=evidence(item),
    )  # fmt: skip


def failed(platform: Platform, video_id: str, item: Item | None, outcome: Outcome, detail: str) -> Reading:
    """Make a reading without counts."""
    return Reading(
        platform=platform, video_id=video_id, outcome=outcome, detail=detail[:200], evidence="" if item is None else evidence(item)
    )


def evidence(item: Item) -> str:
    """Return the SHA-256 (hex) of an item, its fields in order."""
    return hashlib.sha256(msgspec.json.encode(item, order="sorted")).hexdigest()


def whole(value: object) -> int | None:
    """Read a count: a whole number from 0 on; anything else is none (a scraper's -1 hides it)."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def text(value: object) -> str:
    """Read a short text, "" for anything else."""
    return " ".join(value.split())[:200] if isinstance(value, str) else ""


def part(item: Item, name: str) -> dict[str, Any]:
    """Return an object inside an item, an empty one where there is none."""
    found = item.get(name)
    return found if isinstance(found, dict) else {}


def seconds(value: object) -> int | None:
    """Read a duration in seconds."""
    return round(value) if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else None


def moment(value: object) -> datetime | None:
    """Read a moment: seconds since 1970, or ISO 8601."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        if isinstance(value, str):
            read = datetime.fromisoformat(value)
            return read if read.tzinfo else read.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None
