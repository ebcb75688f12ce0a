"""Which column of a table holds what: said by the person, known of a program, or guessed from the names of columns."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from entourage.kernel.errors import Invalid
from entourage.viewers import fold
from entourage.viewers.imports import record
from entourage.viewers.imports.record import Record, Unreadable

_MINUTE, _HOUR = 60_000, 3_600_000

READ: dict[str, Callable[[str], Any]] = {
    "watch_ms:ms": lambda text: record.duration(text, 1),
    "watch_ms:seconds": lambda text: record.duration(text, 1_000),
    "watch_ms:minutes": lambda text: record.duration(text, _MINUTE),
    "watch_ms:hours": lambda text: record.duration(text, _HOUR),
    **dict.fromkeys(("visits", "coins", "gifts", "comments", "likes", "shares", "loyalty_points", "followers", "following"), record.whole),
    "first_seen_ms": record.moment, "last_seen_ms": record.moment, "tier_since_ms": record.moment,
    "birthday": record.day, "tags": record.tags,
    "age": lambda text: record.whole(text) or None,
    **dict.fromkeys(("notes", "name", "bio", "avatar_url", "tier", "discord_username", "tts_voice"), record.clean),
    **dict.fromkeys(("gender", "country", "language"), record.clean),
    **dict.fromkeys(("favorite", "blocked", "moderator", "verified", "subscriber", "follower"), record.flag),
}  # fmt: skip
"""What a column may hold beside who it is about, and how its cells are read."""
NOBODY = "No column says who a row is about: choose the one with the handle or with the account's id."
IDENTITY = ("handle", "user_id", "platform")
TARGETS = (*IDENTITY, *READ)
_LENGTHS = {"name": 200, "tier": 50, "discord_username": 100, "tts_voice": 100, "gender": 30, "country": 60, "language": 30}

_ALIASES = {
    "handle": "username user name handle viewer login nick nickname account benutzername nutzer zuschauer tiktok_username unique_id",
    "user_id": "id userid user_id tiktok_user_id twitchid twitch_id platform_id",
    "platform": "platform service plattform",
    "name": "display_name displayname display anzeigename",
    "loyalty_points": "points currency loyalty_points punkte currentpoints current_points",
    "coins": "coins total_coins_spent total_coins diamonds muenzen munzen",
    "watch_ms:seconds": "seconds total_watchtime_seconds watchtime_seconds sekunden",
    "watch_ms:minutes": "minutes watchtimeminutes time_watched time watchtime watch_time minutes_in_channel minuten",
    "watch_ms:hours": "hours stunden watch_hours",
    "watch_ms:ms": "watchedtime watch_ms",
    "visits": "visits total_visits besuche sessions totalstreamswatched",
    "comments": "comments messages chat_messages total_comments kommentare chatmessages totalchatmessagessent totalchatmessagesent",
    "gifts": "gifts total_gifts_sent geschenke",
    "likes": "likes total_likes",
    "shares": "shares total_shares",
    "first_seen_ms": "first_seen first_seen_at join_date joindate createdat created_at joined",
    "last_seen_ms": "last_seen last_seen_at lastseen updatedat last_active lastactivity",
    "birthday": "birthday geburtstag birth_date",
    "notes": "notes note notizen comment",
    "tags": "tags tag labels",
    "avatar_url": "profile_picture_url avatar avatar_url picture",
    "tier": "vip_tier", "tier_since_ms": "vip_since",
    "favorite": "is_favorite favorite favourite", "blocked": "is_blocked blocked", "moderator": "is_moderator moderator",
    "verified": "verified", "subscriber": "is_subscriber subscriber", "follower": "is_follower follower",
    "discord_username": "discord_username discord", "tts_voice": "tts_voice", "age": "age alter", "gender": "gender",
    "country": "country land", "language": "language sprache",
}  # fmt: skip
_GUESSES = {re.sub(r"[\W_]+", "", alias): target for target, words in _ALIASES.items() for alias in words.split()}


@dataclass(frozen=True, slots=True)
class Columns:
    """The names of a table's columns and what each holds (None: it is left out)."""

    header: tuple[str, ...]
    targets: tuple[str | None, ...]
    platform: str

    def said(self) -> dict[str, str]:
        """Return the mapping by the names of columns."""
        return {name: target for name, target in zip(self.header, self.targets, strict=True) if target}


