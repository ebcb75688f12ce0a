"""Two ways to a page of viewers who meet a condition, and which is the shorter.

*Gather*: find all who meet it by an index of its own, then sort. The way for few.
*Walk*: go along the index of the sort order and check each, until the page is full. The way for many.

Of N viewers of whom n meet the condition, gathering looks at n rows and walking, for a page of k, at about k·N/n: they
are equal at n = √(k·N). A walk that meets nobody for long (whoever matches may all stand at the other end) is given
up, and the rest gathered.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import isqrt
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, Select, TextualSelect, and_, any_, case, exists, false, func, literal, select, true, union_all

from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import people
from entourage.viewers.people import VIEWERS
from entourage.viewers.tables import Viewer

# How much of an equal share goes to gathering, in percent: a row that is found by its id costs PostgreSQL more than one met on a walk.
_SHARE = {"sqlite": 70, "postgresql": 45}
_FEW_AT_LEAST = 2_000
_PATIENCE = 2
_FAR = 4  # steps are this much cheaper where the index alone tells enough
_WORTH_A_PEEK = (1, 2)  # peeks: when the checks are strict, and when they are not
_MANY = 10_000
_NOW, _SOON = 3_000, 8_000  # steps
_HANDFUL, _AMONG = 600, 2  # hits that are gathered in no time; hits for a step
_ASTRAY = 10
_TELLING = 3  # so many met on the first steps tell about how far it is
# To find all hits of common trigrams costs more than to meet the first of them on a few steps along the way.
_PEEK = 1_000
# Among so many, all whom two indexes lead to are crossed before a walk has met a page of them.
_NEAR = 150_000
_ROW = select(*(VIEWERS[column.key] for column in people.COLUMNS))


@dataclass(frozen=True, slots=True)
class Checks:
    """Conditions on a viewer's row: `written` for the table itself or a selection of it that holds at least `columns`."""

    columns: tuple[Any, ...]
    written: Callable[[Any], Sequence[ColumnElement[bool]]]


