"""A campaign of 10,000 clips over 30 days on a clock that is pushed, and the planning of 100,000 clips that are due at once.

The videos are those of the make-believe internet (curves of all kinds, counts rounded as TikTok shows them, one in a hundred left out of an
answer), read in this process and not over the wire: what is measured is the house, and how many readings it asks for. A run takes 20 s and
0.2 s for each clip of the campaign's time; calls are a second apart and thirty in a minute. Clips are posted over the first 20 days and
handed in within the hour. The schedule looks every ten minutes of the campaign's time (in a house every minute), and what clips earn is
posted every six hours (in a house minutes after a run). Run with `python -m benchmarks.campaign`.
"""

import argparse
import random
import time
from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select

from benchmarks import figures, ground
from entourage.clips import accrual, campaigns, choices, jobs, kinds, planning, rounds, schemas
from entourage.clips.desk import Desk
from entourage.clips.earning import Terms
from entourage.clips.tables import ClipCampaign, ClipReading, ClipRun, ClipSubmission
from entourage.clips.updates import Publisher
from entourage.kernel import clock, ids, log, secrets, tenancy
from entourage.kernel.accounts import creators, people
from entourage.kernel.bus.port import Update
from entourage.kernel.db import Database
from entourage.kernel.errors import EntourageError, Later
from entourage.kernel.jobs import claims, verdict
from entourage.kernel.jobs.backoff import Backoff
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.jobs.registry import Registry
from entourage.kernel.secrets import Vault
from entourage.kernel.tables import Job
from entourage.ports.views import Counted, Counter, Platform, Reading, Wanted
from entourage.simulators.clips import links
from entourage.simulators.clips.video import Video, rounded
from entourage.simulators.clips.world import World
from entourage.simulators.timepiece import Hourglass

PRICE = 1_700
"""Micro-dollars for one result, as of TikTok's actor."""
BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
DAYS, POSTED, TICK = timedelta(days=30), timedelta(days=20), timedelta(minutes=10)
POLL = timedelta(minutes=30)
GOAL_TIMES, GOAL_PERCENT, GOAL_PLAN_S = 20.0, 1.0, 1.0
_KEY = "QmVuY2htYXJrc0tlZXBOb1NlY3JldHNJblRoZU9wZW4="
_AHEAD_S = 10.0


class Silence:
    """A bus to which nobody listens."""

    def publish(self, updates: Sequence[Update]) -> None:
        """Let it pass."""

    def subscribe(self) -> Any:  # noqa: ANN401 - never called
        """Refuse."""
        raise NotImplementedError

    lost = 0

    async def close(self) -> None:
        """Do nothing."""


@dataclass
class WorldCounter:
    """Reads the world in this process, for money, within the limits of pace; each call is booked at its moment."""

    world: World
    dice: random.Random
    name: str = "apify_tiktok"
    most: int = 50
    calls: deque[float] = field(default_factory=lambda: deque(maxlen=30))
    fastest: float = 1e9
    busiest: int = 0
    results: int = 0
    begun: dict[str, tuple[float, float]] = field(default_factory=dict)

    def bound_micro(self, videos: int) -> int:
        """Return what so many cost."""
        return videos * PRICE

    async def start(self, wanted: Sequence[Wanted], *, most_micro: int) -> str:
        """Begin a run."""
        if most_micro < self.bound_micro(len(wanted)):
            msg = "This may cost less than it does."
            raise ValueError(msg)
        now = self._book()
        run_id = f"run{len(self.begun)}"
        self.begun[run_id] = (now, now + 20 + 0.2 * len(wanted))
        return run_id

    async def collect(self, run_id: str, wanted: Sequence[Wanted]) -> Counted:
        """Return what a run found."""
        now = self._book()
        if now < (ends := self.begun[run_id][1]):
            msg = "It is still reading."
            raise Later(msg, retry_after_s=ends - now)
        self.results += len(wanted)
        return Counted(readings=[self._read(one) for one in wanted], cost_micro=self.bound_micro(len(wanted)))

    def _read(self, one: Wanted) -> Reading:
        video = self.world.find(one.platform, one.video_id)
        if video is None or self.dice.random() < 0.01:
            return Reading(platform=one.platform, video_id=one.video_id, outcome="missing")
        views, likes, comments, shares = (rounded(count) for count in video.counts(clock.now()))
        return Reading(
            platform=one.platform, video_id=one.video_id, outcome="ok", views=views, likes=likes, comments=comments, shares=shares,
            author=video.author, posted_at=video.posted_at, duration_s=video.duration_s,
        )  # fmt: skip

    def _book(self) -> float:
        """Take the next moment at which a call is allowed, or say how long that is."""
        now = clock.now().timestamp()
        free = max(now, self.calls[-1] + 1.0 if self.calls else now, self.calls[0] + 60.0 if len(self.calls) == 30 else now)
        if free - now > _AHEAD_S:
            msg = "Thirty calls a minute; the rest follows."
            raise Later(msg, retry_after_s=free - now)
        if self.calls:
            self.fastest = min(self.fastest, free - self.calls[-1])
        self.calls.append(free)
        self.busiest = max(self.busiest, sum(one > free - 60 for one in self.calls))
        return free


