"""Broadcasts over REST: the list, one beside the five before it, its course, who came, and the ledger of gaps."""

from typing import Any

import pytest
from sqlalchemy import select

from entourage.kernel import tenancy
from entourage.kernel.bus.memory import MemoryBus
from entourage.kernel.db import Database
from entourage.kernel.jobs.registry import Registry
from entourage.ports import live
from entourage.viewers import jobs, tables, zone_jobs
from entourage.viewers.intake import Intake
from entourage.viewers.updates import Publisher
from tests.labour import work_off
from tests.people import Cast, Client, Doors
from tests.viewers.conftest import Hands
from tests.viewers.events import T0, Room

DAY_S = 86_400
EVENINGS = 7  # the one that is looked at, and six before it, of which five count
FANS = tuple(f"fan{number}" for number in range(6))

pytestmark = pytest.mark.anyio


def evening(number: int) -> Room:
    return Room(f"80{number}", start_ms=T0 + number * DAY_S * 1000)


async def play(intake: Intake, creator_id: int, hands: Hands) -> None:
    """Play six evenings: on each, everybody of the fans chats once a minute, and one gives `number` coins; `gone` is there on the first."""
    for number in range(EVENINGS - 1):
        room = evening(number)
        hands.put(number * DAY_S)
        events: list[live.LiveEvent] = [room.chat(fan, 60 * minute + 1) for minute in range(3) for fan in FANS]
        events += [room.gift(FANS[0], 61, coins=10 * (number + 1)), room.watching(100 + number, 62), room.end(180)]
        await intake.store(creator_id, [*events, *([room.chat("gone", 5)] if number == 0 else [])])
    hands.put(0)


async def finale(db: Database, intake: Intake, creator_id: int, hands: Hands) -> None:
    """Play the evening that is looked at, sixteen days after the first and ten after the last: four of the fans, one new, `gone` again."""
    room = Room("900", start_ms=T0 + 16 * DAY_S * 1000)
    hands.put(16 * DAY_S)
    await intake.store(creator_id, [
        room.chat(FANS[0], 1), room.chat(FANS[0], 2), room.chat("gone", 3), room.join("fresh", 4), room.like(FANS[1], 70, count=9),
        room.gift(FANS[0], 75, coins=5, repeat=3), room.gift("fresh", 80, coins=300, name="Lion", gift_id="1"), room.gift(FANS[2], 82, coins=1),
        room.chat(FANS[3], 130), room.watching(55, 131), room.end(200),
    ])  # fmt: skip
    hands.put(16 * DAY_S + 900)
    await jobs.sweep(db)


@pytest.fixture
async def owner(db: Database, cast: Cast, doors: Doors, intake: Intake, hands: Hands) -> Client:
    """The owner's browser, on the evening after."""
    await play(intake, cast.owner.creator_id, hands)
    await finale(db, intake, cast.owner.creator_id, hands)
    return await doors.of(cast.owner)


async def get(client: Client, path: str, **query: Any) -> Any:
    answer = await client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def newest(client: Client) -> int:
    return int((await get(client, "/api/streams", limit=1))["data"][0]["id"])


async def test_broadcasts_are_listed_newest_first_page_by_page(owner: Client) -> None:
    first = await get(owner, "/api/streams", limit=4)
    rest = await get(owner, "/api/streams", limit=4, before=first["pagination"]["next"])
    assert rest["pagination"]["next"] is None
    listed = first["data"] + rest["data"]
    assert [one["started_at"] for one in listed] == sorted((one["started_at"] for one in listed), reverse=True)
    assert len({one["id"] for one in listed}) == EVENINGS
    last = listed[0]
    assert (last["viewers"], last["new_viewers"], last["coins"], last["comments"], last["likes"]) == (6, 1, 316, 4, 9)
    assert (last["live"], last["recorded"], last["peak_watching"], last["duration_seconds"]) == (False, False, 55, 199)


async def test_a_mark_of_somebody_else_is_refused_with_a_sentence(owner: Client) -> None:
    for path in ("/api/streams", "/api/gaps", f"/api/streams/{await newest(owner)}/viewers"):
        answer = await owner.get(path, params={"before": "yesterday"})
        assert (answer.status_code, "start again without it" in answer.json()["detail"]) == (400, True), path


