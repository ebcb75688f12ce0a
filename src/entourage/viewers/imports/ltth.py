"""The predecessor, LTTH: its SQLite files, told apart by columns, and the profiles its rewrite exports as JSON."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from entourage.kernel.errors import Invalid
from entourage.viewers.imports.record import Record, Rejected
from entourage.viewers.imports.sheet import Row
from entourage.viewers.imports.table import Table

_MAGIC = b"SQLite format 3\0"
_MOST_JSON = 50_000_000
_PLUGIN = {
    "tiktok_username": "handle", "tiktok_user_id": "user_id", "display_name": "name", "profile_picture_url": "avatar_url", "bio": "bio",
    "age": "age", "gender": "gender", "country": "country", "language": "language", "verified": "verified",
    "follower_count": "followers", "following_count": "following", "first_seen_at": "first_seen_ms", "last_seen_at": "last_seen_ms",
    "total_visits": "visits", "total_watchtime_seconds": "watch_ms:seconds", "total_coins_spent": "coins", "total_gifts_sent": "gifts",
    "total_comments": "comments", "total_likes": "likes", "total_shares": "shares", "tts_voice": "tts_voice",
    "discord_username": "discord_username", "birthday": "birthday", "notes": "notes", "tags": "tags", "vip_tier": "tier",
    "vip_since": "tier_since_ms", "loyalty_points": "loyalty_points", "is_blocked": "blocked", "is_favorite": "favorite",
    "is_moderator": "moderator",
}  # fmt: skip
_REWRITE = {
    "username": "handle", "display_name": "name", "profile_picture_url": "avatar_url", "notes": "notes", "tags": "tags",
    "first_seen": "first_seen_ms", "last_seen": "last_seen_ms", "total_chats": "comments", "total_gifts": "gifts", "total_coins": "coins",
    "total_likes": "likes", "total_shares": "shares",
}  # fmt: skip
_LEVELS = {"username": "handle", "xp": "loyalty_points"}
_STATS = {"username": "handle", "total_coins": "coins"}
_ALLTIME = {"user_id": "user_id", "unique_id": "handle", "nickname": "name", "total_coins": "coins", "last_gift_at": "last_seen_ms"}
_KINDS = (
    ("viewer profiles", "viewer_profiles", _PLUGIN, {"tiktok_username", "total_coins_spent"}),
    ("CRM", "profiles", _REWRITE, {"username", "total_coins"}),
    ("levels", "viewer_profiles", _LEVELS, {"username", "xp"}),
    ("leaderboard", "leaderboard_alltime", _ALLTIME, {"user_id", "unique_id", "total_coins"}),
    ("leaderboard", "leaderboard_stats", _STATS, {"username", "total_coins"}),
)
_ROUNDED = "eE"


def find(file: Path) -> Table | None:
    """Recognise one of the predecessor's databases; raises Invalid for a SQLite file that is damaged or somebody else's."""
    with file.open("rb") as opened:
        if opened.read(len(_MAGIC)) != _MAGIC:
            return None
    with _opened(file) as database:
        held = {name: _columns(database, name) for name in _tables(database)}
        for kind, name, meant, needed in _KINDS:
            if needed <= set(held.get(name, ())):
                return _table(file, database, kind, name, held, meant)
    msg = "This is a SQLite database, but not one of LTTH's: it has no table of viewers that is known here."
    raise Invalid(msg)


@contextmanager
def _opened(file: Path) -> Iterator[sqlite3.Connection]:
    """Open a database that nobody trusts: read only, nothing in it is run."""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(file))}?mode=ro&immutable=1", uri=True, check_same_thread=False)) as database:
            database.text_factory = lambda text: text.decode("utf-8", "replace")
            for pragma in ("trusted_schema=OFF", "query_only=ON", "cell_size_check=ON"):
                database.execute(f"PRAGMA {pragma}")
            yield database
    except sqlite3.Error as error:
        msg = "This SQLite file is damaged or was copied while the program ran. Close the program, copy it again."
        raise Invalid(msg) from error


def _tables(database: sqlite3.Connection) -> list[str]:
    found = database.execute("SELECT name FROM sqlite_master WHERE type='table' AND sql NOT LIKE 'CREATE VIRTUAL%'")
    return [str(name) for (name,) in found]


def _columns(database: sqlite3.Connection, table: str) -> list[str]:
    return [str(row[1]) for row in database.execute("SELECT * FROM pragma_table_info(?)", (table,))]


def _table(file: Path, database: sqlite3.Connection, kind: str, name: str, held: dict[str, list[str]], meant: dict[str, str]) -> Table:
    header = held[name]
    said = {column: meant[column] for column in header if column in meant}
    notes, halved = [], False
    if meant is _PLUGIN:
        halved = _doubled(database, held)
        if halved:
            notes.append("This version of the plugin counted every coin twice; half of it is taken over.")
    known = _known_ids(database, held) if meant is not _ALLTIME else {}
    if known and "user_id" not in said.values():
        header, said = [*header, "user_id (leaderboard)"], said | {"user_id (leaderboard)": "user_id"}
    if "handle" in said.values() and not known and meant is not _ALLTIME:
        notes.append("The plugin knew people by their names: whoever has no account id waits until seen here under the same name.")
    coins = header.index("total_coins_spent") if halved else -1

    def rows() -> Iterator[Row | Rejected]:
        with _opened(file) as again:
            listed = ",".join(f'"{column}"' for column in held[name])
            for line, values in enumerate(again.execute(f'SELECT {listed} FROM "{name}"'), 1):
                cells = [_cell(value) for value in values]
                if halved and cells[coins].isdigit():
                    cells[coins] = str(int(cells[coins]) // 2)
                yield line, _with_id(cells, header, said, known)

    return Table("ltth", kind, header, said, rows, platform="tiktok", notes=notes, amend=_tagged)


def _with_id(cells: list[str], header: list[str], said: dict[str, str], known: dict[str, str]) -> list[str]:
    """Fill in the account's id from the leaderboard, and drop one that the plugin's TEXT column has rounded."""
    if len(header) > len(cells):
        cells.append("")
    place = next((at for at, name in enumerate(header) if said.get(name) == "user_id"), None)
    if place is not None:
        if any(letter in cells[place] for letter in _ROUNDED) and "." in cells[place]:
            cells[place] = ""
        handle = cells[next(at for at, name in enumerate(header) if said.get(name) == "handle")]
        cells[place] = cells[place] or known.get(handle.casefold(), "")
    return cells


def _doubled(database: sqlite3.Connection, held: dict[str, list[str]]) -> bool:
    """Tell by the gifts whether coins were counted twice: the measured versions all did."""
    if {"gift_coins", "gift_diamond_count"} <= set(held.get("viewer_gift_history", ())):
        once, twice = database.execute(
            "SELECT sum(gift_coins = gift_diamond_count), sum(gift_coins = 2 * gift_diamond_count)"
            " FROM viewer_gift_history WHERE gift_diamond_count > 0"
        ).fetchone()
        if once or twice:
            return (twice or 0) > (once or 0)
    return True


def _known_ids(database: sqlite3.Connection, held: dict[str, list[str]]) -> dict[str, str]:
    """Read ids by handle from the one table that keeps them; a handle with two ids is nobody's."""
    if not {"user_id", "unique_id"} <= set(held.get("leaderboard_alltime", ())):
        return {}
    ids: dict[str, str] = {}
    for user_id, handle in database.execute("SELECT user_id, unique_id FROM leaderboard_alltime WHERE unique_id <> ''"):
        key = str(handle).casefold()
        ids[key] = str(user_id) if ids.get(key, str(user_id)) == str(user_id) else ""
    return ids


