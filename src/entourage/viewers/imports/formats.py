"""Which program a file comes from, and what it is worth knowing of each."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from entourage.kernel.errors import Invalid, TooLarge
from entourage.viewers.imports import firebot, ltth, mapping, mixitup, phantombot, streamelements, streamlabs, workbook
from entourage.viewers.imports.rules import FIELDS
from entourage.viewers.imports.table import Plain, Table, plain

MOST_BYTES = 100_000_000
"""The largest file that is read."""


class Format(NamedTuple):
    """A program that viewers come from, and the files of it that are read."""

    name: str
    files: str


FORMATS: dict[str, Format] = {
    "firebot": Format("Firebot", "viewers.csv, currencies.csv, ranks.csv, users.db, backup .zip"),
    "streamlabs": Format("Streamlabs Chatbot, Cloudbot", ".xlsx, .csv"),
    "streamelements": Format("StreamElements", ".json, .csv"),
    "mixitup": Format("Mix It Up", "User Data.txt"),
    "phantombot": Format("PhantomBot", "points_export.csv"),
    "ltth": Format("LTTH", ".db, .sqlite, .json"),
    "csv": Format("CSV", ".csv, .txt, .tsv, .xlsx"),
}
"""By the name that `--from` takes. `csv` is any table, and what Entourage itself exports."""

_OURS = {
    "platform": "platform", "tiktok_username": "handle", "tiktok_user_id": "user_id", "display_name": "name",
    "profile_picture_url": "avatar_url", "verified": "verified", "first_seen_at": "first_seen_ms", "last_seen_at": "last_seen_ms",
    "total_visits": "visits", "total_watchtime_seconds": "watch_ms:seconds", "total_coins_spent": "coins", "total_gifts_sent": "gifts",
    "total_comments": "comments", "total_likes": "likes", "total_shares": "shares", "vip_tier": "tier", "vip_since": "tier_since_ms",
    "is_blocked": "blocked", "is_favorite": "favorite", "is_moderator": "moderator", "is_subscriber": "subscriber",
    "is_follower": "follower", "birthday": "birthday", "notes": "notes", "tags": "tags", "discord_username": "discord_username",
    "tts_voice": "tts_voice", "age": "age", "gender": "gender", "country": "country", "language": "language",
    "loyalty_points": "loyalty_points",
}  # fmt: skip


def look(file: Path, source: str = "") -> Table:
    """Find out what a file is, or read it as what it is said to be.

    Raises Invalid with a reason when it is nothing known or not what was said, TooLarge beyond 100 MB.
    """
    if source and source not in FORMATS:
        msg = f"There is no format {source!r}. There are: {', '.join(FORMATS)}."
        raise Invalid(msg, details={"source": msg})
    size = file.stat().st_size
    if size > MOST_BYTES:
        msg_0 = f"At most {MOST_BYTES // 1_000_000} MB; this file has {size / 1_000_000:,.0f} MB. Split it."
        raise TooLarge(msg_0)
    if size == 0:
        msg_0 = "The file is empty."
        raise Invalid(msg_0)
    found = _containers(file, source)
    if found is None:
        found = _tables(plain(file, streamlabs.SHEETS), source)
    if source and found.source != source:
        msg_0 = f"This is no file of {FORMATS[source].name}: it looks like {FORMATS[found.source].name} ({found.kind})."
        raise Invalid(msg_0)
    return found


def _containers(file: Path, source: str) -> Table | None:
    """Recognise what is no table by itself: archives, databases, JSON."""
    if source == "csv":
        return None
    for find in (ltth.find, firebot.find_users, ltth.find_json, streamelements.find_json):
        if (found := find(file)) is not None:
            return found
    with file.open("rb") as opened:
        head = opened.read(4)
    if head == b"PK\x03\x04" and not workbook.is_workbook(file):
        found = firebot.find_backup(file)
        if found is None:
            msg = "There is no users.db of Firebot in this archive. Unpack it and choose the file with the viewers."
            raise Invalid(msg)
        return found
    return None


def _tables(found: Plain, source: str) -> Table:
    sure: dict[str, Callable[[], Table | None]] = {
        "firebot": lambda: firebot.find_table(found),
        "mixitup": lambda: mixitup.find(found),
        "phantombot": lambda: phantombot.find(found, sure=source == "phantombot"),
        "streamelements": lambda: streamelements.find_table(found, sure=source == "streamelements"),
        "streamlabs": lambda: streamlabs.find(found, sure=source == "streamlabs"),
    }
    if source in sure:
        table = sure[source]()
        if table is None:
            names = ", ".join(found.named()[:8])
            msg = f"This is not the list that {FORMATS[source].name} makes; its columns are: {names}. Choose CSV and map them."
            raise Invalid(msg)
        return table
    for find in sure.values() if source != "csv" else ():
        if (table := find()) is not None:
            return table
    return _any(found)


def _any(found: Plain) -> Table:
    """Take any table, our own export among them."""
    names = found.named()
    if {"tiktok_user_id", "total_watchtime_seconds", "first_seen_at"} <= set(names):
        said = {name: _OURS[name] for name in names if name in _OURS}
        # Our export tells watch time in whole seconds: what is here must not lose the rest of one.
        rules: dict[str, str] = dict.fromkeys(FIELDS, "set") | {"watch_ms": "larger"}
        return Table(
            "csv", "Entourage", names, said, found.rows, platform="tiktok", rules=rules, encoding=found.encoding,
            delimiter=found.delimiter,
        )  # fmt: skip
    notes = [] if found.header is not None else ["The first line names no columns; it is taken for somebody. Columns have numbers."]
    return Table(
        "csv", "table", names, mapping.guess(names), found.rows, platform="tiktok", notes=notes, encoding=found.encoding,
        delimiter=found.delimiter,
    )  # fmt: skip
