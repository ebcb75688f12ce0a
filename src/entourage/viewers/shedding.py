"""Sheds old history a little at a time: words of chats, or all that is known of a stream but its sums.

What a stream's visits, gifts and deeds add up to is carried over to the viewers (`viewer_carried`) in the transaction
that removes them, so that every counter stays what it was and counting everything again still agrees. Such a stream is
marked before: nothing is added to it any more, because what was counted there once could not be told from what is new.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, func, select, text, union, update

from entourage.kernel import clock, rows
from entourage.viewers import kinds, memory, people, period, recount
from entourage.viewers.past import Account, Past
from entourage.viewers.tables import Carried, CarriedHour, Gift, Interaction, Stream, Visit

AT_ONCE = 2_000
"""Viewers, or messages, in one transaction."""

_COUNTS = rows.Upsert(Carried, key=("viewer_id",), columns=("creator_id", "viewer_id", *people.COUNTERS), add=people.COUNTERS)
_HOURS = rows.Upsert(
    CarriedHour, key=("viewer_id", "cell"), columns=("creator_id", "viewer_id", "cell", "activity", "coins"), add=("activity", "coins")
)
_REMAINS = text(
    "SELECT s.id FROM streams AS s WHERE s.creator_id = :creator AND s.let_go_ms IS NOT NULL AND ("
    " EXISTS (SELECT 1 FROM viewer_sessions AS v WHERE v.stream_id = s.id)"
    " OR EXISTS (SELECT 1 FROM viewer_gift_history AS g WHERE g.stream_id = s.id)"
    " OR EXISTS (SELECT 1 FROM viewer_interactions AS i WHERE i.stream_id = s.id AND i.viewer_id IS NOT NULL)"
    " OR (SELECT count(*) FROM (SELECT 1 FROM viewer_interactions AS i WHERE i.stream_id = s.id LIMIT 2) AS two) > 1) ORDER BY s.id"
)


class Shed(msgspec.Struct):
    """What went: words of messages, and of streams that were let go visits, gifts and deeds."""

    words: int = 0
    streams: int = 0
    visits: int = 0
    gifts: int = 0
    deeds: int = 0

    def add(self, other: "Shed") -> None:
        """Add what went elsewhere."""
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


def old(creator_id: int, before_ms: int) -> tuple[Any, ...]:
    """Say which streams are over and were last heard before a moment."""
    return (Stream.creator_id == creator_id, Stream.ended_ms.is_not(None), Stream.last_event_ms < before_ms)


def wordy(connection: Connection, creator_id: int, before_ms: int) -> list[int]:
    """Return the old streams whose words are still there."""
    return list(connection.scalars(select(Stream.id).where(*old(creator_id, before_ms), Stream.hushed_ms.is_(None)).order_by(Stream.id)))


def hush(connection: Connection, creator_id: int, stream_id: int, *, most: int = AT_ONCE) -> int:
    """Remove the words of some messages of a stream; returns how many, and 0 when all are gone and that is noted."""
    mine = (Interaction.stream_id == stream_id, Interaction.creator_id == creator_id)
    some = select(Interaction.id).where(*mine, Interaction.content.is_not(None)).limit(most)
    removed = connection.execute(update(Interaction).where(Interaction.id.in_(some)).values(content=None)).rowcount
    if not removed:
        connection.execute(update(Stream).where(Stream.id == stream_id, Stream.creator_id == creator_id).values(hushed_ms=clock.now_ms()))
    return removed


def mark(connection: Connection, creator_id: int, before_ms: int) -> list[int]:
    """Mark the old streams as let go, and return those of which something is left, also from before a crash."""
    memory.raise_version(connection, creator_id)
    going = select(Stream.id).where(*old(creator_id, before_ms), Stream.let_go_ms.is_(None))
    for stream_id in connection.scalars(going.order_by(Stream.id)).all():
        period.fold(connection, creator_id, stream_id)  # weeks and months count visits, which go
        connection.execute(update(Stream).where(Stream.id == stream_id).values(let_go_ms=clock.now_ms(), hushed_ms=clock.now_ms()))
    return [row.id for row in connection.execute(_REMAINS, {"creator": creator_id})]


def let_go(connection: Connection, creator_id: int, stream_id: int, *, most: int = AT_ONCE) -> Shed:
    """Carry over what some viewers did in a marked stream and remove it; returns what went, nothing when all is gone."""
    memory.lock(connection, creator_id)
    viewer_ids = _next(connection, stream_id, most)
    if not viewer_ids:
        return Shed(deeds=_squeeze(connection, creator_id, stream_id, most))
    after, upto = viewer_ids[0] - 1, viewer_ids[-1]
    past = Past(connection, creator_id, recount.week_of(connection, creator_id)).read_stream(stream_id, after, upto)
    _carry(connection, creator_id, past)
    return Shed(*(0, 0), *(_remove(connection, table, creator_id, stream_id, after, upto) for table in (Visit, Gift, Interaction)))


def _next(connection: Connection, stream_id: int, most: int) -> Sequence[int]:
    came = select(Visit.viewer_id).where(Visit.stream_id == stream_id).order_by(Visit.viewer_id).limit(most)
    if found := connection.scalars(came).all():
        return found
    did = select(Interaction.viewer_id).where(Interaction.stream_id == stream_id, Interaction.viewer_id.is_not(None))
    both = union(did, select(Gift.viewer_id).where(Gift.stream_id == stream_id)).subquery()
    return connection.scalars(select(both.c.viewer_id).order_by(both.c.viewer_id).limit(most)).all()


def _carry(connection: Connection, creator_id: int, past: dict[int, Account]) -> None:
    _COUNTS.run(connection, [(creator_id, viewer_id, *one.counts) for viewer_id, one in past.items()])
    hours = [(creator_id, viewer_id, cell, *sums) for viewer_id, one in past.items() for cell, sums in one.hours.items()]
    _HOURS.run(connection, hours)


def _remove(connection: Connection, table: Any, creator_id: int, stream_id: int, after: int, upto: int) -> int:  # noqa: ANN401
    mine = (table.creator_id == creator_id, table.stream_id == stream_id, table.viewer_id > after, table.viewer_id <= upto)
    return connection.execute(delete(table).where(*mine)).rowcount


def _squeeze(connection: Connection, creator_id: int, stream_id: int, most: int) -> int:
    """Put the likes of nobody into one row, which keeps their sum, and remove what else nobody did; returns how many went."""
    mine = (Interaction.stream_id == stream_id, Interaction.creator_id == creator_id, Interaction.viewer_id.is_(None))
    keeper = connection.scalar(select(func.min(Interaction.id)).where(*mine, Interaction.kind == kinds.LIKE))
    some = select(Interaction.id, Interaction.kind, Interaction.amount).where(*mine, Interaction.id != (keeper or 0)).limit(most)
    found = connection.execute(some).all()
    if likes := sum(row.amount for row in found if row.kind == kinds.LIKE):
        connection.execute(update(Interaction).where(Interaction.id == keeper).values(amount=Interaction.amount + likes))
    ids = [row.id for row in found]
    return connection.execute(delete(Interaction).where(rows.among(Interaction.id, ids, connection.dialect.name))).rowcount if ids else 0
