"""Whatever happens, every redemption ends as a badge for its whole time and fulfilled, or refunded with a reason.

Random evenings, each from a seed: redemptions told late, twice or never, a process that dies between any two steps,
answers that are lost, outages, storms of 429, sign-outs, hands on the platform, moderators, permanent VIPs, full slots.
"""

import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import Later
from entourage.kernel.tables import Creator, Job
from entourage.ports.channel import (
    AnyHeard,
    BadgeGiven,
    BadgeTaken,
    Banned,
    Missed,
    ModeratorAdded,
    RedemptionMade,
    RedemptionSettled,
    RedemptionStatus,
    Taken,
    WentLive,
    WentOffline,
)
from entourage.vips import rounds, taking
from tests.vips.conftest import T0, Crash, Crew, Hands
from tests.vips.stage import FakeChannel, account

pytestmark = pytest.mark.anyio

VIEWERS = [str(number) for number in range(100, 108)]
HOURS = {"reward1": 2, "reward2": 5}
EXCUSED = {"taken_by_hand", "moderator", "banned", "rotated", "canceled"}
SWEEP_S = 5.0


class MortalDatabase(Database):
    """A database whose process may die before or after each commit, while `mortal` says so."""

    mortal: Callable[[], bool] = staticmethod(lambda: False)

    @asynccontextmanager
    async def turn(self, *, hurried: bool = False) -> AsyncIterator[None]:
        """Wait for the turn to write."""
        if self.mortal():
            raise Crash
        async with super().turn(hurried=hurried):
            yield
        if self.mortal():
            raise Crash


class Watched(FakeChannel):
    """A channel that remembers who changed which badge, and tells it."""

    def __init__(self, slots: int) -> None:
        super().__init__(slots)
        self.log: list[tuple[datetime, str, str]] = []
        self.told: list[AnyHeard] = []

    async def give_vip(self, user_id: str):  # type: ignore[no-untyped-def]  # noqa: ANN201
        before = set(self.badges)
        try:
            return await super().give_vip(user_id)
        finally:
            self._see(before, "ours")

    async def take_vip(self, user_id: str) -> Taken:
        before = set(self.badges)
        try:
            return await super().take_vip(user_id)
        finally:
            self._see(before, "ours")

    def close(self, redemption_id: str, status: RedemptionStatus) -> None:
        super().close(redemption_id, status)
        self.told.append(RedemptionSettled(broadcaster_id="1", at=clock.now(), redemption=self.queue[redemption_id]))

    def by_hand(self, user_id: str, *, badge: bool) -> None:
        before = set(self.badges)
        (self.badges.add if badge else self.badges.discard)(user_id)
        self._see(before, "hand")

    def _see(self, before: set[str], who: str) -> None:
        for user_id in self.badges - before:
            self.log.append((clock.now(), user_id, f"{who}+"))
            self.told.append(BadgeGiven(broadcaster_id="1", at=clock.now(), user=account(user_id)))
        for user_id in before - self.badges:
            self.log.append((clock.now(), user_id, f"{who}-"))
            self.told.append(BadgeTaken(broadcaster_id="1", at=clock.now(), user=account(user_id)))