@dataclass
class One:
    """Counters with one counter, for TikTok."""

    counter: Counter

    async def of(self, creator_id: int, platform: Platform) -> Counter | None:  # noqa: ARG002
        """Return it."""
        return self.counter if platform == "tiktok" else None

    async def named(self, creator_id: int, name: str) -> Counter | None:  # noqa: ARG002
        """Return it."""
        return self.counter


class NoLinks:
    """Nobody follows short links here."""

    async def follow(self, url: str) -> str:
        """Refuse."""
        raise NotImplementedError(url)


@dataclass
class Month:
    """One campaign's month: the house's database, the world, and hands that do the jobs in order."""

    db: Database
    glass: Hourglass
    world: World
    counter: WorldCounter
    desk: Desk
    creator_id: int = 0
    campaign: int = 0
    user_id: UUID = field(default_factory=ids.new)
    registry: Registry = field(default_factory=Registry)
    done: dict[str, int] = field(default_factory=dict)
    took: dict[str, float] = field(default_factory=dict)
    accrue_at: datetime = BEGIN

    async def begin(self) -> None:
        """Make a creator, a clipper and a campaign."""
        async with tenancy.everywhere(self.db, "a benchmark", write=True) as session:
            user = await people.add(session, email="cem@example.org", name="Cem", password_hash=None, house_owner=True)
            self.user_id = user.id
            self.creator_id = (await creators.add(session, name="Ada Live", zone="UTC", owner_id=user.id)).id
        draft = schemas.CampaignDraft(
            title="The big one", platforms=["tiktok"], deadline=BEGIN + DAYS, terms=Terms(rate_micro=500_000), budget=10**9, currency="USD",
        )  # fmt: skip
        async with tenancy.inside(self.db, self.creator_id, write=True) as session:
            self.campaign = (await campaigns.create(session, self.desk, draft, "user:ada")).id
            await campaigns.set_state(session, self.desk, self.campaign, "ACTIVE", "user:ada")
            await choices.write(session, schemas.Settings(month_micro=None), "user:ada")
        jobs.register(self.registry, self.desk)

    async def hand_in(self, videos: Collection[Video]) -> None:
        """Hand in clips, approved at once."""
        if videos:
            now = clock.now()
            async with tenancy.inside(self.db, self.creator_id, write=True) as session:
                await session.execute(insert(ClipSubmission), [_clip(self, one, now) for one in videos])

    async def pass_by(self) -> None:
        """Do all jobs until the next look of the schedule."""
        until = self.glass.now() + TICK
        await rounds.ask_all(self.db)
        while True:
            if await self._step():
                continue
            following = await self._next()
            if following is None or following >= until:
                break
            await self.glass.turn((following - self.glass.now()).total_seconds())
        await self.glass.turn((until - self.glass.now()).total_seconds())

    async def _step(self) -> bool:
        async with tenancy.everywhere(self.db, "a benchmark's worker", write=True) as session:
            waiting = await claims.find_waiting(session)
            taken = await claims.take(session, claims.Turns(), waiting, slots=8, lease_s=600.0)
        ended = []
        for claim in taken:
            began, error = time.perf_counter(), None
            try:
                await self._do(JobContext(self.db, claim))
            except EntourageError as failed:
                error = failed
            self.done[claim.kind] = self.done.get(claim.kind, 0) + 1
            self.took[claim.kind] = self.took.get(claim.kind, 0.0) + time.perf_counter() - began
            judged = verdict.judge(claim, error, Backoff(first_s=1.0, longest_s=5.0), 0.5)
            ended += [judged] if judged else []
        if ended:
            async with tenancy.everywhere(self.db, "a benchmark's worker", write=True) as session:
                await verdict.settle(session, ended)
        return bool(taken)

    async def _do(self, context: JobContext) -> None:
        if context.kind == kinds.ACCRUE:
            if clock.now() < self.accrue_at:
                return
            self.accrue_at = clock.now() + timedelta(hours=6)
        handler = self.registry.find(context.kind)
        if handler is not None:
            await handler.handle(context)

    async def _next(self) -> datetime | None:
        async with tenancy.everywhere(self.db, "a benchmark's worker") as session:
            found: datetime | None = await session.scalar(
                select(func.min(Job.run_at)).where(Job.status == "queued", Job.run_at > clock.now())
            )
            return found


