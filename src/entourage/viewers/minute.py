"""The minutes of a stream: what was counted in each, for the curves of the after-live page."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from entourage.kernel import rows
from entourage.viewers import stream, tables

MINUTE_MS = 60_000

Key = tuple[int, int]
"""A stream's id and a minute since 1970-01-01 UTC."""

_COUNTED = ("comments", "likes", "coins", "gifts", "joins")
_PLACES = [stream.COUNTERS.index(name) for name in _COUNTED]
_WRITE = rows.Upsert(
    tables.Minute,
    key=("stream_id", "minute"),
    columns=("creator_id", "stream_id", "minute", *_COUNTED, "watching"),
    add=_COUNTED,
    larger=("watching",),
)


def write(connection: Connection, creator_id: int, sums: Mapping[Key, Sequence[int]], watching: Mapping[Key, int]) -> None:
    """Store minutes: what was added to each in the order of `stream.COUNTERS`, and the most that were said to be watching."""
    counted = []
    for key in sums.keys() | watching.keys():
        added = sums.get(key)
        values = [added[place] for place in _PLACES] if added else [0] * len(_PLACES)
        heads = watching.get(key, 0)
        if heads or any(values):
            counted.append((creator_id, *key, *values, heads))
    _WRITE.run(connection, counted)
