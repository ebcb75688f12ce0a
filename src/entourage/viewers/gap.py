"""The ledger of gaps: when a stream went on and nobody listened, kept row by row and read by the page."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select

from entourage.kernel import clock
from entourage.kernel.errors import Invalid
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import night, outage
from entourage.viewers.stream_shapes import GapRow, StreamRow
from entourage.viewers.tables import Gap, Stream

_BEFORE_MS = 3_600_000  # a line may be lost before the first event of a stream
_SHOWN, _MOST = 20, 1000


async def last_heard(session: CreatorSession, platform: str, room: str) -> int | None:
    """Return when a broadcast was heard last, or None when it is not known."""
    statement = select(Stream.last_event_ms).where(Stream.platform == platform, Stream.room == room, ~Stream.recorded)
    return await session.scalar(statement.where(Stream.creator_id == session.creator))


async def still_open(session: CreatorSession, platform: str) -> tuple[int, outage.Gap] | None:
    """Return the gap of a platform that was never closed, with its id."""
    statement = (
        select(Gap.id, Gap.from_ms, Gap.reason, Stream.room)
        .outerjoin(Stream, Stream.id == Gap.stream_id)
        .where(Gap.creator_id == session.creator, Gap.platform == platform, Gap.until_ms.is_(None))
        .order_by(Gap.id.desc())
        .limit(1)
    )
    row = (await session.execute(statement)).first()
    return (row[0], outage.Gap(row[1], row[2], row[3] or "")) if row else None


async def write(session: CreatorSession, platform: str, told: outage.Told, gap_id: int | None) -> int | None:
    """Write what a feed's state meant; returns the id of the gap's row, None once it is gone."""
    row = await session.get(Gap, gap_id) if gap_id is not None else None
    if told.what == "drop":
        if row is not None:
            await session.delete(row)
        return None
    if row is None:
        row = Gap(platform=platform, from_ms=told.gap.from_ms, recovered=0)
        session.add(row)
    row.until_ms, row.reason, row.recovered = told.gap.until_ms, told.gap.reason, told.gap.recovered
    if row.stream_id is None and told.gap.room:
        stream = select(Stream.id).where(Stream.platform == platform, Stream.room == told.gap.room)
        row.stream_id = await session.scalar(stream.where(Stream.creator_id == session.creator))
    await session.flush()
    return row.id


async def page(session: CreatorSession, before: str | None = None, limit: int = 50) -> tuple[list[GapRow], str | None]:
    """Return gaps, the newest first, and the mark of the next page; raises Invalid for a mark that is not ours."""
    beyond = []
    if before:
        try:
            mark = [int(part) for part in before.split(".")]
            from_ms, gap_id = mark
        except ValueError:
            msg = "This mark is not one of ours; start again without it."
            raise Invalid(msg) from None
        beyond.append(or_(Gap.from_ms < from_ms, (Gap.from_ms == from_ms) & (Gap.id < gap_id)))
    rows = await _read(session, *beyond, limit=limit + 1)
    if len(rows) <= limit:
        return [_row(one) for one in rows], None
    last = rows[limit - 1]
    return [_row(one) for one in rows[:limit]], f"{last.from_ms}.{last.id}"


async def of_stream(session: CreatorSession, stream: Stream) -> list[GapRow]:
    """Return the gaps of one broadcast, the newest first, at most twenty."""
    until_ms = stream.ended_ms or clock.now_ms()
    unnamed = (Gap.stream_id.is_(None)) & (Gap.platform == stream.platform) & (Gap.from_ms >= stream.started_ms - _BEFORE_MS)
    return [_row(one) for one in await _read(session, Gap.from_ms <= until_ms, or_(Gap.stream_id == stream.id, unnamed), limit=_SHOWN)]


async def of_streams(session: CreatorSession, listed: Sequence[StreamRow]) -> dict[int, int]:
    """Return how many seconds of each of these broadcasts, the newest first, nobody listened; of the newest thousand gaps among them."""
    if not listed:
        return {}
    since_ms = int(datetime.fromisoformat(listed[-1].started_at).timestamp() * 1000) - _BEFORE_MS
    until = listed[0].ended_at
    until_ms = int(datetime.fromisoformat(until).timestamp() * 1000) if until else clock.now_ms()
    missed: dict[int, int] = {}
    for one in await _read(session, Gap.from_ms >= since_ms, Gap.from_ms <= until_ms, Gap.stream_id.is_not(None), limit=_MOST):
        if one.stream_id is not None:
            missed[one.stream_id] = missed.get(one.stream_id, 0) + _row(one).seconds
    return missed


async def of_tonight(session: CreatorSession) -> list[GapRow]:
    """Return the gaps of the evening's broadcasts, and one that goes on whatever it belongs to."""
    if streams := await night.streams(session):
        found = {one.id: one for stream in streams for one in await of_stream(session, stream)}
        return sorted(found.values(), key=lambda one: (one.from_at, one.id), reverse=True)
    return [_row(one) for one in await _read(session, Gap.until_ms.is_(None), limit=1)]


async def _read(session: CreatorSession, *conditions: ColumnElement[bool], limit: int) -> list[Gap]:
    statement = select(Gap).where(Gap.creator_id == session.creator, *conditions)
    return list((await session.scalars(statement.order_by(Gap.from_ms.desc(), Gap.id.desc()).limit(limit))).all())


def _row(gap: Gap) -> GapRow:
    length_ms = (gap.until_ms or clock.now_ms()) - gap.from_ms
    return GapRow(
        id=gap.id,
        platform=gap.platform,
        stream_id=gap.stream_id,
        from_at=clock.iso(gap.from_ms) or "",
        until_at=clock.iso(gap.until_ms),
        seconds=max(0, length_ms) // 1000,
        reason=gap.reason,
        recovered=gap.recovered,
    )
