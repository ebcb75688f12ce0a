"""A storm over two campaigns: people who do random things, and a process that dies before or after any commit."""

import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from entourage.clips import (
    accrual,
    bulk,
    by_hand,
    campaigns,
    choices,
    clippers,
    doubts,
    kinds,
    payouts,
    release,
    review,
    schemas,
    submitting,
    terms,
)
from entourage.clips.tables import ClipFlag, ClipPayout, ClipSubmission
from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import EntourageError, Later, Never
from entourage.kernel.jobs import queue
from entourage.kernel.jobs.rows import Claim
from entourage.kernel.tenancy import CreatorSession
from tests.clips.counters import CountingCrew, Crash
from tests.clips.studio import ACTOR, Hands, tiktok_id

FORMS = (
    "https://www.tiktok.com/@mo/video/{}",
    "https://m.tiktok.com/v/{}.html?u_code=1",
    "look: tiktok.com/@mo/video/{}?_r=1&amp;_t=8 !",
    "https://www.tiktok.com/player/v1/{}",
)
Act = Callable[[CreatorSession], Awaitable[Any]]


class MortalDatabase(Database):
    """A database whose process may die before or after each commit, while `mortal` says so."""

    mortal: Callable[[], bool] = staticmethod(lambda: False)

    @asynccontextmanager
    async def turn(self, *, hurried: bool = False) -> Any:
        """Wait for the turn to write."""
        if self.mortal():
            raise Crash
        async with super().turn(hurried=hurried):
            yield
        if self.mortal():
            raise Crash


class StormCrew(CountingCrew):
    """Does jobs on a database that dies, and remembers each of them to do it again."""

    def __init__(self, db: Database, mortal: MortalDatabase, creator_id: int, hands: Hands) -> None:
        super().__init__(db, creator_id, hands)
        self.works_on = self.mortal = mortal
        self.done: list[Claim] = []

    async def _do(self, claim: Claim) -> None:
        self.done.append(claim)
        await super()._do(claim)


