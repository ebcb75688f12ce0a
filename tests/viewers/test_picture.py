"""What boards, goals and hours of an overlay show: the newest broadcast as it is counted, people as everybody may see them."""

from typing import Any

import msgspec
import pytest

from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.tables import Creator
from entourage.ports import live
from entourage.viewers import picture, profile, schemas
from entourage.viewers.intake import Intake
from tests.viewers.conftest import Hands
from tests.viewers.events import T0, Room, person

pytestmark = pytest.mark.anyio

HOUR_MS = 3_600_000


@pytest.fixture(autouse=True)
async def evening(db: Database, creator_id: int, intake: Intake, hands: Hands) -> None:
    """Two broadcasts of one week, the second going on; who is rude is blocked."""
    hands.put(90_000)
    face = person("bo", avatar_url="https://faces.example/bo.jpg")
    last, now = Room("last"), Room("now", start_ms=T0 + 80_000_000)
    await intake.store(creator_id, [last.gift(face, 1, coins=50), last.gift("cy", 2, coins=9), last.chat("di", 3)])
    await intake.store(creator_id, [last.chat(face, 300), last.chat("cy", 200), last.chat("di", 100), last.end(400)])
    acts: list[live.LiveEvent] = [
        now.gift("cy", 1, coins=30),
        now.gift("rude", 2, coins=999),
        now.gift(face, 3, coins=10),
        now.follow("eve", 4),
    ]
    acts += [now.chat("di", 400, f"word {turn}") for turn in range(3)]
    await intake.store(creator_id, acts)
    async with tenancy.inside(db, creator_id, write=True) as session:
        await profile.edit(session, "rude", schemas.Edit(is_blocked=True), "user:ada")


def options(**chosen: Any) -> picture.Options:
    return msgspec.convert(chosen, picture.Options)


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("tonight", [(1, "Cy", 30), (2, "Bo", 10)]),
        ("week", [(1, "Bo", 60), (2, "Cy", 39)]),
        ("month", [(1, "Bo", 60), (2, "Cy", 39)]),
        ("ever", [(1, "Bo", 60), (2, "Cy", 39)]),
    ],
)
async def test_a_board_ranks_who_gave_in_its_span(db: Database, creator_id: int, period: str, expected: list[tuple[int, str, int]]) -> None:
    async with tenancy.inside(db, creator_id) as session:
        places = await picture.board(session, options(period=period))
    assert [(one.rank, one.person.name, one.value) for one in places] == expected
    assert {one.person.name: one.person.avatar for one in places} == {"Bo": "https://faces.example/bo.jpg", "Cy": None}


async def test_a_board_by_time_counts_seconds_and_has_so_many_places(db: Database, creator_id: int) -> None:
    async with tenancy.inside(db, creator_id) as session:
        places = await picture.board(session, options(board="watchtime", period="ever", places=3))
    assert len(places) == 3
    assert all(0 < one.value < 24 * 3600 for one in places)
    assert [one.value for one in places] == sorted((one.value for one in places), reverse=True)


async def test_a_goal_counts_the_newest_broadcast(db: Database, creator_id: int) -> None:
    async with tenancy.inside(db, creator_id) as session:
        found = {kind: (await picture.goal(session, options(counts=kind))).value for kind in ("coins", "follows", "new_viewers")}
    assert found == {"coins": 1039, "follows": 1, "new_viewers": 2}


async def test_hours_show_tonight_in_rows_of_an_hour(db: Database, creator_id: int) -> None:
    async with tenancy.inside(db, creator_id) as session:
        tonight = await picture.hours(session, options(span="tonight"))
        week = await picture.hours(session, options(span="week"))
    begun = (T0 + 80_000_000) // HOUR_MS * HOUR_MS
    assert tonight.starts[0] == begun
    cells = [cell for row in tonight.cells for cell in row]
    assert max(cells) == 1.0
    assert sum(cell > 0 for cell in cells) == 2, "two moments were busy"
    assert (len(week.cells), {len(row) for row in week.cells}) == (7, {24})


async def test_before_anything_has_happened_there_is_nothing_to_show(db: Database) -> None:
    async with tenancy.everywhere(db, "a test's other creator", write=True) as session:
        other = Creator(name="Nia Live", zone="UTC", created_at=clock.now())
        session.add(other)
        await session.flush()
    async with tenancy.inside(db, other.id) as session:
        assert await picture.board(session, options()) == []
        assert (await picture.goal(session, options())).value == 0
        assert (await picture.hours(session, options())).cells == []


def test_options_that_cannot_be_read_are_as_if_they_were_not_there() -> None:
    assert picture.read_options({"font": "Papyrus"}) == picture.Options()
    assert picture.read_options({"title": "Mine", "unknown": 1}).title == "Mine"
    assert picture.first_options("goal", "de").language == "de"


def test_only_pictures_from_the_web_are_shown() -> None:
    row = msgspec.convert(
        {field.name: _value(field) for field in msgspec.structs.fields(schemas.ViewerRow)} | {"profile_picture_url": "javascript:alert(1)"},
        schemas.ViewerRow,
        strict=False,
    )
    assert picture.person(row, {}).avatar is None


def _value(field: msgspec.structs.FieldInfo) -> Any:
    return {int: 1, str: "x", bool: False, float: 1.0}.get(field.type)
