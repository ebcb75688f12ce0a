"""The list of viewers: filtered, searched and sorted as the screen asks, paged by keyset."""

import base64
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import msgspec
from sqlalchemy import ColumnElement, and_, select

from entourage.kernel import clock
from entourage.kernel.errors import Invalid
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import people, schemas, search, visit, ways
from entourage.viewers.tables import Total, Viewer

ACTIVE_MS = 30 * 86_400_000
"""Whoever was seen within this time is active."""
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
_FILTERED: dict[str, Any] = {"vip": Viewer.tier, "favorites": Viewer.favorite, "active": Viewer.last_seen_ms}


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

    With `bare` nobody is looked up as being here.
    """
    if query.offset > _MOST_OFFSET:
        msg = f"Pages past {_MOST_OFFSET} rows are reached with the cursor of the page before."
        raise Invalid(msg)
    found = await _find(session, query)
    people_found = [people.Who(*tuple(row)) for row in found.rows]
    shown = people_found[: query.limit]
    here = set() if bare or not shown else await visit.present(session, [who.id for who in shown])
    following = _cursor(shown[-1], SORTS[query.sort].key) if len(people_found) > query.limit else None
    return Page([people.row(who, online=who.id in here) for who in shown], following, found.total)


async def _find(session: CreatorSession, query: Query) -> ways.Found:
    """Find the rows of a page, and one more if there is a page after it."""
    column = SORTS[query.sort]
    since_ms = clock.now_ms() - ACTIVE_MS
    active = Viewer.last_seen_ms >= since_ms
    counts = (await session.execute(select(Total.viewers, Total.tiered).where(Total.creator_id == session.creator))).first()
    everybody, tiered = counts or (0, 0)
    words = search.split(query.search)
    place = ways.Place(
        column,
        query.order,
        _read_cursor(query.cursor, column.key),
        query.limit + 1,
        query.offset,
        within=active if query.filter == "active" and query.sort == "last_seen_at" else None,
    )
    if query.filter == "all" and not words:
        return ways.Found(await ways.along(session, place), everybody)
    if place.within is not None and not words:
        return ways.Found(await ways.along(session, place), await ways.count_few(session, place, active, everybody))
    columns = [Viewer.search_text] if words else []
    columns += [_FILTERED[query.filter]] if query.filter != "all" else []
    checks = ways.Checks(tuple(columns), partial(_checks, query, words, session.dialect, since_ms))
    # Tiers are given for what lists are sorted by, so upwards along the order those who hold one come last.
    behind = query.filter == "vip" and query.order == "asc"
    strict = (query.filter != "all") + bool(words) + bool(words.beside) > 1
    hints = ways.Hints(strict, many=query.filter == "active", behind=behind)
    return await ways.find(session, place, _ways(session, query, words, tiered, since_ms), checks, everybody, hints)


def _checks(query: Query, words: search.Words, dialect: str, since_ms: int, viewer: Any) -> list[ColumnElement[bool]]:  # noqa: ANN401
    """Write the question as conditions on a viewer's row: of the table, or of a selection from it."""
    conditions = search.checks(words, viewer, dialect)
    if query.filter == "vip":
        conditions.append(viewer.tier.is_not(None))
    elif query.filter == "favorites":
        conditions.append(and_(viewer.favorite))
    elif query.filter == "active":
        conditions.append(viewer.last_seen_ms >= since_ms)
    return conditions


def _ways(session: CreatorSession, query: Query, words: search.Words, tiered: int, since_ms: int) -> list[ways.Way]:
    """List what leads to the few who may be meant, the cheapest to find out first."""
    creator_id, dialect = session.creator, session.dialect
    led: list[ways.Way] = []
    if query.filter == "vip":
        led.append(ways.by_index(Viewer.tier.is_not(None), creator_id, tiered))
    elif query.filter == "favorites":
        led.append(ways.by_index(and_(Viewer.favorite), creator_id))
    if words.long:
        led.append(ways.Way(partial(search.hits, words, creator_id, dialect)))
    led += [ways.by_index(begins, creator_id) for begins in search.checks(search.Words((), words.short), Viewer, dialect)]
    if query.filter == "active":
        led.append(ways.by_index(Viewer.last_seen_ms >= since_ms, creator_id))
    return led


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