class Evening:
    """One random evening."""

    def __init__(self, crew: Crew, channel: Watched, seed: int) -> None:
        self.crew, self.channel, self.hands = crew, channel, crew.hands
        self.dice = random.Random(seed)
        self.waiting: list[AnyHeard] = []
        self.storm = self.lossy = 0.0
        self.dying = 0.02
        self.redeemed = 0
        self.lost_since: datetime | None = None
        self.inside = False

    def trouble(self, moment: str, _call: str) -> Exception | None:
        if self.dice.random() < self.dying:
            raise Crash
        if self.dice.random() < (self.storm if moment == "before" else self.lossy):
            return Later("Twitch has a problem of its own (503).", retry_after_s=self.dice.choice([None, 3.0]))
        return None

    def mortal(self) -> bool:
        return self.inside and self.dice.random() < self.dying / 2

    async def act(self) -> None:
        """Do one thing, and let some time pass."""
        acts = (
            [self.redeem] * 6
            + [self.tell] * 4
            + [self.weather] * 2
            + [self.hand, self.moderate, self.ban, self.stream, self.sign, self.room]
        )
        await self.dice.choice(acts)()
        if self.dice.random() < 0.5:
            await self.tell()
        await self.pass_time(self.dice.choice([0, 1, 7, 60, 60, 900, 4000]))

    async def redeem(self) -> None:
        self.redeemed += 1
        made = self.channel.redeem(f"r{self.redeemed}", self.dice.choice(VIEWERS), self.dice.choice(list(HOURS)))
        self.channel.told.append(RedemptionMade(broadcaster_id="1", at=clock.now(), redemption=made))

    async def tell(self) -> None:
        """Tell what happened: in order or not, once or twice, or not at all until a gap is known."""
        self.waiting += self.channel.told
        self.channel.told.clear()
        self.dice.shuffle(self.waiting)
        for heard in [self.waiting.pop() for _ in range(self.dice.randint(0, len(self.waiting)))]:
            if self.dice.random() < 0.15:
                self.lost_since = self.lost_since or clock.now()
                continue
            for _ in range(self.dice.choice([1, 1, 1, 2])):
                await self.hear(heard)
        if self.lost_since and self.dice.random() < 0.5:
            await self.hear(Missed(broadcaster_id="1", at=clock.now(), since=self.lost_since, why="close 4006"))
            self.lost_since = None

    async def hear(self, heard: AnyHeard) -> None:
        self.inside = True
        try:
            await self.crew.hear(heard)
        except Crash:
            self.waiting.append(heard)
        finally:
            self.inside = False

    async def weather(self) -> None:
        self.storm, self.lossy = self.dice.choice([(0, 0), (0, 0), (0.3, 0), (0, 0.3), (0.9, 0.1), (1.0, 0)])

    async def hand(self) -> None:
        held = {one.user_id for one in await self.crew.grants() if one.state in {"granting", "active", "expiring"}}
        user_id = self.dice.choice(VIEWERS)
        if user_id in self.channel.badges:
            self.channel.by_hand(user_id, badge=False)
        elif user_id not in held and user_id not in self.channel.moderators and len(self.channel.badges) < self.channel.slots:
            self.channel.by_hand(user_id, badge=True)

    async def moderate(self) -> None:
        user_id = self.dice.choice(VIEWERS)
        if user_id in self.channel.moderators:
            self.channel.moderators.discard(user_id)
            return
        self.channel.by_hand(user_id, badge=False)
        self.channel.moderators.add(user_id)
        self.channel.told.append(ModeratorAdded(broadcaster_id="1", at=clock.now(), user=account(user_id)))

    async def ban(self) -> None:
        self.channel.told.append(Banned(broadcaster_id="1", at=clock.now(), user=account(self.dice.choice(VIEWERS))))

    async def stream(self) -> None:
        made = (
            WentLive(broadcaster_id="1", at=clock.now(), stream_id="s")
            if self.dice.random() < 0.5
            else WentOffline(broadcaster_id="1", at=clock.now())
        )
        self.channel.told.append(made)

    async def sign(self) -> None:
        self.channel.signed_in = not self.channel.signed_in

    async def room(self) -> None:
        self.channel.slots = self.dice.choice([2, 4, 100])

    async def pass_time(self, seconds: float) -> None:
        """Let time pass with its sweeps, and a round every five minutes."""
        until = self.hands.now + timedelta(seconds=seconds)
        self.inside = True
        while True:
            if self.dice.random() < 0.3:
                self.inside = False
                await rounds.ask_all(self.crew.db)
                self.inside = True
            try:
                await self.crew.run_for(min(1200.0, max(0.0, (until - self.hands.now).total_seconds())), sweep_s=300)
            except Crash:
                self.crew.crashes += 1
                self.inside = False
                await self.crew.keep()
                self.inside = True
            if self.hands.now >= until:
                break
        self.inside = False

    async def calm_down(self) -> None:
        """Let the weather be fine, and everything be told; then wait until the last badge has ended."""
        self.storm = self.lossy = self.dying = 0.0
        self.channel.signed_in, self.channel.slots = True, 100
        self.lost_since = self.lost_since or clock.now()
        self.waiting += self.channel.told
        self.channel.told.clear()
        for heard in [*self.waiting, Missed(broadcaster_id="1", at=clock.now(), since=self.lost_since, why="close 4006")]:
            await self.crew.hear(heard)
        await rounds.ask_all(self.crew.db)
        await self.crew.run_for(1200, sweep_s=300)
        await rounds.ask_all(self.crew.db)
        await self.crew.run_for(300, sweep_s=100)


