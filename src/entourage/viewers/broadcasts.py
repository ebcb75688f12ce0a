"""Broadcasts that were: the list of them, one with all its numbers, and the usual evening they are measured by."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from entourage.kernel import clock
from entourage.kernel.errors import Invalid, NotFound
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import gap, people, schemas, stream
from entourage.viewers import stream_shapes as shapes
from entourage.viewers.tables import Gift, Stream, TierChange, Viewer

EVENINGS = 5
_GIFTS = 12
_PROMOTIONS = 50
_NUMBERS = ("viewers", "new_viewers", "coins", "gifts", "comments", "likes", "shares", "follows")


async def page(session: CreatorSession, before: str | None = None, limit: int = 30) -> tuple[list[shapes.StreamRow], str | None]:
    """Return broadcasts, the newest first, and the mark of the next page; raises Invalid for a mark that is not ours."""
    statement = select(Stream).where(Stream.creator_id == session.creator)
    if before:
        try:
            started_ms, stream_id = (int(part) for part in before.split("."))
        except ValueError:
            msg = "This mark is not one of ours; start again without it."
            raise Invalid(msg) from None
        same = (Stream.started_ms == started_ms) & (Stream.id < stream_id)
        statement = statement.where(Stream.started_ms <= started_ms, (Stream.started_ms < started_ms) | same)
    rows = (await session.scalars(statement.order_by(Stream.started_ms.desc(), Stream.id.desc()).limit(limit + 1))).all()
    following = f"{rows[limit - 1].started_ms}.{rows[limit - 1].id}" if len(rows) > limit else None
    return [shapes.StreamRow(**_numbers(one)) for one in rows[:limit]], following


async def find(session: CreatorSession, stream_id: int) -> Stream:
    """Return a broadcast's row; raises NotFound."""
    found = await session.scalar(select(Stream).where(Stream.id == stream_id, Stream.creator_id == session.creator))
    if found is None:
        msg = "There is no such stream."
        raise NotFound(msg)
    return found


async def newest(session: CreatorSession) -> Stream | None:
    """Return the broadcast that goes on, or the last one; recordings are none."""
    statement = select(Stream).where(~Stream.recorded, Stream.creator_id == session.creator)
    return (await session.scalars(statement.order_by(Stream.started_ms.desc(), Stream.id.desc()).limit(1))).first()


async def detail(session: CreatorSession, stream_id: int) -> shapes.StreamDetail:
    """Return one broadcast with its usual evening, top gifts, promotions and gaps; raises NotFound."""
    one = await find(session, stream_id)
    return shapes.StreamDetail(
        **_numbers(one),
        usual=await usual(session, one),
        top_gifts=await top_gifts(session, stream_id),
        promotions=await _promotions(session, one),
        gaps=await gap.of_stream(session, one),
    )


async def before(session: CreatorSession, one: Stream) -> Sequence[Stream]:
    """Return the last five streams that were over before this one began; a recording is measured by recordings."""
    statement = select(Stream).where(
        Stream.creator_id == session.creator,
        Stream.started_ms < one.started_ms,
        Stream.ended_ms.is_not(None),
        Stream.recorded == one.recorded,
    )
    return (await session.scalars(statement.order_by(Stream.started_ms.desc(), Stream.id.desc()).limit(EVENINGS))).all()


async def usual(session: CreatorSession, one: Stream) -> shapes.Usual | None:
    """Return the mean of the last five streams before this one, or None when there were none."""
    rows = [_numbers(each) for each in await before(session, one)]
    if not rows:
        return None
    names = (*_NUMBERS, "duration_seconds", "watchtime_seconds", "peak_watching")
    return shapes.Usual(evenings=len(rows), **{name: round(sum(row[name] for row in rows) / len(rows)) for name in names})


async def top_gifts(session: CreatorSession, stream_id: int) -> list[schemas.GiftSum]:
    """Return what was given of each gift in a broadcast, the most coins first."""
    coins, pieces = func.sum(Gift.quantity * Gift.coins_each), func.sum(Gift.quantity)
    statement = (
        select(func.max(Gift.gift_name), pieces, coins)
        .where(Gift.stream_id == stream_id, Gift.creator_id == session.creator)
        .group_by(Gift.gift_id)
        .having(pieces > 0)
        .order_by(coins.desc(), Gift.gift_id)
        .limit(_GIFTS)
    )
    return [schemas.GiftSum(name, int(quantity), int(spent)) for name, quantity, spent in await session.execute(statement)]


async def _promotions(session: CreatorSession, one: Stream) -> list[shapes.Promotion]:
    """Find who got a tier while a broadcast was on, first to last; for a recording nobody did: that was another day."""
    if one.recorded:
        return []
    c = TierChange
    over_ms = (one.ended_ms or clock.now_ms()) + stream.REVIVAL_MS
    statement = (
        select(c.at_ms, c.old, c.new, *people.COLUMNS)
        .join(Viewer, Viewer.id == c.viewer_id)
        .where(c.creator_id == session.creator, c.at_ms >= one.started_ms, c.at_ms <= over_ms, c.new.is_not(None))
        .order_by(c.id.desc())
        .limit(_PROMOTIONS)
    )
    rows = (await session.execute(statement)).all()
    return [
        shapes.Promotion(people.row(people.Who(*row[3:]), online=False), clock.iso(row[0]) or "", row[1], row[2]) for row in reversed(rows)
    ]


def _numbers(one: Stream) -> dict[str, Any]:
    return {
        "id": one.id, "platform": one.platform, "recorded": one.recorded, "live": is_live(one),
        "started_at": clock.iso(one.started_ms), "ended_at": clock.iso(one.ended_ms),
        "duration_seconds": max(0, until_ms(one) - one.started_ms) // 1000, **{name: getattr(one, name) for name in _NUMBERS},
        "watchtime_seconds": one.watch_ms // 1000, "peak_watching": one.peak_watching,
    }  # fmt: skip


def until_ms(one: Stream) -> int:
    """Return when a broadcast was over, or was heard last while it goes on."""
    return one.ended_ms or one.last_event_ms


def is_live(one: Stream) -> bool:
    """Tell whether a broadcast goes on: not ended, and heard of not long ago."""
    return one.ended_ms is None and not one.recorded and clock.now_ms() - one.last_event_ms <= stream.STALE_MS