def _clip(month: Month, video: Video, now: datetime) -> dict[str, Any]:
    return {
        "creator_id": month.creator_id, "campaign": month.campaign, "user_id": month.user_id, "terms": 1, "platform": "tiktok",
        "video_id": video.id, "url": links.canonical(video), "submitted_url": links.canonical(video), "state": "APPROVED",
        "posted_at": video.posted_at, "submitted_at": now, "next_read_at": now,
    }  # fmt: skip


def truth(video: Video, deadline: datetime) -> int:
    """Return the most views that a video truly had up to the deadline."""
    at_end = video.counts(deadline).views
    if not video.purges:
        return at_end
    hours = int((deadline - video.posted_at) / timedelta(hours=1))
    return max([at_end, *(video.counts(video.posted_at + timedelta(hours=hour)).views for hour in range(hours + 1))])


async def campaign(db: Database, chosen: argparse.Namespace) -> list[figures.Figure]:
    """Let a month pass and print what came of it."""
    glass = Hourglass(BEGIN)
    before = clock.set_source(glass.now)
    try:
        world = World(glass, chosen.seed)
        counter = WorldCounter(world, random.Random(chosen.seed))
        month = Month(db, glass, world, counter, Desk(counters=One(counter), links=NoLinks(), publisher=Publisher(Silence())))
        await month.begin()
        videos = world.post_many(chosen.clips, since=BEGIN, until=BEGIN + POSTED)
        began, cpu, handed, most = time.monotonic(), time.process_time(), 0, 0.0
        while glass.now() < BEGIN + DAYS + timedelta(hours=12):
            now = glass.now()
            fresh = [one for one in videos[handed : handed + 1_000] if one.posted_at + timedelta(minutes=30) <= now]
            await month.hand_in(fresh)
            handed += len(fresh)
            await month.pass_by()
            if now.hour % 12 == now.minute == 0:
                most = max(most, figures.rss_mib())
                print(f"    {now:%d %b}: {handed:,} clips, {counter.results:,} results, {time.monotonic() - began:,.0f} s", flush=True)
        return await _summary(month, videos, time.monotonic() - began, time.process_time() - cpu, most)
    finally:
        clock.set_source(before)