async def spend(db: MortalDatabase, hands: Hands, seed: int) -> tuple[Evening, datetime]:
    """Spend one evening; returns it with the moment since which all is calm."""
    async with tenancy.everywhere(db, "a test's creator", write=True) as session:
        creator = Creator(name="Ada Live", zone="Europe/Berlin", created_at=hands.now)
        session.add(creator)
        await session.flush()
    channel = Watched(slots=100)
    channel.badges = {"100", "1", "2"}
    channel.log = [(hands.now, one, "hand+") for one in sorted(channel.badges)]
    channel.moderators = {"101"}
    crew = Crew(db, creator.id, channel, hands)
    evening = Evening(crew, channel, seed)
    dice = random.Random(seed)
    await crew.choose(
        when_full=dice.choice(["refund", "pause", "rotate"]), again=dice.choice(["extend", "replace", "stack"]), give_up_s=900
    )
    evening.dying = 0.0
    for title, hours in zip(("VIP", "More VIP"), HOURS.values(), strict=True):
        await crew.make_reward(title, duration_s=hours * 3600)
    evening.dying = 0.02
    channel.trouble, db.mortal = evening.trouble, evening.mortal
    for _ in range(25):
        await evening.act()
    await evening.calm_down()
    return evening, hands.now


def held(log: list[tuple[datetime, str, str]], user_id: str, since: datetime, until: datetime) -> bool:
    """Say whether somebody had a badge at a moment, and we did not take it before another."""
    changes = [(at, what) for at, who, what in log if who == user_id]
    before = [what for at, what in changes if at <= since]
    gone = [at for at, what in changes if since < at < until and what == "ours-"]  # a hand's doing is not ours
    return bool(before) and before[-1].endswith("+") and not gone


async def story(evening: Evening, user_id: str) -> str:
    """Tell what happened to one viewer."""
    log = [
        (entry.at, f"{entry.action} {entry.cause} {entry.meta}")
        for entry in await evening.crew.audited()
        if entry.subject == f"vip:{user_id}"
    ]
    log += [(at, what) for at, who, what in evening.channel.log if who == user_id]
    log += [(at, call) for at, call, who in evening.channel.calls if who == user_id]
    lines = [f"{at:%H:%M:%S} {what}" for at, what in sorted(log, key=lambda one: one[0])]
    async with tenancy.everywhere(evening.crew.db, "a test") as session:
        left = await session.execute(
            select(Job.kind, Job.lane, Job.status, Job.run_at, Job.attempts, Job.error).where(Job.status != "done")
        )
    return "\n".join([*lines, *map(str, left)])