def guess(header: Iterable[str]) -> dict[str, str]:
    """Guess what columns hold by their names, the first of each kind."""
    found: dict[str, str] = {}
    for name in header:
        target = _GUESSES.get(re.sub(r"[\W_]+", "", fold.fold(name)))
        if target and target.split(":")[0] not in {one.split(":")[0] for one in found.values()}:
            found[name] = target
    if "handle" not in found.values():
        # Many programs call the column with the handle simply Name.
        named = next((name for name in header if fold.fold(name) == "name"), None)
        if named is not None:
            found[named] = "handle"
    return found


def knows(row: Sequence[str]) -> bool:
    """Tell whether a row can only be names of columns: who it is about is one of them, and so are most of the others."""
    found = guess(row)
    return len(set(row)) == len(row) and bool({"handle", "user_id"} & set(found.values())) and 2 * len(found) > len(row)


def columns(header: Iterable[str], mapping: Mapping[str, str], platform: str, *, whole: bool = True) -> Columns:
    """Fix what each column holds; a column may be named or numbered from 1.

    Raises Invalid for columns and fields there are not, for a field twice, and, when it is to be `whole`, where nothing
    says who a row is about.
    """
    names = tuple(header)
    chosen: dict[int, str] = {}
    for name, target in mapping.items():
        if not target:
            continue
        place = _place(names, name)
        if target not in TARGETS:
            _refuse(f"A column cannot hold {target!r}. It may hold: {', '.join(TARGETS)}.")
        if target.split(":")[0] in {one.split(":")[0] for at, one in chosen.items() if at != place}:
            _refuse(f"Two columns are said to hold {target.split(':')[0]}: choose one.")
        chosen[place] = target
    if whole and not {"handle", "user_id"} & set(chosen.values()):
        _refuse(NOBODY)
    return Columns(names, tuple(chosen.get(place) for place in range(len(names))), platform)


def _place(names: tuple[str, ...], name: str) -> int:
    if name in names:
        return names.index(name)
    if name.isdecimal() and name.isascii() and len(name) < 4 and 1 <= int(name) <= len(names):  # noqa: PLR2004
        return int(name) - 1
    return _refuse(f"There is no column {name!r}. There are: {', '.join(names)}.")


def _refuse(sentence: str) -> int:
    raise Invalid(sentence, details={"map": sentence})


def unique(header: Iterable[str]) -> list[str]:
    """Give every column a name of its own: an empty one its number, a repeated one a number behind."""
    names: list[str] = []
    for place, cell in enumerate(header, 1):
        name = record.clean(cell, 80) or f"Column {place}"
        names.append(name if name not in names else f"{name} ({place})")
    return names


def record_of(line: int, cells: list[str], of: Columns) -> Record:
    """Read one row by its columns; raises Unreadable."""
    if len(cells) > len(of.header) and any(cell.strip() for cell in cells[len(of.header) :]):
        msg = f"The line has {len(cells)} cells, but there are {len(of.header)} columns; perhaps a comma is not in quotes."
        raise Unreadable(msg)
    who: dict[str, str] = {}
    fields: dict[str, Any] = {}
    for name, target, cell in zip(of.header, of.targets, cells, strict=False):
        if target is None:
            continue
        text = record.unguard(cell)
        if target in IDENTITY:
            who[target] = text
            continue
        try:
            value = READ[target](text)
        except Unreadable as error:
            msg = f"{name}: {error}"
            raise Unreadable(msg) from error
        if isinstance(value, str) and len(value) > _LENGTHS.get(target, 20_000):
            msg = f"{name}: this is too long, at most {_LENGTHS[target]} characters."
            raise Unreadable(msg)
        if value not in (None, "", []):
            fields[target.split(":")[0]] = value
    user_id = record.account_id(who.get("user_id", ""))
    platform = record.platform(who["platform"]) if who.get("platform", "").strip() else of.platform
    handle = record.handle(who.get("handle", "")) if user_id is None or who.get("handle", "").strip() else ""
    return Record(line, platform, user_id, handle, fields)
