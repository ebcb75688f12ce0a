"""What a line of any file comes to: somebody with fields, or a reason why it cannot be used."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from entourage.kernel.errors import Invalid
from entourage.viewers import birthday

MOST = 10**15
"""The highest number that is taken over: beyond it a file is wrong, not a viewer busy."""
MOST_LINES = 2_000_000
"""The most lines of one file."""
HANDLE_LENGTH = 200
ID_LENGTH = 64
_TEXT_LENGTH = 20_000
_MOST_TAGS, _TAG_LENGTH = 50, 50

_UNWANTED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_BLANK = re.compile(r"\s+")
_PLATFORM = re.compile(r"[a-z][a-z0-9_.-]{0,15}")
_NUMBER = re.compile(r"[+-]?\d[\d.,' \u00a0\u202f_]*")
_GROUPED = re.compile(r"\d{1,3}([.,' \u00a0\u202f_]\d{3})+")
_PLAIN = re.compile(r"[+-]?\d{1,300}(\.\d+)?([eE][+-]?\d{1,3})?")
_NOTHING = frozenset({"", "-", "null", "none", "nan"})
_TRUE = frozenset({"1", "true", "yes", "y", "ja", "x", "on"})
_FALSE = frozenset({"", "0", "false", "no", "n", "nein", "off"})
_DAYS = ("%d.%m.%Y", "%m/%d/%Y", "%Y/%m/%d")
_MOMENTS = ("%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p")
_NEVER = frozenset({"", "null", "none", "never", "0", "0001-01-01", "01/01/0001 00:00:00", "0001-01-01 00:00:00"})
_EARLIEST_MS = 946_684_800_000  # 2000: no program of this kind is older
_LATEST_MS = 4_102_444_800_000  # 2100
_SHORT = 15  # so many digits are surely less than MOST
_S, _MS = 1_000_000_000, 1_000_000_000_000  # unix seconds, unix milliseconds


class Unreadable(ValueError):
    """A line cannot be used, for the reason in the message."""


@dataclass(slots=True)
class Record:
    """Somebody as one line of a file tells; moments and durations in milliseconds."""

    line: int
    platform: str
    user_id: str | None
    handle: str
    fields: dict[str, Any] = field(default_factory=dict)
    links: list[list[str]] = field(default_factory=list)  # other accounts of theirs: platform, id or "", handle


@dataclass(slots=True)
class Rejected:
    """A line that cannot be used, as it stands in the file, and why."""

    line: int
    cells: list[str]
    reason: str


def clean(text: str, length: int = _TEXT_LENGTH) -> str:
    """Drop what cannot be seen or stored; white space around goes too."""
    if text.isprintable():  # quicker than looking for what is not
        return text.strip()[:length]
    return _UNWANTED.sub("", text).strip()[:length]


def handle(text: str) -> str:
    """Read a handle without its @; raises Unreadable when there is none."""
    cleaned = _BLANK.sub(" ", clean(text)).removeprefix("@").strip()
    if not cleaned:
        msg = "There is no name."
        raise Unreadable(msg)
    if len(cleaned) > HANDLE_LENGTH:
        msg = f"A name of {len(cleaned):,} characters is too long; at most {HANDLE_LENGTH}."
        raise Unreadable(msg)
    return cleaned


def account_id(text: str) -> str | None:
    """Read a platform's id of an account, None when there is none. Raises Unreadable for what a spreadsheet has rounded."""
    cleaned = clean(text).removesuffix(".0")
    if not cleaned or cleaned.casefold() in {"null", "none", "undefined"}:
        return None
    if re.fullmatch(r"\d(?:[.,]\d+)?[eE]\+?\d+", cleaned):
        msg = f"The id {cleaned} was rounded by another program, so it is nobody's any more. Export it as text."
        raise Unreadable(msg)
    if len(cleaned) > ID_LENGTH or " " in cleaned:
        msg = f"{cleaned[:40]!r} is no id of an account."
        raise Unreadable(msg)
    return cleaned


def platform(text: str) -> str:
    """Read the name of a platform; raises Unreadable."""
    name = clean(text).casefold()
    if not _PLATFORM.fullmatch(name):
        msg = f"{name[:40]!r} is no platform: write tiktok, twitch, youtube or the like."
        raise Unreadable(msg)
    return name


def number(text: str) -> float:
    """Read a number, which may have a fraction: 12.5, 12,5, 1,234.5, 1.234,5, 1'234; raises Unreadable. Empty is 0."""
    if len(text) < _SHORT and text.isascii() and text.isdecimal():
        return float(text)
    cleaned = clean(text)
    if cleaned.casefold() in _NOTHING:
        return 0
    return _within(float(cleaned) if _PLAIN.fullmatch(cleaned) else _localised(cleaned), cleaned)


