"""The make-believe YouTube Data API: videos and channels by their ids, a unit for each question, ten thousand units a day."""

import hashlib
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Request, get
from litestar.types import ControllerRouterHandler

from entourage.simulators.clips.refusal import YouTubeRefusal
from entourage.simulators.clips.video import Video
from entourage.simulators.clips.world import World

UNITS = 10_000
_MOST = 50
_PACIFIC = ZoneInfo("America/Los_Angeles")
_UTC = "%Y-%m-%dT%H:%M:%SZ"


class YouTube:
    """Keys, and what each has left of its day."""

    def __init__(self, world: World) -> None:
        """Begin without a key."""
        self.world = world
        self.used: dict[str, tuple[str, int]] = {}
        self.units = UNITS
        self.channels: dict[str, str] = {}

    def channel(self, author: str) -> str:
        """Return the id of somebody's channel."""
        name = f"UC{hashlib.sha256(author.encode()).hexdigest()[:22]}"
        self.channels[name] = author
        return name

    def register(self, key: str) -> str:
        """Make a key good."""
        self.used.setdefault(key, ("", 0))
        return key

    def spend(self, key: str, units: int = 1) -> None:
        """Take units of a key's day, which begins at midnight in California; raises what Google says."""
        if not key:
            said = "Method doesn't allow unregistered callers (callers without established identity)."
            raise YouTubeRefusal(403, "forbidden", said, domain="global")
        if key not in self.used:
            said = "API key not valid. Please pass a valid API key."
            raise YouTubeRefusal(400, "badRequest", said, domain="global", google="API_KEY_INVALID")
        today = f"{self.world.time.now().astimezone(_PACIFIC):%Y-%m-%d}"
        day, used = self.used[key]
        used = used if day == today else 0
        if used + units > self.units:
            raise YouTubeRefusal(403, "quotaExceeded", "The request cannot be completed because you have exceeded your quota.")
        self.used[key] = (today, used + units)


def routes(youtube: YouTube) -> list[ControllerRouterHandler]:
    """Make the one route that we know of."""

    @get("/youtube/v3/videos")
    async def videos(request: Request[Any, Any, Any]) -> dict[str, Any]:
        asked = request.query_params
        youtube.spend(request.headers.get("x-goog-api-key", "") or asked.get("key", ""))
        parts = [one for one in asked.get("part", "").split(",") if one]
        if not parts:
            raise YouTubeRefusal(400, "missingRequiredParameter", "No filter selected.", domain="youtube.parameter")
        ids = list(dict.fromkeys(one for listed in asked.getall("id", []) for one in listed.split(",") if one))
        if not ids or len(ids) > _MOST:
            said = "The request specifies an invalid filter parameter."
            raise YouTubeRefusal(400, "invalidFilters", said, domain="youtube.parameter")
        now = youtube.world.time.now()
        there = (youtube.world.find("youtube", one) for one in ids)
        items = [
            _item(one, parts, now, youtube.channel(one.author))
            for one in there
            if one is not None and one.standing(now) in {"there", "sensitive"}
        ]
        return {
            "kind": "youtube#videoListResponse", "etag": "make-believe", "items": items,
            "pageInfo": {"totalResults": len(items), "resultsPerPage": len(items)},
        }  # fmt: skip

    @get("/youtube/v3/channels")
    async def channels(request: Request[Any, Any, Any]) -> dict[str, Any]:
        asked = request.query_params
        youtube.spend(request.headers.get("x-goog-api-key", "") or asked.get("key", ""))
        ids = [one for one in asked.get("id", "").split(",") if one]
        if not ids or len(ids) > _MOST:
            said = "The request specifies an invalid filter parameter."
            raise YouTubeRefusal(400, "invalidFilters", said, domain="youtube.parameter")
        there = [(one, youtube.channels[one]) for one in ids if one in youtube.channels]
        items = [
            {"kind": "youtube#channel", "id": one, "snippet": {"title": _title(author), "customUrl": f"@{author}"}} for one, author in there
        ]
        return {"kind": "youtube#channelListResponse", "items": items}

    return [videos, channels]


def _item(video: Video, parts: list[str], now: datetime, channel: str) -> dict[str, Any]:
    counts = video.counts(now)
    whole: dict[str, Any] = {
        "snippet": {
            "publishedAt": video.posted_at.strftime(_UTC), "channelId": channel, "title": video.title,
            "description": "", "channelTitle": _title(video.author), "categoryId": "24",
        },
        "statistics": {
            "viewCount": str(counts.views), "likeCount": str(counts.likes), "favoriteCount": "0", "commentCount": str(counts.comments),
        },
        "contentDetails": {"duration": _duration(video.duration_s), "dimension": "2d", "definition": "hd"},
        "status": {"uploadStatus": "processed", "privacyStatus": "public"},
    }  # fmt: skip
    return {"kind": "youtube#video", "etag": "make-believe", "id": video.id, **{part: whole[part] for part in parts if part in whole}}


def _title(author: str) -> str:
    """Return what a channel is called, which is not its handle."""
    return author.replace(".", " ").replace("_", " ").title()


def _duration(seconds: int) -> str:
    minutes, rest = divmod(int(timedelta(seconds=seconds).total_seconds()), 60)
    return f"PT{minutes}M{rest}S" if minutes else f"PT{rest}S"
