"""A month of three campaigns: clips with readings and days, every cent they earned and what of it was paid, doubts, words and forecasts."""

import asyncio
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update

from benchmarks import ground
from benchmarks.campaign import Silence
from entourage.clips import accrual, campaigns, clippers, payouts, release, reports, schemas
from entourage.clips.desk import Desk
from entourage.clips.earning import Terms
from entourage.clips.tables import ClipDay, ClipFlag, ClipForecast, Clipper, ClipReading, ClipSubmission, ClipTransfer
from entourage.clips.updates import Publisher
from entourage.kernel import clock, tenancy
from entourage.kernel.accounts import members, people
from entourage.kernel.accounts.passwords import Passwords
from entourage.kernel.db import Database
from entourage.kernel.tenancy import CreatorSession

CLIPPER, PASSWORD = "cem@example.org", "a long enough password"
DAYS, EVERY_DAYS = 30, 3
READINGS = 30
_AT_ONCE = 5_000
_CODES = ("spike", "low_engagement", "flat_likes", "drop", "wrong_author")
_ACTOR = "user:ada"


class Nothing:
    """Nobody counts, and no short link leads anywhere."""

    async def of(self, creator_id: int, platform: str) -> None:
        """Return nobody."""

    async def named(self, creator_id: int, name: str) -> None:
        """Return nobody."""

    async def follow(self, url: str) -> str:
        """Return the link itself."""
        return url