async def check_redemptions(evening: Evening) -> None:
    grants = {one.id: one for one in await evening.crew.grants()}
    claims = {one.redemption_id: one for one in await evening.crew.claims()}
    lost = {key: one.status for key, one in evening.channel.queue.items() if key not in claims}
    assert lost == {}
    for key, redemption in evening.channel.queue.items():
        claim = claims[key]
        assert not claim.unsettled, await story(evening, claim.user_id)
        if claim.state == "refused":
            assert claim.reason, key
            assert (redemption.status, claim.settled) == ("canceled", "refunded"), (key, claim.reason)
            continue
        assert (claim.state, claim.settled, redemption.status) == ("granted", "fulfilled", "fulfilled"), await story(evening, claim.user_id)
        grant = grants[claim.grant_id or 0]
        assert grant.given_at is not None
        promised = sum(HOURS[one.reward_id or ""] for one in claims.values() if one.grant_id == grant.id and one.state == "granted")
        if claim.received_at < grant.began_at:
            continue  # its time was over before the badge was given again
        if grant.state == "active":
            assert grant.user_id in evening.channel.badges
        elif grant.ended_why not in EXCUSED:
            assert grant.ended_why == "expired", (key, grant.ended_why)
            assert grant.ends_at is not None
            assert grant.ends_at >= claim.received_at + timedelta(hours=HOURS[claim.reward_id or ""])
            if promised == HOURS[claim.reward_id or ""]:
                assert grant.ends_at - grant.given_at >= timedelta(hours=promised)
            assert held(evening.channel.log, grant.user_id, grant.given_at, grant.ends_at), key


def check_nobody_elses_badge_was_touched(evening: Evening) -> None:
    whose: dict[str, str] = {}
    for _, user_id, what in evening.channel.log:
        if what == "ours-":
            assert whose[user_id] == "ours+", user_id
        whose[user_id] = what


async def check_the_log_explains(evening: Evening) -> None:
    """Replay the audit log: what it says about badges is what there is."""
    badges: set[str] = set()
    for entry in await evening.crew.audited():
        user_id = entry.subject.removeprefix("vip:")
        if entry.action == "vips.grant.refused" and entry.meta["given"]:
            badges.discard(user_id)
        elif entry.action == "vips.grant.given" or entry.action in {"vips.permanent.imported", "vips.permanent.seen"}:
            badges.add(user_id)
        elif entry.action in {"vips.grant.ended", "vips.permanent.gone"}:
            badges.discard(user_id)
    assert badges == evening.channel.badges


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.thorough) for seed in (1, 2))])
async def test_every_redemption_is_a_badge_for_its_whole_time_or_refunded(
    new_database: Callable[[str], str], hands: Hands, seed: int
) -> None:
    await play(new_database("sqlite"), hands, seed)


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(200, 208))
async def test_the_same_on_many_evenings(new_database: Callable[[str], str], hands: Hands, seed: int) -> None:
    await play(new_database("sqlite"), hands, seed)


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(100, 103))
async def test_the_same_on_postgresql(new_database: Callable[[str], str], hands: Hands, seed: int) -> None:
    await play(new_database("postgresql"), hands, seed)


async def play(url: str, hands: Hands, seed: int) -> None:
    """Spend an evening, check it, and wait until the last badge is gone."""
    db = MortalDatabase(url)
    evening, calm = await spend(db, hands, seed)
    await check_redemptions(evening)
    check_nobody_elses_badge_was_touched(evening)
    await check_the_log_explains(evening)
    assert evening.crew.crashes

    for _ in range(100):
        timed = [one for one in await evening.crew.grants() if one.state in {"active", "expiring"}]
        if not timed:
            break
        next_end = min(one.ends_at or hands.now for one in timed)
        hands.now = max(hands.now, next_end)
        await evening.crew.run_for(2 * SWEEP_S, sweep_s=SWEEP_S)
    for grant in await evening.crew.grants():
        assert grant.state in {"ended", "refused"}
        if grant.ended_why == "expired" and grant.ends_at and grant.ends_at > calm:
            assert grant.ended_at is not None
            assert grant.ended_at - grant.ends_at <= timedelta(seconds=SWEEP_S + 10)
    check_nobody_elses_badge_was_touched(evening)
    await check_the_log_explains(evening)
    assert evening.channel.badges == await permanent_of(evening.crew)
    assert await taking.sweep(db) == 0
    assert hands.now > T0
    await db.close()


async def permanent_of(crew: Crew) -> set[str]:
    from entourage.vips import permanent

    async with tenancy.inside(crew.db, crew.creator_id) as session:
        return await permanent.known(session)
