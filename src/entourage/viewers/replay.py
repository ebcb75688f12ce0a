"""Plays a recording into the intake, at its own pace, faster, or as fast as it goes."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import select

from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.ports.live import LiveEvent
from entourage.viewers import jobs
from entourage.viewers.intake import Intake, Receipt
from entourage.viewers.tables import Stream

_BATCH = 500


@dataclass(slots=True)
class Played:
    """What became of a recording."""

    lines: int = 0
    counted: int = 0
    repeated: int = 0
    refused: int = 0


async def play(
    db: Database,
    intake: Intake,
    creator_id: int,
    lines: Iterable[tuple[int, list[LiveEvent]]],
    *,
    speed: float | None = None,
    progress: Callable[[Played], None] | None = None,
) -> Played:
    """Store a recording's lines (received at milliseconds, events) and end its streams.

    `speed` 1 keeps the recording's pace, 10 is ten times as fast, None does not wait at all. Playing a recording again
    changes nothing.
    """
    played = Played()
    waiting: list[LiveEvent] = []
    before: int | None = None
    rooms: set[tuple[str, str]] = set()
    for received_ms, events in lines:
        if speed and before is not None and received_ms > before:
            await _flush(intake, creator_id, waiting, played)
            await asyncio.sleep((received_ms - before) / 1000 / speed)
        before = received_ms
        played.lines += 1
        waiting += events
        rooms.update((e.platform, e.room) for e in events)
        if len(waiting) >= _BATCH:
            await _flush(intake, creator_id, waiting, played)
        if progress:
            progress(played)
    await _flush(intake, creator_id, waiting, played)
    await jobs.finish(db, creator_id, await _streams(db, creator_id, rooms))
    return played


async def _flush(intake: Intake, creator_id: int, waiting: list[LiveEvent], played: Played) -> None:
    if not waiting:
        return
    receipt: Receipt = await intake.store(creator_id, list(waiting), recorded=True)
    waiting.clear()
    played.counted += receipt.counted
    played.repeated += receipt.repeated
    played.refused += receipt.refused


async def _streams(db: Database, creator_id: int, rooms: set[tuple[str, str]]) -> list[int]:
    async with tenancy.inside(db, creator_id) as session:
        found = await session.execute(select(Stream.id, Stream.platform, Stream.room).where(Stream.recorded))
        return [id_ for id_, platform, room in found if (platform, room) in rooms or room.startswith("local:")]
