"""Time comes in: silent visits are closed, what a crash left open is mended, and what is not to be kept any longer goes."""

import asyncio
from collections.abc import Sequence
from functools import partial

import msgspec
from sqlalchemy import Connection, or_, select, update

from entourage.kernel import audit, clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.tables import Creator
from entourage.viewers import birthdays, memory, period, retention, shedding, stream, visit
from entourage.viewers.shedding import Shed
from entourage.viewers.tables import Choice, Stream, Visit
from entourage.viewers.updates import Publisher

HEARTBEAT_S = 60.0
_TIMEOUT_S = 300


async def recover(db: Database, publisher: Publisher | None = None) -> int:
    """Mend what a crash left open: recordings nobody plays any more end, silent visits close. Returns how many closed.

    Screens are asked to look again, because what they had not been told yet died with the crash.
    """
    async with tenancy.everywhere(db, "recover streams at start", write=True) as session:
        await session.execute(update(Stream).where(Stream.recorded, Stream.ended_ms.is_(None)).values(ended_ms=Stream.last_event_ms))
        creator_ids = (await session.scalars(select(Creator.id).where(Creator.active).order_by(Creator.id))).all()
    closed = await sweep(db, publisher)
    if publisher:
        publisher.again(creator_ids)
    return closed


async def sweep(db: Database, publisher: Publisher | None = None) -> int:
    """Close silent visits of all creators, end streams that went silent long ago, and fold those that are over.

    Returns how many visits closed.
    """
    async with tenancy.everywhere(db, "find creators with open visits") as session:
        busy = set((await session.scalars(select(Visit.creator_id).where(Visit.open).distinct())).all())
        busy |= set((await session.scalars(select(Stream.creator_id).where(Stream.ended_ms.is_(None)).distinct())).all())
        over = select(Stream.creator_id).where(~Stream.folded, Stream.ended_ms.is_not(None)).distinct()
        over_ids = (await session.scalars(over)).all()
    closed = 0
    for creator_id in sorted(busy):
        left = await tenancy.batch_inside(db, creator_id, partial(_sweep, creator_id))
        closed += len(left)
        if publisher and left:
            publisher.left(creator_id, left)
    for creator_id in over_ids:
        await fold(db, creator_id)
    return closed


async def fold(db: Database, creator_id: int) -> int:
    """Add a creator's streams that are over to their weeks and months, each in a transaction of its own. Returns how many."""
    folded = 0
    for stream_id in await tenancy.batch_inside(db, creator_id, partial(_unfolded, creator_id)):
        folded += await tenancy.batch_inside(db, creator_id, partial(_fold, creator_id, stream_id))
    return folded


async def shed(db: Database, creator_id: int, *, breath_s: float = 0.02) -> Shed:
    """Remove what a creator does not want to keep any longer, in small transactions with a breath between; returns what went."""
    async with tenancy.inside(db, creator_id) as session:
        chosen = await retention.read(session)
    gone = Shed()
    if chosen.keepHistoryDays is not None:
        before_ms = retention.before(chosen.keepHistoryDays)
        for stream_id in await tenancy.batch_inside(db, creator_id, lambda c: shedding.mark(c, creator_id, before_ms)):
            gone.streams += 1
            while (went := await tenancy.batch_inside(db, creator_id, partial(_let_go, creator_id, stream_id))) != Shed():
                gone.add(went)
                await asyncio.sleep(breath_s)
    if chosen.keepChatDays is not None:
        before_ms = retention.before(chosen.keepChatDays)
        for stream_id in await tenancy.batch_inside(db, creator_id, lambda c: shedding.wordy(c, creator_id, before_ms)):
            while words := await tenancy.batch_inside(db, creator_id, partial(_hush, creator_id, stream_id)):
                gone.words += words
                await asyncio.sleep(breath_s)
    if gone != Shed():
        async with tenancy.inside(db, creator_id, write=True) as session:
            audit.record(session, "viewers.retention.shed", "viewers.retention", meta=msgspec.structs.asdict(gone))
    return gone


async def shed_all(db: Database) -> dict[int, Shed]:
    """Do the same for every creator, also those that rest; returns what went by creator."""
    async with tenancy.everywhere(db, "find creators who let history go") as session:
        chosen = or_(Choice.keep_chat_days.is_not(None), Choice.keep_history_days.is_not(None))
        creator_ids = (await session.scalars(select(Choice.creator_id).where(chosen).order_by(Choice.creator_id))).all()
    return {creator_id: await shed(db, creator_id) for creator_id in creator_ids}


async def announce_birthdays(db: Database, publisher: Publisher) -> int:
    """Tell each creator's screens, once on each of the creator's days, whose birthday is today. Returns how many."""
    async with tenancy.everywhere(db, "find creators whose day has begun") as session:
        creator_ids = (await session.scalars(select(Creator.id).where(Creator.active).order_by(Creator.id))).all()
    told = 0
    for creator_id in creator_ids:
        async with tenancy.inside(db, creator_id, write=True) as session:
            today = await birthdays.announce(session)
            if today:
                session.after_commit(partial(publisher.birthdays, creator_id, today))
        told += len(today)
    return told


async def finish(db: Database, creator_id: int, stream_ids: Sequence[int], publisher: Publisher | None = None) -> None:
    """End streams whose recording has been played."""
    left = await tenancy.batch_inside(db, creator_id, partial(_finish, creator_id, stream_ids))
    if publisher and left:
        publisher.left(creator_id, left)


def _unfolded(creator_id: int, connection: Connection) -> list[int]:
    return period.unfolded(connection, creator_id)


def _fold(creator_id: int, stream_id: int, connection: Connection) -> bool:
    memory.raise_version(connection, creator_id)
    return period.fold(connection, creator_id, stream_id)


def _let_go(creator_id: int, stream_id: int, connection: Connection) -> Shed:
    return shedding.let_go(connection, creator_id, stream_id)


def _hush(creator_id: int, stream_id: int, connection: Connection) -> int:
    memory.raise_version(connection, creator_id)  # intakes that hold the stream are to keep no words of it any more
    return shedding.hush(connection, creator_id, stream_id)


def _sweep(creator_id: int, connection: Connection) -> list[int]:
    memory.lock(connection, creator_id)
    timeout_s = connection.scalar(select(Choice.session_timeout).where(Choice.creator_id == creator_id)) or _TIMEOUT_S
    connection.execute(
        update(Stream)
        .where(Stream.creator_id == creator_id, Stream.ended_ms.is_(None), ~Stream.recorded)
        .where(Stream.last_event_ms < clock.now_ms() - stream.STALE_MS)
        .values(ended_ms=Stream.last_event_ms)
    )
    clocks = stream.watch_clock(connection, creator_id)
    left = visit.close_silent(connection, creator_id, clocks, timeout_s * 1000)
    if left:
        memory.raise_version(connection, creator_id)
    return left


def _finish(creator_id: int, stream_ids: Sequence[int], connection: Connection) -> list[int]:
    memory.raise_version(connection, creator_id)
    connection.execute(
        update(Stream)
        .where(Stream.creator_id == creator_id, Stream.id.in_(stream_ids), Stream.ended_ms.is_(None))
        .values(ended_ms=Stream.last_event_ms)
    )
    return visit.close_stream(connection, creator_id, stream_ids)
