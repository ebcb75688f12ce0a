"""Visits: opened by the first sighting, extended by every further one, closed by silence or the stream's end."""

from collections.abc import Iterable, Mapping
from functools import cache

import msgspec
from sqlalchemy import BigInteger, ColumnElement, CompoundSelect, Connection, and_, bindparam, func, select, true, update

from entourage.kernel import rows
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import kin, tables
from entourage.viewers.presence import Stay

Key = tuple[int, int]
"""A stream's id and a viewer's id."""


Earned = tuple[int, int, int, int]
"""Coins, gifts, comments and likes."""


class Sitting(msgspec.Struct, gc=False):
    """A visit in memory."""

    stay: Stay
    open: bool


_EARNED = ("coins", "gifts", "comments", "likes")
_NOTHING = (0, 0, 0, 0)
_FIND = rows.Lookup(tables.Visit, ("stream_id",), "viewer_id", ("viewer_id", "started_ms", "last_ms", "watch_ms", "open"))
_WRITE = rows.Upsert(
    tables.Visit,
    key=("stream_id", "viewer_id"),
    columns=("creator_id", "stream_id", "viewer_id", "started_ms", "last_ms", "watch_ms", "open", *_EARNED),
    add=_EARNED,
    put=("started_ms", "last_ms", "watch_ms", "open"),
)


def find(connection: Connection, keys: Iterable[Key]) -> dict[Key, Sitting]:
    """Load the visits of these viewers to these streams."""
    by_stream: dict[int, list[int]] = {}
    for stream_id, viewer_id in keys:
        by_stream.setdefault(stream_id, []).append(viewer_id)
    found: dict[Key, Sitting] = {}
    for stream_id, viewer_ids in by_stream.items():
        for viewer_id, started, last, watched, is_open in _FIND.run(connection, (stream_id,), viewer_ids):
            found[stream_id, viewer_id] = Sitting(Stay(started, last, watched), bool(is_open))
    return found


def write(connection: Connection, creator_id: int, sittings: Mapping[Key, Sitting], earned: Mapping[Key, Earned]) -> None:
    """Store visits, new and extended, with what was added to each."""
    _WRITE.run(
        connection,
        [(creator_id, *key, *one.stay, one.open, *earned.get(key, _NOTHING)) for key, one in sittings.items()],
    )


def close_stream(connection: Connection, creator_id: int, stream_ids: Iterable[int]) -> list[int]:
    """Close every open visit of these streams; returns the viewers who left."""
    v = tables.Visit
    statement = (
        update(v)
        .where(v.creator_id == creator_id, v.open, rows.among(v.stream_id, stream_ids, connection.dialect.name))
        .values(open=False)
        .returning(v.viewer_id)
    )
    return list((connection.scalars(statement)).all())


def close_silent(connection: Connection, creator_id: int, clocks: Mapping[int, int], timeout_ms: int) -> list[int]:
    """Close open visits not seen for longer than the timeout, by each stream's own clock; returns who left.

    Visits of streams that are not in `clocks` (ended, or lost in a crash) are closed however short the silence.
    """
    v = tables.Visit
    left: list[int] = []
    by_limit: dict[int, list[int]] = {}
    for stream_id, now in clocks.items():
        by_limit.setdefault(now - timeout_ms, []).append(stream_id)
    dialect = connection.dialect.name
    for limit, stream_ids in by_limit.items():
        silent = and_(v.creator_id == creator_id, v.open, v.last_ms < limit, rows.among(v.stream_id, stream_ids, dialect))
        left += (connection.scalars(update(v).where(silent).values(open=False).returning(v.viewer_id))).all()
    lost = and_(v.creator_id == creator_id, v.open, ~rows.among(v.stream_id, list(clocks), dialect))
    left += (connection.scalars(update(v).where(lost).values(open=False).returning(v.viewer_id))).all()
    return left


async def present(session: CreatorSession, viewers: Iterable[int]) -> set[int]:
    """Return which of these viewers have an open visit, themselves or by an account that is linked to them."""
    asked = {"asked": rows.packed(viewers, session.dialect), "creator": session.creator}
    return set((await session.scalars(_present(session.dialect), asked)).all())


@cache
def _present(dialect: str) -> CompoundSelect[int]:
    """Write the statement once: every page of viewers asks it."""
    v, link, s = (one.__table__.columns for one in (tables.Visit, tables.Link, tables.Stream))
    creator = bindparam("creator", type_=BigInteger)
    going_on = select(s.id).where(s.creator_id == creator, s.ended_ms.is_(None))
    on_seats = (v.stream_id.in_(going_on), v.open == true(), v.creator_id == creator)
    mine = (link.creator_id == creator, rows.among_named(link.head_id, "asked", dialect))
    linked = select(link.head_id).join(tables.Visit.__table__, v.viewer_id == link.viewer_id).where(*mine, *on_seats)
    return select(v.viewer_id).where(rows.among_named(v.viewer_id, "asked", dialect), *on_seats).union_all(linked)


async def seated(session: CreatorSession, accounts: Iterable[int]) -> set[int]:
    """Return which of these accounts have an open visit: only streams that go on have any."""
    v = tables.Visit
    statement = select(v.viewer_id).where(rows.among(v.viewer_id, accounts, session.dialect), *_on_seats(session))
    return set((await session.scalars(statement)).all())


def _on_seats(session: CreatorSession) -> tuple[ColumnElement[bool], ...]:
    v, s = tables.Visit, tables.Stream
    going_on = select(s.id).where(s.creator_id == session.creator, s.ended_ms.is_(None))
    return v.stream_id.in_(going_on), v.open == true(), v.creator_id == session.creator


async def count_present(session: CreatorSession) -> int:
    """Count who has an open visit; somebody in two streams at once, or with two accounts, is one."""
    v = tables.Visit
    mine = (v.creator_id == session.creator, v.open)
    accounts = await session.scalar(select(func.count(v.viewer_id.distinct())).select_from(v).where(*mine)) or 0
    linked = await kin.open_links(session)
    if not linked:
        return accounts
    heads = set(linked.values())
    return accounts - len(linked) + len(heads - await seated(session, heads))