@dataclass(frozen=True, slots=True)
class Way:
    """A way to gather: `ids` leads to the ids of all who may be meant, or to so many of them.

    `size` is how many they are, where that is known; `directly` says the same as a condition, where there is one. A `sure`
    way leads to hardly anybody who is not meant.
    """

    ids: Callable[[int | None], Select[int] | TextualSelect]
    size: int | None = None
    directly: ColumnElement[bool] | None = None
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """The sort order, and from where on: `after` is a value of the column and an id, `within` a bound of the column."""

    column: Any
    order: Literal["asc", "desc"]
    after: tuple[int | str, int] | None
    limit: int
    offset: int
    within: ColumnElement[bool] | None = None

    def sorted(self, statement: Select[Any], value: Any, viewer_id: Any) -> Select[Any]:  # noqa: ANN401 - columns
        """Put a statement in order."""
        if self.order == "desc":
            return statement.order_by(value.desc(), viewer_id.desc())
        return statement.order_by(value, viewer_id)

    def beyond(self, value: Any, mark: int | str) -> ColumnElement[bool]:  # noqa: ANN401 - a column
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


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known of those who pass the checks, before anything is read.

    `strict`: each way leads to more than them. `many`: most pages are full after a few steps. `behind`: they stand at the
    end of the order, so that a walk would be in vain. `crossed`: the narrowest way crosses several, so that it leads to fewer
    than each of them would.
    """

    strict: bool = False
    many: bool = False
    behind: bool = False
    crossed: bool = False


async def find(session: CreatorSession, place: Place, ways: Sequence[Way], checks: Checks, everybody: int, hints: Hints) -> Found:
    """Return a page of those who pass the checks; every way in `ways` leads to all of them and maybe more."""
    wanted = place.limit + place.offset
    border = few(wanted, everybody, session.dialect)
    steps = wanted * everybody // border
    if border < everybody <= _NEAR and (found := await _crossed(session, place, ways, checks, border, hints)):
        return found
    sure = ways[0] if ways[0].sure and not hints.strict and place.after is None else None
    # Of who passes all checks there are fewer than a way leads to: the walk is longer, and to gather more pays.
    most = max(border, _MANY) if hints.strict else border
    worth = _WORTH_A_PEEK[0 if hints.strict else 1]
    if everybody > border and not hints.behind and (hints.many or steps > _PEEK * worth):
        rows, told = await _peek(session, place, sure, checks, everybody, most)
        if rows is not None:
            return Found(rows, None)
        if told is not None:
            steps, most = told, min(most, max(border, told))
    for way in ways:
        if (way.size or 0) <= most and (found := await gather(session, place, way, checks, most)):
            return found
    if not hints.behind:
        # To gather the whole of a wide way is dear.
        patience = _PATIENCE * steps * (2 if hints.strict else 1)
        if sure is not None:
            rows = await walk_among(session, place, sure, checks, _FAR * steps)
        else:
            rows = await walk(session, place, checks, patience)
        if len(rows) == place.limit or everybody <= patience:
            return Found(rows, None)
    smallest = min(ways, key=lambda way: everybody if way.size is None else way.size)
    return await gather(session, place, smallest, checks, None) or Found([], 0)


async def _peek(
    session: CreatorSession, place: Place, sure: Way | None, checks: Checks, everybody: int, most: int
) -> tuple[Sequence[Row[Any]] | None, int | None]:
    """Look at the first rows along the order: return a page that is full by then or soon after, and how many steps one seems to take."""
    met = await walk(session, place, checks, _PEEK)
    if len(met) == place.limit:
        return met, None
    if len(met) < _TELLING:
        return None, None
    wanted = place.limit + place.offset
    steps = wanted * _PEEK // len(met)
    border = max(few(wanted, everybody, session.dialect), steps)
    hits = len(met) * everybody // _PEEK
    # To look at hits only, all of them are read first.
    if sure is not None and steps > _NOW and _HANDFUL < hits <= _AMONG * steps:
        rows = await walk_among(session, place, sure, checks, _FAR * steps)
    elif steps <= _SOON or hits > min(most, border):
        # The page is full before a way is gathered, or they are too many to gather, whichever way.
        rows = await _walk_on(session, place, checks, met, range(_PEEK, _PATIENCE * steps))
    else:
        return None, steps
    return (rows if len(rows) == place.limit else None), steps


async def _crossed(session: CreatorSession, place: Place, ways: Sequence[Way], checks: Checks, most: int, hints: Hints) -> Found | None:
    """Gather those whom several ways lead to at once, where there are several; None when they are many."""
    narrowest = ways[0]
    other = next((way for way in ways[1:] if way.directly is not None), None)
    if not hints.strict or other is None or other.directly is None:
        return await gather(session, place, narrowest, checks, most) if hints.crossed else None
    if session.dialect == "postgresql":
        # It reads thousands of rows along an index in less time than it looks up so many ids.
        return await gather(session, place, other, checks, None)
    # The plus keeps SQLite from looking up each hit: it goes along the index of the other way and looks for it among the hits.
    among: ColumnElement[bool] = (VIEWERS.id + literal(0)).in_(narrowest.ids(None))
    both = select(VIEWERS.id).where(VIEWERS.creator_id == session.creator, other.directly, among)
    return await gather(session, place, Way(both.limit), checks, None)


async def along(session: CreatorSession, place: Place) -> Sequence[Row[Any]]:
    """Return a page of everybody: of people, not of the accounts that are linked to them."""

    def people_of(chosen: Select[Any], _: int) -> Select[Any]:
        return chosen.where(VIEWERS.linked_to.is_(None))

    if place.after is None:
        mine = place.sorted(people_of(_ROW.where(_here(session, place)), 0), place.column, VIEWERS.id)
        return await _rows(session, mine.limit(place.limit).offset(place.offset))
    return await _from_mark(session, place, people_of)


async def gather(session: CreatorSession, place: Place, way: Way, checks: Checks, most: int | None) -> Found | None:
    """Return the page out of all whom a way leads to, or None when it leads to more than `most`."""
    gathered = select(VIEWERS.id, place.column.label("value")).where(VIEWERS.creator_id == session.creator, *checks.written(VIEWERS))
    hits = way.ids(None if most is None else most + 1).cte("hits").prefix_with("MATERIALIZED")
    led: ColumnElement[Any] = select(func.count()).select_from(hits).scalar_subquery()
    if most is None and way.directly is not None:
        led, gathered = literal(0), gathered.where(way.directly)
    else:
        gathered = gathered.where(one_of(VIEWERS.id, select(hits.c.id), session.dialect))
        gathered = gathered if most is None else gathered.where(led <= most)
    everyone = gathered.cte("gathered").prefix_with("MATERIALIZED")
    cut = select(everyone.c.id)
    if place.after is not None:
        value, viewer_id = place.after
        ties = and_(everyone.c.value == value, place.beyond(everyone.c.id, viewer_id))
        cut = cut.where(ties | place.beyond(everyone.c.value, value))
    chosen = place.sorted(cut, everyone.c.value, everyone.c.id).limit(place.limit).offset(place.offset).subquery()
    # A row comes even when nobody is chosen: the one that says how many there are.
    always = select(literal(1).label("one")).subquery()
    statement = (
        _ROW.add_columns(led, select(func.count()).select_from(everyone).scalar_subquery())
        .select_from(always)
        .outerjoin(chosen, true())
        .outerjoin(Viewer.__table__, VIEWERS.id == chosen.c.id)
    )
    rows = (await session.execute(place.sorted(statement, place.column, VIEWERS.id))).all()
    *_, reached, size = rows[0]
    if most is not None and reached > most:
        return None
    return Found([row[:-2] for row in rows if row[0] is not None], size)


def one_of(viewer_id: Any, ids: Select[Any], dialect: str) -> ColumnElement[bool]:  # noqa: ANN401 - a column
    """Say that an id is one of those selected, so that each is looked up, whatever the planner takes their number for."""
    found: ColumnElement[bool] = viewer_id.in_(ids) if dialect == "sqlite" else viewer_id == any_(func.array(ids.scalar_subquery()))
    return found


async def walk(session: CreatorSession, place: Place, checks: Checks, patience: int, begun: int = 0) -> Sequence[Row[Any]]:
    """Return who passes among the first `patience` rows along the index, leaving out the first `begun`."""
    # On the way only what is checked is read; the rest of the row when it is one of the page.
    told = _told(session, place, checks)

    def met(ids: Select[Any], most: int) -> Select[Any]:
        window = ids.add_columns(*(told or checks.columns)).limit(most).offset(begun or None).subquery()
        if told:
            # Only rows that the index does not rule out are read at all; a join would read the whole window first.
            row = select(literal(1)).where(VIEWERS.id == window.c.id, *checks.written(_Beside(window.c)))
            return select(window.c.id).where(row.correlate(window).exists())
        # Sorting again here would read the whole window first; both engines take from it in its order and stop when they have enough.
        return select(window.c.id).where(*checks.written(window.c))

    if place.after is not None:
        return await _from_mark(session, place, met, patience)
    return await _page_of(session, place, met(_everybody(session, place), patience - begun).limit(place.limit + place.offset))


class _Beside:
    """A viewer's columns: those of a window where it has them, else the table's own."""

    def __init__(self, window: Any) -> None:  # noqa: ANN401 - columns
        """Take the window's columns."""
        self._window = window

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - a column
        """Find a column by its name."""
        return self._window[name] if name in self._window else getattr(VIEWERS, name)


