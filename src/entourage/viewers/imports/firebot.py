"""Firebot: viewers.csv, currencies.csv and ranks.csv, and users.db, alone or inside a backup zip."""

import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from entourage.kernel.errors import Invalid
from entourage.viewers.imports import archive
from entourage.viewers.imports.record import Record, Rejected, Unreadable
from entourage.viewers.imports.sheet import Row
from entourage.viewers.imports.table import Plain, Table, mostly

_MOST = 1_000_000_000
_MOST_BROKEN = 1_000
_VIEWERS = {
    "ID": "user_id", "Username": "handle", "Join Date": "first_seen_ms", "Last Seen": "last_seen_ms",
    "Minutes in Channel": "watch_ms:minutes", "Chat Messages": "comments",
}  # fmt: skip
_USERS = {
    "ID": "user_id", "Username": "handle", "Display Name": "name", "Picture": "avatar_url", "Join Date": "first_seen_ms",
    "Last Seen": "last_seen_ms", "Minutes in Channel": "watch_ms:minutes", "Chat Messages": "comments",
}  # fmt: skip
_KEYS = ("_id", "username", "displayName", "profilePicUrl", "joinDate", "lastSeen", "minutesInChannel", "chatMessages")
_PROFILE = re.compile(r"(?:^|/)profiles/([^/]+)/db/users\.db$")
_ORDINARY = 2
_MOST_NAMES = 1_000_000

Lines = Callable[[], Iterator[tuple[int, bytes]]]


def find_table(found: Plain) -> Table | None:
    """Recognise one of the three exported tables."""
    names = found.named()
    if set(_VIEWERS) - {"Chat Messages"} <= set(names):
        said = {name: target for name, target in _VIEWERS.items() if name in names}
        return Table("firebot", "viewers.csv", names, said, found.rows, amend=_mend, encoding=found.encoding, delimiter=found.delimiter)
    if found.header is None or names[:2] != ["ID", "Username"] or len(names) <= _ORDINARY:
        return None
    numbers = mostly(r"-?[\d.]*", [cell.strip() for row in found.first for cell in row[2:]])
    said = {"ID": "user_id", "Username": "handle", names[2]: "loyalty_points" if numbers else "tags"}
    note = "Firebot writes this file without quotes, and its values may stand under the wrong name. users.db from a backup is safer."
    kind = "currencies.csv" if numbers else "ranks.csv"
    return Table("firebot", kind, names, said, found.rows, notes=[note], amend=_whole, encoding=found.encoding, delimiter=found.delimiter)


def _mend(one: Record, _: list[str]) -> Record:
    """Older builds wrote Join Date and Last Seen under each other's name."""
    first, last = one.fields.get("first_seen_ms"), one.fields.get("last_seen_ms")
    if first is not None and last is not None and first > last:
        one.fields |= {"first_seen_ms": last, "last_seen_ms": first}
    return one


def _whole(one: Record, cells: list[str]) -> Record:
    if any(not cell.strip() for cell in cells[:1]):
        msg = "There is no id, so the values of this line may belong to somebody else."
        raise Unreadable(msg)
    return one


def find_backup(file: Path) -> Table | None:
    """Recognise a backup: an archive with users.db of one profile or more, of which the largest is read."""
    with archive.opened(file) as inside:
        held = [one for one in inside.infolist() if _PROFILE.search(one.filename.replace("\\", "/"))]
        if not held:
            return None
        chosen = max(held, key=lambda one: one.file_size)
        folder = chosen.filename.replace("\\", "/").removesuffix("db/users.db")
        currencies = _currencies(inside, folder)

    def lines() -> Iterator[tuple[int, bytes]]:
        with archive.opened(file) as again:
            yield from archive.lines(again, chosen.filename, most=_MOST)

    notes = []
    if len(held) > 1:
        notes.append(f"There are {len(held)} profiles in this backup; the largest is read: {folder.rstrip('/').rpartition('/')[2]}.")
    return _users(lines, currencies, "backup", notes)