def whole(text: str) -> int:
    """Read a count: as `number`, rounded down, but 1.234 is a thousand and more; raises Unreadable."""
    if len(text) < _SHORT and text.isascii() and text.isdecimal():
        return int(text)
    cleaned = clean(text)
    return int(_within(_localised(cleaned), cleaned)) if _GROUPED.fullmatch(cleaned) else int(number(cleaned))


def _localised(text: str) -> float:
    if not _NUMBER.fullmatch(text):
        msg = f"{text[:40]!r} is no number."
        raise Unreadable(msg)
    plain = re.sub(r"[' \u00a0\u202f_]", "", text)
    if _GROUPED.fullmatch(plain):
        return float(re.sub(r"[.,]", "", plain))
    point = max(plain.rfind("."), plain.rfind(","))
    return float(re.sub(r"[.,]", "", plain[:point]) + "." + plain[point + 1 :] if point >= 0 else plain)


def _within(value: float, text: str) -> float:
    if value < 0:
        msg = f"{text[:40]} is less than nothing."
        raise Unreadable(msg)
    if not value <= MOST:
        msg = f"{text[:40]} is more than anybody can have."
        raise Unreadable(msg)
    return value


def duration(text: str, unit_ms: int) -> int:
    """Read a duration in units of so many milliseconds, or as 12:34:56; returns milliseconds. Raises Unreadable."""
    cleaned = clean(text)
    if found := re.fullmatch(r"(?:(\d{1,6})[:.])?(\d{1,6}):([0-5]\d):([0-5]\d)", cleaned):
        days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return int(_within((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000, cleaned))
    return int(_within(round(number(cleaned) * unit_ms), cleaned))


def moment(text: str) -> int | None:
    """Read a moment: ISO 8601, the common ways of writing a date (UTC), or unix time; None when there is none."""
    cleaned = clean(text)
    if cleaned.casefold() in _NEVER or cleaned.startswith("0001-01-01"):
        return None
    if re.fullmatch(r"\d{9,13}(\.\d+)?", cleaned):
        value = float(cleaned)
        return _at(int(value if value >= _MS // 10 else value * 1000), cleaned)
    try:
        return _at(_ms(datetime.fromisoformat(cleaned)), cleaned)
    except ValueError:
        pass
    for form in _MOMENTS + _DAYS:
        try:
            return _at(_ms(datetime.strptime(cleaned, form)), cleaned)  # noqa: DTZ007 - the zone is put in beside
        except ValueError:
            continue
    msg = f"{cleaned[:40]!r} is no date."
    raise Unreadable(msg)


def _ms(at: datetime) -> int:
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)


def _at(value_ms: int, text: str) -> int:
    if not _EARLIEST_MS <= value_ms <= _LATEST_MS:
        msg = f"{text[:40]} cannot be when somebody was seen."
        raise Unreadable(msg)
    return value_ms


def day(text: str) -> str | None:
    """Read a birthday: YYYY-MM-DD, --MM-DD, or a common way of writing it; None when there is none."""
    cleaned = clean(text).partition("T")[0]
    if cleaned.casefold() in _NEVER:
        return None
    if found := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.?", cleaned):
        cleaned = f"--{int(found[2]):02}-{int(found[1]):02}"
    for form in _DAYS:
        try:
            cleaned = f"{datetime.strptime(cleaned, form).date()}"  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    try:
        return birthday.parse(cleaned)
    except Invalid as error:
        msg = f"{cleaned[:40]!r} is no birthday. {error.message}"
        raise Unreadable(msg) from error


def flag(text: str) -> bool:
    """Read a yes or no; raises Unreadable."""
    cleaned = clean(text).casefold()
    if cleaned in _TRUE or cleaned in _FALSE:
        return cleaned in _TRUE
    msg = f"{cleaned[:40]!r} is neither yes nor no."
    raise Unreadable(msg)


def tags(text: str) -> list[str]:
    """Read tags with commas (or semicolons) between them; raises Unreadable for too many or too long ones."""
    listed = list(dict.fromkeys(one for part in re.split(r"[,;]", clean(text)) if (one := part.strip())))
    if len(listed) > _MOST_TAGS or any(len(one) > _TAG_LENGTH for one in listed):
        msg = f"At most {_MOST_TAGS} tags of at most {_TAG_LENGTH} characters."
        raise Unreadable(msg)
    return listed


_BEGINS_FORMULA = frozenset("=+-@\t\r\n＝＋－＠")


def guard(text: str) -> str:
    """Keep a spreadsheet from calculating a text."""
    return "'" + text if text[:1] in _BEGINS_FORMULA else text


def unguard(text: str) -> str:
    """Take off the apostrophe that `guard` put in front, so that what we wrote is what we read."""
    return text[1:] if text[:1] == "'" and text[1:2] in _BEGINS_FORMULA else text
