"""What the actors of Apify write into their datasets: the items of three scrapers, with all that operators complain of."""

import random
import re
import zlib
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from entourage.simulators.clips import links
from entourage.simulators.clips.ids import Platform
from entourage.simulators.clips.runs import Actor, Machines
from entourage.simulators.clips.video import Counts, Video, rounded
from entourage.simulators.clips.world import World

_TIKTOK_VIDEO = re.compile(r"^https://(?:www\.|m\.)?tiktok\.com/@[\w.]*/video/(\d+)")
_TIKTOK_PHOTO = re.compile(r"^https://(?:www\.)?tiktok\.com/@[\w.]*/photo/(\d+)")
_SHORT = re.compile(r"^https://(v[mt]\.tiktok\.com|www\.tiktok\.com(?=/t/))(/[^?#]+)")
_INSTAGRAM = re.compile(r"^https://(?:www\.)?instagram\.com/(reel|reels|p|tv)/([\w-]{11})")
_X = re.compile(r"^https://(?:www\.)?(?:x|twitter)\.com/\w+/status/(\d+)")
_UTC = "%Y-%m-%dT%H:%M:%S.000Z"


class Seen(NamedTuple):
    """A video as one run sees it: None where it was left out or is not there; zero counts where the scraper slipped."""

    video: Video
    counts: Counts


class Eyes:
    """How actors look at the world: some videos they miss, some they find without counts."""

    def __init__(self, world: World, machines: Machines) -> None:
        """Look at a world, in the mood of the machines."""
        self.world = world
        self._machines = machines

    def look(self, video: Video, at: datetime, dice: random.Random) -> Seen | None:
        """Look at a video that is there; None when the run leaves it out."""
        mood = self._machines.mood
        if dice.random() < mood.missing:
            return None
        return Seen(video, Counts(0, 0, 0, 0) if dice.random() < mood.zeros else video.counts(at))

    @property
    def rounds(self) -> bool:
        """Whether counts are rounded as TikTok shows them."""
        return self._machines.mood.rounds

    def strangers(self, platform: Platform, at: datetime) -> list[Video]:
        """Return videos that nobody asked for."""
        if not (count := self._machines.mood.strangers):
            return []
        there = [one for one in self.world.videos.values() if one.platform == platform and one.standing(at) == "there"]
        return there[:count]


def actors(world: World, machines: Machines) -> dict[str, Actor]:
    """Make the actors that can be run, by their name with a tilde."""
    eyes = Eyes(world, machines)
    return {
        "clockworks~tiktok-scraper": Actor("clockworks~tiktok-scraper", 1.70, _count("postURLs"), _tiktok(eyes), _listed("postURLs")),
        "apify~instagram-scraper": Actor("apify~instagram-scraper", 2.30, _count("directUrls"), _instagram(eyes), _listed("directUrls")),
        "apidojo~twitter-scraper-lite": Actor("apidojo~twitter-scraper-lite", 0.40, _count("startUrls"), _x(eyes), _listed("startUrls")),
    }


Find = Callable[[dict[str, Any], datetime, random.Random], list[dict[str, Any]]]


def _count(field: str) -> Callable[[dict[str, Any]], int]:
    return lambda asked: len(asked.get(field) or [])


def _listed(field: str) -> Callable[[dict[str, Any]], str]:
    def check(asked: dict[str, Any]) -> str:
        given = asked.get(field)
        if given is not None and (not isinstance(given, list) or not all(isinstance(one, str) for one in given)):
            return f"Field input.{field} must be an array of strings"
        return "" if given else f"Field input.{field} is required"

    return check


def _shuffled(items: Iterable[dict[str, Any]], dice: random.Random) -> list[dict[str, Any]]:
    made = list(items)
    dice.shuffle(made)
    return made


def _tiktok(eyes: Eyes) -> Find:
    def find(asked: dict[str, Any], at: datetime, dice: random.Random) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        wrong: list[str] = []
        for url in dict.fromkeys(asked["postURLs"]):
            video_id, known = _tiktok_id(eyes.world, url)
            if not known:
                wrong.append(url)
                continue
            items += _tiktok_items(eyes, url, video_id, at, dice)
        items += [_tiktok_item(Seen(one, one.counts(at)), links.canonical(one), True) for one in eyes.strangers("tiktok", at)]
        if wrong:
            items.append({"url": wrong[0], "error": "Some of the URLs are not valid", "errorCode": "INVALID_URLS", "invalidUrls": wrong})
        return _shuffled(items, dice)

    def _tiktok_items(eyes: Eyes, url: str, video_id: str, at: datetime, dice: random.Random) -> list[dict[str, Any]]:
        video = eyes.world.find("tiktok", video_id) if video_id else None
        standing = video.standing(at) if video else "removed"
        if video is None or standing != "there":
            code = "POST_SENSITIVE" if standing == "sensitive" else "POST_NOT_FOUND_OR_PRIVATE"
            said = "Post is sensitive" if standing == "sensitive" else "Post not found or private"
            return [{"url": url, "submittedVideoUrl": url, "error": said, "errorCode": code}]
        seen = eyes.look(video, at, dice)
        return [] if seen is None else [_tiktok_item(seen, url, eyes.rounds)]

    return find