def find_users(file: Path) -> Table | None:
    """Recognise users.db by itself: JSON lines with an _id each."""
    with file.open("rb") as opened:
        first = opened.readline(100_000)
    if not (first.startswith(b"{") and (b'"_id"' in first or b'"$$' in first)):
        return None

    def lines() -> Iterator[tuple[int, bytes]]:
        with file.open("rb") as opened:
            yield from archive.numbered(opened, most=_MOST)

    return _users(lines, {}, "users.db", [])


def _currencies(inside: zipfile.ZipFile, folder: str) -> dict[str, str]:
    """Read the names of currencies by their ids, from wherever this version keeps them."""
    names: dict[str, str] = {}
    for one in inside.infolist():
        place = one.filename.replace("\\", "/")
        if not (place.startswith(folder) and re.search(r"currenc(y|ies)[^/]*\.json$", place)) or one.file_size > _MOST_NAMES:
            continue
        try:
            held = msgspec.json.decode(inside.read(one))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            continue
        for key, about in held.items() if isinstance(held, dict) else ():
            if isinstance(about, dict) and isinstance(about.get("name"), str):
                names[str(about.get("id", key))] = about["name"]
    return names


def _users(lines: Lines, currencies: dict[str, str], kind: str, notes: list[str]) -> Table:
    """Lay users.db out as a table: of every id the last line counts, unless that says it is gone."""
    last, broken = _newest(lines)
    ids = list(dict.fromkeys([*currencies, *_seen_currencies(lines, last)]))
    taken = {*_USERS}
    names = {key: (name if (name := currencies.get(key, key)) not in taken else f"{name} (currency)") for key in ids}
    said = dict(_USERS)
    if ids:
        said[names[ids[0]]] = "loyalty_points"
    if len(ids) > 1:
        notes.append("There are several currencies; the first becomes loyalty points unless you choose another.")

    def rows() -> Iterator[Row | Rejected]:
        for line, text in lines():
            if line in broken:
                yield Rejected(line, [text.decode("utf-8", "replace").strip()[:500]], "This line is broken: it is no JSON.")
            elif line in last:
                about = msgspec.json.decode(text)
                held = about.get("currency") if isinstance(about.get("currency"), dict) else {}
                yield line, [_cell(about.get(key)) for key in _KEYS] + [_cell(held.get(key)) for key in ids]

    return Table("firebot", kind, [*_USERS, *names.values()], said, rows, notes=notes, amend=_mend)


def _newest(lines: Lines) -> tuple[set[int], set[int]]:
    """Find the last line of every id that is not gone, and the lines that cannot be read."""
    newest: dict[str, int] = {}
    broken: set[int] = set()
    for line, text in lines():
        if not text.strip():
            continue
        try:
            about = msgspec.json.decode(text)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            broken.add(line)
            if len(broken) > _MOST_BROKEN:
                msg = "Most of users.db cannot be read: it is damaged. Take an older backup."
                raise Invalid(msg) from None
            continue
        if not isinstance(about, dict) or "_id" not in about:
            continue  # an index of the database, nobody
        if about.get("$$deleted"):
            newest.pop(str(about["_id"]), None)
        else:
            newest[str(about["_id"])] = line
    return set(newest.values()), broken


def _seen_currencies(lines: Lines, last: set[int]) -> Iterator[str]:
    """Name the currencies that the first viewers have."""
    looked = 0
    for line, text in lines():
        if line in last:
            held = msgspec.json.decode(text).get("currency")
            yield from held if isinstance(held, dict) else ()
            looked += 1
            if looked >= 1_000:  # noqa: PLR2004 - a new currency is given to everybody
                return


def _cell(value: Any) -> str:  # noqa: ANN401 - any JSON
    return "" if value is None or isinstance(value, dict | list) else str(value)
