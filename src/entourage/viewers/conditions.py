"""Conditions on viewers as the database understands them: checks on one row, and ways that lead to all who meet them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, select

from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import tags, ways
from entourage.viewers.people import VIEWERS
from entourage.viewers.segment import Condition
from entourage.viewers.tables import Card, Tag

DAY_MS = 86_400_000
_HOUR_MS = 3_600_000
_COUNTED_MOST = 20_000
_COUNTED_STEPS = 60_000

_NUMBERS: dict[str, tuple[Any, int]] = {
    "coins": (VIEWERS.coins, 1),
    "watch_hours": (VIEWERS.watch_ms, _HOUR_MS),
    "visits": (VIEWERS.visits, 1),
    "gifts": (VIEWERS.gifts, 1),
    "comments": (VIEWERS.comments, 1),
    "likes": (VIEWERS.likes, 1),
    "shares": (VIEWERS.shares, 1),
}
"""Counters, and how much of the column is one of what people say."""
_DAYS: dict[str, Any] = {"last_seen_days": VIEWERS.last_seen_ms, "first_seen_days": VIEWERS.first_seen_ms}
_WITHOUT_INDEX = frozenset({VIEWERS.shares.key})

Written = Callable[[Any], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that is asked: the columns it looks at, the check on a viewer's row, and the way to all who pass, if there is one.

    `width` puts ways in order: the lower, the fewer they usually lead to.
    """

    columns: tuple[Any, ...]
    written: Written
    way: ways.Way | None = None
    width: int = 5


def head() -> Part:
    """Ask for people and not for the accounts that are linked to them."""
    return Part((VIEWERS.linked_to,), lambda viewer: viewer.linked_to.is_(None))


def checks(parts: Iterable[Part]) -> ways.Checks:
    """Put together what all parts ask of a row."""
    listed = tuple(parts)
    columns = {column.key: column for part in listed for column in part.columns}
    columns.pop(VIEWERS.id.key, None)
    return ways.Checks(tuple(columns.values()), lambda viewer: [part.written(viewer) for part in listed])


def led(parts: Iterable[Part]) -> list[ways.Way]:
    """List the ways there are, the narrowest first."""
    return [part.way for part in sorted(parts, key=lambda part: part.width) if part.way is not None]


def of(condition: Condition, creator_id: int, now_ms: int, tiered: int | None = None) -> Part:
    """Make a part of a checked condition; `tiered` is how many hold a tier, where that is known."""
    field, op, value = condition.field, condition.op, condition.value
    if field in _NUMBERS:
        column, unit = _NUMBERS[field]
        return _number(column, op, int(value or 0) * unit, creator_id)
    if field in _DAYS:
        return _moment(_DAYS[field], op, now_ms - int(value or 0) * DAY_MS, creator_id)
    match field:
        case "tier":
            part = _tier(op, str(value), creator_id, tiered)
        case "tag":
            part = _tag(str(value), creator_id, has=op == "is")
        case "birthday":
            part = _birthday(creator_id, known=bool(value))
        case "platform":
            part = Part((VIEWERS.platform,), lambda viewer: viewer.platform == value if op == "is" else viewer.platform != value)
        case _:
            part = flag(field, creator_id, on=bool(value))
    return part


def bound(asked: Iterable[Condition], column: Any, now_ms: int) -> ColumnElement[bool] | None:  # noqa: ANN401
    """Write what conditions ask of the column that a list is sorted by: a walk along it begins and ends there."""
    met = []
    for one in asked:
        if one.field in _NUMBERS and _NUMBERS[one.field][0].key == column.key:
            least = int(one.value or 0) * _NUMBERS[one.field][1]
            met.append(column >= least if one.op == "at_least" else column <= least)
        elif one.field in _DAYS and _DAYS[one.field].key == column.key:
            moment_ms = now_ms - int(one.value or 0) * DAY_MS
            met.append(column >= moment_ms if one.op == "at_most" else column <= moment_ms)
    return and_(*met) if met else None


