"""Who came to a broadcast: everybody, who was there for the first time, and who came back after long, page by page."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from entourage.kernel import clock, rows
from entourage.kernel.errors import Invalid
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import broadcasts, people
from entourage.viewers.stream_shapes import Guest
from entourage.viewers.tables import Stream, Viewer, Visit

Order = Literal["coins", "minutes"]
Whom = Literal["everybody", "first", "returning"]
RETURNING_DAYS = 14
"""Who was away for so long is told apart, when nobody says otherwise."""

_DAY_MS = 86_400_000
_COLUMNS = {"coins": Visit.coins, "minutes": Visit.watch_ms}


@dataclass(frozen=True, slots=True)
class Query:
    """Who is asked for, in which order, from which mark on."""

    whom: Whom = "everybody"
    order: Order = "coins"
    days: int = RETURNING_DAYS
    before: str | None = None
    limit: int = 25


async def page(session: CreatorSession, stream_id: int, query: Query) -> tuple[list[Guest], str | None]:
    """Return guests and the mark of the next page; raises NotFound for the stream, Invalid for a mark that is not ours."""
    one = await broadcasts.find(session, stream_id)
    column = _COLUMNS[query.order]
    chosen = select(Visit.viewer_id, column).where(Visit.stream_id == stream_id, Visit.creator_id == session.creator)
    if query.whom == "first":
        chosen = chosen.join(Viewer, Viewer.id == Visit.viewer_id).where(Viewer.first_seen_ms >= Visit.started_ms)
    elif query.whom == "returning":
        chosen = chosen.where(_was_away(one, query.days))
    if query.before:
        value, viewer_id = _read(query.before)
        chosen = chosen.where(or_(column < value, and_(column == value, Visit.viewer_id < viewer_id)))
    ranked = (await session.execute(chosen.order_by(column.desc(), Visit.viewer_id.desc()).limit(query.limit + 1))).all()
    guests = await _guests(session, one, [row[0] for row in ranked[: query.limit]])
    if len(ranked) <= query.limit:
        return guests, None
    viewer_id, value = ranked[query.limit - 1]
    return guests, f"{value}.{viewer_id}"


async def _guests(session: CreatorSession, one: Stream, viewer_ids: list[int]) -> list[Guest]:
    """Read who these guests are and when they were here before, in this order."""
    came = (
        select(Visit, *people.COLUMNS)
        .join(Viewer, Viewer.id == Visit.viewer_id)
        .where(Visit.stream_id == one.id, Visit.creator_id == session.creator, rows.among(Visit.viewer_id, viewer_ids, session.dialect))
    )
    found = {visit.viewer_id: (visit, people.Who(*who)) for visit, *who in await session.execute(came)}
    earlier = (
        select(Visit.viewer_id, func.max(Visit.started_ms))
        .where(Visit.creator_id == session.creator, rows.among(Visit.viewer_id, viewer_ids, session.dialect))
        .where(Visit.started_ms < one.started_ms, Visit.stream_id != one.id)
        .group_by(Visit.viewer_id)
    )
    before = dict((await session.execute(earlier)).all())
    return [_guest(*found[each], before.get(each)) for each in viewer_ids if each in found]


async def count_returning(session: CreatorSession, stream_id: int, days: int = RETURNING_DAYS) -> int:
    """Count who came back to a broadcast after so many days or more; raises NotFound."""
    one = await broadcasts.find(session, stream_id)
    statement = (
        select(func.count())
        .select_from(Visit)
        .where(Visit.stream_id == stream_id, Visit.creator_id == session.creator, _was_away(one, days))
    )
    return await session.scalar(statement) or 0


def _was_away(one: Stream, days: int) -> ColumnElement[bool]:
    """Say that a guest's last visit before this broadcast began so long ago; nothing but an index is looked at for each."""
    earlier = Visit.__table__.alias("earlier")
    latest: Select[int] = select(func.max(earlier.c.started_ms)).where(
        earlier.c.viewer_id == Visit.viewer_id, earlier.c.started_ms < one.started_ms, earlier.c.stream_id != one.id
    )
    return latest.correlate(Visit).scalar_subquery() <= one.started_ms - days * _DAY_MS


def _guest(visit: Visit, who: people.Who, before_ms: int | None) -> Guest:
    row = people.row(who, online=visit.open)
    return Guest(
        **{name: getattr(row, name) for name in row.__struct_fields__},
        joined_at=clock.iso(visit.started_ms) or "",
        left_at=None if visit.open else clock.iso(visit.last_ms),
        watched_seconds=visit.watch_ms // 1000,
        coins=visit.coins,
        gifts=visit.gifts,
        comments=visit.comments,
        likes=visit.likes,
        first_time=who.first_seen_ms >= visit.started_ms,
        before=clock.iso(before_ms),
    )


def _read(mark: str) -> tuple[int, int]:
    try:
        value, viewer_id = (int(part) for part in mark.split("."))
    except ValueError:
        msg = "This mark is not one of ours; start again without it."
        raise Invalid(msg) from None
    return value, viewer_id