async def test_a_broadcast_stands_beside_the_mean_of_the_five_before(owner: Client) -> None:
    one = (await get(owner, f"/api/streams/{await newest(owner)}"))["data"]
    usual = one["usual"]
    assert (usual["evenings"], usual["coins"], usual["viewers"], usual["comments"], usual["new_viewers"]) == (5, 40, 6, 18, 0)
    assert (usual["peak_watching"], usual["duration_seconds"]) == (103, 179)
    assert [(gift["gift_name"], gift["total_quantity"], gift["total_coins"]) for gift in one["top_gifts"]] == [
        ("Lion", 1, 300),
        ("Rose", 4, 16),
    ]
    assert (one["promotions"], one["gaps"]) == ([], [])


async def test_the_first_evening_has_nothing_to_stand_beside(owner: Client) -> None:
    listed = (await get(owner, "/api/streams"))["data"]
    one = (await get(owner, f"/api/streams/{listed[-1]['id']}"))["data"]
    assert (one["usual"], one["new_viewers"]) == (None, 7)
    course = (await get(owner, f"/api/streams/{listed[-1]['id']}/minutes"))["data"]
    assert course["usual"] == []


async def test_the_course_counts_each_minute_and_the_usual_one_beside_it(owner: Client) -> None:
    course = (await get(owner, f"/api/streams/{await newest(owner)}/minutes"))["data"]
    assert course["minutes"] == 1
    told = [[step[name] for name in ("comments", "likes", "coins", "gifts", "joins", "watching")] for step in course["steps"]]
    assert told == [[3, 0, 0, 0, 1, 0], [0, 9, 316, 5, 0, 0], [1, 0, 0, 0, 0, 55]]
    assert [step["comments"] for step in course["usual"]] == [6.0, 6.0, 6.0]
    assert [step["coins"] for step in course["usual"]] == [0.0, 40.0, 0.0]
    assert [step["watching"] for step in course["usual"]] == [0.0, 103.0, 0.0]


async def test_a_long_course_is_drawn_together_without_losing_anything(owner: Client, intake: Intake, cast: Cast, hands: Hands) -> None:
    room = Room("901", start_ms=T0 + 20 * DAY_S * 1000)
    hands.put(20 * DAY_S)
    minutes = (0, 1, 7, 299, 600)
    await intake.store(cast.owner.creator_id, [room.chat("long", 60 * minute + 1) for minute in minutes])
    course = (await get(owner, f"/api/streams/{await newest(owner)}/minutes"))["data"]
    assert course["minutes"] == 5
    assert len(course["steps"]) == 121
    counted = {place: step["comments"] for place, step in enumerate(course["steps"]) if step["comments"]}
    assert counted == {0: 2, 1: 1, 59: 1, 120: 1}
    assert len(course["usual"]) == 1, "the streams before were over after three minutes"


async def test_who_came_is_told_apart_and_ordered(owner: Client) -> None:
    path = f"/api/streams/{await newest(owner)}/viewers"

    async def names(**query: Any) -> list[str]:
        return [one["tiktok_username"] for one in (await get(owner, path, **query))["data"]]

    assert (await names())[:3] == ["fresh", "fan0", "fan2"]
    assert sorted(await names()) == ["fan0", "fan1", "fan2", "fan3", "fresh", "gone"]
    assert await names(whom="first") == ["fresh"]
    assert await names(whom="returning") == ["gone"]
    assert sorted(await names(whom="returning", days=10)) == ["fan0", "fan1", "fan2", "fan3", "gone"]
    assert await names(whom="returning", days=17) == []
    by_time = (await get(owner, path, order="minutes"))["data"]
    assert [one["watched_seconds"] for one in by_time] == sorted((one["watched_seconds"] for one in by_time), reverse=True)
    guest = next(one for one in by_time if one["tiktok_username"] == "gone")
    assert (guest["comments"], guest["first_time"], guest["before"]) == (1, False, "2025-11-15T19:00:05.000Z")
    one = next(one for one in by_time if one["tiktok_username"] == "fan0")
    assert (one["coins"], one["gifts"], one["comments"]) == (15, 3, 2)