@dataclass
class Stock:
    """What is filled: how many clips of how many clippers until which moment."""

    db: Database
    creator_id: int
    clips: int
    dice: random.Random
    now: datetime
    desk: Desk = field(default_factory=lambda: Desk(counters=Nothing(), links=Nothing(), publisher=Publisher(Silence())))
    users: list[UUID] = field(default_factory=list)
    campaigns: list[int] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)

    async def fill(self, clippers_: int) -> None:
        """Fill everything."""
        await self._people(clippers_)
        await self._campaigns()
        await self._clips()
        await self._readings()
        await self._money()
        await self._doubts()
        await self._forecasts()
        await ground.analyze(self.db)

    async def _people(self, number: int) -> None:
        """Let clippers join; the first can sign in."""
        password_hash = await Passwords().hash(PASSWORD)
        async with tenancy.everywhere(self.db, "a benchmark's clippers", write=True) as session:
            for n in range(number):
                email = CLIPPER if n == 0 else f"clipper{n}@example.org"
                self.users.append((await people.add(session, email=email, name=f"Clipper {n}", password_hash=password_hash)).id)
        async with tenancy.inside(self.db, self.creator_id, write=True) as session:
            for user_id in self.users:
                await members.add(session, user_id, "clipper")
                await clippers.join(session, user_id)
            await session.execute(update(Clipper).values(method="paypal"), execution_options={"synchronize_session": False})

    async def _campaigns(self) -> None:
        begin = self.now - timedelta(days=DAYS)
        held_to = Terms(rate_micro=1_500_000, min_views=500, hold_days=7, clip_most=50_000)
        async with _at(begin), tenancy.inside(self.db, self.creator_id, write=True) as session:
            for title, budget in (("Spring", 40_000_000), ("Summer", 40_000_000), ("A small pot", 2_000_000)):
                draft = schemas.CampaignDraft(
                    title=title, platforms=["tiktok", "youtube"], deadline=self.now + timedelta(days=10), terms=held_to, budget=budget,
                    currency="USD", brief="Clips of the evening streams.",
                )  # fmt: skip
                made = await campaigns.create(session, self.desk, draft, _ACTOR)
                await campaigns.set_state(session, self.desk, made.id, "ACTIVE", _ACTOR)
                self.campaigns.append(made.id)

    async def _clips(self) -> None:
        for number in range(self.clips):
            posted = self.now - timedelta(days=DAYS * self.dice.random() ** 0.8)
            state = self.dice.choices(("APPROVED", "PENDING", "REJECTED"), (80, 12, 8))[0]
            final = int(10 ** self.dice.uniform(2.2, 5.6))
            views, clip = grown(final, (self.now - posted) / timedelta(days=1)), str(7_000_000_000_000_000_000 + number)
            self.rows.append({
                "creator_id": self.creator_id, "campaign": self.campaigns[number % 3], "user_id": self.users[number % len(self.users)],
                "terms": 1, "platform": "tiktok", "video_id": clip, "url": f"https://www.tiktok.com/@mo/video/{clip}",
                "submitted_url": f"https://www.tiktok.com/@mo/video/{clip}", "state": state, "title": f"The moment number {number}",
                "reason": "Another game." if state == "REJECTED" else "", "author": "mo", "posted_at": posted,
                "submitted_at": posted + timedelta(minutes=30), "decided_at": posted + timedelta(hours=5) if state != "PENDING" else None,
                "next_read_at": self.now + timedelta(hours=20), "read_at": self.now, "tried_at": self.now, "views": views,
                "latest": views, "likes": views // 20, "comments": views // 200, "shares": views // 400, "final": final,
                "appealed_at": self.now if state == "REJECTED" and number % 5 == 0 else None,
            })  # fmt: skip
        self.rows.sort(key=lambda row: row["submitted_at"])
        await self._add(ClipSubmission, [{key: value for key, value in row.items() if key != "final"} for row in self.rows])
        async with tenancy.inside(self.db, self.creator_id) as session:
            ids = dict((await session.execute(select(ClipSubmission.video_id, ClipSubmission.id))).all())
        for row in self.rows:
            row["id"] = ids[row["video_id"]]

    async def _readings(self) -> None:
        """Add readings, closer together while a clip is young, and its days."""
        for start in range(0, len(self.rows), _AT_ONCE // 10):
            readings, days = list[dict[str, Any]](), list[dict[str, Any]]()
            for row in self.rows[start : start + _AT_ONCE // 10]:
                mine = list(self._read(row))
                readings += mine
                by_day = {one["at"].date(): one["views"] for one in mine if one["views"] is not None}
                days += [
                    {"creator_id": self.creator_id, "user_id": row["user_id"], "clip_id": row["id"], "date": day, "platform": "tiktok",
                     "views": views, "created_at": self.now}
                    for day, views in by_day.items()
                ]  # fmt: skip
            await self._add(ClipReading, readings)
            await self._add(ClipDay, days)

    def _read(self, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
        age = self.now - row["submitted_at"]
        for number in range(1, READINGS + 1):
            at = row["submitted_at"] + age * (number / READINGS) ** 1.6
            views = grown(row["final"], (at - row["posted_at"]) / timedelta(days=1))
            good = number % 17 != 5
            yield {
                "creator_id": self.creator_id, "submission": row["id"], "at": at, "provider": "apify_tiktok", "metric": "playCount",
                "outcome": "ok" if good else "timeout", "views": views if good else None, "likes": views // 20 if good else None,
                "comments": views // 200 if good else None, "shares": views // 400 if good else None,
            }  # fmt: skip

    async def _money(self) -> None:
        """Let the house reckon every third day what clips have earned, let it go, and pay twice."""
        for day in range(EVERY_DAYS, DAYS + 1, EVERY_DAYS):
            at = self.now - timedelta(days=DAYS - day)
            seen = [{"clip": row["id"], "seen": grown(row["final"], (at - row["posted_at"]) / timedelta(days=1))} for row in self.rows]
            async with _at(at), tenancy.inside(self.db, self.creator_id, write=True) as session:
                table = ClipSubmission.__table__
                change = update(table).where(table.c.id == bindparam("clip")).values(views=bindparam("seen"))  # type: ignore[arg-type]
                await session.execute(change, seen)
                for campaign in self.campaigns:
                    await accrual.accrue(session, campaign)
                await release.release(session)
                if day in {15, 27}:
                    await self._pay(session, paid=day == 15)
        async with tenancy.inside(self.db, self.creator_id, write=True) as session:
            await reports.make(session, self.campaigns[0], "Acme", names=True, actor=_ACTOR)

    async def _pay(self, session: CreatorSession, *, paid: bool) -> None:
        batch = await payouts.make_batch(session, self.desk, _ACTOR, "USD")
        if paid:
            await payouts.mark_batch_paid(session, self.desk, batch.id, "SEPA 1", _ACTOR)

    async def _doubts(self) -> None:
        """Doubt one in twelve clips, a third of them still open."""
        doubted = [row for row in self.rows if self.dice.random() < 1 / 12]
        flags = [
            {
                "creator_id": self.creator_id, "submission": row["id"], "code": self.dice.choice(_CODES), "raised_at": self.now,
                "evidence": {"views": row["views"], "expected": row["views"] // 3, "at_most": row["views"] // 2},
                "state": "open" if number % 3 == 0 else "cleared", "decided_at": None if number % 3 == 0 else self.now,
            }
            for number, row in enumerate(doubted)
        ]  # fmt: skip
        await self._add(ClipFlag, flags)
        held = [{"clip": one["submission"]} for one in flags if one["state"] == "open"]
        async with tenancy.inside(self.db, self.creator_id, write=True) as session:
            table = ClipSubmission.__table__
            await session.execute(update(table).where(table.c.id == bindparam("clip")).values(flags=1), held)  # type: ignore[arg-type]

    async def _forecasts(self) -> None:
        """Judge forecasts of clips that are old enough."""
        made = []
        for row in self.rows:
            for age_h, horizon_h in ((24, 168), (72, 168), (72, 720), (168, 720)):
                due = row["posted_at"] + timedelta(hours=horizon_h)
                mid = grown(row["final"], horizon_h / 24)
                made.append({
                    "creator_id": self.creator_id, "submission": row["id"], "age_h": age_h, "horizon_h": horizon_h, "due_at": due,
                    "made_at": row["posted_at"] + timedelta(hours=age_h), "low": mid // 2, "mid": int(mid * self.dice.uniform(0.7, 1.4)),
                    "high": mid * 2, "actual": mid if due < self.now else None, "scored_at": due if due < self.now else None,
                })  # fmt: skip
        await self._add(ClipForecast, [one for one in made if one["made_at"] < self.now])

    async def _add(self, table: Any, rows: Sequence[dict[str, Any]]) -> None:  # noqa: ANN401 - any table of the room
        async with tenancy.inside(self.db, self.creator_id, write=True) as session:
            for start in range(0, len(rows), _AT_ONCE):
                await session.execute(insert(table), rows[start : start + _AT_ONCE])


class _at:  # noqa: N801 - reads as `async with _at(moment)`
    """The house's clock stands at a moment."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    async def __aenter__(self) -> None:
        self.before = clock.set_source(lambda: self.moment)

    async def __aexit__(self, *_: object) -> None:
        clock.set_source(self.before)


def grown(final: int, days: float) -> int:
    """Return how often a clip was watched so many days after it was posted."""
    return int(final * (1 - 2.0 ** (-max(0.0, days) / 4)))


def fill(address: str, clips: int, clippers_: int, seed: int) -> None:
    """Fill a database with all tables for one creator."""
    creator_id = ground.add_creator(address)

    async def work() -> None:
        async with ground.opened(address) as db:
            now = datetime.now(UTC).replace(microsecond=0)
            await Stock(db, creator_id, clips, random.Random(seed), now).fill(clippers_)

    asyncio.run(work())


async def sizes(address: str, creator_id: int) -> str:
    """Say how much there is."""
    from sqlalchemy import func

    tables = {"clips": ClipSubmission, "readings": ClipReading, "lines of the ledger": ClipTransfer, "doubts": ClipFlag, "days": ClipDay}
    async with ground.opened(address) as db, tenancy.inside(db, creator_id) as session:
        counts = {name: await session.scalar(select(func.count()).select_from(table)) for name, table in tables.items()}
    return ", ".join(f"{count:,} {name}" for name, count in counts.items())
