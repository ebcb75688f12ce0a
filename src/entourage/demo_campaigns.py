"""The demo's campaigns: two weeks of clips, readings, doubts, decisions and a payout, lived through once by the room's own rules.

Time is bent while they are lived through, so every date is where it would be; afterwards the house goes by the true time again.
"""

import heapq
import random
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select

from entourage.clips import (
    accrual,
    campaigns,
    choices,
    clippers,
    doubts,
    forecast,
    forecasts,
    harvest,
    payouts,
    release,
    reports,
    review,
    runs,
    schemas,
    submissions,
    submitting,
    words,
)  # fmt: skip
from entourage.clips.batching import Batch
from entourage.clips.desk import Desk
from entourage.clips.earning import Terms
from entourage.clips.tables import ClipSubmission
from entourage.kernel import clock, tenancy
from entourage.kernel.accounts import members, people
from entourage.kernel.db import Database
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.views import Counted, Platform, Reading, Wanted
from entourage.simulators.clips import links
from entourage.simulators.clips.curves import Kind
from entourage.simulators.clips.ids import PLATFORMS
from entourage.simulators.clips.video import Counts, Video, rounded
from entourage.simulators.clips.world import World
from entourage.simulators.timepiece import Timepiece

T = TypeVar("T")

_PRICES = {"tiktok": 1_700, "instagram": 2_300, "youtube": 0, "x": 400}  # micro-dollars a result
_COUNTERS = {"tiktok": "apify_tiktok", "instagram": "apify_instagram", "youtube": "youtube_api", "x": "apify_x"}
_METRICS = {"tiktok": "playCount", "instagram": "videoPlayCount", "youtube": "viewCount", "x": "viewCount"}
_MOST = 50
_DAYS = 14
_HOUR = timedelta(hours=1)
_WAITING_H = 26
"""What would have been decided since then still waits."""
_COUNTED_H = (*range(_DAYS * 24 - 6, 72, -12), *range(70, 5, -6), 3, 1)
"""How many hours ago it was looked whether clips were due."""


@dataclass(frozen=True, slots=True)
class _Person:
    """A clipper of the demo; where the money goes, if they said."""

    name: str
    handle: str
    pay_to: schemas.PayTo | None


def _paypal(name: str) -> schemas.PayTo:
    return schemas.PayTo(method="paypal", email=f"{name}@demo.invalid")


_PEOPLE = (
    _Person("Kai Brandt", "cutsbykai", _paypal("kai.brandt")),
    _Person("Hana Sato", "hotclip.hana", _paypal("hana.sato")),
    _Person("Mo Keller", "momente.mo", schemas.PayTo(method="bank", holder="Mo Keller", iban="DE89370400440532013000")),
    _Person("Vera Lind", "vertical.vera", _paypal("vera.lind")),
    _Person("Sam Ortiz", "snippetsam", schemas.PayTo(method="stripe", account="acct_1DemoSamOrtiz")),
    _Person("Nora Weiss", "nora.cuts.it", None),
)


@dataclass(frozen=True, slots=True)
class _Plan:
    """A campaign of the demo; `begins` and `ends` are days from now, money is cents, the rate cents for a thousand views."""

    title: str
    client: str
    brief: str
    platforms: tuple[Platform, ...]
    budget: int
    rate: int
    begins: int
    ends: int
    clips: int
    clip_most: int | None = None
    opens: bool = True


