"""What the AI costs adds up, whatever happens to its calls, and two who ask at once never spend more than the budget."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from entourage.chats import bill, schemas, usage
from entourage.chats.budget import Tariff
from entourage.chats.tables import ChatCall, ChatChoice, ChatMonth
from entourage.kernel import clock, secrets, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import Invalid, NotFound
from entourage.kernel.secrets import Vault
from entourage.kernel.tables import Creator
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.model import Answered
from tests.people import KEY

pytestmark = pytest.mark.anyio

T0 = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
TARIFF = Tariff(read=1_000_000, written=1_000_000, cached=500_000)


class Purse:
    """One creator's calls, each in a transaction of its own, by a clock that a test pushes."""

    def __init__(self, db: Database, creator_id: int) -> None:
        self.db, self.creator_id, self.now = db, creator_id, T0

    @asynccontextmanager
    async def open(self, *, write: bool = True) -> AsyncIterator[CreatorSession]:
        async with tenancy.inside(self.db, self.creator_id, write=write) as session:
            yield session

    async def choose(self, **settings: object) -> None:
        chosen = schemas.as_dict(schemas.Settings(**settings))  # type: ignore[arg-type]
        async with self.open() as session:
            await session.merge(ChatChoice(creator_id=self.creator_id, chosen=chosen, voice={}, updated_at=T0))

    async def reserve(self, most: int = 100, purpose: usage.Purpose = "reply") -> int:
        async with self.open() as session:
            return await usage.reserve(session, purpose=purpose, model="m", most_micro=most, fan=7, now=self.now)

    async def settle(self, call: int, tokens: int) -> int:
        async with self.open() as session:
            return await usage.settle(session, call, Answered(text="", model="m", read=tokens), TARIFF, 250)

    async def fail(self, call: int, *, unheard: bool = False) -> None:
        async with self.open() as session:
            await usage.fail(session, call, "The model is overloaded.", unheard=unheard)

    async def standing(self) -> schemas.StandingRow:
        async with self.open(write=False) as session:
            return await usage.standing(session, self.now)

    async def adds_up(self) -> None:
        """Every month is the sum of its calls, its days and its purposes."""
        async with self.open(write=False) as session:
            for month in (await session.scalars(select(ChatMonth))).all():
                rows = (await session.scalars(select(ChatCall).where(ChatCall.month == month.month))).all()
                assert month.calls == len(rows)
                assert month.cost_micro == sum(row.cost_micro for row in rows)
                assert month.reserved_micro == sum(row.reserved_micro for row in rows if row.state == "open")
                assert (month.read, month.cached, month.written) == tuple(
                    sum(getattr(r, n) for r in rows) for n in ("read", "cached", "written")
                )
                for sums in (await bill.days(session, month.month), await bill.purposes(session, month.month)):
                    assert (sum(one.calls for one in sums), sum(one.cost_micro for one in sums)) == (month.calls, month.cost_micro)
            assert await session.scalar(select(func.count()).select_from(ChatCall)) == sum(one.calls for one in await usage.months(session))


@pytest.fixture
def _clock() -> Iterator[None]:
    before = clock.set_source(lambda: T0)
    yield
    clock.set_source(before)


@pytest.fixture
async def purse(db: Database, _clock: None) -> Purse:
    """The calls of a creator in Berlin, with a budget of 1,000 and plenty of calls a minute."""
    secrets.use(Vault([KEY]))
    async with tenancy.everywhere(db, "a test's creator", write=True) as session:
        creator = Creator(name="Ada", zone="Europe/Berlin", created_at=T0)
        session.add(creator)
        await session.flush()
    made = Purse(db, creator.id)
    await made.choose(month_micro=1000, calls_a_minute=1000)
    return made


@pytest.mark.thorough
async def test_a_call_is_reserved_then_settled_and_a_second_word_about_it_changes_nothing(purse: Purse) -> None:
    call = await purse.reserve(400)
    assert (await purse.standing()).month.reserved_micro == 400

    assert [await purse.settle(call, 150), await purse.settle(call, 900)] == [150, 150]
    await purse.fail(call, unheard=True)

    now = await purse.standing()
    assert (now.month.cost_micro, now.month.reserved_micro, now.month.read, now.standing) == (150, 0, 150, "free")
    await purse.adds_up()
    with pytest.raises(NotFound):
        await purse.settle(999, 1)


