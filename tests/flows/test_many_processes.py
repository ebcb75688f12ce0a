"""The house in five processes on PostgreSQL and Redis: two for the web, one that listens, two that work, all of one mind."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text, update

from entourage.kernel import tenancy
from entourage.kernel.accounts import creators
from entourage.kernel.db import Database
from entourage.kernel.jobs import queue
from entourage.kernel.tables import Job
from entourage.simulators.tiktok.evening import Evening
from entourage.simulators.tiktok.fake import FakeTikTok
from entourage.simulators.tiktok.player import Player
from entourage.viewers import tables
from tests import free, make
from tests.engines import PostgresServer
from tests.flows import truths
from tests.flows.ears import HOST, until
from tests.flows.houses import cookies_of
from tests.flows.processes import Commands, Process
from tests.flows.screens import Heard, Payload, Screen, opened
from tests.flows.test_replay import Rows, apply, fetch, quiet
from tests.people import KEY, PASSWORD, Client, submit

pytestmark = [pytest.mark.anyio, pytest.mark.thorough, pytest.mark.timeout(280)]

SPEED = 60


@pytest.fixture
def postgresql(postgres_server: PostgresServer) -> Iterator[str]:
    """Give the address of a PostgreSQL database without any tables."""
    address = postgres_server.create()
    asyncio.run(_empty(address))
    yield address
    postgres_server.drop(address)


async def _empty(address: str) -> None:
    db = Database(address)
    async with db.begin(write=True) as connection:
        await connection.execute(text("DROP SCHEMA public CASCADE"))
        await connection.execute(text("CREATE SCHEMA public"))
    await db.close()


class Crew:
    """The running processes: two webs (with their addresses), one listener, two workers."""

    def __init__(self, folder: Path, tiktok: FakeTikTok, **settings: str) -> None:
        """Take the settings that all processes share."""
        self.ports = (free.port(), free.port())
        self.urls = [f"http://127.0.0.1:{port}" for port in self.ports]
        urls = {"tiktok_web_url": tiktok.url, "tiktok_sign_url": tiktok.url, "tiktok_webcast_url": tiktok.webcast_url}
        self.commands = Commands(folder, secret_keys=KEY, **urls, **settings)
        self.listener: Process
        self.workers: list[Process] = []
        self.webs: list[Process] = []

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Start everybody at once on whatever the database holds; end everybody in order."""
        async with AsyncExitStack() as stack:
            self.webs = [stack.enter_context(self.commands.running("web", "--port", str(port))) for port in self.ports]
            self.listener = stack.enter_context(self.commands.running("listen"))
            self.workers = [stack.enter_context(self.commands.running("worker")) for _ in range(2)]
            await asyncio.gather(*(asyncio.to_thread(web.answers, url) for web, url in zip(self.webs, self.urls, strict=True)))
            yield

    @asynccontextmanager
    async def another_listener(self) -> AsyncIterator[None]:
        """Kill the listener, and let another one take its place."""
        self.listener.kill()
        with self.commands.running("listen") as self.listener:
            yield

    async def browsers(self, stack: AsyncExitStack, email: str) -> list[Client]:
        """Sign in at the first web, and open the second with the same cookies."""
        first = await stack.enter_async_context(httpx.AsyncClient(base_url=self.urls[0], timeout=20))
        answer = await submit(first, "/signin", email=email, password=PASSWORD)
        assert answer.status_code == 303, answer.text
        first.headers["x-csrftoken"] = first.cookies["csrftoken"]
        second = httpx.AsyncClient(
            base_url=self.urls[1], timeout=20, cookies=first.cookies, headers={"x-csrftoken": first.cookies["csrftoken"]}
        )
        return [first, await stack.enter_async_context(second)]


def of_the_stream(heard: list[Heard]) -> list[Heard]:
    """Return what is told of the stream itself, not of what people did by hand on a page."""
    return [one for one in heard if one[0].startswith("live:") or one[0] in {"viewer:new", "viewer:online", "viewer:offline"}]