_PLANS = (
    _Plan(
        "Best of Nova, autumn", "Lumen Audio",
        "The funniest 15 seconds of a stream. Name @nova.live, no music of others, at least 8 seconds.",
        ("tiktok", "instagram", "youtube"), 240_000, 150, -_DAYS, 9, 30, 15_000,
    ),
    _Plan(
        "Paper Harbor: first look", "Paper Harbor Games",
        "Moments in which Nova plays Paper Harbor. The name of the game must be heard or seen.",
        ("tiktok",), 30_000, 200, -12, 3, 10, 8_000,
    ),
    _Plan(
        "Winter special", "Lumen Audio", "Starts in December: cosy evenings, snow, cocoa.",
        ("tiktok", "x"), 100_000, 120, 10, 40, 0, opens=False,
    ),
)  # fmt: skip
_TRIES, _SOON_S, _LATE_S = 200, 10 * 3_600, 12 * 3_600
_STOLEN = 11
"""This clip of the first campaign was posted by somebody else."""
_GONE = 13
"""This one was taken off its platform."""
_FRESH_H = (0.6, 0.3)
_REJECTED = {5: "Music of somebody else.", 16: "Nova is not named."}
_APPEALED = {16: "She is named in the caption, second line. Could you look again?"}
_KINDS: dict[int, Kind] = {3: "viral", 7: "bought", 9: "stalled", 12: "purged", 15: "steady", 18: "stalled", 20: "viral"}
_USUAL: tuple[Kind, ...] = ("decay", "even", "decay", "late")


async def furnish(db: Database, desk: Desk, creator_id: int, owner: UUID, *, seed: int) -> None:
    """Let two weeks of campaigns lie behind a creator."""
    past = _Past(db, desk, creator_id, f"user:{owner}", World(Timepiece(), seed, open_to_all=True), random.Random(seed))  # noqa: S311
    past.now = clock.now()
    before = clock.set_source(lambda: past.at)
    try:
        await past.live()
    finally:
        clock.set_source(before)


