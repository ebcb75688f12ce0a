"""Streamlabs: the Chatbot's workbook or CSV of points, and the list of the Cloudbot."""

import re

from entourage.viewers.imports.record import Record
from entourage.viewers.imports.table import Plain, Table

SHEETS = ("Points", "Currency")
_CHATBOT = ("Name", "Rank", "Points", "Hours")
_CLOUDBOT = {
    "username": "handle", "name": "handle", "points": "loyalty_points", "watchtimeminutes": "watch_ms:minutes",
    "minutes": "watch_ms:minutes", "time": "watch_ms:minutes", "time_watched": "watch_ms:minutes",
    "updatedat": "last_seen_ms", "createdat": "first_seen_ms",
}  # fmt: skip
_TIMES = frozenset({"watchtimeminutes", "minutes", "time", "time_watched"})
_UNRANKED = frozenset({"", "unranked"})


def find(found: Plain, *, sure: bool = False) -> Table | None:
    """Recognise either list; with `sure` it is one, whatever its columns are called."""
    names = [name.casefold() for name in found.named(_CHATBOT)]
    if found.header is not None and {"username", "points"} <= set(names) <= set(_CLOUDBOT) and len(_TIMES & set(names)) == 1:
        return _cloudbot(found)
    chatbot = names[:4] == ["name", "rank", "points", "hours"] if found.header is not None else _like_chatbot(found.first)
    return _chatbot(found) if chatbot or (sure and found.header is None) or (sure and "name" in names) else None


def _like_chatbot(rows: list[list[str]]) -> bool:
    """Tell a list without names of columns by its shape: a name, a rank in words, points, hours."""

    def fits(cells: list[str]) -> bool:
        numbers = [bool(re.fullmatch(r"\d+([.,]\d+)?", cell.strip())) for cell in cells]
        return len(cells) == len(_CHATBOT) and numbers[2:] == [True, True] and not numbers[1]

    return bool(rows) and all(map(fits, rows)) and any(cells[1].strip().casefold() in _UNRANKED for cells in rows)


def _chatbot(found: Plain) -> Table:
    names = found.named(_CHATBOT)
    wanted = {"name": "handle", "username": "handle", "rank": "tags", "points": "loyalty_points", "hours": "watch_ms:hours"}
    said = {name: wanted[name.casefold()] for name in names if name.casefold() in wanted}
    return Table("streamlabs", "Chatbot", names, said, found.rows, amend=_ranked, encoding=found.encoding, delimiter=found.delimiter)


def _ranked(one: Record, _: list[str]) -> Record:
    """Nobody is tagged for having no rank."""
    one.fields["tags"] = [tag for tag in one.fields.get("tags", []) if tag.casefold() not in _UNRANKED]
    return one


def _cloudbot(found: Plain) -> Table:
    names = found.named()
    said = {name: _CLOUDBOT[name.casefold()] for name in names if name.casefold() in _CLOUDBOT}
    return Table("streamlabs", "Cloudbot", names, said, found.rows, encoding=found.encoding, delimiter=found.delimiter)