async def test_what_failed_costs_nothing_unless_nobody_heard_the_answer(purse: Purse) -> None:
    await purse.fail(await purse.reserve(300))
    assert (await purse.standing()).month.cost_micro == 0

    await purse.fail(await purse.reserve(300), unheard=True)
    assert (await purse.standing()).month.cost_micro == 300
    await purse.adds_up()


async def test_a_call_that_nobody_settled_counts_as_spent_and_is_corrected_when_its_answer_comes_after_all(purse: Purse) -> None:
    lost = await purse.reserve(800)
    with pytest.raises(usage.OverBudget):
        await purse.reserve(300)
    purse.now += timedelta(minutes=11)
    await purse.reserve(100)

    now = await purse.standing()
    assert (now.month.cost_micro, now.month.reserved_micro, now.standing) == (800, 100, "warned")

    await purse.settle(lost, 50)
    assert (await purse.standing()).month.cost_micro == 50
    await purse.adds_up()


async def test_the_budget_begins_anew_with_the_creators_month(purse: Purse) -> None:
    await purse.settle(await purse.reserve(1000), 1000)
    assert (await purse.standing()).standing == "spent"
    with pytest.raises(usage.OverBudget, match="Raise it"):
        await purse.reserve(1)

    purse.now = datetime(2026, 11, 30, 23, 0, tzinfo=UTC)  # midnight in Berlin
    await purse.settle(await purse.reserve(10), 10)

    async with purse.open(write=False) as session:
        assert [(row.month, row.cost_micro) for row in await usage.months(session)] == [("2026-12", 10), ("2026-11", 1000)]
        assert (await bill.days(session, "2026-12"))[0] == schemas.SumRow(name="2026-12-01", calls=1, cost_micro=10)
        with pytest.raises(Invalid):
            await bill.days(session, "2026-13")
    await purse.adds_up()


async def test_no_more_calls_a_minute_than_the_settings_allow(purse: Purse) -> None:
    await purse.choose(month_micro=None, calls_a_minute=2)
    await purse.reserve()
    purse.now += timedelta(seconds=20)
    await purse.reserve()
    purse.now += timedelta(seconds=10)
    with pytest.raises(usage.TooFast) as refused:
        await purse.reserve()

    assert (refused.value.until, refused.value.retry_after_s) == (T0 + timedelta(seconds=60), 30)
    purse.now = refused.value.until
    await purse.reserve()


async def test_many_at_once_never_spend_more_than_the_budget(purse: Purse) -> None:
    async def spend() -> str:
        try:
            await purse.settle(await purse.reserve(90), 90)
        except usage.OverBudget:
            return "refused"
        return "spent"

    ends = Counter(await asyncio.gather(*(spend() for _ in range(20))))

    assert ends == {"spent": 11, "refused": 9}
    await purse.adds_up()


async def test_calls_are_read_page_by_page_each_once(purse: Purse) -> None:
    made = []
    for number in range(7):
        purse.now += timedelta(seconds=number // 2)
        made.append(await purse.reserve(1))
    async with purse.open(write=False) as session:
        seen, mark = [], ""
        while True:
            rows, mark = await bill.calls(session, after=mark, most=3)
            seen += [row.id for row in rows]
            if not mark:
                break
        with pytest.raises(Invalid):
            await bill.calls(session, after="nonsense")
    assert seen == made[::-1]


async def test_a_forecast_goes_by_the_last_days(purse: Purse) -> None:
    await purse.choose(month_micro=None, calls_a_minute=100)
    purse.now = T0 - timedelta(days=2)
    await purse.settle(await purse.reserve(200), 200)
    purse.now = T0

    assert (await purse.standing()).forecast_micro == 200 + 1013  # 100 a day, for the 10 days and three hours that are left


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(4))
async def test_whatever_happens_to_calls_every_month_is_their_sum(purse: Purse, seed: int) -> None:
    chance, running = random.Random(seed), []
    await purse.choose(month_micro=100_000, calls_a_minute=1000)
    purse.now = datetime(2026, 11, 30, 22, 30, tzinfo=UTC)
    for _ in range(60):
        purse.now += timedelta(seconds=chance.choice((1, 20, 700)))
        match chance.randrange(5):
            case 0 | 1:
                running.append(await purse.reserve(chance.randrange(1, 500), chance.choice(("reply", "followup", "test"))))
            case 2 if running:
                await purse.settle(chance.choice(running), chance.randrange(1, 600))
            case 3 if running:
                await purse.fail(running.pop(chance.randrange(len(running))), unheard=chance.random() < 0.5)
            case _:
                async with purse.open() as session:
                    await usage.give_up(session, purse.now)
    await purse.adds_up()
