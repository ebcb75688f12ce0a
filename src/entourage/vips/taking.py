"""Taking badges back: what is due is begun at the platform's pace, and each is asked for until it is gone."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import literal_column, select, union

from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import Later, Never
from entourage.kernel.jobs import queue
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.tenancy import CreatorSession
from entourage.vips import choices, grant, kinds, looking, pace, patience, telling, wording
from entourage.vips.desk import Desk
from entourage.vips.patience import creator_of
from entourage.vips.tables import VipGrant

_ACTIVE = "state = 'active'"
_AGAIN_S = 600.0
_WARNED_AT_ONCE = 50


async def sweep(db: Database) -> int:
    """Ask for the job that takes badges back, for each creator with one that is due (or to be warned); returns how many."""
    now = clock.now()
    async with tenancy.everywhere(db, "find VIP badges that are due") as session:
        due = (select(VipGrant.creator_id).where(literal_column(_ACTIVE), moment <= now) for moment in (VipGrant.ends_at, VipGrant.warn_at))
        creator_ids = sorted((await session.scalars(union(*due))).all())
    if creator_ids:
        async with tenancy.everywhere(db, "ask for VIP badges that are due", write=True) as session:
            for creator_id in creator_ids:
                await _ask(session, None, creator_id)
    return len(creator_ids)


async def expire(desk: Desk, context: JobContext) -> None:
    """Begin to take back what is due, at the pace of `pace`; the rest waits in a job of its own and nothing waits for it."""
    async with tenancy.inside(context.db, creator_of(context), write=True) as session:
        now = clock.now()
        begun = await _begun(session, now)
        rows = await _due(session, now, pace.room(now, begun) + 1)
        for row in rows[: pace.room(now, begun)]:
            await grant.expire(session, desk, row, "expired")
        if len(rows) > pace.room(now, begun):
            await session.flush()
            await _ask(session, pace.next_at(now, await _begun(session, now)))
        await _warn(session, now)


async def take(desk: Desk, context: JobContext) -> None:
    """Ask the platform to take a badge back, until it says that there is none."""
    key = context.payload["grant"]
    async with patience.until_signed_in(context, VipGrant, key):
        channel = await looking.reach(desk, context)
        async with tenancy.inside(context.db, creator_of(context)) as session:
            row = await session.get(VipGrant, key)
        if row is None or row.state != "expiring":
            return
        try:
            answer = await channel.take_vip(row.user_id)
        except (Later, Never) as error:
            await _note_trouble(context, key, error.message)
            if isinstance(error, Later):
                raise
            raise Later(error.message, retry_after_s=_AGAIN_S) from error
        async with tenancy.inside(context.db, creator_of(context), write=True) as session:
            now = await grant.lock(session, key)
            if now is not None and now.state == "expiring":
                await grant.end(session, desk, now, now.ended_why, by=now.ended_by, answer=answer)


async def _note_trouble(context: JobContext, key: int, why: str) -> None:
    async with tenancy.inside(context.db, creator_of(context), write=True) as session:
        row = await grant.lock(session, key)
        if row is not None:
            row.trouble, row.updated_at = why, clock.now()


async def _ask(session: CreatorSession, run_at: datetime | None, creator_id: int | None = None) -> None:
    await queue.enqueue(session, kinds.EXPIRE, {}, lane="expire", dedup="expire", run_at=run_at, creator_id=creator_id)


async def _begun(session: CreatorSession, now: datetime) -> Sequence[datetime]:
    since = now - pace.WINDOW
    chosen = select(VipGrant.taking_at).where(VipGrant.taking_at > since, VipGrant.taking_at.is_not(None))
    return [at for at in await session.scalars(chosen) if at is not None]


async def _due(session: CreatorSession, now: datetime, limit: int) -> Sequence[VipGrant]:
    chosen = select(VipGrant).where(literal_column(_ACTIVE), VipGrant.ends_at <= now).order_by(VipGrant.ends_at, VipGrant.id).limit(limit)
    return (await session.scalars(chosen.with_for_update(), execution_options={"populate_existing": True})).all()


async def _warn(session: CreatorSession, now: datetime) -> None:
    chosen = select(VipGrant).where(literal_column(_ACTIVE), VipGrant.warn_at.is_not(None), VipGrant.warn_at <= now)
    rows = (await session.scalars(chosen.order_by(VipGrant.warn_at).limit(_WARNED_AT_ONCE).with_for_update())).all()
    language = (await choices.read(session)).language if rows else "en"
    for row in rows:
        row.warn_at = None
        if row.ends_at is not None and row.ends_at > now:
            left = wording.time_left((row.ends_at - now).total_seconds(), language)
            said = {"user": row.name, "time_left": left}
            await telling.tell(session, "soon", said, about=kinds.about(row.user_id), cause=row.cause)