async def jobs_done(db: Database, kind: str, number: int) -> None:
    """Wait until so many jobs of a kind (or more, with those of a schedule) are done at the first try, and none is left."""
    async with asyncio.timeout(30):
        states: list[tuple[str, int]] = [("queued", 0)]
        while len(states) < number or set(states) != {("done", 1)}:
            await asyncio.sleep(0.1)
            async with tenancy.everywhere(db, "a test looks at jobs") as session:
                found = await session.execute(select(Job.status, Job.attempts).where(Job.kind == kind))
                states = [(status, attempts) for status, attempts in found]


async def ask_for(db: Database, kind: str, times: int) -> None:
    """Ask for jobs of the house."""
    async with tenancy.everywhere(db, "a test asks for jobs", write=True) as session:
        assert await queue.enqueue_many(session, kind, [(None, {})] * times) == times


async def same_everywhere(browsers: list[Client]) -> dict[str, Any]:
    """Assert that both webs answer the same, and return what."""
    paths = (
        "/api/viewer-profiles/stats/summary",
        "/api/viewer-profiles/leaderboard",
        "/api/viewer-profiles/heatmap/global",
        "/api/viewer-profiles/tonight",
    )
    answers = [{path: (await one.get(path)).json() for path in paths} for one in browsers]
    assert answers[0] == answers[1]
    summary: dict[str, Any] = answers[0][paths[0]]["data"]
    return summary


@dataclass
class Scene:
    """A crew at work, its database, and Ada with a browser and a screen on each web."""

    crew: Crew
    db: Database
    creator_id: int
    browsers: list[Client]
    screens: list[Screen]

    async def everywhere(self, event: str, true: Callable[[Payload], Any] = lambda _: True, within_s: float = 30) -> list[Payload]:
        """Wait until both screens hear an event."""
        return [await screen.hear(event, true, within_s) for screen in self.screens]


@pytest.fixture
async def scene(tmp_path: Path, postgresql: str, redis_url: str, tiktok: FakeTikTok) -> AsyncIterator[Scene]:
    """Set it: five processes start at once on a database without tables."""
    crew = Crew(tmp_path, tiktok, database_url=postgresql, redis_url=redis_url)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(crew.at_work())
        await asyncio.to_thread(
            crew.commands.do,
            "user",
            "add",
            "ada@example.org",
            "--name",
            "Ada",
            "--zone",
            "Europe/Berlin",
            "--password-stdin",
            typed=f"{PASSWORD}\n",
        )
        db = Database(postgresql)
        stack.push_async_callback(db.close)
        async with tenancy.everywhere(db, "find the creator") as session:
            [creator] = await creators.every(session)
        browsers = await crew.browsers(stack, "ada@example.org")
        cookie = cookies_of(browsers[0])
        screens = [await stack.enter_async_context(opened(url, cookie=cookie)) for url in crew.urls]
        yield Scene(crew, db, creator.id, browsers, screens)


async def change_by_hand(scene: Scene) -> int:
    """Change a viewer on one page and then on the other; both screens show both changes. Returns the viewer."""
    viewer = int(scene.screens[0].of("viewer:new")[0]["viewerId"])
    star = await scene.browsers[0].patch(f"/api/viewer-profiles/{viewer}", json={"is_favorite": True})
    gold = await scene.browsers[1].post(f"/api/viewer-profiles/{viewer}/vip", json={"tier": "Gold"})
    assert (star.status_code, gold.status_code) == (200, 200)
    await scene.everywhere("viewer:updated", lambda one: one["viewer"]["is_favorite"] and one["viewer"]["vip_tier"] == "Gold")
    return viewer


async def lose_a_worker(scene: Scene) -> None:
    """Kill a worker; the other does all the work."""
    scene.crew.workers.pop().kill()
    await ask_for(scene.db, "house.tidy", 20)
    await jobs_done(scene.db, "house.tidy", 20)


