"""Mix It Up: "User Data.txt", a person a line with their accounts on several platforms and any number of currencies."""

import re
from collections.abc import Iterator

from entourage.viewers.imports.record import Record, Rejected
from entourage.viewers.imports.sheet import Row
from entourage.viewers.imports.table import Plain, Table, mostly

_MEANT = {
    "Minutes": "watch_ms:minutes", "TotalStreamsWatched": "visits", "TotalChatMessagesSent": "comments", "TotalChatMessageSent": "comments",
    "LastSeen": "last_seen_ms", "CustomTitle": "tags",
}  # fmt: skip
_OWN = frozenset({
    "MixItUpID", "Minutes", "CustomTitle", "TotalStreamsWatched", "TotalAmountDonated", "TotalSubsGifted", "TotalSubsReceived",
    "TotalChatMessagesSent", "TotalChatMessageSent", "TotalTimesTagged", "TotalCommandsRun", "TotalMonthsSubbed", "LastSeen", "Notes",
})  # fmt: skip
_FIRST = ("Platform", "ID", "Username")


def find(found: Plain) -> Table | None:
    """Recognise the file by MixItUpID and the pairs of {Platform}ID and {Platform}Username."""
    names = found.named()
    if "MixItUpID" not in names:
        return None
    platforms = {name[:-2]: place for place, name in enumerate(names) if re.fullmatch(r"\w+ID", name) and f"{name[:-2]}Username" in names}
    pairs = [(name.casefold(), place, names.index(f"{name}Username")) for name, place in platforms.items()]
    used = {place for _, *both in pairs for place in both}
    rest = [place for place, name in enumerate(names) if place not in used and name != "MixItUpID" and name not in _FIRST]
    said = {"Platform": "platform", "ID": "user_id", "Username": "handle"}
    said |= {names[place]: _MEANT[names[place]] for place in rest if names[place] in _MEANT}
    # Currencies stand wherever they like, under names of their own.
    currency = next((names[place] for place in rest if names[place] not in _OWN and _counts(found.first, place)), None)
    if currency is not None:
        said[currency] = "loyalty_points"

    def rows() -> Iterator[Row | Rejected]:
        for line, cells in found.rows():
            accounts = _accounts(cells, pairs)
            if not accounts:
                yield Rejected(line, cells, "There is no account on any platform in this line.")
                continue
            if any(cell.strip() for cell in cells[len(names) :]):
                yield Rejected(line, cells, f"The line has {len(cells)} cells, but there are {len(names)} columns.")
                continue
            others = "\x1f".join("\x1e".join(account) for account in accounts[1:])
            yield line, [*accounts[0], *(cells[place] if place < len(cells) else "" for place in rest), others]

    header = [*_FIRST, *(names[place] for place in rest), "Other accounts"]
    return Table(
        "mixitup", "User Data", header, said, rows, amend=_linked, encoding=found.encoding, delimiter=found.delimiter,
        notes=["Accounts of one person on several platforms are noted, so that you can link them where they are seen."],
    )  # fmt: skip


def _counts(rows: list[list[str]], place: int) -> bool:
    return mostly(r"[\d.,]+", [value for row in rows if place < len(row) and (value := row[place].strip())])


def _accounts(cells: list[str], pairs: list[tuple[str, int, int]]) -> list[tuple[str, str, str]]:
    """Pick the accounts of a line: platform, id, handle."""
    held = [(name, *(cells[place].strip() if place < len(cells) else "" for place in both)) for name, *both in pairs]
    return [(name, user_id, handle) for name, user_id, handle in held if user_id or handle]


def _linked(one: Record, cells: list[str]) -> Record:
    one.links = [account.split("\x1e") for account in cells[-1].split("\x1f") if account]
    return one