def _tiktok_id(world: World, url: str) -> tuple[str, bool]:
    """Read the id out of an address as this actor does: a photo's address is no good to it, a short link is followed."""
    if found := _TIKTOK_VIDEO.match(url):
        return found[1], True
    if _TIKTOK_PHOTO.match(url):
        return "", True
    if short := _SHORT.match(url):
        goal = links.target(world, short[1], short[2])
        behind = _TIKTOK_VIDEO.match(goal) if goal else None
        return (behind[1] if behind else "", True)
    return "", False


def _tiktok_item(seen: Seen, url: str, rounds: bool) -> dict[str, Any]:  # noqa: FBT001 - one of the mood's switches
    video, counts = seen
    shown = Counts(*(rounded(one) for one in counts)) if rounds else counts
    return {
        "id": video.id,
        "text": video.title,
        "textLanguage": "en",
        "createTime": int(video.posted_at.timestamp()),
        "createTimeISO": video.posted_at.strftime(_UTC),
        "locationCreated": "US",
        "isAd": False,
        "authorMeta": {
            "id": str(int(video.id) >> 24), "name": video.author, "profileUrl": f"https://www.tiktok.com/@{video.author}",
            "nickName": video.author, "verified": False, "privateAccount": False, "following": 51, "friends": 12, "fans": 8_412,
            "heart": 120_300, "video": 214, "digg": 55,
        },
        "musicMeta": {"musicName": "original sound", "musicAuthor": video.author, "musicOriginal": True, "musicId": video.id},
        "webVideoUrl": links.canonical(video),
        "mediaUrls": [],
        "videoMeta": {
            "height": 1024, "width": 576, "duration": video.duration_s, "coverUrl": "", "definition": "540p", "format": "mp4",
            "subtitleLinks": [],
        },
        "diggCount": shown.likes,
        "shareCount": shown.shares,
        "playCount": shown.views,
        "collectCount": shown.likes // 12,
        "commentCount": shown.comments,
        "repostCount": 0,
        "mentions": [],
        "hashtags": [],
        "effectStickers": [],
        "isSlideshow": False,
        "isPinned": False,
        "isSponsored": False,
        "submittedVideoUrl": url,
    }  # fmt: skip


def _instagram(eyes: Eyes) -> Find:
    def find(asked: dict[str, Any], at: datetime, dice: random.Random) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        for url in dict.fromkeys(asked["directUrls"]):
            found = _INSTAGRAM.match(url)
            video = eyes.world.find("instagram", found[2]) if found else None
            standing = video.standing(at) if video else "removed"
            if found is None or video is None or standing in {"removed", "not yet"}:
                items.append({"url": url, "inputUrl": url, "error": "not_found", "errorDescription": "Post does not exist"})
            elif standing != "there":
                said = "Empty or private data for provided input"
                items.append({"url": url, "inputUrl": url, "error": "no_items", "errorDescription": said})
            elif (seen := eyes.look(video, at, dice)) is not None:
                items.append(_instagram_item(seen, url, plays=found[1] != "p"))
        strangers = eyes.strangers("instagram", at)
        items += [_instagram_item(Seen(one, one.counts(at)), links.canonical(one), plays=True) for one in strangers]
        return _shuffled(items, dice)

    return find


def _instagram_item(seen: Seen, url: str, *, plays: bool) -> dict[str, Any]:
    video, counts = seen
    item: dict[str, Any] = {
        "inputUrl": url, "id": str(zlib.crc32(video.id.encode()) * 10**8), "type": "Video", "shortCode": video.id, "caption": video.title,
        "hashtags": [], "mentions": [], "url": f"https://www.instagram.com/p/{video.id}/", "commentsCount": counts.comments,
        "dimensionsHeight": 1136, "dimensionsWidth": 640, "likesCount": counts.likes, "videoViewCount": counts.views // 6,
        "timestamp": video.posted_at.strftime(_UTC), "ownerUsername": video.author, "ownerId": "51234567890",
        "productType": "clips", "videoDuration": float(video.duration_s),
    }  # fmt: skip
    return item | {"videoPlayCount": counts.views} if plays else item


def _x(eyes: Eyes) -> Find:
    def find(asked: dict[str, Any], at: datetime, dice: random.Random) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        for url in dict.fromkeys(asked["startUrls"]):
            found = _X.match(url)
            video = eyes.world.find("x", found[1]) if found else None
            if video is None or video.standing(at) != "there":
                continue
            seen = eyes.look(video, at, dice)
            items += [] if seen is None else [_x_item(seen)]
        items += [_x_item(Seen(one, one.counts(at))) for one in eyes.strangers("x", at)]
        return _shuffled(items, dice) or [{"noResults": True}]

    return find


def _x_item(seen: Seen) -> dict[str, Any]:
    video, counts = seen
    return {
        "type": "tweet", "id": video.id, "url": links.canonical(video), "twitterUrl": f"https://twitter.com/{video.author}/status/{video.id}",
        "text": video.title, "viewCount": counts.views, "likeCount": counts.likes, "replyCount": counts.comments,
        "retweetCount": counts.shares, "quoteCount": 0, "bookmarkCount": 0,
        "createdAt": video.posted_at.strftime("%a %b %d %H:%M:%S +0000 %Y"), "lang": "en",
        "author": {"type": "user", "userName": video.author, "name": video.author},
    }  # fmt: skip