def _tagged(one: Record, _: list[str]) -> Record:
    """Tags are kept as JSON text."""
    one.fields["tags"] = [tag.strip("[]\"' ") for tag in one.fields.get("tags", []) if tag.strip("[]\"' ")]
    return one


def find_json(file: Path) -> Table | None:
    """Recognise what the rewrite exports: an object with profiles."""
    with file.open("rb") as opened:
        head = opened.read(2_000).lstrip(b"\xef\xbb\xbf \r\n\t")
    if head[:1] != b"{" or not (b'"profiles"' in head or b'"exportedAt"' in head) or file.stat().st_size > _MOST_JSON:
        return None
    try:
        held = msgspec.json.decode(file.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        msg = "This JSON file is broken; export the profiles anew."
        raise Invalid(msg) from error
    people = held.get("profiles")
    if not isinstance(people, list):
        return None
    header = [name for name in _REWRITE if any(isinstance(one, dict) and name in one for one in people)]
    if "username" not in header:
        return None

    def rows() -> Iterator[Row | Rejected]:
        for place, one in enumerate(people, 1):
            if isinstance(one, dict):
                yield place, [_cell(one.get(name)) for name in header]
            else:
                yield Rejected(place, [str(one)[:500]], "This is not a profile.")

    return Table("ltth", "CRM", header, {name: _REWRITE[name] for name in header}, rows, platform="tiktok", amend=_tagged)


def _cell(value: Any) -> str:  # noqa: ANN401 - whatever a column holds
    if isinstance(value, list):
        return ",".join(str(one) for one in value)
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return "" if value is None else str(value)