@pytest.mark.parametrize("order", ["coins", "minutes"])
async def test_pages_of_guests_have_no_gap_and_no_double(owner: Client, order: str) -> None:
    path = f"/api/streams/{await newest(owner)}/viewers"
    whole = [one["id"] for one in (await get(owner, path, order=order))["data"]]
    paged: list[int] = []
    mark = None
    while True:
        page = await get(owner, path, order=order, limit=2, **({"before": mark} if mark else {}))
        paged += [one["id"] for one in page["data"]]
        mark = page["pagination"]["next"]
        if mark is None:
            break
    assert paged == whole
    assert len(set(paged)) == 6


async def test_gaps_are_listed_and_stand_with_their_broadcast(owner: Client, db: Database, cast: Cast) -> None:
    stream_id = await newest(owner)
    began = T0 + 16 * DAY_S * 1000
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        session.add_all([
            tables.Gap(platform="tiktok", stream_id=stream_id, from_ms=began + 60_000, until_ms=began + 90_000, reason="reconnecting", recovered=3),
            tables.Gap(platform="tiktok", stream_id=None, from_ms=T0 - DAY_S * 1000, until_ms=T0 - DAY_S * 1000, reason="stopped"),
        ])  # fmt: skip
    listed = (await get(owner, "/api/gaps"))["data"]
    assert [(one["reason"], one["seconds"], one["recovered"], one["stream_id"]) for one in listed] == [
        ("reconnecting", 30, 3, stream_id), ("stopped", 0, 0, None),
    ]  # fmt: skip
    assert [one["id"] for one in (await get(owner, f"/api/streams/{stream_id}"))["data"]["gaps"]] == [listed[0]["id"]]
    first = await get(owner, "/api/gaps", limit=1)
    rest = await get(owner, "/api/gaps", limit=1, before=first["pagination"]["next"])
    assert [first["data"][0]["id"], rest["data"][0]["id"]] == [one["id"] for one in listed]


async def test_a_neighbour_sees_none_of_it(owner: Client, doors: Doors, cast: Cast) -> None:
    stream_id = await newest(owner)
    neighbour = await doors.of(cast.neighbour)
    assert (await get(neighbour, "/api/streams"))["data"] == []
    for path in ("", "/viewers", "/minutes"):
        assert (await neighbour.get(f"/api/streams/{stream_id}{path}")).status_code == 404


async def test_a_recording_is_not_measured_by_evenings_of_now(owner: Client, db: Database, cast: Cast) -> None:
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        session.add(
            tables.Stream(
                platform="tiktok",
                room="rec",
                recorded=True,
                started_ms=T0 + 30 * DAY_S * 1000,
                last_event_ms=T0 + 30 * DAY_S * 1000 + 1,
                ended_ms=T0 + 30 * DAY_S * 1000 + 1,
            )
        )
    one = (await get(owner, f"/api/streams/{await newest(owner)}"))["data"]
    assert (one["recorded"], one["usual"]) == (True, None)


async def test_whoever_corrects_their_zone_has_their_weeks_counted_anew(owner: Client, db: Database, cast: Cast) -> None:
    p = tables.Period

    async def visits() -> dict[str, int]:
        statement = select(p.period, p.visits).join(tables.Viewer, tables.Viewer.id == p.viewer_id).where(tables.Viewer.handle == FANS[0])
        async with tenancy.inside(db, cast.owner.creator_id) as session:
            return dict((await session.execute(statement)).all())

    async def board() -> list[tuple[str, int]]:
        ranked = (await get(owner, "/api/viewer-profiles/leaderboard", type="coins", period="month"))["data"]
        return [(one["tiktok_username"], one["total_coins_spent"]) for one in ranked]

    assert await visits() == {"2025-W46": 2, "2025-W47": 4, "2025-W49": 1, "2025-11": 6, "2025-12": 1}
    told = await board()
    assert told == [("fresh", 300), ("fan0", 15), ("fan2", 1)]
    creator = (await get(owner, "/api/me"))["creators"][0]["id"]
    assert (await owner.patch(f"/api/creators/{creator}", json={"zone": "Pacific/Auckland"})).status_code == 200
    assert await board() == told
    registry = Registry()
    zone_jobs.register(registry, Publisher(MemoryBus(), db))
    await work_off(db, registry)
    # A Sunday evening in Berlin is a Monday morning in Auckland.
    assert await visits() == {"2025-W46": 1, "2025-W47": 5, "2025-W49": 1, "2025-11": 6, "2025-12": 1}
    assert await board() == told