async def _summary(month: Month, videos: Sequence[Video], wall_s: float, cpu_s: float, memory: float) -> list[figures.Figure]:
    deadline, counter = BEGIN + DAYS, month.counter
    async with tenancy.inside(month.db, month.creator_id) as session:
        counted = dict((await session.execute(select(ClipSubmission.video_id, ClipSubmission.views))).all())
        readings = await session.scalar(select(func.count()).select_from(ClipReading)) or 0
        spent = await session.scalar(select(func.sum(ClipRun.cost_micro))) or 0
        states = dict((await session.execute(select(ClipRun.state, func.count()).group_by(ClipRun.state))).all())
        unread = await session.scalar(select(func.count()).where(ClipSubmission.next_read_at.is_not(None))) or 0
        late = await session.scalar(select(func.max(ClipSubmission.read_at)))
    async with tenancy.inside(month.db, month.creator_id, write=True) as session:
        await accrual.accrue(session, month.campaign)
        pot = await campaigns.row(session, month.campaign)
    true = {one.id: truth(one, deadline) for one in videos}
    total, real = sum(counted.values()), sum(true.values())
    plain = [one.id for one in videos if not one.purges]
    off = figures.percentile(sorted(abs(counted[one] - true[one]) / max(1, true[one]) * 100 for one in plain), 0.95)
    polled = sum((deadline - one.posted_at) // POLL for one in videos)
    times, percent = polled / counter.results, (total - real) / real * 100
    print(f"  {len(videos):,} clips: {readings:,} readings ({readings / len(videos):.1f} a clip), {states} runs, ${spent / 1e6:,.2f}")
    print(f"  polled every 30 minutes: {polled:,} results, ${polled * PRICE / 1e6:,.2f}: {times:.1f} times as much")
    print(f"  views {total:,} of {real:,}: {percent:+.3f} %; a clip is off by {off:.2f} % (p95, without those that were purged)")
    print(
        f"  calls: at least {counter.fastest:.2f} s apart, at most {counter.busiest} a minute; last reading {late}, still to read: {unread}"
    )
    print(f"  earned ${pot.spent / 100:,.2f} of what {total:,} views are worth at $0.50 a thousand")
    print(f"  wall {wall_s:,.0f} s, processor {cpu_s:,.0f} s, resident memory at most {memory:.0f} MiB")
    print("  jobs: " + ", ".join(f"{kind} {number:,} in {month.took[kind]:,.0f} s" for kind, number in sorted(month.done.items())))
    return [
        figures.Figure("cheaper than polling", f"{times:.1f} times", f">= {GOAL_TIMES:.0f} times", times >= GOAL_TIMES),
        figures.Figure("views at the deadline", f"{percent:+.3f} %", f"within {GOAL_PERCENT:.0f} %", abs(percent) <= GOAL_PERCENT),
        figures.Figure("calls a minute", str(counter.busiest), "<= 30", counter.busiest <= 30 and counter.fastest >= 1 - 1e-6),
    ]


async def plans(db: Database, chosen: argparse.Namespace) -> list[figures.Figure]:
    """Plan clips that are all due at once, and print how long it took, with the money for all of them and for a tenth."""
    counter = WorldCounter(World(Hourglass(BEGIN)), random.Random(chosen.seed))
    month = Month(
        db, Hourglass(BEGIN), counter.world, counter, Desk(counters=One(counter), links=NoLinks(), publisher=Publisher(Silence()))
    )
    await month.begin()
    await _fill(month, chosen.due)
    await ground.analyze(db)
    counters = await planning.counters_of(month.desk, month.creator_id)
    found = []
    for words, most in (("money for all", None), ("money for a tenth", chosen.due * PRICE // 10)):
        async with tenancy.inside(db, month.creator_id, write=True) as session:
            await choices.write(session, schemas.Settings(month_micro=most), "user:ada")
        took, worked, asked = [], 0.0, 0
        for _ in range(chosen.rounds):
            began, cpu = time.perf_counter(), time.process_time()
            async with tenancy.inside(db, month.creator_id, write=True) as session:
                asked = (await planning.plan_due(session, counters)).asked
            took.append(time.perf_counter() - began)
            worked += time.process_time() - cpu
            async with tenancy.everywhere(db, "a benchmark", write=True) as session:
                await session.execute(delete(ClipRun))
                await session.execute(delete(Job))
        worst = max(took)
        print(
            f"  {chosen.due:,} due, {words}: {asked:,} planned; median {sorted(took)[len(took) // 2]:.2f} s, worst {worst:.2f} s; "
            f"processor {worked / chosen.rounds:.2f} s a tick"
        )
        found.append(figures.Figure(f"planning, {words}", f"{worst:.2f} s", f"< {GOAL_PLAN_S:.0f} s", worst < GOAL_PLAN_S))
    return found


async def _fill(month: Month, number: int) -> None:
    now = clock.now()
    async with tenancy.inside(month.db, month.creator_id, write=True) as session:
        await session.execute(ClipCampaign.__table__.update().values(deadline=now + timedelta(days=9)))  # type: ignore[attr-defined]
        for start in range(0, number, 10_000):
            rows = [
                {
                    "creator_id": month.creator_id, "campaign": month.campaign, "user_id": month.user_id, "terms": 1, "platform": "tiktok",
                    "video_id": str(7_000_000_000_000_000_000 + n), "url": "", "submitted_url": "", "state": "APPROVED",
                    "submitted_at": now - timedelta(days=3), "tried_at": now - timedelta(hours=7),
                    "next_read_at": now - timedelta(seconds=n % 3_600),
                }
                for n in range(start, min(number, start + 10_000))
            ]  # fmt: skip
            await session.execute(insert(ClipSubmission), rows)


async def _on(address: str, work: Callable[[Database, argparse.Namespace], Any], chosen: argparse.Namespace) -> list[figures.Figure]:
    secrets.use(Vault([_KEY]))
    async with ground.opened(address) as db:
        found: list[figures.Figure] = await work(db, chosen)
        return found


def main() -> None:
    """Run the benchmark and print its figures."""
    parser = ground.options(__doc__)
    parser.add_argument("--clips", type=int, default=10_000)
    parser.add_argument("--due", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--parts", default="plans,campaign")
    chosen: argparse.Namespace = parser.parse_args()
    works = {"plans": plans, "campaign": campaign}
    with ground.prepared(chosen.folder) as engines:
        log.configure("ERROR", "console")  # a run that is waited for is a warning of the queue
        for engine in ground.listed(chosen.engines):
            print(engines.durability(engine), flush=True)
            for part in ground.listed(chosen.parts):
                made = ground.run(partial(_on, engines.fresh(engine, f"clips{part}"), works[part], chosen))
                for one in made:
                    print(f"  {one.what}: {one.value} (goal {one.goal}): {'met' if one.met else 'MISSED'}", flush=True)


if __name__ == "__main__":
    main()