class Storm:
    """One random time of two campaigns."""

    def __init__(self, crew: StormCrew, people: Sequence[UUID], seed: int) -> None:
        self.crew, self.people, self.dice = crew, people, random.Random(seed)
        self.campaigns: list[int] = []
        self.videos: list[str] = []
        self.refused = 0

    def dies(self) -> bool:
        return self.dice.random() < 0.02

    async def do(self, act: Act) -> Any:
        """Let a person do something; when the process dies they cannot know whether it was done, and do it again."""
        while True:
            try:
                async with tenancy.inside(self.crew.mortal, self.crew.creator_id, write=True) as session:
                    return await act(session)
            except Crash:
                self.crew.crashes += 1
            except EntourageError:
                self.refused += 1
                return None

    async def begin(self) -> None:
        async with self.crew.inside() as session:
            await choices.write(session, schemas.Settings(least_payout=200), ACTOR)
            for number, user_id in enumerate(self.people):
                await clippers.put_details(session, user_id, schemas.PayTo(method="paypal", email=f"c{number}@example.org"), ACTOR)
        self.campaigns = [await self.crew.campaign(budget=20_000, days=20, **self.terms()), await self.crew.campaign(budget=3_000, days=9)]

    def terms(self) -> dict[str, Any]:
        some = self.dice.choice
        return {
            "rate_micro": some([500_000, 5_000_000, 1_234_567]),
            "min_views": some([0, 0, 1_000]),
            "clip_least": some([0, 0, 150]),
            "clip_most": some([None, 1_500, 6_000]),
            "clipper_most": some([None, None, 2_500, 4_000]),
            "from_submission": some([False, False, True]),
            "hold_days": some([0, 1, 3]),
        }

    async def act(self) -> None:
        acts = (
            [self.submit] * 4 + [self.grow] * 6 + [self.weather] * 2 + [self.decide] * 8 + [self.doubt] * 3 + [self.enter] + [self.change]
            + [self.pay] * 4 + [self.settle] * 4 + [self.upkeep] * 2
        )  # fmt: skip
        await self.dice.choice(acts)()
        if self.dice.random() < 0.6:
            await self.crew.let_pass(hours=self.dice.choice([0.2, 1, 6, 30]), step_min=360)

    async def submit(self) -> None:
        campaign, user_id = self.dice.choice(self.campaigns), self.dice.choice(self.people)
        again = bool(self.videos) and self.dice.random() < 0.25
        video = self.dice.choice(self.videos) if again else tiktok_id(self.crew.hands.now)
        text = self.dice.choice(FORMS).format(video)
        taken = await held(self.crew.db, self.crew.creator_id, video)
        row = await self.do(lambda session: submitting.submit(session, self.crew.desk, campaign, user_id, text))
        assert row is None or not taken, "nobody hands in what somebody has handed in, in whatever form"
        if row is not None or not again:
            self.videos.append(video)
            self.crew.counter.views.setdefault(video, self.dice.choice([0, 120, 3_000]))

    async def grow(self) -> None:
        for video in self.videos:
            if self.dice.random() < 0.5:
                views = self.crew.counter.views[video]
                more = self.dice.choice([0, 17, 900, views // 3, views, -(views // 5)])
                self.crew.counter.views[video] = min(400_000, max(0, views + more))

    async def weather(self) -> None:
        if self.videos and self.dice.random() < 0.7:
            video, outcome = self.dice.choice(self.videos), self.dice.choice(["", "", "not_found", "private", "timeout"])
            self.crew.counter.outcomes.pop(video, None)
            if outcome:
                self.crew.counter.outcomes[video] = outcome
            return
        error = self.dice.choice([None, None, Later("Apify does not answer."), Never("The run failed."), Crash()])
        call, moment = self.dice.choice(["start", "collect"]), self.dice.choice(["before", "after"])
        left = [error, error]
        self.crew.counter.trouble = lambda when, what: left.pop() if left and (when, what) == (moment, call) else None

    async def decide(self) -> None:
        clip = await self.any(ClipSubmission.id)
        if clip is None:
            return
        desk, amount = self.crew.desk, self.dice.choice([None, 0, 75, 900])
        acts: list[Act] = [
            lambda session: review.approve(session, desk, clip, ACTOR),
            lambda session: review.approve(session, desk, clip, ACTOR),
            lambda session: bulk.approve(session, desk, [clip, clip + 1, clip + 2], ACTOR),
            lambda session: bulk.reject(session, desk, [clip, clip + 1], "No.", ACTOR),
            lambda session: bulk.reopen(session, desk, [clip, clip + 2], ACTOR),
            lambda session: review.reject(session, desk, clip, "Not about us.", ACTOR),
            lambda session: review.reopen(session, desk, clip, ACTOR),
            lambda session: review.set_fixed(session, desk, clip, amount, ACTOR),
            lambda session: review.pay_by_hand(session, desk, clip, "cash", ACTOR),
        ]
        act = self.dice.choice(acts)
        for _ in range(self.dice.choice([1, 1, 2, 3])):
            await self.do(act)

    async def doubt(self) -> None:
        clip, flag = await self.any(ClipSubmission.id), await self.any(ClipFlag.id, ClipFlag.state == "open")
        if flag is not None and self.dice.random() < 0.7:
            await self.do(lambda session: doubts.clear(session, self.crew.desk, flag, "Seen.", ACTOR))
            if self.dice.random() < 0.4:
                await self.do(lambda session: doubts.reopen(session, self.crew.desk, flag, ACTOR))
        elif flag is not None and self.dice.random() < 0.3:
            await self.do(lambda session: review.uphold(session, self.crew.desk, flag, "Bought.", ACTOR))
        elif clip is not None:
            await self.do(lambda session: doubts.raise_(session, clip, self.dice.choice(["spike", "elsewhere"]), {"views": 1}))

    async def enter(self) -> None:
        clip = await self.any(ClipSubmission.id)
        if clip is not None:
            entered = by_hand.Entered(views=self.dice.randrange(0, 20_000), note="seen on the phone")
            await self.do(lambda session: by_hand.enter(session, self.crew.desk, clip, entered, ACTOR))

    async def change(self) -> None:
        campaign, budget = self.dice.choice(self.campaigns), self.dice.choice([0, 2_500, 9_000, 40_000])
        held_to, state = terms.read(self.terms()), self.dice.choice(["ACTIVE", "ACTIVE", "PAUSED", "COMPLETED"])
        desk, later = self.crew.desk, timedelta(days=self.dice.choice([0, 0, -2, 3]))
        await self.do(lambda session: campaigns.fund(session, desk, campaign, budget, ACTOR))
        await self.do(lambda session: campaigns.set_state(session, desk, campaign, state, ACTOR))

        async def edit(session: CreatorSession) -> object:
            row = await campaigns.row(session, campaign)
            draft = schemas.CampaignDraft(
                title="Spring", platforms=["tiktok"], deadline=row.deadline + later, terms=held_to, budget=row.budget
            )  # fmt: skip
            return await campaigns.edit(session, desk, campaign, draft, ACTOR)

        await self.do(edit)
        await self.do(lambda session: accrual.accrue(session, campaign))
        await self.crew.settle_down()

    async def pay(self) -> None:
        await self.do(release.release)
        await self.do(lambda session: payouts.make_batch(session, self.crew.desk, ACTOR, "USD"))

    async def settle(self) -> None:
        payout = await self.any(ClipPayout.id)
        if payout is None:
            return
        act = self.dice.choice([payouts.mark_paid, payouts.mark_paid, payouts.mark_failed])
        for _ in range(self.dice.choice([1, 2])):
            await self.do(lambda session: act(session, self.crew.desk, payout, "by the bank", ACTOR))

    async def upkeep(self) -> None:
        async with tenancy.everywhere(self.crew.db, "a test's schedule", write=True) as session:
            await queue.enqueue(session, kinds.UPKEEP, {}, dedup="upkeep")

    async def any(self, column: Any, *where: Any) -> int | None:
        async with tenancy.inside(self.crew.db, self.crew.creator_id) as session:
            found = (await session.scalars(select(column).where(*where).order_by(column))).all()
        return self.dice.choice(found) if found else None

    async def calm(self) -> None:
        """Let the weather clear up, and all that is asked for be done."""
        self.crew.mortal.mortal = lambda: False
        self.crew.counter.trouble = lambda *_: None
        self.crew.counter.outcomes.clear()
        await self.crew.let_pass(hours=2, step_min=30)


async def held(db: Database, creator_id: int, video: str) -> bool:
    one = ClipSubmission
    async with tenancy.inside(db, creator_id) as session:
        chosen = select(one.id).where(one.platform == "tiktok", one.video_id == video, one.state != "REJECTED")
        found = (await session.scalars(chosen)).all()
    assert len(found) <= 1
    return bool(found)