def _told(session: CreatorSession, place: Place, checks: Checks) -> tuple[Any, ...]:
    """Return which of the checked columns the index of this order tells by itself, where that spares SQLite to read rows.

    PostgreSQL reads a row anyway to see whether it is there for this transaction.
    """
    if session.dialect != "sqlite" or place.column.key != VIEWERS.coins.key:
        return ()
    told = tuple(column for column in checks.columns if column.key == VIEWERS.last_seen_ms.key)
    return told if len(told) < len(checks.columns) else ()


async def walk_among(session: CreatorSession, place: Place, way: Way, checks: Checks, patience: int) -> Sequence[Row[Any]]:
    """Return who passes among the first `patience` rows along the index, looking only at those a way leads to.

    The way must lead to hardly anybody who does not pass. Of all others no more is read than the index says.
    """
    window = _everybody(session, place).limit(patience).subquery()
    if session.dialect == "sqlite":
        led: ColumnElement[bool] = (window.c.id + literal(0)).in_(way.ids(None))
    else:
        # As a plain condition it would become a join, which need not keep the order.
        led = case((window.c.id.in_(select(way.ids(None).subquery().c.id)), true()), else_=false())
    hit = select(window.c.id).where(led).limit(place.limit + place.offset + _ASTRAY)
    return await _page_of(session, place, hit, *checks.written(VIEWERS))


def _everybody(session: CreatorSession, place: Place) -> Select[Any]:
    return place.sorted(select(VIEWERS.id).where(_here(session, place)), place.column, VIEWERS.id)


async def _page_of(session: CreatorSession, place: Place, ids: Select[Any], *checks: ColumnElement[bool]) -> Sequence[Row[Any]]:
    chosen = ids.subquery()
    statement = place.sorted(_ROW.join(chosen, chosen.c.id == VIEWERS.id).where(*checks), place.column, VIEWERS.id)
    return await _rows(session, statement.limit(place.limit).offset(place.offset))


async def _walk_on(session: CreatorSession, place: Place, checks: Checks, met: Sequence[Row[Any]], steps: range) -> Sequence[Row[Any]]:
    """Go on with a walk that has met some: over these steps, if they can be told apart from those before."""
    if place.after is not None or place.offset:
        return await walk(session, place, checks, steps.stop)
    more = await walk(session, replace(place, limit=place.limit - len(met)), checks, steps.stop, steps.start)
    # Elsewhere somebody may have risen over the mark between the two walks.
    known = {row[0] for row in met}
    return [*met, *(row for row in more if row[0] not in known)]


async def _rows(session: CreatorSession, statement: Select[Any]) -> Sequence[Row[Any]]:
    return list((await session.execute(statement)).all())


def _here(session: CreatorSession, place: Place) -> ColumnElement[bool]:
    mine = VIEWERS.creator_id == session.creator
    return mine if place.within is None else mine & place.within


async def _from_mark(
    session: CreatorSession, place: Place, ask: Callable[[Select[Any], int], Select[Any]], patience: int | None = None
) -> Sequence[Row[Any]]:
    """Choose ids along the index from the mark on, `patience` rows at most, and return their rows.

    First who shares the mark's value, then who is beyond it: for `(value, id) < (:value, :id)` SQLite would start at the
    first of all who share the value, and of those there may be a million. Where so many that the patience ends among
    them, nobody beyond is looked at.
    """
    value, viewer_id = place.after or (0, 0)
    wanted = place.limit + place.offset
    here = _here(session, place)
    level = (here, place.column == value, place.beyond(VIEWERS.id, viewer_id))

    def chosen(*where: ColumnElement[bool], most: Any = wanted) -> Select[Any]:  # noqa: ANN401 - a number, or an expression
        ids = place.sorted(select(VIEWERS.id).where(*where), place.column, VIEWERS.id)
        return ask(ids, patience or wanted).limit(most)

    first = chosen(*level).cte("level").prefix_with("MATERIALIZED")
    lacking = select(func.count()).select_from(first).scalar_subquery() < wanted
    if patience is not None:
        last = place.sorted(select(literal(1)).where(*level), place.column, VIEWERS.id).limit(1).offset(patience - 1)
        lacking &= ~exists(last.subquery().select())
    further = (here, place.beyond(place.column, value))
    # SQLite would ask of each row whether somebody is lacking; PostgreSQL asks once, and plans badly for a limit it cannot know.
    few_met = chosen(*further, most=case((lacking, wanted), else_=0)) if session.dialect == "sqlite" else chosen(*further, lacking)
    beyond = few_met.subquery()
    both = union_all(select(first.c.id), select(beyond.c.id)).subquery()
    statement = place.sorted(_ROW.where(one_of(VIEWERS.id, select(both.c.id), session.dialect)), place.column, VIEWERS.id)
    return await _rows(session, statement.limit(place.limit).offset(place.offset))


async def step(session: CreatorSession, place: Place, where: Sequence[ColumnElement[bool]], number: int) -> tuple[Any, int] | None:
    """Return the value and the id of the row at this step along the index, counted from 1, or None when there are fewer rows."""
    along = place.sorted(select(place.column, VIEWERS.id).where(*where), place.column, VIEWERS.id)
    found = (await session.execute(along.limit(1).offset(number - 1))).first()
    return None if found is None else (found[0], found[1])


def by_index(condition: ColumnElement[bool], creator_id: int, size: int | None = None) -> Way:
    """Make a way of a condition that has an index of its own."""
    led = select(VIEWERS.id).where(VIEWERS.creator_id == creator_id, condition)
    return Way(led.limit, size, condition)


async def count_few(session: CreatorSession, place: Place, condition: ColumnElement[bool], everybody: int) -> int | None:
    """Count people whom an index leads to, or return None when they are many."""
    border = few(place.limit + place.offset, everybody, session.dialect)
    led = select(VIEWERS.id).where(VIEWERS.creator_id == session.creator, condition)
    # The index alone tells whether they are many.
    many = exists(led.limit(1).offset(border).subquery().select())
    size = select(func.count()).select_from(led.where(VIEWERS.linked_to.is_(None)).limit(border + 1).subquery()).where(~many)
    told, found = (await session.execute(select(many, size.scalar_subquery()))).one()
    return None if told else found
