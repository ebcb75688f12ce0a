"""Addresses of make-believe videos: the one that a platform gives, and short ones, which say no more than where to go on."""

from entourage.simulators.clips.ids import PLATFORMS, Platform
from entourage.simulators.clips.video import Video
from entourage.simulators.clips.world import World

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_PLACES: dict[str, Platform] = {"vm.tiktok.com/": "tiktok", "vt.tiktok.com/": "tiktok", "www.tiktok.com/t/": "tiktok"}
_SHARES: dict[str, Platform] = {
    "www.instagram.com/share/reel/": "instagram", "www.instagram.com/share/p/": "instagram", "www.instagram.com/share/": "instagram",
}  # fmt: skip
_SHORT = "t.co/"
_TAIL = "?_r=1&_t=ZM-91abc"


def canonical(video: Video) -> str:
    """Return the address that the platform itself gives."""
    match video.platform:
        case "tiktok":
            return f"https://www.tiktok.com/@{video.author}/video/{video.id}"
        case "instagram":
            return f"https://www.instagram.com/reel/{video.id}/"
        case "youtube":
            return f"https://www.youtube.com/shorts/{video.id}"
        case "x":
            return f"https://x.com/{video.author}/status/{video.id}"


def shorten(world: World, video: Video, place: str = "") -> str:
    """Return a short link: under `place` ("vm.tiktok.com/", "www.instagram.com/share/reel/", "t.co/"), or where the platform makes them."""
    if not place:
        place = {"tiktok": "vm.tiktok.com/", "instagram": "www.instagram.com/share/reel/"}.get(video.platform, _SHORT)
    if place in _PLACES:
        return f"https://{place}Z{_written(int(video.id))}/"
    if place in _SHARES:
        return f"https://{place}_{video.id}"
    code = f"{PLATFORMS.index(video.platform)}{len(world.redirects):X}"
    world.redirects[f"{place}{code}"] = canonical(video)
    return f"https://{place}{code}"


def target(world: World, host: str, path: str) -> str | None:
    """Return where a short link leads, None for one that leads nowhere; `path` begins with a slash."""
    whole = f"{host}{path}".rstrip("/")
    host = f"www.{host}" if host in {"tiktok.com", "instagram.com"} else host
    known = world.redirects.get(whole) or world.redirects.get(f"{host}{path}".rstrip("/"))
    if known is not None:
        return known
    for place, platform in {**_PLACES, **_SHARES}.items():
        code = f"{host}{path}".rstrip("/").removeprefix(place)
        if code == f"{host}{path}".rstrip("/") or not code or "/" in code:
            continue
        video = world.find(platform, _read(code[1:]) if platform == "tiktok" else code[1:])
        if video is not None:
            return canonical(video) + (_TAIL if platform == "tiktok" else "?igsh=MWQ1ZGUxMzBkMA==")
    return None


def _written(number: int) -> str:
    code = ""
    while number:
        number, digit = divmod(number, len(_DIGITS))
        code = _DIGITS[digit] + code
    return code


def _read(code: str) -> str:
    if any(one not in _DIGITS for one in code):
        return ""
    number = 0
    for one in code:
        number = number * len(_DIGITS) + _DIGITS.index(one)
    return str(number)
