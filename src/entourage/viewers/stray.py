"""Messages we could not use, counted by name, the newest of each kept as it came."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, func, select

from entourage.kernel import rows
from entourage.ports import live
from entourage.viewers import tables

_MOST_BYTES = 16_384
MOST_NAMES = 500
"""How many names are counted one by one for a creator; what comes after is counted together."""
OTHERS = "others"

_WRITE = rows.Upsert(
    tables.Stray,
    key=("creator_id", "platform", "name"),
    columns=("creator_id", "platform", "name", "count", "payload", "last_ms"),
    add=("count",),
    put=("payload", "last_ms"),
)
_KNOWN = rows.Lookup(tables.Stray, ("creator_id",), "name", ("platform", "name"))

Name = tuple[str, str]
"""A platform and the name of a stray."""


def write(connection: Connection, creator_id: int, strays: Sequence[live.Unknown]) -> None:
    """Count strays; a payload is kept up to 16 KiB."""
    by_name: dict[Name, list[live.Unknown]] = {}
    for one in strays:
        by_name.setdefault((one.platform[:16], one.name[:120]), []).append(one)
    for fresh in _beyond(connection, creator_id, by_name.keys()):
        by_name.setdefault((fresh[0], OTHERS), []).extend(by_name.pop(fresh))
    _WRITE.run(
        connection,
        [(creator_id, *name, len(met), met[-1].payload[:_MOST_BYTES], met[-1].at_ms) for name, met in by_name.items()],
    )


def _beyond(connection: Connection, creator_id: int, names: Collection[Name]) -> list[Name]:
    """Return the names that are new and too many."""
    if not names:
        return []
    known = {(platform, name) for platform, name in _KNOWN.run(connection, (creator_id,), {name for _, name in names})}
    fresh = [name for name in names if name not in known and name[1] != OTHERS]
    if not fresh:
        return []
    kept = connection.scalar(select(func.count()).select_from(tables.Stray).where(tables.Stray.creator_id == creator_id)) or 0
    return fresh[max(0, MOST_NAMES - kept) :]