def _number(column: Any, op: str, value: int, creator_id: int) -> Part:  # noqa: ANN401
    if op == "at_most":
        return Part((column,), lambda viewer: getattr(viewer, column.key) <= value)
    way = ways.by_index(column >= value, creator_id) if value > 0 and column.key not in _WITHOUT_INDEX else None
    return Part((column,), lambda viewer: getattr(viewer, column.key) >= value, way)


def _moment(column: Any, op: str, moment_ms: int, creator_id: int) -> Part:  # noqa: ANN401
    def written(viewer: Any) -> ColumnElement[bool]:  # noqa: ANN401
        seen = getattr(viewer, column.key)
        return and_(seen >= moment_ms if op == "at_most" else seen <= moment_ms)

    return Part((column,), written, ways.by_index(written(VIEWERS), creator_id), width=6)


def _tier(op: str, name: str, creator_id: int, tiered: int | None) -> Part:
    def written(viewer: Any) -> ColumnElement[bool]:  # noqa: ANN401
        if op == "any":
            return and_(viewer.tier.is_not(None))
        if op == "none":
            return and_(viewer.tier.is_(None))
        return and_(viewer.tier.is_not(None), viewer.tier == name) if op == "is" else func.coalesce(viewer.tier, "") != name

    if op not in {"any", "is"}:
        return Part((VIEWERS.tier,), written)
    return Part((VIEWERS.tier,), written, ways.by_index(written(VIEWERS), creator_id, tiered if op == "any" else None), width=2)


def _tag(tag: str, creator_id: int, *, has: bool) -> Part:
    mine = (Tag.creator_id == creator_id, Tag.folded == tags.folded(tag))

    def written(viewer: Any) -> ColumnElement[bool]:  # noqa: ANN401
        worn = exists().where(*mine, Tag.viewer_id == viewer.id)
        return worn if has else ~worn

    return Part((), written, ways.Way(select(Tag.viewer_id.label("id")).where(*mine).limit) if has else None, width=0)


def _birthday(creator_id: int, *, known: bool) -> Part:
    noted = (Card.creator_id == creator_id, Card.birthday_mmdd.is_not(None))

    def written(viewer: Any) -> ColumnElement[bool]:  # noqa: ANN401
        found = exists().where(*noted, Card.viewer_id == viewer.id)
        return found if known else ~found

    return Part((), written, ways.Way(select(Card.viewer_id.label("id")).where(*noted).limit) if known else None, width=3)


def flag(field: str, creator_id: int, *, on: bool) -> Part:
    """Ask for a mark of the viewer: favorite, blocked, moderator, subscriber, follower."""
    column = VIEWERS[field]

    def written(viewer: Any) -> ColumnElement[bool]:  # noqa: ANN401
        marked = getattr(viewer, field)
        return and_(marked) if on else ~marked

    indexed = field == "favorite" and on
    return Part((column,), written, ways.by_index(written(VIEWERS), creator_id) if indexed else None, width=1)


async def count(session: CreatorSession, parts: Sequence[Part], everybody: int) -> tuple[int, bool]:
    """Count who meets all parts: how many, and whether that is all of them (else there are at least so many)."""
    asked = checks(parts)
    for way in led(parts):
        if (way.size or 0) > _COUNTED_MOST:
            continue
        hits = way.ids(_COUNTED_MOST + 1).cte("hits").prefix_with("MATERIALIZED")
        reached = select(func.count()).select_from(hits).scalar_subquery()
        found = ways.one_of(VIEWERS.id, select(hits.c.id), session.dialect)
        met = select(func.count(VIEWERS.id)).where(
            VIEWERS.creator_id == session.creator, found, reached <= _COUNTED_MOST, *asked.written(VIEWERS)
        )
        width, size = (await session.execute(select(reached, met.scalar_subquery()))).one()
        if width <= _COUNTED_MOST:
            return size, True
    some = select(VIEWERS.id, *asked.columns).where(VIEWERS.creator_id == session.creator)
    window = some.order_by(VIEWERS.coins.desc(), VIEWERS.id.desc()).limit(_COUNTED_STEPS).subquery()
    size = await session.scalar(select(func.count()).select_from(window).where(*asked.written(window.c)))
    return size or 0, everybody <= _COUNTED_STEPS
