"""Health says which part is not well, in words to its people and in one to strangers."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text, update

from entourage import app as app_module
from entourage.kernel import clock, hearings, tenancy
from entourage.kernel.db import Database
from entourage.kernel.pulse import Pulse
from entourage.kernel.tables import Heartbeat
from entourage.web.vitals import Vitals, age
from entourage.wiring import House
from tests.people import Cast, Doors, make_house

pytestmark = pytest.mark.anyio


@pytest.fixture
async def crew(db: Database) -> list[Pulse]:
    """Let a listener and a worker in other processes give signs of life."""
    made = [Pulse(db, "1.0"), Pulse(db, "1.0")]
    for one, role in zip(made, ("listen", "work"), strict=True):
        one.begin(role)
        one.went_round(role)
        await one.write()
    return made


async def _change_shape(db: Database, revision: str) -> None:
    async with db.begin(write=True) as connection:
        await connection.execute(text("DELETE FROM alembic_version"))
        await connection.execute(text(f"INSERT INTO alembic_version VALUES ('{revision}')"))


async def test_all_is_well_and_only_its_people_are_told_how(doors: Doors, cast: Cast, crew: list[Pulse]) -> None:
    nobody, stranger, helper = await doors.nobody(), await doors.of(cast.stranger), await doors.of(cast.helper)
    for path in ("/api/health/live", "/api/health/ready", "/api/health"):
        answer = await nobody.get(path)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert (await stranger.get("/api/health")).json() == {"status": "ok"}
    told = (await helper.get("/api/health")).json()
    assert told["database"] in {"sqlite", "postgresql"}
    parts = {part["name"]: part["says"] for part in told["parts"]}
    assert list(parts) == ["database", "migrations", "listen", "work"]
    assert parts["listen"].startswith("Listening: one process, the last sign of life came ")


async def test_a_listener_that_fell_silent_is_named_to_its_people_only(db: Database, doors: Doors, cast: Cast, crew: list[Pulse]) -> None:
    async with tenancy.everywhere(db, "a test lets time pass", write=True) as session:
        await session.execute(update(Heartbeat).where(Heartbeat.role == "listen").values(at=clock.wall() - timedelta(minutes=7)))
    nobody, helper = await doors.nobody(), await doors.of(cast.helper)
    refused = await nobody.get("/api/health")
    assert (refused.status_code, refused.json()["detail"], refused.json()["errors"]) == (503, "Not ok.", {})
    assert "7 min" not in refused.text
    told = (await helper.get("/api/health")).json()
    assert told["errors"] == {"listen": "Listening: the last sign of life came 7 min ago. Look at `entourage listen` and its log."}
    # The web itself can work: nobody takes it out of the balance for another's fault.
    assert (await nobody.get("/api/health/ready")).status_code == 200


async def test_lost_lines_to_twitch_degrade_the_house_and_are_counted_without_names(
    db: Database, doors: Doors, cast: Cast, crew: list[Pulse]
) -> None:
    async def note(creator_id: int, **states: tuple[hearings.State, str]) -> None:
        async with tenancy.inside(db, creator_id, write=True) as session:
            await hearings.note(session, "twitch", states)

    await note(cast.owner.creator_id, line=("on", ""), a=("on", ""), b=("on", ""), c=("missing", "bits:read"))
    await note(cast.neighbour.creator_id, line=("down", "a secret reason"), a=("waiting", ""))
    nobody, helper = await doors.nobody(), await doors.of(cast.helper)
    for browser in (nobody, helper):
        answer = await browser.get("/api/health")
        assert (answer.status_code, answer.json()["status"], "secret" in answer.text) == (200, "degraded", False)
    told = answer.json()
    part = next(part for part in told["parts"] if part["name"] == "twitch")
    counts = "2 on, 1 waiting, 1 not allowed"
    assert part["says"] == f"Twitch: 2 channels; subscriptions: {counts}. The line is lost for 1 of them and tried again by itself."
    quiet = {"waiting": 0, "missing": 0, "refused": 0, "ended": 0}
    assert told["twitch"] == [{**quiet, "line": "down", "on": 0, "waiting": 1}, {**quiet, "line": "on", "on": 2, "missing": 1}]
    assert (await nobody.get("/api/health")).json() == {"status": "degraded"}

    await note(cast.neighbour.creator_id, line=("on", ""))
    assert (await nobody.get("/api/health")).json() == {"status": "ok"}


async def test_a_house_where_nobody_works_says_which_command_is_missing(doors: Doors, cast: Cast) -> None:
    told = (await (await doors.of(cast.helper)).get("/api/health")).json()
    assert {name: said.split("`")[1] for name, said in told["errors"].items()} == {"listen": "entourage listen", "work": "entourage worker"}


@pytest.mark.parametrize(("revision", "status"), [("0001", 503), ("9999", 200)])
async def test_an_old_shape_is_not_ready_and_a_newer_one_keeps_whoever_still_answers(
    db: Database, doors: Doors, cast: Cast, crew: list[Pulse], revision: str, status: int
) -> None:
    await _change_shape(db, revision)
    assert (await (await doors.nobody()).get("/api/health/ready")).status_code == status
    told = (await (await doors.of(cast.helper)).get("/api/health")).json()
    said = str(told)
    assert ("run `entourage migrate`" in said) == (status == 503)
    assert ("update this process" in said) == (status == 200)


async def test_work_of_this_process_that_stands_still_makes_it_not_ready(db: Database) -> None:
    now = [100.0]
    own = Pulse(db, "1.0", seconds=lambda: now[0])
    look = Vitals(db=db, pulse=own)
    own.begin("listen")
    assert [(part.ok, part.says) for part in await look.own()][2:] == [(False, "Listening is starting.")]
    own.went_round("listen")
    now[0] += 59
    assert [(part.ok, part.says) for part in await look.own()][2:] == [(True, "Listening went round 59 s ago.")]
    now[0] += 2
    assert [part.ok for part in await look.own()] == [True, True, False]


async def test_redis_that_is_away_is_said_but_does_not_stop_the_web(db: Database, crew: list[Pulse]) -> None:
    async def away() -> None:
        msg = "redis://:secret@cache is away"
        raise ConnectionError(msg)

    look = Vitals(db=db, pulse=Pulse(db, "1.0"), redis=away)
    [said] = [part.says for part in await look.whole() if not part.ok]
    assert said == "Redis does not answer (ConnectionError): screens hear only what their own process says."
    assert all(part.ok for part in await look.own())


@pytest.fixture
async def watched(tmp_path: Path, anyio_backend: str) -> AsyncIterator[House]:
    """Make a house whose database has a shape that nobody made."""
    db = Database(f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}")
    yield make_house(db)
    await db.close()


async def test_the_small_door_of_a_listener_answers_supervisors_and_nobody_else(watched: House) -> None:
    doors = Doors(app_module.build_watch(watched))
    nobody = await doors.nobody()
    assert (await nobody.get("/api/health/live")).status_code == 200
    assert (await nobody.get("/api/health/ready")).status_code == 503
    assert (await nobody.get("/api/health")).json()["errors"] == {}
    for path in ("/", "/signin", "/api/me", "/api/docs"):
        assert (await nobody.get(path)).status_code == 404
    await doors.close()


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-1, "0 s ago"), (0.4, "0 s ago"), (119, "119 s ago"), (121, "2 min ago"), (7300, "2 h ago"), (200_000, "2 days ago")],
)
def test_ages_are_said_in_words(seconds: float, said: str) -> None:
    assert age(seconds) == said
