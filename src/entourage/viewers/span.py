"""How viewers stand in a span of time: what is folded of it and the streams that are not folded yet, added up exactly.

Neither part is read whole. The best of each are taken, looked up in the other, and added; whoever is among the best of
neither part can have no more than the last of one and the last of the other together. When that does not reach the last
place asked for, the board is exact; else more of each part is taken.
"""

from dataclasses import dataclass
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, literal, select

from entourage.kernel import clock, rows
from entourage.kernel.accounts import creators
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import hours, night, people
from entourage.viewers.tables import Link, Period, Stream, Viewer, Visit

Span = Literal["tonight", "week", "month"]
Sums = dict[int, int]
"""Viewers with what they have of a counter."""

_DEEP, _DEEPER = 500, 8
_MONTH_MS = 32 * 86_400_000


@dataclass(frozen=True, slots=True)
class Parts:
    """What a span is made of: a folded period, if any, and the streams beside it; `counter` is a column of both."""

    period: str | None
    streams: list[int]
    counter: str

    def folded(self, creator_id: int) -> Select[*tuple[Any, ...]]:
        """Select viewers and what is folded of them, without order."""
        value = getattr(Period, self.counter)
        return select(Period.viewer_id, value.label("value")).where(
            Period.creator_id == creator_id, Period.period == self.period, value > 0
        )

    def fresh(self, creator_id: int) -> Select[*tuple[Any, ...]]:
        """Select viewers and what they did in the streams that are not folded, without order."""
        mine = (Visit.creator_id == creator_id, Visit.stream_id.in_(self.streams))
        if self.counter == "visits":
            if len(self.streams) == 1:
                return select(Visit.viewer_id, literal(1).label("value")).where(*mine)
            return select(Visit.viewer_id, func.count().label("value")).where(*mine).group_by(Visit.viewer_id)
        value = getattr(Visit, self.counter)
        if len(self.streams) == 1:
            return select(Visit.viewer_id, value.label("value")).where(*mine, value > 0)
        return select(Visit.viewer_id, func.sum(value).label("value")).where(*mine, value > 0).group_by(Visit.viewer_id)


async def best(session: CreatorSession, span: Span, counter: str, limit: int) -> list[tuple[people.Who, int]]:
    """Return the first `limit` of a span with their value, the best first."""
    parts = await _parts(session, span, counter)
    links = dict((await session.execute(select(Link.viewer_id, Link.head_id).where(Link.creator_id == session.creator))).all())
    deep = max(_DEEP, 2 * limit)
    while True:
        totals, bound = await _totals(session, parts, links, deep)
        first = await _first(session, totals, limit)
        if bound == 0 or (len(first) == limit and first[-1][1] >= bound):
            return first
        deep *= _DEEPER


async def _parts(session: CreatorSession, span: Span, counter: str) -> Parts:
    if span == "tonight":
        return Parts(None, sorted(one.id for one in await night.streams(session)), counter)
    zone = ZoneInfo(await creators.zone_of(session))
    place = 0 if span == "week" else 1
    now = clock.now_ms()
    period = hours.periods(now, zone)[place]
    begun = select(Stream.id, Stream.started_ms).where(
        Stream.creator_id == session.creator, ~Stream.folded, Stream.started_ms >= now - _MONTH_MS
    )
    beside = [id_ for id_, started_ms in await session.execute(begun) if hours.periods(started_ms, zone)[place] == period]
    return Parts(period, beside, counter)


async def _totals(session: CreatorSession, parts: Parts, links: dict[int, int], deep: int) -> tuple[Sums, int]:
    """Add up who may be among the first, by person; returns also what anybody else can have at most."""
    kin = links.keys() | set(links.values())
    folded, most_folded = await _top(session, parts.folded(session.creator) if parts.period else None, deep)
    fresh, most_fresh = await _top(session, parts.fresh(session.creator) if parts.streams else None, deep)
    everyone = folded.keys() | fresh.keys() | kin
    if parts.period and most_folded:
        folded |= await _look_up(session, parts.folded(session.creator), Period.viewer_id, everyone - folded.keys())
    if parts.streams and most_fresh:
        fresh |= await _look_up(session, parts.fresh(session.creator), Visit.viewer_id, everyone - fresh.keys())
    totals: Sums = {}
    for viewer_id in everyone:
        person = links.get(viewer_id, viewer_id)
        totals[person] = totals.get(person, 0) + folded.get(viewer_id, 0) + fresh.get(viewer_id, 0)
    return totals, most_folded + most_fresh


async def _top(session: CreatorSession, statement: Select[*tuple[Any, ...]] | None, deep: int) -> tuple[Sums, int]:
    """Return the best of a part, and what is left at most for all others: 0 when these are all."""
    if statement is None:
        return {}, 0
    value = statement.selected_columns["value"]
    found: Sums = {row[0]: int(row[1]) for row in await session.execute(statement.order_by(value.desc()).limit(deep))}
    return found, min(found.values()) if len(found) == deep else 0


async def _look_up(session: CreatorSession, statement: Select[*tuple[Any, ...]], viewer_id: Any, ids: set[int]) -> Sums:  # noqa: ANN401 - a column
    if not ids:
        return {}
    found = await session.execute(statement.where(rows.among(viewer_id, ids, session.dialect)))
    return {row[0]: int(row[1]) for row in found}


async def _first(session: CreatorSession, totals: Sums, limit: int) -> list[tuple[people.Who, int]]:
    """Read who is first; those who are blocked give their place to the next."""
    order = sorted((each for each in totals.items() if each[1] > 0), key=lambda each: (-each[1], -each[0]))
    first: list[tuple[people.Who, int]] = []
    for start in range(0, len(order), 2 * limit):
        some = dict(order[start : start + 2 * limit])
        statement = select(*people.COLUMNS).where(
            Viewer.creator_id == session.creator, ~Viewer.blocked, rows.among(Viewer.id, some.keys(), session.dialect)
        )
        found = {row[0]: people.Who(*row) for row in await session.execute(statement)}
        first += [(found[viewer_id], value) for viewer_id, value in some.items() if viewer_id in found]
        if len(first) >= limit:
            break
    return first[:limit]
