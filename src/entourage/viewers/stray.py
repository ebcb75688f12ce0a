"""Messages we could not use, counted by name, the newest of each kept as it came."""

from collections.abc import Sequence

from sqlalchemy import Connection

from entourage.kernel import rows
from entourage.ports import live
from entourage.viewers import tables

_MOST_BYTES = 16_384

_WRITE = rows.Upsert(
    tables.Stray,
    key=("creator_id", "platform", "name"),
    columns=("creator_id", "platform", "name", "count", "payload", "last_ms"),
    add=("count",),
    put=("payload", "last_ms"),
)


def write(connection: Connection, creator_id: int, strays: Sequence[live.Unknown]) -> None:
    """Count strays; a payload is kept up to 16 KiB."""
    by_name: dict[tuple[str, str], tuple[int, live.Unknown]] = {}
    for one in strays:
        key = (one.platform[:16], one.name[:120])
        by_name[key] = (by_name[key][0] + 1 if key in by_name else 1, one)
    _WRITE.run(
        connection,
        [(creator_id, platform, name, count, one.payload[:_MOST_BYTES], one.at_ms) for (platform, name), (count, one) in by_name.items()],
    )
