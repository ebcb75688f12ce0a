"""Planning what is counted now: due clips become runs with reserved cost and their jobs, in one transaction."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache, partial
from typing import Any, get_args

import msgspec
from sqlalchemy import BigInteger, ColumnElement, Integer, Select, cast, func, select, update

from entourage.clips import batching, choices, kinds, runs
from entourage.clips.batching import PAUSE_S, Due, Price
from entourage.clips.desk import Desk
from entourage.clips.tables import ClipCampaign, ClipSubmission
from entourage.kernel import clock
from entourage.kernel.jobs import queue
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.views import Counter, Platform

Chosen = Select[*tuple[Any, ...]]
PLATFORMS: Sequence[Platform] = get_args(Platform)
MOST = 100_000
"""How many due clips are looked at in one round."""
_STRUCK = 10_000


class Planned(msgspec.Struct, kw_only=True):
    """What came of planning, in clips: asked for now; already being read; read within the last five minutes; and why others wait.

    `uncounted` are clips whose platform nobody counts (views are entered by hand there), `resting` those whose provider fails and is left
    alone for a while.
    """

    asked: int = 0
    runs: int = 0
    open: int = 0
    fresh: int = 0
    waiting: int = 0
    unpaid: int = 0
    uncounted: int = 0
    resting: int = 0


async def counters_of(desk: Desk, creator_id: int) -> dict[Platform, Counter]:
    """Return who counts where for a creator; call it outside of any transaction that writes."""
    found = {platform: await desk.counters.of(creator_id, platform) for platform in PLATFORMS}
    return {platform: counter for platform, counter in found.items() if counter is not None}


async def plan_due(session: CreatorSession, counters: Mapping[Platform, Counter]) -> Planned:
    """Plan what is due, as the schedule does: nothing while counting is switched off, and no provider that fails again and again."""
    if not (await choices.read(session)).counting:
        return Planned()
    return await _plan(session, counters, _due, why="schedule")


async def plan_now(
    session: CreatorSession, counters: Mapping[Platform, Counter], *, clips: Collection[int] = (), everything: bool = False
) -> Planned:  # fmt: skip
    """Plan because a person asks: what is due, or these clips, or everything that is still counted, but for what is five minutes old."""
    which = partial(_these, clips=clips) if clips else _all if everything else _due
    return await _plan(session, counters, which, why="hand")


async def due(session: CreatorSession) -> tuple[int, datetime | None]:
    """Return how many clips are due, and when the next one is."""
    now = clock.now()
    count = await session.scalar(select(func.count()).select_from(ClipSubmission).where(ClipSubmission.next_read_at <= now))
    following = await session.scalar(select(func.min(ClipSubmission.next_read_at)).where(ClipSubmission.next_read_at > now))
    return count or 0, following


async def _plan(
    session: CreatorSession, counters: Mapping[Platform, Counter], which: Callable[[Chosen], Chosen], *, why: runs.Why
) -> Planned:
    now_s = int(clock.now().timestamp())
    await choices.lock(session)  # of two who plan at once, the later one sees what the first has planned
    busy = await runs.open_clips(session)  # before the clips: who is counted meanwhile must be seen as busy, or as just counted
    rows = (await session.execute(which(select(*_columns(session.dialect))))).all()
    if not rows:
        return Planned()
    kept, over, planned = _sift(rows, busy, counters, await _ends(session), now_s)
    if over:
        await session.execute(update(ClipSubmission).where(ClipSubmission.id.in_(over[:_STRUCK])).values(next_read_at=None))
    prices = {platform: Price(one.name, one.most, one.bound_micro) for platform, one in counters.items()}
    if why == "schedule":
        prices, planned.resting = await _without_resting(session, prices, kept)
    left = (await runs.meter(session, (await choices.read(session)).month_micro)).left_micro
    made = batching.plan(kept, prices, now_s=now_s, left_micro=left, hurry=why == "hand")
    run_ids = await runs.plan(session, made.batches, why)
    await queue.enqueue_many(
        session, kinds.COUNT, [(kinds.counting(session.creator, run), {"run": run}) for run in run_ids], max_attempts=kinds.PATIENT
    )
    planned.asked, planned.runs = sum(len(batch.clips) for batch in made.batches), len(run_ids)
    planned.waiting, planned.unpaid = made.waiting, made.unpaid
    return planned


def _due(chosen: Chosen) -> Chosen:
    return chosen.where(ClipSubmission.next_read_at <= clock.now()).order_by(ClipSubmission.next_read_at, ClipSubmission.id).limit(MOST)


def _all(chosen: Chosen) -> Chosen:
    return chosen.where(ClipSubmission.next_read_at.is_not(None)).order_by(ClipSubmission.next_read_at, ClipSubmission.id).limit(MOST)


def _these(chosen: Chosen, *, clips: Collection[int]) -> Chosen:
    return chosen.where(ClipSubmission.id.in_(list(clips)), ClipSubmission.video_id.is_not(None)).order_by(ClipSubmission.id)


@cache
def _columns(dialect: str) -> tuple[ColumnElement[Any], ...]:
    """Name what is looked at of a clip; moments as whole seconds, for 100,000 pairs of them take long to be read as datetimes."""
    one = ClipSubmission

    def seconds(column: ColumnElement[Any]) -> ColumnElement[Any]:
        if dialect == "sqlite":
            return func.unixepoch(column, type_=Integer())
        return cast(func.floor(func.extract("epoch", column)), BigInteger)

    return one.id, one.platform, one.campaign, one.state, seconds(one.next_read_at), seconds(one.tried_at)  # type: ignore[return-value, arg-type]


async def _ends(session: CreatorSession) -> dict[int, int]:
    """Return until when each campaign counts that was not cancelled."""
    found = await session.execute(select(ClipCampaign.id, ClipCampaign.deadline).where(ClipCampaign.state != "CANCELLED"))
    return {campaign: int(deadline.timestamp()) for campaign, deadline in found}


def _sift(
    rows: Iterable[Any], busy: Collection[int], counters: Collection[Platform], ends: Mapping[int, int], now_s: int
) -> tuple[list[Due], list[int], Planned]:  # fmt: skip
    """Keep what may be read now, in order; name what is never counted any more."""
    planned, since_s = Planned(), now_s - PAUSE_S
    kept: list[Due] = []
    over: list[int] = []
    for clip, platform, campaign, state, due_s, tried_s in rows:
        if state == "REJECTED" or campaign not in ends:
            over.append(clip)
        elif clip in busy:
            planned.open += 1
        elif tried_s is not None and tried_s > since_s:
            planned.fresh += 1
        elif platform not in counters:
            planned.uncounted += 1
        else:
            kept.append(Due(clip, platform, now_s if due_s is None else due_s, tried_s, ends[campaign]))
    return kept, over, planned


async def _without_resting(
    session: CreatorSession, prices: Mapping[Platform, Price], kept: Sequence[Due]
) -> tuple[dict[Platform, Price], int]:  # fmt: skip
    """Leave out providers whose newest runs failed, until they have rested."""
    failing, now = await runs.failing(session), clock.now()
    resting = {name for name, one in failing.items() if one.rests_until is not None and one.rests_until > now}
    awake = {platform: price for platform, price in prices.items() if price.provider not in resting}
    asleep = prices.keys() - awake.keys()
    return awake, sum(due.platform in asleep for due in kept) if asleep else 0
