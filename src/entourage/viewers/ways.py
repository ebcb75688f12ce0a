"""Two ways to a page of viewers who meet a condition, and which is the shorter.

*Gather*: find all who meet it by an index of its own, then sort. The way for few.
*Walk*: go along the index of the sort order and check each, until the page is full. The way for many.

Of N viewers of whom n meet the condition, gathering looks at n rows and walking, for a page of k, at about k·N/n: they
are equal at n = √(k·N). A walk that meets nobody for long (whoever matches may all stand at the other end) is given
up, and the rest gathered.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isqrt
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, Select, TextClause, and_, func, literal, select

from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import people
from entourage.viewers.tables import Viewer

# How much of an equal share goes to gathering, in percent: a row that is found by its id costs PostgreSQL more than one met on a walk.
_SHARE = {"sqlite": 70, "postgresql": 45}
_FEW_AT_LEAST = 2_000
_PATIENCE = 2
_TELLING = 3  # so many met on the first steps tell about how far it is
# To count the hits of common trigrams costs more than to meet the first of them on a few steps along the way.
_PEEK = {"sqlite": 1_000, "postgresql": 2_000}


@dataclass(frozen=True, slots=True)
class Checks:
    """Conditions on a viewer's row: `written` for the table itself or a selection of it that holds at least `columns`."""

    columns: tuple[Any, ...]
    written: Callable[[Any], Sequence[ColumnElement[bool]]]


@dataclass(frozen=True, slots=True)
class Way:
    """A way to gather: a statement or a number that says how many rows it leads to (at most), and the condition that leads there."""

    count: Callable[[int], Select[int] | TextClause] | int
    leads: ColumnElement[bool] | TextClause


@dataclass(frozen=True, slots=True)
class Place:
    """The sort order, and from where on: `after` is a value of the column and an id, `within` a bound of the column."""

    column: Any
    order: Literal["asc", "desc"]
    after: tuple[int, int] | None
    limit: int
    offset: int
    within: ColumnElement[bool] | None = None

    def sorted(self, statement: Select[Any], value: Any, viewer_id: Any) -> Select[Any]:  # noqa: ANN401 - columns
        """Put a statement in order."""
        if self.order == "desc":
            return statement.order_by(value.desc(), viewer_id.desc())
        return statement.order_by(value, viewer_id)

    def beyond(self, value: Any, mark: int) -> ColumnElement[bool]:  # noqa: ANN401 - a column
        """Say that a value comes after a mark."""
        further: ColumnElement[bool] = value < mark if self.order == "desc" else value > mark
        return further


@dataclass(frozen=True, slots=True)
class Found:
    """Rows in order, and how many there are altogether where that is known."""

    rows: Sequence[Row[Any]]
    total: int | None


