"""What a pasted link means: which platform, which video, and when that was posted. A pure rule.

One video has many addresses; whatever form is pasted, the same platform and id come out, and a clean address without what was added for
tracking. A short link says nothing by itself: it has to be followed first (`short`). The table is docs/rules/links.md.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Final, Literal
from urllib.parse import SplitResult, parse_qs, unquote, urljoin, urlsplit

from entourage.kernel.errors import Invalid
from entourage.ports.views import Platform

Mistimed = Literal["before_campaign", "after_deadline", "from_future"]

NO_LINK: Final = "There is no link in this. Open your video, choose Share, and copy its link."
SEVERAL: Final = "These are several videos. Send one link at a time."
ELSEWHERE: Final = "This leads elsewhere. Links to videos on TikTok, Instagram, YouTube and X count."
PROFILE: Final = "This is a link to a profile. Open the video itself, choose Share, and copy its link."
STORY: Final = "A story is gone after a day. Post it as a video, and send that link."
NOT_A_VIDEO: Final = "This link does not lead to one video. Open your video, choose Share, and copy its link."

_LONGEST_TEXT = 4_000
_ADDRESS = re.compile(r"(?<![\w@./-])(?:(https?)://)?((?:[a-z0-9-]+\.)+[a-z]{2,}\.?)(?::\d+)?([/?#][!#-&(-;=?-~]*)?", re.IGNORECASE)
_AFTER_A_LINK = ".,;:!?)]}*|"

_TIKTOK = re.compile(r"(?:/@(?P<handle>[\w.]*))?/(?:video|photo|v|embed(?:/v\d)?|player/v\d)/(?P<id>\d{8,20})(?:\.html)?(?:/|$)")
_TIKTOK_SHORT = re.compile(r"/(?P<code>[A-Za-z0-9_-]{4,})/?$")
_INSTAGRAM = re.compile(r"^(?:/(?P<handle>[\w.]+))?/(?:p|reels?|tv)/(?P<id>[A-Za-z0-9_-]{5,})(?:/|$)")
_INSTAGRAM_SHARED = re.compile(r"^/share/(?P<kind>(?:reel|p)/)?(?P<code>[A-Za-z0-9_-]{5,})/?$")
_YOUTUBE = re.compile(r"^/(?:shorts|embed|live|v|e|vi|watch)/(?P<id>[A-Za-z0-9_-]{11})(?:/|$)")
_YOUTUBE_ID = re.compile(r"[A-Za-z0-9_-]{11}")
_X = re.compile(r"^(?:/(?P<handle>\w{1,20}))?(?:/web)?/(?:status|statuses|videos/tweet)/(?P<id>\d{1,20})(?:\D|$)")
_T_CO = re.compile(r"^/(?P<code>[A-Za-z0-9]{4,})/?$")
_SOMEBODY = re.compile(r"^/@?(?P<name>[\w.]+)(?:/[\w.]*)?/?$")
_NOT_HANDLES = frozenset({"i", "reel", "reels", "p", "tv", "share", "web", "home", "explore", "search"})

_EARLIEST: dict[Platform, datetime] = {
    "tiktok": datetime(2014, 4, 1, tzinfo=UTC),
    "instagram": datetime(2011, 8, 25, tzinfo=UTC),
    "x": datetime(2010, 11, 4, 1, 43, 1, tzinfo=UTC),
}
"""Since when ids tell the time; what would be older is no such id."""
_ALPHABET = {letter: n for n, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")}
_INSTAGRAM_CODE = 11
_MS = timedelta(milliseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

EARLY: Final[dict[Platform, timedelta]] = {
    "tiktok": timedelta(minutes=30),
    "instagram": timedelta(hours=24),
    "x": timedelta(minutes=10),
    "youtube": timedelta(minutes=10),
}
"""How much older than the post its id may be: uploads take a while, and Instagram's can be scheduled."""
SKEW: Final = timedelta(minutes=5)
"""How far clocks may differ."""


@dataclass(frozen=True, slots=True)
class Link:
    """Where a link leads: `video_id` is None while `short` has to be followed; `handle` is whom the address names, without "@"."""

    platform: Platform
    video_id: str | None
    url: str
    short: bool = False
    handle: str = ""


def read(text: str) -> Link:
    """Find the one video that a pasted text means; raises Invalid with a sentence the clipper can act on."""
    found: dict[tuple[Platform, str], Link] = {}
    wrong: list[str] = []
    for scheme, host, rest in _addresses(unescape(unescape(text[:_LONGEST_TEXT]))):
        try:
            link = _parsed(host, urlsplit(f"https://{host}{rest}"))
        except Invalid as error:
            if scheme or rest or error.message != ELSEWHERE:
                wrong.append(error.message)
            continue
        found.setdefault((link.platform, link.video_id or link.url), link)
    if len(found) > 1:
        raise Invalid(SEVERAL)
    if found:
        return next(iter(found.values()))
    raise Invalid(next((one for one in wrong if one != ELSEWHERE), wrong[0] if wrong else NO_LINK))


def posted_at(platform: Platform, video_id: str) -> datetime | None:
    """Say when a video was posted by what its id tells; None for YouTube, whose ids say nothing, and for what cannot be an id."""
    try:
        moment = _dated(platform, video_id)
    except (KeyError, ValueError, OverflowError):
        return None
    return moment if moment and moment >= _EARLIEST[platform] else None


def may_be(
    posted: datetime | None, starts: datetime | None, deadline: datetime | None, now: datetime, *, platform: Platform | None = None
) -> Mistimed | None:
    """Say why a video of this moment cannot take part, or None when it can; what is not known is let through.

    An id is made when the upload begins, so it may be older than the post (`EARLY`, by platform; the widest when that is not told).
    """
    if posted is None:
        return None
    if posted > now + SKEW:
        return "from_future"
    if deadline is not None and posted > deadline + SKEW:
        return "after_deadline"
    early = EARLY[platform] if platform else max(EARLY.values())
    return "before_campaign" if starts is not None and posted + early < starts else None