@dataclass
class _Past:
    """Two weeks that are lived through: `at` is the moment that it is in them."""

    db: Database
    desk: Desk
    creator_id: int
    owner: str
    world: World
    dice: random.Random
    at: datetime = field(default_factory=clock.now)
    now: datetime = field(default_factory=clock.now)
    people: list[UUID] = field(default_factory=list)
    campaigns: list[int] = field(default_factory=list)
    clips: list[int] = field(default_factory=list)
    events: list[tuple[datetime, int, Callable[[], Awaitable[object]]]] = field(default_factory=list)  # a heap, the next one first
    order: Iterator[int] = field(default_factory=count)

    async def live(self) -> None:
        """Live through it, in the order of time."""
        self.at = self.now - _DAYS * 24 * _HOUR
        await self._begin()
        for number, plan in enumerate(_PLANS):
            for clip in range(plan.clips):
                self._plan_clip(number, plan, clip)
        for author, hours in enumerate(_FRESH_H):
            self._plan_fresh(author, hours)
        for hours in _COUNTED_H:
            self._when(hours, self._count)
        self._when(4 * 24 + 2, lambda: self._pay("PP-4417-2209"))
        self._when(2, lambda: self._pay(""))
        self._when(0.5, self._decide_doubts)
        while self.events:
            self.at, _, event = heapq.heappop(self.events)
            await event()

    def _when(self, hours_ago: float, event: Callable[[], Awaitable[object]]) -> None:
        heapq.heappush(self.events, (self.now - hours_ago * _HOUR, next(self.order), event))

    async def _begin(self) -> None:
        """Let the clippers move in, and the campaigns begin."""
        async with tenancy.everywhere(self.db, "clippers of the demo", write=True) as session:
            for one in _PEOPLE:
                email = f"{one.name.lower().replace(' ', '.')}@demo.invalid"
                self.people.append((await people.add(session, email=email, name=one.name, password_hash=None)).id)
        async with tenancy.inside(self.db, self.creator_id, write=True) as session:
            await choices.write(session, schemas.Settings(currency="EUR"), self.owner)
            for user_id, one in zip(self.people, _PEOPLE, strict=True):
                await members.add(session, user_id, "clipper")
                await clippers.join(session, user_id)
                named = {platform: [one.handle.replace(".", "_") if platform == "x" else one.handle] for platform in PLATFORMS}
                await clippers.put_handles(session, user_id, named, f"user:{user_id}")
                if one.pay_to is not None:
                    await clippers.put_details(session, user_id, one.pay_to, f"user:{user_id}")
            for plan in _PLANS:
                self.campaigns.append(await self._campaign(session, plan))
            await reports.make(session, self.campaigns[0], "Lumen Audio", names=False, actor=self.owner)

    async def _campaign(self, session: CreatorSession, plan: _Plan) -> int:
        terms = Terms(rate_micro=plan.rate * 10_000, min_views=1_000, clip_most=plan.clip_most, clipper_most=60_000, hold_days=3)
        draft = schemas.CampaignDraft(
            title=plan.title, client=plan.client, brief=plan.brief, platforms=list(plan.platforms), currency="EUR", budget=plan.budget,
            starts_at=self.now + timedelta(days=plan.begins), deadline=self.now + timedelta(days=plan.ends), terms=terms,
        )  # fmt: skip
        made = await campaigns.create(session, self.desk, draft, self.owner)
        if plan.opens:
            await campaigns.set_state(session, self.desk, made.id, "ACTIVE", self.owner)
        return made.id

    def _plan_clip(self, campaign: int, plan: _Plan, number: int) -> None:
        """Say when a clip is posted, handed in and decided upon: the later ones still wait."""
        posted = max(3.0, (-plan.begins * 24 - 4) * (1 - number / plan.clips) * self.dice.uniform(0.85, 1.0))
        author = self.dice.randrange(len(_PEOPLE))
        platform = plan.platforms[0] if number % 3 else self.dice.choice(plan.platforms)
        stolen = campaign == 0 and number == _STOLEN
        handed_in = posted - self.dice.uniform(0.5, min(8.0, posted - 1.5))
        kind = _KINDS.get(number, _USUAL[number % len(_USUAL)])
        video = self._posted(platform, "notnova" if stolen else _PEOPLE[author].handle, kind, posted)
        if campaign == 0 and number == _GONE:
            video.removed_at = self.now - 3 * 24 * _HOUR
        self._when(handed_in, lambda: self._hand_in(campaign, author, video, number))

    def _plan_fresh(self, author: int, hours_ago: float) -> None:
        """Let a clip be handed in a moment ago: the house counts it itself, while somebody looks."""
        video = self._posted("tiktok", _PEOPLE[author].handle, "decay", hours_ago + 4)
        self._when(hours_ago, lambda: self._hand_in(0, author, video, _PLANS[0].clips + author))

    def _posted(self, platform: Platform, author: str, kind: Kind, hours_ago: float) -> Video:
        """Post a video; one to which something happens, so that it happens while it is counted."""
        for _ in range(_TRIES):
            video = self.world.post(platform, author=author, kind=kind, at=self.now - hours_ago * _HOUR)
            moments = [one.at_s for one in video.waves[1:]] + [one.at_s for one in video.purges]
            if all(_SOON_S < one < hours_ago * 3_600 - _LATE_S for one in moments):
                break
        return video

    async def _hand_in(self, campaign: int, author: int, video: Video, number: int) -> None:
        clip = await self._do(
            lambda session: submitting.submit(session, self.desk, self.campaigns[campaign], self.people[author], links.canonical(video))
        )
        self.clips.append(clip.id)
        hours_ago = (self.now - self.at) / _HOUR - self.dice.uniform(2, 20)
        if hours_ago > _WAITING_H:
            self._when(hours_ago, lambda: self._decide(clip.id, campaign, number, self.people[author]))

    async def _decide(self, clip: int, campaign: int, number: int, user_id: UUID) -> None:
        if campaign == 0 and (why := _REJECTED.get(number)):
            await self._do(lambda session: review.reject(session, self.desk, clip, why, self.owner))
            if text := _APPEALED.get(number):
                await self._do(lambda session: words.appeal(session, self.desk, clip, user_id, text))
            return
        await self._do(lambda session: review.approve(session, self.desk, clip, self.owner))

    async def _count(self) -> None:
        """Read what is due, from the truth of the make-believe world, then let money move."""
        async with tenancy.inside(self.db, self.creator_id, write=True) as session:
            due = select(ClipSubmission.id, ClipSubmission.platform, ClipSubmission.video_id, ClipSubmission.url).where(
                ClipSubmission.next_read_at <= self.at, ClipSubmission.video_id.is_not(None)
            )
            found = (await session.execute(due)).all()
            for platform in PLATFORMS:
                some = [
                    (clip, Wanted(platform=platform, video_id=video, url=url)) for clip, of, video, url in found if of == platform and video
                ]
                for begin in range(0, len(some), _MOST):
                    await self._run(session, platform, some[begin : begin + _MOST])
        async with tenancy.inside(self.db, self.creator_id, write=True) as session:
            for campaign in self.campaigns[:2]:
                await accrual.accrue(session, campaign)
            await release.release(session)
            for age_h in forecast.AGES:
                await forecasts.make(session, age_h)
            await forecasts.score(session)

    async def _run(self, session: CreatorSession, platform: Platform, some: Sequence[tuple[int, Wanted]]) -> None:
        price = _PRICES[platform] * len(some)
        batch = Batch(_COUNTERS[platform], platform, [clip for clip, _ in some], price * 3 // 2)
        [run_id] = await runs.plan(session, [batch], "schedule")
        run = await runs.lock(session, run_id)
        if run is not None:
            run.state, run.run_id, run.started_at = "started", f"demo{run_id:013d}", self.at
            await session.flush()
        seen = [self._seen(one) for _, one in some]
        await harvest.bring_in(session, self.desk, run_id, Counted(readings=seen, cost_micro=price))

    def _seen(self, wanted: Wanted) -> Reading:
        video = self.world.find(wanted.platform, wanted.video_id)
        if video is None or video.standing(self.at) != "there":
            return Reading(platform=wanted.platform, video_id=wanted.video_id, outcome="not_found", detail="not there (any more)")
        counts = video.counts(self.at)
        shown = Counts(*(rounded(one) for one in counts)) if wanted.platform == "tiktok" else counts
        if not shown.views:
            return Reading(platform=wanted.platform, video_id=wanted.video_id, outcome="missing", detail="0 views were told")
        return Reading(
            platform=wanted.platform, video_id=wanted.video_id, outcome="ok", metric=_METRICS[wanted.platform], views=shown.views,
            likes=shown.likes, comments=shown.comments, shares=shown.shares, author=video.author, title=video.title,
            posted_at=video.posted_at, duration_s=video.duration_s,
        )  # fmt: skip

    async def _pay(self, reference: str) -> None:
        """Make a batch of payouts; with a reference it was paid."""

        async def pay(session: CreatorSession) -> None:
            owed = await payouts.balances(session, currency="EUR")
            if any(one.available >= schemas.Settings().least_payout and one.method for one in owed):
                batch = await payouts.make_batch(session, self.desk, self.owner, "EUR")
                if reference:
                    await payouts.mark_batch_paid(session, self.desk, batch.id, reference, self.owner)

        await self._do(pay)

    async def _decide_doubts(self) -> None:
        """Look at some of what is doubted: one is cleared, one is appealed against."""

        async def decide(session: CreatorSession) -> None:
            waiting = {one.code: one for one in await doubts.open_ones(session)}
            if (spike := waiting.get("spike")) is not None:
                await doubts.clear(session, self.desk, spike.id, "Shared by a big account that evening; the comments fit.", self.owner)
            if (drop := waiting.get("drop")) is not None:
                clip = await submissions.get(session, drop.clip)
                text = "I did not buy anything. TikTok took views from many of us that day."
                await words.appeal(session, self.desk, drop.clip, clip.user_id, text)

        await self._do(decide)

    async def _do(self, act: Callable[[CreatorSession], Awaitable[T]]) -> T:
        async with tenancy.inside(self.db, self.creator_id, write=True) as session:
            return await act(session)
