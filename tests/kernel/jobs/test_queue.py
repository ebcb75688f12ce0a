"""Asking for jobs: in the cause's transaction, deduped, debounced, counted, pruned."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import NotAllowed
from entourage.kernel.jobs import claims, outcome, queue
from entourage.kernel.jobs.rows import Claim
from tests.kernel.jobs.conftest import CREATOR, Clock, House

pytestmark = pytest.mark.anyio


async def take(db: Database, slots: int = 1) -> list[Claim]:
    async with tenancy.everywhere(db, "claim in a test", write=True) as session:
        waiting = await claims.find_waiting(session)
        return await claims.take(session, claims.Turns(), waiting, slots=slots, lease_s=30)


async def test_a_job_exists_only_if_its_cause_is_committed(house: House) -> None:
    async def fail_after_asking() -> None:
        async with tenancy.inside(house.db, CREATOR, write=True) as session:
            await queue.enqueue(session, "greet", {})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail_after_asking()
    assert await house.jobs() == []
    await house.ask()
    assert [job.status for job in await house.jobs()] == ["queued"]


async def test_a_job_belongs_to_the_creator_of_its_session(house: House) -> None:
    await house.ask(payload={"to": "Zoë 🎉", "n": [1, None]})
    (job,) = await house.jobs()
    assert (job.creator_id, job.payload) == (CREATOR, {"to": "Zoë 🎉", "n": [1, None]})
    with pytest.raises(NotAllowed):
        await house.ask(creator_id=CREATOR + 1)


async def test_the_house_may_ask_for_itself_or_for_a_creator(house: House) -> None:
    async with tenancy.everywhere(house.db, "ask in a test", write=True) as session:
        await queue.enqueue(session, "sweep", {})
        await queue.enqueue(session, "sweep", {}, creator_id=3)
    assert [job.creator_id for job in await house.jobs()] == [None, 3]


async def test_asking_again_with_the_same_key_changes_nothing(house: House, stopped_clock: Clock) -> None:
    first = await house.ask(payload={"n": 1}, dedup="poll")
    stopped_clock.push(5)
    assert await house.ask(payload={"n": 2}, dedup="poll") == first
    (job,) = await house.jobs()
    assert (job.payload, job.run_at) == ({"n": 1}, job.first_at)


@pytest.mark.parametrize("other", [{"creator": CREATOR + 1}, {"kind": "poll"}])
async def test_a_key_is_one_creators_and_one_kinds_own(house: House, other: dict[str, Any]) -> None:
    assert await house.ask(dedup="poll") != await house.ask(dedup="poll", **other)


async def test_a_key_is_free_again_once_its_job_runs(house: House) -> None:
    first = await house.ask(dedup="poll")
    await take(house.db)
    assert await house.ask(dedup="poll") != first


async def test_a_burst_becomes_one_job_with_the_last_payload(house: House, stopped_clock: Clock) -> None:
    for n in range(5):
        await house.ask(payload={"n": n}, dedup="fan", debounce_s=8, cap_s=45)
        stopped_clock.push(3)
    (job,) = await house.jobs()
    assert job.payload == {"n": 4}
    assert job.run_at == stopped_clock.at - timedelta(seconds=3) + timedelta(seconds=8)


async def test_a_stream_of_requests_is_served_at_the_cap(house: House, stopped_clock: Clock) -> None:
    began = stopped_clock.at
    for n in range(30):
        await house.ask(payload={"n": n}, dedup="fan", debounce_s=8, cap_s=45)
        stopped_clock.push(3)
        if stopped_clock.at >= began + timedelta(seconds=45):
            break
        assert not await take(house.db)
    assert (stopped_clock.at - began).total_seconds() == 45
    (claim,) = await take(house.db)
    assert claim.payload == {"n": 14}


async def test_debouncing_without_a_cap_waits_for_quiet(house: House, stopped_clock: Clock) -> None:
    for _ in range(100):
        await house.ask(dedup="fan", debounce_s=8)
        stopped_clock.push(7)
    assert not await take(house.db)
    stopped_clock.push(1)
    assert len(await take(house.db)) == 1


async def test_a_request_during_the_run_becomes_a_second_job_behind_it(house: House, stopped_clock: Clock) -> None:
    first = await house.ask(payload={"n": 1}, lane="fan", dedup="fan", debounce_s=8, cap_s=45)
    stopped_clock.push(8)
    (claim,) = await take(house.db)
    second = await house.ask(payload={"n": 2}, lane="fan", dedup="fan", debounce_s=8, cap_s=45)
    stopped_clock.push(60)
    assert second != first
    assert await take(house.db) == []
    async with tenancy.everywhere(house.db, "finish in a test", write=True) as session:
        assert await outcome.finish(session, [claim]) == {claim}
    assert [again.payload for again in await take(house.db)] == [{"n": 2}]


async def test_a_tried_job_keeps_its_payload_when_its_key_is_debounced_again(house: House, stopped_clock: Clock) -> None:
    await house.ask(payload={"n": 1}, lane="fan", dedup="fan", debounce_s=1)
    stopped_clock.push(1)
    (claim,) = await take(house.db)
    async with tenancy.everywhere(house.db, "fail in a test", write=True) as session:
        await outcome.requeue(session, claim, at=stopped_clock.at + timedelta(seconds=30), why="not now")
    await house.ask(payload={"n": 2}, lane="fan", dedup="fan", debounce_s=1)
    assert [(job.payload, job.attempts) for job in await house.jobs()] == [({"n": 1}, 1), ({"n": 2}, 0)]


async def test_a_retry_gives_up_its_key_to_a_newer_job_that_has_it(house: House, stopped_clock: Clock) -> None:
    first = await house.ask(dedup="poll")
    (claim,) = await take(house.db)
    second = await house.ask(dedup="poll")
    async with tenancy.everywhere(house.db, "fail in a test", write=True) as session:
        assert await outcome.requeue(session, claim, at=stopped_clock.at, why="not now")
    assert await house.ask(dedup="poll") == second
    assert [(job.id, job.status) for job in await house.jobs()] == [(first, "queued"), (second, "queued")]


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"debounce_s": 5.0}, "needs a dedupe key"),
        ({"cap_s": 5.0, "dedup": "x"}, "means nothing without debounce_s"),
        ({"lane": "x" * 200}, "too long"),
    ],
)
async def test_options_that_contradict_each_other_are_refused(house: House, options: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        await house.ask(**options)
    assert await house.jobs() == []


async def test_a_delayed_job_waits_and_holds_up_nobody_in_its_lane(house: House, stopped_clock: Clock) -> None:
    later = await house.ask(lane="fan", run_at=stopped_clock.at + timedelta(hours=1))
    now = await house.ask(lane="fan")
    (claim,) = await take(house.db, 4)
    assert claim.id == now
    stopped_clock.push(3600)
    assert await take(house.db, 4) == []
    async with tenancy.everywhere(house.db, "finish in a test", write=True) as session:
        await outcome.finish(session, [claim])
    assert [claim.id for claim in await take(house.db, 4)] == [later]


async def test_a_job_that_waits_for_another_try_keeps_its_place_in_the_lane(house: House, stopped_clock: Clock) -> None:
    grant = await house.ask("grant", lane="vip:mia")
    await house.ask("revoke", lane="vip:mia")
    (claim,) = await take(house.db, 4)
    async with tenancy.everywhere(house.db, "fail in a test", write=True) as session:
        await outcome.requeue(session, claim, at=stopped_clock.at + timedelta(seconds=30), why="rate limit")
    assert await take(house.db, 4) == []
    stopped_clock.push(30)
    assert [claim.id for claim in await take(house.db, 4)] == [grant]


async def test_states_are_counted_for_the_sessions_creator_only(house: House) -> None:
    await house.ask()
    await house.ask()
    await house.ask(creator=8)
    async with tenancy.inside(house.db, CREATOR) as session:
        assert await queue.count(session) == {"queued": 2, "running": 0, "done": 0, "dead": 0}
    async with tenancy.everywhere(house.db, "count in a test") as session:
        assert (await queue.count(session))["queued"] == 3


async def test_pruning_takes_old_ends_and_nothing_else(house: House, stopped_clock: Clock) -> None:
    for _ in range(3):
        await house.ask()
    done, dead, running = await take(house.db, 3)
    async with tenancy.everywhere(house.db, "end in a test", write=True) as session:
        await outcome.finish(session, [done])
        await outcome.bury(session, dead, why="no")
    await house.ask()
    stopped_clock.push(100)

    async def prune(done_s: float, dead_s: float) -> int:
        async with tenancy.everywhere(house.db, "prune in a test", write=True) as session:
            moments = [stopped_clock.at - timedelta(seconds=age) for age in (done_s, dead_s)]
            return await queue.prune(session, done_before=moments[0], dead_before=moments[1])

    assert await prune(101, 101) == 0
    assert await prune(50, 101) == 1
    assert [job.status for job in await house.jobs()] == ["dead", "running", "queued"]
    assert await prune(50, 50) == 1
    assert (await house.jobs())[0].id == running.id


async def test_a_reason_with_a_secret_or_odd_characters_is_kept_safely(house: House) -> None:
    job_id = await house.ask()
    (claim,) = await take(house.db)
    async with tenancy.everywhere(house.db, "bury in a test", write=True) as session:
        await outcome.bury(session, claim, why="GET /x?access_token=hunter2&y=1 \x00 \udc80 " + "x" * 10_000)
    error = (await house.job(job_id)).error
    assert error is not None
    assert "hunter2" not in error
    assert len(error) == 4000


@pytest.mark.thorough
async def test_row_level_security_lets_only_the_house_cross_creators(new_database: Callable[[str], str]) -> None:
    db = Database(new_database("postgresql"))
    await House(db).ask()
    async with tenancy.inside(db, CREATOR + 1) as session:
        assert (await session.execute(text("SELECT count(*) FROM jobs_queue"))).scalar_one() == 0
    async with tenancy.everywhere(db, "look in a test") as session:
        assert (await session.execute(text("SELECT count(*) FROM jobs_queue"))).scalar_one() == 1
    await db.close()