def few(wanted: int, everybody: int, dialect: str) -> int:
    """Return up to how many are gathered, when a page of `wanted` is asked for out of `everybody`."""
    return max(_FEW_AT_LEAST, isqrt(wanted * everybody) * _SHARE[dialect] // 100)


async def find(
    session: CreatorSession, place: Place, ways: Sequence[Way], checks: Checks, everybody: int, *, behind: bool = False
) -> Found:
    """Return a page of those who pass the checks; every way in `ways` leads to all of them and maybe more.

    With `behind` they are known to stand at the end of the order, so that a walk would be in vain.
    """
    dialect = session.dialect
    wanted = place.limit + place.offset
    border = few(wanted, everybody, dialect)
    patience = _PATIENCE * wanted * everybody // border
    walk = False
    peek = _PEEK[dialect]
    if patience > 2 * peek and not behind:
        rows = await _walk(session, place, checks, peek)
        if len(rows) == place.limit:
            return Found(rows, None)
        if len(rows) >= _TELLING:
            steps = wanted * peek // len(rows)
            # The page will be full within the steps of an equal share: nobody needs to be counted.
            walk = _PATIENCE * steps <= patience
            patience = max(patience, _PATIENCE * steps)
    best, size = (ways[0], 0) if walk else await _best(session, ways, border)
    if walk or (size > border and not behind):
        rows = await _walk(session, place, checks, patience)
        if len(rows) == place.limit or everybody <= patience:
            return Found(rows, None)
        best, size = await _best(session, ways, border)
    return await _gather(session, place, best, checks) if size else Found([], 0)


async def along(session: CreatorSession, place: Place) -> Sequence[Row[Any]]:
    """Return a page of everybody."""
    statement = place.sorted(_columns(), place.column, Viewer.id)
    return await _from_mark(session, place, statement.where)


async def _best(session: CreatorSession, ways: Sequence[Way], border: int) -> tuple[Way, int]:
    """Choose the first way to a few, or else the one to the fewest."""
    sizes: list[int] = []
    for way in ways:
        size = way.count if isinstance(way.count, int) else await session.scalar(way.count(border + 1)) or 0
        if size <= border:
            return way, size
        sizes.append(size)
    smallest = min(range(len(ways)), key=sizes.__getitem__)
    return ways[smallest], sizes[smallest]


async def _gather(session: CreatorSession, place: Place, way: Way, checks: Checks) -> Found:
    gathered = select(Viewer.id, place.column.label("value")).where(
        Viewer.creator_id == session.creator, way.leads, *checks.written(Viewer)
    )
    everyone = gathered.cte("gathered").prefix_with("MATERIALIZED")
    total = select(func.count()).select_from(everyone)
    cut = select(everyone.c.id)
    if place.after is not None:
        value, viewer_id = place.after
        ties = and_(everyone.c.value == value, place.beyond(everyone.c.id, viewer_id))
        cut = cut.where(ties | place.beyond(everyone.c.value, value))
    chosen = place.sorted(cut, everyone.c.value, everyone.c.id).limit(place.limit).offset(place.offset).subquery()
    statement = _columns(total.scalar_subquery()).join(chosen, chosen.c.id == Viewer.id)
    rows = (await session.execute(place.sorted(statement, place.column, Viewer.id))).all()
    if rows:
        return Found([row[1:] for row in rows], rows[0][0])
    return Found([], await session.scalar(total) or 0)


async def _walk(session: CreatorSession, place: Place, checks: Checks, patience: int) -> Sequence[Row[Any]]:
    """Return who passes among the first `patience` rows along the index."""
    # On the way only what is checked is read; the rest of the row when it is one of the page.
    seen = select(Viewer.id, *checks.columns)

    def met(*where: ColumnElement[bool]) -> Select[Any]:
        window = place.sorted(seen.where(*where), place.column, Viewer.id).limit(patience).subquery()
        # Sorting again here would read the whole window first; both engines take from it in its order and stop when they have enough.
        chosen = select(window.c.id).where(*checks.written(window.c)).limit(place.limit + place.offset).subquery()
        return place.sorted(_columns().join(chosen, chosen.c.id == Viewer.id), place.column, Viewer.id)

    return await _from_mark(session, place, met)


async def _from_mark(session: CreatorSession, place: Place, ask: Callable[..., Select[Any]]) -> list[Row[Any]]:
    """Run a statement along the index from the mark on.

    First who shares the mark's value, then who is beyond it: for `(value, id) < (:value, :id)` SQLite would start at the
    first of all who share the value, and of those there may be a million.
    """
    mine = Viewer.creator_id == session.creator
    if place.within is not None:
        mine &= place.within
    if place.after is None:
        return list((await session.execute(ask(mine).limit(place.limit).offset(place.offset))).all())
    value, viewer_id = place.after
    wanted = place.limit + place.offset
    ties = ask(mine, place.column == value, place.beyond(Viewer.id, viewer_id)).limit(wanted)
    rows = list((await session.execute(ties)).all())
    if len(rows) < wanted:
        rows += (await session.execute(ask(mine, place.beyond(place.column, value)).limit(wanted - len(rows)))).all()
    return rows[place.offset :]


def _columns(*first: Any) -> Select[Any]:  # noqa: ANN401 - columns
    return select(*first, *people.COLUMNS)


def by_index(condition: ColumnElement[bool], creator_id: int) -> Way:
    """Make a way of a condition that has an index of its own."""

    def count(most: int) -> Select[int]:
        some = select(literal(1)).select_from(Viewer).where(Viewer.creator_id == creator_id, condition).limit(most).subquery()
        return select(func.count()).select_from(some)

    return Way(count, condition)


async def count_few(session: CreatorSession, place: Place, condition: ColumnElement[bool], everybody: int) -> int | None:
    """Count who meets a condition that has an index, or return None when they are many."""
    border = few(place.limit + place.offset, everybody, session.dialect)
    way = by_index(condition, session.creator)
    _, size = await _best(session, [way], border)
    return size if size <= border else None
