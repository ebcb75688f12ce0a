"""Reading one address now, to see whether it works: nothing of it counts, and what it cost is in the meter like any other run.

The same video within five minutes is answered from the run before.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import String, literal_column, select

from entourage.clips import choices, link, readings, runs
from entourage.clips.batching import PAUSE_S, Batch
from entourage.clips.desk import Desk
from entourage.clips.link import Link
from entourage.clips.tables import ClipRun, ClipSubmission
from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import Conflict, EntourageError, Invalid, Later, Unavailable
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.views import Counted, Counter, Outcome, Platform, RunFailed, Wanted

LONGEST_S = 100.0
"""For so long a person waits for one address."""
_STEP_S = 2.0
_TESTS = literal_column("'test'", String())


class Tried(msgspec.Struct, kw_only=True):
    """What reading one address brought. Counts are None unless `outcome` is ok; `costMicro` is micro-units of US dollars."""

    url: str
    platform: Platform
    video_id: str
    outcome: Outcome
    provider: str
    views: int | None = None
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    author: str = ""
    title: str = ""
    posted_at: datetime | None = None
    duration_s: int | None = None
    metric: str = ""
    detail: str = ""
    cost_micro: int = 0
    cached: bool = False
    read_at: datetime | None = None


async def read(db: Database, desk: Desk, creator_id: int, text: str) -> Tried:
    """Read what an address leads to; raises Invalid for what is no video, Conflict when nobody counts there or the month's money is spent.

    Raises Unavailable when the provider did not answer in time, and what it says when it refuses.
    """
    found = link.read(text)
    if found.short:
        found = link.read(await desk.links.follow(found.url))
    if found.video_id is None:
        msg = "This short link leads to another one. Open the video and copy its link."
        raise Invalid(msg)
    async with tenancy.inside(db, creator_id) as session:
        known = await _known(session, found)
    if known is not None:
        return known
    counter = await desk.counters.of(creator_id, found.platform)
    if counter is None:
        msg = f"Nobody counts views on {found.platform} yet: set up a key for it, or enter views by hand."
        raise Conflict(msg)
    return await _ask(db, creator_id, counter, found)


async def _ask(db: Database, creator_id: int, counter: Counter, found: Link) -> Tried:
    wanted = [Wanted(platform=found.platform, video_id=found.video_id or "", url=found.url)]
    bound = counter.bound_micro(1)
    async with tenancy.inside(db, creator_id, write=True) as session:
        await choices.lock(session)
        left = (await runs.meter(session, (await choices.read(session)).month_micro)).left_micro
        if left is not None and bound > left:
            msg = "The money that counting may cost this month is spent. Raise it in the settings of clips, or wait for the next month."
            raise Conflict(msg)
        run_id = (await runs.plan(session, [Batch(counter.name, found.platform, [], bound)], "test"))[0]
    cost: int | None = 0
    try:
        kept = await _patiently(lambda: counter.start(wanted, most_micro=bound))
        cost = None
        await _note(db, creator_id, run_id, kept)
        counted = await _patiently(lambda: counter.collect(kept, wanted))
    except (EntourageError, asyncio.CancelledError) as error:
        cost = error.cost_micro if isinstance(error, RunFailed) else cost
        said = error.message if isinstance(error, EntourageError) else "Nobody waited for it."
        await _end(db, creator_id, run_id, said, cost)
        raise
    return await _keep(db, creator_id, run_id, found, counted)


async def _patiently(call: Any) -> Any:  # noqa: ANN401 - what the call returns
    """Call again while it says later, for as long as a person waits; raises Unavailable then."""
    loop = asyncio.get_running_loop()
    give_up = loop.time() + LONGEST_S
    while True:
        try:
            return await call()
        except Later as error:
            wait_s = max(_STEP_S, error.retry_after_s or 0.0)
            if loop.time() + wait_s > give_up:
                raise Unavailable(error.message) from error
            await asyncio.sleep(wait_s)


async def _note(db: Database, creator_id: int, run_id: int, kept: str) -> None:
    async with tenancy.inside(db, creator_id, write=True) as session:
        row = await runs.lock(session, run_id)
        if row is not None:
            row.state, row.run_id, row.started_at = "started", kept[:64], clock.now()


async def _end(db: Database, creator_id: int, run_id: int, trouble: str, cost_micro: int | None) -> None:
    async with tenancy.inside(db, creator_id, write=True) as session:
        row = await runs.lock(session, run_id)
        if row is not None:
            runs.failed(row, trouble, cost_micro=cost_micro)


async def _keep(db: Database, creator_id: int, run_id: int, found: Link, counted: Counted) -> Tried:
    told = counted.readings[0]
    same = {name: getattr(told, name) for name in Tried.__struct_fields__ if hasattr(told, name)}
    async with tenancy.inside(db, creator_id, write=True) as session:
        row = await session.get_one(ClipRun, run_id)
        tried = Tried(**same, url=found.url, provider=row.provider, cost_micro=counted.cost_micro, read_at=clock.now())
        runs.done(row, good=int(told.outcome == "ok"), cost_micro=counted.cost_micro)
        row.clips = {"ids": [], "tried": msgspec.to_builtins(tried)}
    return tried


async def _known(session: CreatorSession, found: Link) -> Tried | None:
    """Return what was read within the last five minutes, by a test or for a campaign."""
    since = clock.now() - timedelta(seconds=PAUSE_S)
    tests = select(ClipRun.clips).where(ClipRun.why == _TESTS, ClipRun.finished_at > since).order_by(ClipRun.id.desc()).limit(50)
    for clips in await session.scalars(tests):
        tried = msgspec.convert(clips["tried"], Tried, strict=False) if "tried" in clips else None
        if tried is not None and (tried.platform, tried.video_id) == (found.platform, found.video_id):
            return msgspec.structs.replace(tried, cached=True, cost_micro=0)
    same = (ClipSubmission.platform == found.platform, ClipSubmission.video_id == found.video_id, ClipSubmission.read_at > since)
    clip = await session.scalar(select(ClipSubmission).where(*same).limit(1))
    if clip is None:
        return None
    newest = (await readings.of(session, clip.id, most=1))[0]
    return Tried(
        url=clip.url, platform=found.platform, video_id=found.video_id or "", outcome=newest.outcome, provider=newest.provider,
        views=newest.views, likes=newest.likes, comments=newest.comments, shares=newest.shares, author=clip.author, title=clip.title,
        posted_at=clip.posted_at, duration_s=clip.duration_s, metric=newest.metric, detail=newest.detail, cached=True, read_at=newest.at,
    )  # fmt: skip
