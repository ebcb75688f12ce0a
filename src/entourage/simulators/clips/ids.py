"""Video ids as the platforms make them: the moment of posting stands inside.

Made here, an id also holds who posted the video and how it goes, so that the same video is known again after a new start. Whoever
reads an id as the platforms do sees nothing unusual.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, get_args

Platform = Literal["tiktok", "instagram", "youtube", "x"]
PLATFORMS: tuple[Platform, ...] = get_args(Platform)

_X_EPOCH_MS, _INSTAGRAM_EPOCH_MS = 1_288_834_974_657, 1_314_220_021_721
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_CODE, _LONGEST = 11, 20
_STIR = 0x9E3779B97F4A7C15
_UNSTIR = pow(_STIR, -1, 2**64)
_KIND_BITS, _AUTHOR_BITS = 3, 8
_WIDTH: dict[Platform, int] = {"tiktok": 32, "youtube": 32, "instagram": 23, "x": 22}


@dataclass(frozen=True, slots=True)
class Parts:
    """What stands in an id: when it was posted, and small numbers for the author (0..255) and the kind (0..7)."""

    at: datetime
    author: int
    kind: int
    serial: int


def make(platform: Platform, parts: Parts) -> str:
    """Write an id; of the serial number as many bits are kept as there is room for (11 at least)."""
    room = _WIDTH[platform] - _KIND_BITS - _AUTHOR_BITS
    low = (parts.serial % 2**room) << (_KIND_BITS + _AUTHOR_BITS) | parts.author << _KIND_BITS | parts.kind
    number = _moment(platform, parts.at) << _WIDTH[platform] | low
    if platform in {"tiktok", "x"}:
        return str(number)
    return _coded(number if platform == "instagram" else number * _STIR % 2**64)


def take_apart(platform: Platform, video_id: str) -> Parts | None:
    """Read an id of any make; None for what is no id of this platform."""
    number = _number(platform, video_id)
    if number is None:
        return None
    width = _WIDTH[platform]
    low = number % 2**width
    try:
        at = _at(platform, number >> width)
    except (OverflowError, ValueError, OSError):
        return None
    kind, author = low % 2**_KIND_BITS, low >> _KIND_BITS & 2**_AUTHOR_BITS - 1
    return Parts(at, author, kind, low >> _KIND_BITS + _AUTHOR_BITS)


def _number(platform: Platform, video_id: str) -> int | None:
    if platform in {"tiktok", "x"}:
        return int(video_id) if video_id.isascii() and video_id.isdigit() and len(video_id) <= _LONGEST else None
    if len(video_id) < _CODE or any(one not in _ALPHABET for one in video_id):
        return None
    number = 0
    for one in video_id[:_CODE]:
        number = number << 6 | _ALPHABET.index(one)
    return number if platform == "instagram" else number % 2**64 * _UNSTIR % 2**64


def _coded(number: int) -> str:
    return "".join(_ALPHABET[number >> 6 * place & 63] for place in reversed(range(_CODE)))


def _moment(platform: Platform, at: datetime) -> int:
    if platform == "x":
        return int(at.timestamp() * 1000) - _X_EPOCH_MS
    if platform == "instagram":
        return int(at.timestamp() * 1000) - _INSTAGRAM_EPOCH_MS
    return int(at.timestamp())


def _at(platform: Platform, moment: int) -> datetime:
    if platform == "x":
        return datetime.fromtimestamp((moment + _X_EPOCH_MS) / 1000, UTC)
    if platform == "instagram":
        return datetime.fromtimestamp((moment + _INSTAGRAM_EPOCH_MS) / 1000, UTC)
    return datetime.fromtimestamp(moment, UTC)
