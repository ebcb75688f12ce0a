"""What overlays may show of viewers: a name, a face, a tier and counts; boards, goals and hours of the evening.

An overlay is seen by everybody, so nothing here reads a note, a birthday, a tag, an address or an account (row A17).
"""

import unicodedata
from typing import Annotated, Any, Literal

import msgspec
from sqlalchemy import func, select

from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import heatmap, leaderboard, night, rulebook, schemas
from entourage.viewers.tables import Minute

AlertKind = Literal["gift", "follow", "tier", "birthday"]
Position = Literal[
    "top-left", "top", "top-right", "left", "middle", "right", "bottom-left", "bottom", "bottom-right",
]  # fmt: skip
Colour = Annotated[str, msgspec.Meta(pattern="^#[0-9a-fA-F]{6}$")]
Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]

_COLOURS = 12  # of faces without a picture, as the pages have them
_LONGEST = 40
_MARKS_MOST = 2
_CELLS_A_ROW = 12
_ROWS_MOST = 12
_MINUTES_A_CELL = 5


class Options(msgspec.Struct):
    """How an overlay looks and what it shows; each kind reads those that mean something to it."""

    accent: Colour = "#8b6cff"
    words: Colour = "#ffffff"
    plate: Colour = "#0f1219"
    plate_opacity: Percent = 84
    position: Position = "bottom-left"
    scale: Annotated[int, msgspec.Meta(ge=50, le=200)] = 100  # percent
    language: Literal["en", "de"] = "en"
    font: Literal["plain", "rounded", "serif", "mono"] = "plain"
    title: Annotated[str, msgspec.Meta(max_length=60)] = ""
    sound: bool = False
    volume: Percent = 50
    seconds: Annotated[int, msgspec.Meta(ge=2, le=30)] = 6  # that an alert or a card stays
    shows: list[AlertKind] = msgspec.field(default_factory=lambda: ["gift", "follow", "tier", "birthday"])
    least_coins: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 1  # that a gift must be worth to be shown
    guests: Literal["everybody", "known", "tiers"] = "known"  # whose arrival is shown
    board: Literal["coins", "watchtime"] = "coins"
    period: leaderboard.Span = "tonight"
    places: Annotated[int, msgspec.Meta(ge=3, le=10)] = 5
    counts: Literal["coins", "follows", "new_viewers"] = "coins"
    target: Annotated[int, msgspec.Meta(ge=1, le=1_000_000_000)] = 5_000
    span: Literal["tonight", "week"] = "tonight"


class Person(msgspec.Struct):
    """Somebody as everybody may see them; `face` chooses the colour behind initials, `tint` is the tier's."""

    name: str
    avatar: str | None
    face: int
    tier: str | None
    tint: str | None


class Place(msgspec.Struct):
    """A place on the board; `value` in coins, or in seconds watched."""

    rank: int
    person: Person
    value: int


class Goal(msgspec.Struct):
    """How far the evening is."""

    counts: str
    value: int
    target: int


class Hours(msgspec.Struct):
    """Cells of activity, 0 to 1: rows of the week's days (Sunday first) or of tonight's hours, with where each begins.

    `starts` are days 0 to 6, or milliseconds since 1970 UTC of each row's first minute.
    """

    span: str
    starts: list[int]
    cells: list[list[float]]


_FIRST_OPTIONS: dict[str, dict[str, Any]] = {
    "alerts": {"position": "top"},
    "arrivals": {"position": "bottom-left"},
    "leaderboard": {"position": "top-right"},
    "goal": {"position": "top"},
    "heatmap": {"position": "bottom-right"},
}


def first_options(kind: str, language: str) -> Options:
    """Return how a new overlay of a kind begins."""
    return msgspec.convert({**_FIRST_OPTIONS.get(kind, {}), "language": language}, Options)


def read_options(kept: dict[str, Any]) -> Options:
    """Read kept options; what an older or newer version wrote and this one cannot use is as if it were not there."""
    try:
        return msgspec.convert(kept, Options)
    except msgspec.ValidationError:
        return Options()


async def tints(session: CreatorSession) -> dict[str, str]:
    """Return the colour of each tier."""
    return {rule.tier_name: rule.badge_color for rule in await rulebook.read(session)}


def person(row: schemas.ViewerRow, colours: dict[str, str]) -> Person:
    """Show a viewer to everybody."""
    avatar = row.profile_picture_url if (row.profile_picture_url or "").startswith("https://") else None
    return Person(shown_name(row.display_name), avatar, row.id * 7 % _COLOURS, row.vip_tier, colours.get(row.vip_tier or ""))


def shown_name(name: str) -> str:
    """Clamp a name for a screen: no controls and no turning of the writing's direction, no towers of marks, not endless."""
    kept: list[str] = []
    marks = 0
    for letter in name:
        kind = unicodedata.category(letter)
        marks = marks + 1 if kind in {"Mn", "Me"} else 0
        # A joiner holds emoji together; other format characters turn text around or hide it.
        if marks > _MARKS_MOST or (kind in {"Cc", "Cf", "Cs", "Co"} and letter != "\u200d"):
            continue
        kept.append(" " if kind in {"Zl", "Zp"} else letter)
    text = " ".join("".join(kept).split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"


async def board(session: CreatorSession, options: Options) -> list[Place]:
    """Return the first places of a span, by coins or by time watched; linked accounts are one person, nobody who is blocked."""
    colours = await tints(session)
    by_coins = options.board == "coins"
    best = await leaderboard.top(session, options.board, options.places, options.period)
    return [Place(row.rank, person(row, colours), row.total_coins_spent if by_coins else row.total_watchtime_seconds) for row in best]


async def goal(session: CreatorSession, options: Options) -> Goal:
    """Return what this evening has of what the goal counts."""
    value = sum(getattr(one, options.counts) for one in await night.streams(session))
    return Goal(options.counts, value, options.target)


async def hours(session: CreatorSession, options: Options) -> Hours:
    """Return the week's pattern, or the evening in cells of five minutes."""
    if options.span == "week":
        heat = await heatmap.of_everybody(session)
        return Hours("week", list(range(7)), _shares(heat.activity))
    streams = [one.id for one in await night.streams(session)]
    deeds = func.sum(Minute.comments + Minute.gifts + Minute.joins + Minute.likes)
    counted = await session.execute(
        select(Minute.minute, deeds).where(Minute.stream_id.in_(streams), Minute.creator_id == session.creator).group_by(Minute.minute)
    )
    return _evening({int(minute): int(deeds) for minute, deeds in counted})


def _evening(counted: dict[int, int]) -> Hours:
    """Lay minutes out in rows of an hour, the latest rows when the evening was long."""
    if not counted:
        return Hours("tonight", [], [])
    hour = _CELLS_A_ROW * _MINUTES_A_CELL
    first, last = min(counted) // hour, max(counted) // hour
    first = max(first, last - _ROWS_MOST + 1)
    rows = [[0] * _CELLS_A_ROW for _ in range(last - first + 1)]
    for minute, deeds in counted.items():
        if minute // hour >= first:
            rows[minute // hour - first][minute % hour // _MINUTES_A_CELL] += deeds
    return Hours("tonight", [(first + place) * hour * 60_000 for place in range(len(rows))], _shares(rows))


def _shares(rows: list[list[int]]) -> list[list[float]]:
    most = max((n for row in rows for n in row), default=0)
    return [[round(n / most, 3) if most else 0.0 for n in row] for row in rows]
