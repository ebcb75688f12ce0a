"""The list of viewers: filtered, searched and sorted as the screen asks, paged by keyset."""

import base64
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from sqlalchemy import BigInteger, and_, bindparam, select

from entourage.kernel import clock
from entourage.kernel.errors import Invalid
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import conditions, fold, people, question, reach, schemas, search, visit, ways
from entourage.viewers.people import VIEWERS
from entourage.viewers.segment import Condition
from entourage.viewers.tables import Total

ACTIVE_MS = question.ACTIVE_MS
"""Whoever was seen within this time is active."""
_MOST_OFFSET = 10_000
_totals = Total.__table__.c
_KNOWN = select(_totals.viewers, _totals.tiered).where(_totals.creator_id == bindparam("creator", type_=BigInteger))

SORTS: dict[str, Any] = {
    "total_coins_spent": VIEWERS.coins,
    "total_watchtime_seconds": VIEWERS.watch_ms,
    "total_visits": VIEWERS.visits,
    "last_seen_at": VIEWERS.last_seen_ms,
    "total_gifts_sent": VIEWERS.gifts,
    "total_comments": VIEWERS.comments,
    "total_likes": VIEWERS.likes,
    "first_seen_at": VIEWERS.first_seen_ms,
    "tiktok_username": VIEWERS.search_text,  # accents and case aside
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What to list; `cursor` is the `next` of the page before, `offset` the clumsy way for old clients.

    `conditions` are those of a segment, checked; with `ids` only these viewers are listed.
    """

    filter: schemas.Filter = "all"
    sort: schemas.Sort = "total_coins_spent"
    order: Literal["asc", "desc"] = "desc"
    search: str = ""
    conditions: tuple[Condition, ...] = ()
    ids: tuple[int, ...] = ()
    cursor: str | None = None
    offset: int = 0
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Page:
    """A page of viewers; `total` is None where counting would mean reading everybody.

    With `stopped` the page is short because enough was looked at for one page, and `next` looks further.
    """

    rows: list[schemas.ViewerRow]
    next: str | None
    total: int | None
    stopped: bool = False


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
    column = SORTS[query.sort].key
    mark = _mark(shown[-1], column) if len(people_found) > query.limit else found.stopped
    rows = [people.row(who, online=who.id in here) for who in shown]
    return Page(rows, mark and _cursor(column, mark), found.total, stopped=found.stopped is not None)


async def count(session: CreatorSession, query: Query) -> schemas.Size:
    """Count whom a list shows, exactly where that is quick."""
    everybody, tiered = await _known(session)
    words = search.split(query.search)
    if query.filter == "all" and not (words or query.conditions or query.ids):
        return schemas.Size(everybody, exact=True)
    parts = await question.parts(session, query.filter, words, query.conditions, now_ms=clock.now_ms(), tiered=tiered)
    if query.ids:
        parts.append(question.chosen(query.ids, session.dialect))
    size, exact = await conditions.count(session, parts, everybody)
    return schemas.Size(size, exact)


async def _known(session: CreatorSession) -> tuple[int, int]:
    """Return how many people there are, and how many hold a tier."""
    counts = (await session.execute(_KNOWN, {"creator": session.creator})).first()
    return (counts[0], counts[1]) if counts else (0, 0)


async def _find(session: CreatorSession, query: Query) -> reach.Found:
    """Find the rows of a page, and one more if there is a page after it."""
    column = SORTS[query.sort]
    now_ms = clock.now_ms()
    everybody, tiered = await _known(session)
    words = search.split(query.search)
    plain = not (words or query.conditions or query.ids)
    active = and_(VIEWERS.last_seen_ms >= now_ms - ACTIVE_MS)
    within = active if query.filter == "active" and query.sort == "last_seen_at" else conditions.bound(query.conditions, column, now_ms)
    place = ways.Place(column, query.order, _read_cursor(query.cursor, column.key), query.limit + 1, query.offset, within)
    if query.filter == "all" and plain:
        return reach.Found(await ways.along(session, place), everybody)
    if within is not None and plain:
        return reach.Found(await ways.along(session, place), await ways.count_few(session, place, active, everybody))
    parts = await question.parts(session, query.filter, words, query.conditions, now_ms=now_ms, tiered=tiered)
    if query.ids:
        parts.append(question.chosen(query.ids, session.dialect))
    checks, led = conditions.checks(parts), conditions.led(parts)
    if query.conditions or query.ids:
        return await reach.find(session, place, led, checks, 0 if query.ids else everybody)
    strict = (query.filter != "all") + bool(words) + bool(words.beside) > 1
    # Tiers are given for what lists are sorted by, so upwards along the order those who hold one come last.
    behind = query.filter == "vip" and query.order == "asc"
    hints = ways.Hints(strict, many=query.filter == "active", behind=behind, crossed=len(words.long) > 1)
    found = await ways.find(session, place, led, checks, everybody, hints)
    return reach.Found(found.rows, found.total)


def _mark(who: people.Who, column: str) -> reach.Mark:
    return (fold.of_viewer(who.handle, who.name) if column == VIEWERS.search_text.key else getattr(who, column)), who.id


def _cursor(column: str, mark: reach.Mark) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode([column, *mark])).decode().rstrip("=")


def _read_cursor(cursor: str | None, column: str) -> reach.Mark | None:
    if not cursor:
        return None
    try:
        packed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        name, value, viewer_id = msgspec.json.decode(packed, type=tuple[str, int | str, int])
    except (ValueError, msgspec.MsgspecError):
        msg = "This cursor is not one of ours; start again without it."
        raise Invalid(msg) from None
    if name != column or isinstance(value, str) != (column == VIEWERS.search_text.key):
        msg = "This cursor belongs to another sort order; start again without it."
        raise Invalid(msg)
    return value, viewer_id
