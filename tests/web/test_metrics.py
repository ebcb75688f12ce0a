"""The numbers for Prometheus: right, of nobody in particular, and only for who may see them."""

import asyncio
import time
from collections.abc import Iterator

import pytest

pytest.importorskip("prometheus_client")

from prometheus_client.parser import text_string_to_metric_families

from entourage.kernel import metrics, tenancy
from entourage.kernel.db import Database
from entourage.kernel.jobs import queue
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.jobs.registry import Registry
from entourage.kernel.pulse import Pulse
from entourage.viewers.intake import Intake
from entourage.web.metrics import Meter, written
from tests.labour import work_off
from tests.people import Cast, Client, Doors, application, make_house
from tests.viewers.events import Room

pytestmark = pytest.mark.anyio

TOKEN = "prometheus-only"
ROOM = Room()


@pytest.fixture(autouse=True)
def from_zero() -> Iterator[None]:
    """Let each test count for itself."""
    for one in metrics.every():
        one.values.clear()
    yield
    for one in metrics.every():
        one.values.clear()


def numbers(text: str) -> dict[tuple[str, ...], float]:
    """Read what was told: by name and label values."""
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def told(browser: Client) -> dict[tuple[str, ...], float]:
    answer = await browser.get("/metrics")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return numbers(answer.text)


async def test_without_a_token_only_this_computer_sees_them(doors: Doors) -> None:
    near, far = await doors.nobody(), await doors.nobody("192.0.2.7")
    assert (await near.get("/metrics")).status_code == 200
    refused = await far.get("/metrics", headers={"accept": "text/html"})
    assert (refused.status_code, refused.headers["content-type"].split(";")[0]) == (403, "text/plain")
    assert "ENTOURAGE_METRICS_TOKEN" in refused.text
    behind_a_proxy = await near.get("/metrics", headers={"x-forwarded-for": "192.0.2.7"})
    assert behind_a_proxy.status_code == 403


@pytest.mark.thorough
async def test_with_a_token_only_who_holds_it_sees_them(db: Database) -> None:
    doors = Doors(application(make_house(db, metrics_token=TOKEN)))
    near, far = await doors.nobody(), await doors.nobody("192.0.2.7")
    for browser in (near, far):
        for wrong in ({}, {"authorization": "Bearer wrong"}, {"authorization": TOKEN}, {"authorization": f"Basic {TOKEN}"}):
            assert (await browser.get("/metrics", headers=wrong)).status_code == 403
        assert (await browser.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})).status_code == 200
    await doors.close()


async def test_requests_are_counted_by_the_template_of_their_address(doors: Doors, cast: Cast) -> None:
    browser = await doors.of(cast.owner)
    secret = "canary-secret-of-a-link-0123456789"
    await browser.get(f"/signin/{secret}")
    await browser.get(f"/nowhere/{secret}")
    await browser.get("/api/me")
    answer = await browser.get("/metrics")
    assert secret not in answer.text
    assert cast.owner.email not in answer.text
    found = numbers(answer.text)
    assert found["entourage_http_requests_total", "entourage", "GET", "/api/me", "200"] >= 1
    assert found["entourage_http_requests_total", "entourage", "GET", "/signin/{token}", "404"] >= 1


@pytest.mark.thorough
async def test_jobs_are_counted_by_kind_and_outcome_and_those_that_wait_by_age(db: Database, doors: Doors, cast: Cast) -> None:
    async def succeed(_: JobContext) -> None:
        await asyncio.sleep(0.01)

    async def fail(_: JobContext) -> None:
        msg = "no"
        raise ValueError(msg)

    registry = Registry()
    registry.add("good", succeed)
    registry.add("bad", fail)
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        for kind in ("good", "good", "bad"):
            await queue.enqueue(session, kind, {}, max_attempts=1)
    await work_off(db, registry)
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        await queue.enqueue(session, "waits", {})
    await asyncio.sleep(0.2)
    found = await told(await doors.nobody())
    assert found["entourage_jobs_total", "good", "done"] == 2
    assert found["entourage_jobs_total", "bad", "dead"] == 1
    assert found["entourage_job_duration_seconds_count", "good"] == 2
    assert found["entourage_job_duration_seconds_sum", "good"] >= 0.02
    assert found["entourage_jobs_waiting", "waits", "queued"] == 1
    assert found["entourage_jobs_waiting", "bad", "dead"] == 1
    assert 0.1 < found["entourage_jobs_oldest_seconds", "waits"] < 30


async def test_events_visits_and_signs_of_life_are_counted(db: Database, doors: Doors, cast: Cast) -> None:
    intake = Intake(db)
    chats = [ROOM.chat("ann", 1), ROOM.chat("bob", 2)]
    await intake.store(cast.owner.creator_id, chats)
    await intake.store(cast.owner.creator_id, chats)
    await intake.close()
    pulse = Pulse(db, "1.0")
    pulse.begin("listen")
    pulse.went_round("listen")
    await pulse.write()
    found = await told(await doors.nobody())
    assert found["entourage_ingest_events_total", "counted", "tiktok"] == 2
    assert found["entourage_ingest_events_total", "repeated", "tiktok"] == 2
    assert found["entourage_ingest_batch_seconds_count",] == 2
    assert found["entourage_open_visits",] == 2
    assert found["entourage_live_streams",] == 1
    assert found["entourage_processes", "listen"] == 1
    assert found["entourage_heartbeat_age_seconds", "listen"] < 30
    assert found["entourage_up",] == 1


async def test_numbers_of_the_house_are_read_once_for_many_and_a_lost_database_leaves_the_rest(db: Database) -> None:
    house = make_house(db)
    meter = Meter(db=db, lost=lambda: 3, intake=house.intake)
    together = await asyncio.gather(*(meter.read() for _ in range(50)))
    assert len({id(next(one for one in each if one.name == "entourage_open_visits")) for each in together}) == 1
    away = Meter(db=Database("postgresql+psycopg://nobody@127.0.0.1:9/nowhere"), lost=lambda: 3, intake=house.intake)
    found = numbers(written(await away.read()).decode())
    assert (found["entourage_up",], found["entourage_updates_lost_total",]) == (0, 3)
    await away.db.close()


def test_counting_costs_next_to_nothing() -> None:
    began = time.thread_time()
    for _ in range(100_000):
        metrics.JOBS.add("kind", "done")
    assert (time.thread_time() - began) / 100_000 < 20e-6


def test_every_name_is_one_that_prometheus_takes() -> None:
    metrics.JOBS.add('a "kind"\n', "done")
    names = {family.name for family in text_string_to_metric_families(written(list(metrics.every())).decode())}
    assert {one.name.removesuffix("_total") for one in metrics.every()} <= names
    assert all(one.name.startswith("entourage_") for one in metrics.every())