def _addresses(text: str) -> list[tuple[str, str, str]]:
    found = []
    for match in _ADDRESS.finditer(text):
        scheme, host, rest = match[1] or "", match[2].lower().rstrip("."), (match[3] or "").rstrip(_AFTER_A_LINK)
        found.append((scheme, host, rest))
    return found


def _parsed(host: str, url: SplitResult) -> Link:
    for names, parse in _HOSTS:
        if any(host == name or host.endswith(f".{name}") for name in names):
            return parse(host.removeprefix("www."), url)
    raise Invalid(ELSEWHERE)


def _tiktok(host: str, url: SplitResult) -> Link:
    path, query = unquote(url.path), parse_qs(url.query)
    if match := _TIKTOK.search(path) or _TIKTOK.search(unquote(url.fragment)):
        handle = (match["handle"] or "").lower()
        return _of_tiktok(match["id"], "" if handle == "_" else handle)
    for name in ("item_id", "share_item_id"):
        if (given := query.get(name, [""])[0]).isdecimal():
            return _of_tiktok(given, "")
    shortened = path.removeprefix("/t") if path.startswith("/t/") else path if host in {"vm.tiktok.com", "vt.tiktok.com"} else ""
    if match := _TIKTOK_SHORT.match(shortened):
        where = f"{host}" if host in {"vm.tiktok.com", "vt.tiktok.com"} else "www.tiktok.com/t"
        return Link("tiktok", None, f"https://{where}/{match['code']}/", short=True)
    raise Invalid(PROFILE if path.startswith("/@") else NOT_A_VIDEO)


def _of_tiktok(video_id: str, handle: str) -> Link:
    return Link("tiktok", video_id, f"https://www.tiktok.com/@{handle or '_'}/video/{video_id}", handle=handle)


def _instagram(_host: str, url: SplitResult) -> Link:
    path = unquote(url.path)
    if match := _INSTAGRAM_SHARED.match(path):
        return Link("instagram", None, f"https://www.instagram.com/share/{match['kind'] or ''}{match['code']}", short=True)
    if path.startswith(("/stories/", "/s/")):
        raise Invalid(STORY)
    if (match := _INSTAGRAM.match(path)) and match["id"] != "audio":
        code = match["id"][:_INSTAGRAM_CODE]
        return Link("instagram", code, f"https://www.instagram.com/reel/{code}/", handle=_handle(match["handle"]))
    raise Invalid(PROFILE if _names_somebody(path) else NOT_A_VIDEO)


def _youtube(host: str, url: SplitResult) -> Link:
    path, query = unquote(url.path), parse_qs(url.query)
    if host.endswith("youtu.be"):
        given = path.strip("/").split("/")[0]
    elif "attribution_link" in path and "u" in query:
        return _youtube("youtube.com", urlsplit(urljoin("https://www.youtube.com/", query["u"][0])))
    elif match := _YOUTUBE.match(path):
        given = match["id"]
    else:
        given = query.get("v", query.get("vi", [""]))[0]
    if _YOUTUBE_ID.match(given) and given != "videoseries":
        return Link("youtube", given[:11], f"https://www.youtube.com/watch?v={given[:11]}")
    raise Invalid(PROFILE if path.startswith(("/@", "/channel/", "/c/", "/user/")) else NOT_A_VIDEO)


def _x(host: str, url: SplitResult) -> Link:
    path = unquote(url.path)
    given = parse_qs(url.query).get("id", [""])[0] if host.startswith("platform.") else ""
    if match := _X.search(path.removeprefix("/i") if path.startswith("/i/") else path):
        handle = _handle(match["handle"])
        return Link("x", match["id"], f"https://x.com/{handle or 'i'}/status/{match['id']}", handle=handle)
    if given.isdecimal():
        return Link("x", given, f"https://x.com/i/status/{given}")
    raise Invalid(PROFILE if _names_somebody(path) else NOT_A_VIDEO)


def _t_co(_host: str, url: SplitResult) -> Link:
    if match := _T_CO.match(url.path):
        return Link("x", None, f"https://t.co/{match['code']}", short=True)
    raise Invalid(NOT_A_VIDEO)


def _handle(given: str | None) -> str:
    return "" if (given or "").lower() in _NOT_HANDLES else (given or "").lower()


def _names_somebody(path: str) -> bool:
    match = _SOMEBODY.match(path)
    return match is not None and match["name"] not in _NOT_HANDLES


def _dated(platform: Platform, video_id: str) -> datetime | None:
    match platform:
        case "tiktok":
            return _EPOCH + timedelta(seconds=int(video_id) >> 32)
        case "x":
            return _EPOCH + ((int(video_id) >> 22) + 1_288_834_974_657) * _MS
        case "instagram":
            media = 0
            for letter in video_id[:_INSTAGRAM_CODE]:
                media = media * 64 + _ALPHABET[letter]
            return _EPOCH + ((media >> 23) + 1_314_220_021_721) * _MS if media >> 23 else None
        case "youtube":
            return None


_HOSTS: Final[list[tuple[tuple[str, ...], Callable[[str, SplitResult], Link]]]] = [
    (("tiktok.com",), _tiktok),
    (("instagram.com", "instagr.am"), _instagram),
    (("youtube.com", "youtube-nocookie.com", "youtu.be"), _youtube),
    (("x.com", "twitter.com", "fxtwitter.com", "vxtwitter.com", "fixupx.com", "fixvx.com"), _x),
    (("t.co",), _t_co),
]
