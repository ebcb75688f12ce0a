"""What is not to be kept any longer goes, in small steps, and every counter stays what it was and can be counted again."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entourage.kernel import audit, clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import Invalid
from entourage.ports import live
from entourage.viewers import jobs, link, profile, retention, shedding
from entourage.viewers.intake import Intake
from entourage.viewers.recount import Difference, Recount
from entourage.viewers.retention_shapes import Retention, RetentionPlan
from entourage.viewers.shedding import Shed
from tests.people import Cast, Doors
from tests.viewers.events import Room

pytestmark = pytest.mark.anyio

DAY_MS = 86_400_000
HISTORY = ("viewer_sessions", "viewer_gift_history", "viewer_interactions")
COUNTED = ("viewer_totals", "viewer_activity_heatmap", "creator_activity_heatmap", "viewer_periods")
IGNORED = {"version", "updated_ms"}


def evening(room: Room) -> list[live.LiveEvent]:
    """An evening with everything in it, also likes and a share of nobody."""
    return [
        room.chat("lena", 0, "hello"), room.join("mo", 5), room.like("mo", 10, 15), room.like(None, 11, 40), room.like(None, 12, 2),
        room.share("lena", 60), room.share(None, 61), *(room.gift("lena", 70 + n, coins=10, repeat=n, group="g1") for n in (3, 1, 2, 5)),
        room.gift("mo", 3_605, coins=299), room.follow("zoe", 3_608), room.subscribe("zoe", 3_609, 3), room.chat("zoe", 3_620, "über"),
        room.chat("lena", 3_630, "later"), room.like("lena", 7_200, 7),
    ]  # fmt: skip


@pytest.fixture
async def past(db: Database, creator_id: int, intake: Intake) -> dict[int, list[live.LiveEvent]]:
    """Three evenings, 400, 100 and 5 days ago, that are over; returns their events by how many days ago they were."""
    told = {}
    for days in (400, 100, 5):
        told[days] = evening(Room(str(days), start_ms=clock.now_ms() - days * DAY_MS))
        await intake.store(creator_id, told[days])
    await jobs.sweep(db)
    return told


async def rows(db: Database, *tables: str) -> dict[str, list[Any]]:
    async with tenancy.everywhere(db, "a test looks at everything") as session:
        found = {}
        for name in tables:
            asked = (await session.execute(sa.text(f"SELECT * FROM {name}"))).mappings()
            found[name] = sorted(repr({k: v for k, v in row.items() if k not in IGNORED}) for row in asked)
        return found


async def count(db: Database, table: str, where: str = "1 = 1") -> int:
    async with tenancy.everywhere(db, "a test counts") as session:
        return int((await session.execute(sa.text(f"SELECT count(*) FROM {table} WHERE {where}"))).scalar_one())


async def added(db: Database, table: str, column: str, where: str) -> int:
    async with tenancy.everywhere(db, "a test adds up") as session:
        return int((await session.execute(sa.text(f"SELECT sum({column}) FROM {table} WHERE {where}"))).scalar_one())


async def differences(db: Database, creator_id: int) -> list[Difference]:
    def again(connection: Connection) -> list[Difference]:
        return [one for found in Recount(connection, creator_id, at_once=2).differences() for one in found]

    return await tenancy.batch_inside(db, creator_id, again)


async def keep(db: Database, creator_id: int, chat: int | None = None, history: int | None = None) -> RetentionPlan:
    """Choose, and return what was foretold."""
    async with tenancy.inside(db, creator_id, write=True) as session:
        plan = await retention.preview(session, Retention(chat, history))
        await retention.write(session, Retention(chat, history), "user:ada")
    return plan


async def test_nothing_goes_while_nobody_asked_for_it(db: Database, creator_id: int, past: Any) -> None:
    before = await rows(db, *HISTORY)
    async with tenancy.inside(db, creator_id) as session:
        assert await retention.read(session) == Retention(None, None)
        assert await retention.preview(session, Retention()) == RetentionPlan()
    assert await jobs.shed(db, creator_id) == Shed()
    assert await jobs.shed_all(db) == {}
    assert await rows(db, *HISTORY) == before


async def test_words_go_and_everything_else_stays(db: Database, creator_id: int, past: Any) -> None:
    before = await rows(db, "viewers", "viewer_sessions", "viewer_gift_history", *COUNTED)
    plan = await keep(db, creator_id, chat=30)
    gone = await jobs.shed_all(db)

    assert gone == {creator_id: Shed(words=plan.words)}
    assert (plan.words, plan.hushed_streams, plan.streams) == (6, 2, 0)
    assert await rows(db, "viewers", "viewer_sessions", "viewer_gift_history", *COUNTED) == before
    assert await count(db, "viewer_interactions", "content IS NOT NULL") == 3
    assert await count(db, "streams", "hushed_ms IS NOT NULL") == 2
    assert await differences(db, creator_id) == []
    assert await jobs.shed_all(db) == {creator_id: Shed()}


async def test_what_is_told_of_a_hushed_stream_later_counts_but_its_words_are_not_kept(
    db: Database, creator_id: int, past: dict[int, list[live.LiveEvent]], intake: Intake
) -> None:
    await keep(db, creator_id, chat=30)
    await jobs.shed_all(db)  # the intake of the evenings lives on, and still knows the stream from before
    old = Room("100", start_ms=clock.now_ms() - 100 * DAY_MS)
    await intake.store(creator_id, [*past[100], old.chat("lena", 4_000, "never told before"), old.chat("kim", 4_001, "me neither")])

    assert await count(db, "viewer_interactions", "content LIKE '%neither' OR content LIKE 'never%'") == 0
    assert await count(db, "viewer_interactions", "content IS NOT NULL") == 3, "those of the newest evening"
    assert await count(db, "viewers", "handle = 'kim' AND comments = 1") == 1
    assert await differences(db, creator_id) == []


async def test_histories_go_and_every_counter_stays_and_can_be_counted_again(
    db: Database, creator_id: int, past: dict[int, list[live.LiveEvent]], intake: Intake
) -> None:
    before, streams = await rows(db, "viewers", *COUNTED), await count(db, "streams")
    assert await differences(db, creator_id) == []
    old = "room IN ('400', '100')"
    given = await added(db, "viewer_gift_history", "quantity", f"stream_id IN (SELECT id FROM streams WHERE {old})")
    done = await added(db, "streams", "comments + likes + shares + follows + joins", old)
    plan = await keep(db, creator_id, history=31)
    gone = await jobs.shed(db, creator_id, breath_s=0)

    assert (gone.streams, gone.visits) == (plan.streams, plan.visits) == (2, 6)
    assert (gone.gifts, plan.gifts, plan.messages) == (4, given, done), "rows of gifts went, and what was foretold are gifts and likes"
    assert await rows(db, "viewers", *COUNTED) == before
    assert await count(db, "streams") == streams
    assert await count(db, "viewer_sessions") == 3
    assert await count(db, "viewer_interactions", "content IS NOT NULL") == 3
    assert await differences(db, creator_id) == []
    async with tenancy.inside(db, creator_id) as session:
        assert [entry.meta["visits"] for entry in await audit.page(session, action="viewers.retention.shed")] == [6]

    for events in past.values():
        receipt = await intake.store(creator_id, events)
        assert receipt.counted == 0, "what was let go is not counted a second time"
    await jobs.sweep(db)  # a stream that is heard of again is added to its week and month anew
    assert await rows(db, "viewers", *COUNTED) == before
    assert await jobs.shed(db, creator_id) == Shed()

    await intake.store(creator_id, evening(Room("now", start_ms=clock.now_ms() - 7_300_000)))
    assert await differences(db, creator_id) == []


async def test_a_plug_pulled_in_the_middle_leaves_counters_in_order_and_the_rest_for_the_next_night(
    db: Database, creator_id: int, past: Any
) -> None:
    before = await rows(db, "viewers", *COUNTED)
    await keep(db, creator_id, chat=7, history=31)
    before_ms = retention.before(31)
    left = await tenancy.batch_inside(db, creator_id, lambda c: shedding.mark(c, creator_id, before_ms))
    assert len(left) == 2
    for _ in range(2):
        went = await tenancy.batch_inside(db, creator_id, lambda c: shedding.let_go(c, creator_id, left[0], most=1))
        assert went.visits == 1
        assert await differences(db, creator_id) == []

    assert await tenancy.batch_inside(db, creator_id, lambda c: shedding.mark(c, creator_id, before_ms)) == left
    gone = await jobs.shed(db, creator_id, breath_s=0)
    assert (gone.streams, gone.visits) == (2, 4)
    assert await rows(db, "viewers", *COUNTED) == before
    assert await differences(db, creator_id) == []


async def test_people_can_be_linked_parted_and_forgotten_after_their_history_went(db: Database, creator_id: int, past: Any) -> None:
    await keep(db, creator_id, history=31)
    async with tenancy.inside(db, creator_id, write=True) as session:
        await link.join(session, "lena", "mo", "user:ada")
    await jobs.shed(db, creator_id, breath_s=0)
    assert await differences(db, creator_id) == []
    async with tenancy.inside(db, creator_id, write=True) as session:
        await link.part(session, "lena", "mo", "user:ada")
    assert await differences(db, creator_id) == []
    async with tenancy.inside(db, creator_id, write=True) as session:
        await profile.forget(session, "lena", "user:ada")
    assert await differences(db, creator_id) == []
    assert await count(db, "viewer_carried") == 2


@pytest.mark.parametrize(("chat", "history"), [(0, None), (-5, None), (None, 30), (None, 0), (40_000, None)])
async def test_days_that_make_no_sense_are_refused(db: Database, creator_id: int, chat: int | None, history: int | None) -> None:
    with pytest.raises(Invalid, match="days"):
        await keep(db, creator_id, chat, history)


async def test_the_owner_looks_first_and_then_decides_and_a_helper_does_neither(db: Database, cast: Cast, doors: Doors) -> None:
    browser, helper = await doors.of(cast.owner), await doors.of(cast.helper)
    intake: Intake = doors.app.state.house.intake
    await intake.store(cast.owner.creator_id, evening(Room("100", start_ms=clock.now_ms() - 100 * DAY_MS)))
    await jobs.sweep(db)
    url = "/api/viewer-profiles/retention"

    assert (await browser.get(url)).json()["data"] == {"keepChatDays": None, "keepHistoryDays": None}
    plan = (await browser.get(f"{url}/preview", params={"keepChatDays": 30, "keepHistoryDays": 60})).json()["data"]
    assert (plan["streams"], plan["visits"], plan["gifts"], plan["words"]) == (1, 3, 6, 0)
    assert (await browser.put(url, json={"keepChatDays": 30, "keepHistoryDays": None})).status_code == 200
    assert (await browser.get(url)).json()["data"] == {"keepChatDays": 30, "keepHistoryDays": None}
    assert (await browser.put(url, json={"keepHistoryDays": 3})).status_code == 400
    assert (await browser.get(f"{url}/preview", params={"keepHistoryDays": 3})).status_code == 400
    assert (await helper.put(url, json={"keepChatDays": 1})).status_code == 403
    assert (await helper.get(f"{url}/preview")).status_code == 403
    async with tenancy.inside(db, cast.owner.creator_id) as session:
        [entry] = await audit.page(session, action="viewers.retention.set")
    assert entry.meta == {"before": [None, None], "chat_days": 30, "history_days": None}