async def lose_the_listener(scene: Scene, stack: AsyncExitStack) -> tuple[Rows, list[int]]:
    """Kill the listener and let another take its place; returns the rows that screens fetch then, and how much each had heard before."""
    earlier = len(scene.screens[0].of("live:again"))
    await stack.enter_async_context(scene.crew.another_listener())
    for screen in scene.screens:
        await screen.until(lambda one: len(one.of("live:again")) > earlier, within_s=30)
    told = [len(screen.heard) for screen in scene.screens]
    return await fetch(scene.browsers[0]), told


def since_the_new_listener(screen: Screen) -> list[Heard]:
    """Return what a screen has heard from the new listener's first word on, which is at the same place of the story for every screen."""
    last = max(place for place, (event, _) in enumerate(screen.heard) if event == "live:again")
    return screen.heard[last:]


async def compare(scene: Scene, page: Rows, told: list[int]) -> None:
    """Assert that both webs answer the same, both screens heard the same, and a page that only followed shows what it would fetch."""
    await asyncio.gather(*(quiet(screen) for screen in scene.screens))
    fetched = [await fetch(one) for one in scene.browsers]
    assert fetched[0] == fetched[1]
    for screen, number in zip(scene.screens, told, strict=True):
        rows = dict(page)
        for event, payload in screen.heard[number:]:
            apply(rows, event, payload)
        assert rows == fetched[0]
    first, second = map(since_the_new_listener, scene.screens)
    assert any(event == "viewer:new" for event, _ in first)
    assert of_the_stream(first) == of_the_stream(second)
    assert sorted(map(json.dumps, first)) == sorted(map(json.dumps, second))


async def celebrate(scene: Scene, viewer: int) -> None:
    """Let a worker announce a birthday in the silence after the evening; it arrives everywhere, once."""
    for screen in scene.screens:
        screen.heard.clear()
    born = await scene.browsers[0].patch(f"/api/viewer-profiles/{viewer}", json={"birthday": f"--{make.day():%m-%d}"})
    assert born.status_code == 200, born.text
    async with tenancy.inside(scene.db, scene.creator_id, write=True) as session:
        await session.execute(update(tables.Choice).values(birthdays_told_on=None))
    await ask_for(scene.db, "viewers.birthdays", 2)
    assert [one["viewerId"] for one in await scene.everywhere("viewer:birthday")] == [viewer, viewer]
    await jobs_done(scene.db, "viewers.birthdays", 2)
    assert [len(screen.of("viewer:birthday")) for screen in scene.screens] == [1, 1]


async def test_two_webs_a_listener_and_two_workers_show_one_evening(scene: Scene, tiktok: FakeTikTok) -> None:
    evening = Evening(5, people=200, minutes=12)
    async with AsyncExitStack() as stack:
        connected = await scene.browsers[1].put("/api/connections/tiktok", json={"account": HOST, "enabled": True})
        assert connected.status_code == 200, connected.text
        player = Player(tiktok.go_live(HOST), evening, speed=SPEED)
        playing = asyncio.create_task(player.run())
        await scene.everywhere("viewer:online", within_s=90)
        viewer = await change_by_hand(scene)
        await lose_a_worker(scene)
        while player.position_ms < evening.length_ms // 2:
            await asyncio.sleep(0.05)
        page, told = await lose_the_listener(scene, stack)
        await playing
        await until(scene.db, scene.creator_id, "ended", "offline")

        await truths.check(scene.db, scene.creator_id, evening)
        await compare(scene, page, told)
        summary = await same_everywhere(scene.browsers)
        assert (summary["totalRevenue"], summary["totalViewers"]) == (evening.truth.coins, len(evening.truth.people))
        assert summary["activeViewers"] == 0
        await celebrate(scene, viewer)

        left = [*scene.crew.webs, scene.crew.listener, *scene.crew.workers]
        assert await asyncio.gather(*(asyncio.to_thread(one.stop) for one in left)) == [0] * 4
        for one in left:
            assert '"level": "error"' not in one.said
