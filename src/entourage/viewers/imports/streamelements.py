"""StreamElements: answers of its points API as JSON (top, all-time, watch time), and lists as CSV."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from entourage.kernel.errors import Invalid
from entourage.viewers.imports.record import Rejected
from entourage.viewers.imports.sheet import Row
from entourage.viewers.imports.table import Plain, Table

_MOST_JSON = 50_000_000
_COLUMNS = ("username", "points", "minutes", "pointsAlltime", "rank")
_MEANT = {"username": "handle", "points": "loyalty_points", "minutes": "watch_ms:minutes"}


def find_json(file: Path) -> Table | None:
    """Recognise one answer of the API, a list of them, or one a line."""
    with file.open("rb") as opened:
        head = opened.read(2_000).lstrip(b"\xef\xbb\xbf \r\n\t")
    if head[:1] not in {b"{", b"["} or b'"username"' not in head:
        return None
    if file.stat().st_size > _MOST_JSON:
        msg = "A JSON file of StreamElements may have 50 MB. Ask for the list in parts, or save it as CSV."
        raise Invalid(msg)
    people = _people(file.read_bytes())
    names = [name for name in _COLUMNS if any(name in one for one in people if isinstance(one, dict))]

    def rows() -> Iterator[Row | Rejected]:
        for place, one in enumerate(people, 1):
            if isinstance(one, dict):
                yield place, [_cell(one.get(name)) for name in names]
            else:
                yield Rejected(place, [_cell(one)[:500]], "This is not a person: an object with a username is.")

    if "username" not in names:
        return None
    said = {name: _MEANT[name] for name in names if name in _MEANT}
    return Table("streamelements", "API", names, said, rows)


def _people(text: bytes) -> list[Any]:
    text = text.removeprefix(b"\xef\xbb\xbf")
    try:
        pages = [msgspec.json.decode(text)]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        try:
            pages = [msgspec.json.decode(line) for line in text.splitlines() if line.strip()]
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            msg = "This is not JSON, though it begins so; perhaps it was cut off. Save the answer of the API anew."
            raise Invalid(msg) from error
    people: list[Any] = []
    for page in pages:
        for part in page if isinstance(page, list) else [page]:
            people += part["users"] if isinstance(part, dict) and isinstance(part.get("users"), list) else [part]
    return people


def _cell(value: Any) -> str:  # noqa: ANN401 - any JSON
    return "" if value is None else str(value)


def find_table(found: Plain, *, sure: bool = False) -> Table | None:
    """Recognise username,points[,pointsAlltime][,minutes]."""
    names = found.named(("username", "points"))
    known = {name.casefold() for name in names} <= {name.casefold() for name in _COLUMNS}
    lower = {name: name.casefold() for name in names}
    if not (sure or (found.header is not None and known and {"username", "points"} <= set(lower.values()))):
        return None
    said = {name: _MEANT[low] for name, low in lower.items() if low in _MEANT}
    return Table("streamelements", "CSV", names, said, found.rows, encoding=found.encoding, delimiter=found.delimiter)
