"""Somebody who counts by the YouTube Data API (`ports.views.Counter`): fifty videos for one of ten thousand units a day."""

import contextlib
import hashlib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from entourage.kernel import clock
from entourage.kernel.errors import Later, Never, PlatformError, SignInAgain
from entourage.platforms.http import Client, Reply
from entourage.platforms.youtube.shapes import Channels, OfWrong, Video, Videos, Wrong
from entourage.ports.views import Counted, Reading, Wanted

T = TypeVar("T")

METRIC = "viewCount"
_PACIFIC = ZoneInfo("America/Los_Angeles")
_DURATION = re.compile(r"P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?")
_MINUTE_S = 60.0
_REMEMBERED = 50_000
_UNREADABLE = "YouTube answered with something that we do not understand."
_USED_UP = frozenset({"quotaExceeded", "dailyLimitExceeded"})
_TOO_FAST = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"})
_NO_KEY = frozenset({"keyInvalid", "API_KEY_INVALID", "keyExpired", "API_KEY_EXPIRED"})
_HANDLED = (
    HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.TOO_MANY_REQUESTS,
)  # fmt: skip


class Pace(Protocol):
    """Who lets calls through."""

    async def turn(self, key: str) -> None:
        """Wait for the turn of one call with a key; raises Later with the wait when it would be long."""


@dataclass(frozen=True, slots=True)
class YouTubeCounter:
    """Counts with one key; a run is one call, so nothing needs to be kept between its beginning and its end."""

    http: Client
    url: str
    key: str
    pace: Pace
    handles: dict[str, str] = field(default_factory=dict)  # of channels, by their ids: asked for once
    name: str = "youtube_api"
    most: int = 50

    def bound_micro(self, videos: int) -> int:  # noqa: ARG002 - it is free
        """Return 0: it costs nothing."""
        return 0

    async def start(self, wanted: Sequence[Wanted], *, most_micro: int) -> str:  # noqa: ARG002 - a run is one call
        """Return no id: there is nothing to come back to."""
        return ""

    async def collect(self, run_id: str, wanted: Sequence[Wanted]) -> Counted:  # noqa: ARG002 - there is none
        """Read all videos in one call for each fifty."""
        found: dict[str, Reading] = {}
        for begin in range(0, len(wanted), self.most):
            found |= await self._read([one.video_id for one in wanted[begin : begin + self.most]])
        return Counted(readings=[found.get(one.video_id) or _absent(one) for one in wanted])

    async def check(self) -> None:
        """Make sure that the key is good, for one unit."""
        await self._read(["aaaaaaaaaaa"])

    async def _read(self, ids: Sequence[str]) -> dict[str, Reading]:
        items = (await self._ask("videos", "statistics,snippet,contentDetails", ids, Videos)).items
        try:
            videos = [(msgspec.json.decode(one, type=Video), bytes(one)) for one in items]
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Later(_UNREADABLE) from error
        await self._name({video.snippet.channel_id for video, _ in videos} - {""} - self.handles.keys())
        return {video.id: _reading(video, raw, self.handles.get(video.snippet.channel_id, "")) for video, raw in videos}

    async def _name(self, channels: Collection[str]) -> None:
        """Learn the handles of channels, which videos do not tell; views are worth more than names, so nothing is raised."""
        if not channels:
            return
        if len(self.handles) > _REMEMBERED:
            self.handles.clear()
        with contextlib.suppress(PlatformError):
            for one in (await self._ask("channels", "snippet", sorted(channels), Channels)).items:
                self.handles[one.id] = one.snippet.custom_url.removeprefix("@")[:100]

    async def _ask(self, what: str, part: str, ids: Sequence[str], kind: type[T]) -> T:
        await self.pace.turn(hashlib.sha256(self.key.encode()).hexdigest()[:16])
        # In a header the key gets into no log of addresses.
        headers, params = {"X-Goog-Api-Key": self.key}, {"part": part, "id": ",".join(ids)}
        reply = await self.http.get(f"{self.url.rstrip('/')}/{what}", params=params, headers=headers, accept=_HANDLED)
        if reply.status >= HTTPStatus.BAD_REQUEST:
            raise refusal(reply)
        try:
            return msgspec.json.decode(reply.body, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Later(_UNREADABLE) from error


def refusal(reply: Reply) -> PlatformError:
    """Say what a refusal means: whether it may work later, never, or with another key."""
    wrong = _wrong(reply)
    reasons = {one.reason for one in (*wrong.errors, *wrong.details)}
    said = " ".join(wrong.message.split())[:200]
    if reasons & _NO_KEY or reply.status == HTTPStatus.UNAUTHORIZED:
        return SignInAgain(
            "YouTube does not accept the API key. Copy it again from console.cloud.google.com, APIs & Services, Credentials."
        )
    if reasons & _USED_UP:
        return Later(
            "YouTube's 10,000 units of today are used up; new ones come at midnight in California.", retry_after_s=_until_midnight()
        )
    if reasons & _TOO_FAST or reply.status == HTTPStatus.TOO_MANY_REQUESTS:
        return Later("YouTube asks us to slow down.", retry_after_s=_MINUTE_S)
    return Never(f"YouTube refused the request ({reply.status}, {', '.join(sorted(reasons - {''})) or 'no reason given'}): {said}")


def _until_midnight() -> float:
    here = clock.now().astimezone(_PACIFIC)
    tomorrow: datetime = (here + timedelta(days=1)).replace(hour=0, minute=1, second=0, microsecond=0)
    return max(_MINUTE_S, (tomorrow - here).total_seconds())


def _wrong(reply: Reply) -> Wrong:
    try:
        return msgspec.json.decode(reply.body, type=OfWrong).error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Wrong()


def _absent(one: Wanted) -> Reading:
    """Say that a video is not there: YouTube leaves out what was deleted or made private, and says no more."""
    return Reading(platform="youtube", video_id=one.video_id, outcome="not_found", detail="not in YouTube's answer: deleted or private")


def _reading(video: Video, raw: bytes, handle: str) -> Reading:
    counts = video.statistics
    views = _whole(counts.view_count) if counts else None
    evidence = hashlib.sha256(raw).hexdigest()
    if counts is None or views is None:
        said = "YouTube does not tell how often it was watched"
        return Reading(platform="youtube", video_id=video.id, outcome="missing", detail=said, evidence=evidence)
    return Reading(
        platform="youtube", video_id=video.id, outcome="ok", metric=METRIC, views=views, likes=_whole(counts.like_count),
        comments=_whole(counts.comment_count), author=handle, title=video.snippet.title[:200],
        posted_at=video.snippet.published_at, duration_s=_seconds(video.content_details.duration), evidence=evidence,
    )  # fmt: skip


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() else None


def _seconds(text: str) -> int | None:
    found = _DURATION.fullmatch(text)
    if found is None or not any(found.groups()):
        return None
    days, hours, minutes, seconds = (int(one or 0) for one in found.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds
