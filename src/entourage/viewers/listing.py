"""The list of viewers: filtered, searched and sorted as the screen asks, paged by keyset.

Two ways lead to a page. A narrow condition (a search, a filter) that few viewers meet is gathered first and sorted;
one that many meet is cheap to find along the sort's own index, so that index is walked. `_NARROW` is the border.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from sqlalchemy import ColumnElement, Select, and_, func, literal, select, text, tuple_

from entourage.kernel import clock
from entourage.kernel.errors import Invalid
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import fold, people, schemas, visit
from entourage.viewers.tables import Total, Viewer

ACTIVE_MS = 30 * 86_400_000
"""Whoever was seen within this time is active."""
_NARROW = 4_000
_MOST_OFFSET = 10_000

SORTS: dict[str, Any] = {
    "total_coins_spent": Viewer.coins,
    "total_watchtime_seconds": Viewer.watch_ms,
    "total_visits": Viewer.visits,
    "last_seen_at": Viewer.last_seen_ms,
    "total_gifts_sent": Viewer.gifts,
    "total_comments": Viewer.comments,
    "total_likes": Viewer.likes,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What to list; `cursor` is the `next` of the page before, `offset` the clumsy way for old clients."""

    filter: schemas.Filter = "all"
    sort: schemas.Sort = "total_coins_spent"
    order: Literal["asc", "desc"] = "desc"
    search: str = ""
    cursor: str | None = None
    offset: int = 0
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Page:
    """A page of viewers; `total` is None where counting would mean reading everybody."""

    rows: list[schemas.ViewerRow]
    next: str | None
    total: int | None


async def page(session: CreatorSession, query: Query, *, bare: bool = False) -> Page:
    """Return one page; raises Invalid for a cursor that is not ours or an offset past 10,000.

    With `bare` nobody is looked up as being here, and a list of everybody is not counted.
    """
    if query.offset > _MOST_OFFSET:
        msg = f"Pages past {_MOST_OFFSET} rows are reached with the cursor of the page before."
        raise Invalid(msg)
    column = SORTS[query.sort]
    conditions, narrow = _conditions(session, query)
    total = await _total(session, query, conditions, narrow)
    few = narrow is not None and total is not None
    statement = select(*people.COLUMNS).where(*conditions)
    if narrow is not None:
        # The unary plus keeps SQLite from walking an index when only a few rows are wanted, and the other way round.
        statement = statement.where(narrow) if few else statement.where(_walked(query, narrow))
    statement = _ordered(statement, column, query, few=few, dialect=session.dialect).limit(query.limit + 1)
    if query.offset:
        statement = statement.offset(query.offset)
    found = [people.Who(*row) for row in await session.execute(statement)]
    shown = found[: query.limit]
    here = set() if bare else await visit.present(session, [who.id for who in shown])
    following = _cursor(shown[-1], column.key) if len(found) > query.limit else None
    return Page([people.row(who, online=who.id in here) for who in shown], following, total)


def _conditions(session: CreatorSession, query: Query) -> tuple[list[ColumnElement[bool]], ColumnElement[bool] | None]:
    """Split the question into cheap conditions and the narrow one that decides the way."""
    conditions: list[ColumnElement[bool]] = [Viewer.creator_id == session.creator]
    narrow: list[ColumnElement[bool]] = []
    if query.filter == "vip":
        narrow.append(Viewer.tier.is_not(None))
    elif query.filter == "favorites":
        narrow.append(and_(Viewer.favorite))
    elif query.filter == "active":
        narrow.append(Viewer.last_seen_ms >= clock.now_ms() - ACTIVE_MS)
    narrow += search_conditions(query.search, session.dialect)
    return conditions, and_(*narrow) if narrow else None


def search_conditions(typed: str, dialect: str) -> list[ColumnElement[bool]]:
    """Turn typed words into conditions: each word must stand somewhere in handle or name, accents and case aside.

    Words of three letters and more are found by trigrams; one or two letters must begin the handle.
    """
    words = fold.fold(typed).split()[:6]
    conditions: list[ColumnElement[bool]] = []
    for word in words:
        if len(word) < 3:  # noqa: PLR2004 - a trigram
            conditions.append(and_(Viewer.search_text >= word, Viewer.search_text < word + "\U0010ffff"))
        elif dialect == "sqlite":
            phrase = '"' + word.replace('"', '""') + '"'
            matching = text("SELECT rowid FROM viewer_search WHERE viewer_search MATCH :phrase").bindparams(phrase=phrase)
            conditions.append(Viewer.id.in_(matching.columns(Viewer.id)))
        else:
            matching = text("SELECT viewer_id FROM viewer_grams WHERE grams @> entourage_grams(:word)").bindparams(word=word)
            conditions += [Viewer.id.in_(matching.columns(Viewer.id)), Viewer.search_text.contains(word, autoescape=True)]
    return conditions


def _walked(query: Query, narrow: ColumnElement[bool]) -> ColumnElement[bool]:
    """Write the narrow condition as it is checked row by row along a sort index."""
    words = fold.fold(query.search).split()[:6]
    if not words:
        return narrow
    long_words = [w for w in words if len(w) >= 3]  # noqa: PLR2004 - a trigram
    checks: list[ColumnElement[bool]] = [Viewer.search_text.contains(word, autoescape=True) for word in long_words]
    checks += [Viewer.search_text.startswith(word, autoescape=True) for word in words if len(word) < 3]  # noqa: PLR2004
    if query.filter == "vip":
        checks.append(Viewer.tier.is_not(None))
    elif query.filter == "favorites":
        checks.append(and_(Viewer.favorite))
    elif query.filter == "active":
        checks.append(Viewer.last_seen_ms >= clock.now_ms() - ACTIVE_MS)
    return and_(*checks)


def _ordered(statement: Select[Any], column: Any, query: Query, *, few: bool, dialect: str) -> Select[Any]:  # noqa: ANN401
    place = column
    if few and dialect == "sqlite":
        place = column.op("+")(literal(0, literal_execute=True))
    after = _read_cursor(query.cursor, column.key)
    if after is not None:
        mark = tuple_(literal(after[0]), literal(after[1]))
        both = tuple_(place, Viewer.id)
        statement = statement.where(both < mark if query.order == "desc" else both > mark)
    if query.order == "desc":
        return statement.order_by(place.desc(), Viewer.id.desc())
    return statement.order_by(place, Viewer.id)


async def _total(
    session: CreatorSession, query: Query, conditions: Sequence[ColumnElement[bool]], narrow: ColumnElement[bool] | None
) -> int | None:
    """Count: from the kept counters where there is one, else up to the border."""
    if narrow is None:
        return await session.scalar(select(Total.viewers).where(Total.creator_id == session.creator)) or 0
    few = select(literal(1)).select_from(Viewer).where(*conditions, narrow).limit(_NARROW + 1).subquery()
    counted = await session.scalar(select(func.count()).select_from(few)) or 0
    return counted if counted <= _NARROW else None


def _cursor(who: people.Who, column: str) -> str:
    packed = msgspec.json.encode([column, getattr(who, column), who.id])
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _read_cursor(cursor: str | None, column: str) -> tuple[int, int] | None:
    if not cursor:
        return None
    try:
        packed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        name, value, viewer_id = msgspec.json.decode(packed, type=tuple[str, int, int])
    except (ValueError, msgspec.MsgspecError):
        msg = "This cursor is not one of ours; start again without it."
        raise Invalid(msg) from None
    if name != column:
        msg = "This cursor belongs to another sort order; start again without it."
        raise Invalid(msg)
    return value, viewer_id
