"""What is kept beside its rows is counted again: nothing differs after all that money and views do, and what is bent is found and mended."""

from typing import Any

import pytest
from sqlalchemy import text

from entourage.clips import (
    campaigns,
    doubts,
    jobs,
    kinds,
    ledger,
    mending,
    payouts,
    readings,
    release,
    schemas,
    submissions,
    terms,
    verification,
)
from entourage.clips.ledger import Transfer
from entourage.kernel import audit, tenancy
from entourage.kernel.jobs import claims, queue
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.jobs.registry import Registry
from entourage.kernel.tenancy import everywhere
from entourage.ports.views import Reading
from tests.clips.studio import ACTOR, START, Studio
from tests.people import Cast

pytestmark = pytest.mark.anyio


async def _busy(studio: Studio, cast: Cast) -> tuple[int, int]:
    """Let a campaign see a bit of everything; returns it and its first clip."""
    campaign = await studio.campaign(budget=30_000, hold_days=1)
    await studio.pay_to(cast.clipper.id)
    clips = [await studio.clip(campaign, who, 4_000 + n) for n, who in enumerate((cast.clipper.id, cast.helper.id, cast.clipper.id))]
    studio.hands.turn(days=2)
    await studio.watch(clips[0], 9_000)
    await studio.watch(clips[1], 3_000)
    await studio.accrue(campaign)
    async with studio.inside() as session:
        [row] = await readings.lock(session, [clips[2]])
        failed = Reading(platform="tiktok", video_id=row.video_id or "", outcome="timeout")
        await readings.append(session, [(row, failed)], readings.Source("apify_tiktok", studio.hands.now))
        await doubts.raise_(session, clips[1], "drop", {"to": 3_000})
        await release.release(session)
        batch = await payouts.make_batch(session, studio.desk, ACTOR, "USD")
        await payouts.mark_batch_paid(session, studio.desk, batch.id, "PP", ACTOR)
    await studio.reject(clips[0])
    studio.hands.turn(days=2)
    await studio.watch(clips[2], 40_000)
    await studio.accrue(campaign)
    studio.hands.turn(days=2)
    async with studio.inside() as session:
        await release.release(session)
        batch = await payouts.make_batch(session, studio.desk, ACTOR, "USD", [cast.clipper.id])
        [payout] = await payouts.of_batch(session, batch.id)
        await payouts.mark_failed(session, studio.desk, payout.id, "closed", ACTOR)
    return campaign, clips[0]


async def _found(studio: Studio) -> list[verification.Difference]:
    async with tenancy.inside(studio.db, studio.creator_id) as session:
        total, shown = await verification.verify(session)
    assert total == len(shown)
    return shown


async def test_nothing_differs_whatever_happened(studio: Studio, cast: Cast) -> None:
    await _busy(studio, cast)
    assert await _found(studio) == []


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("bend", "what", "counter"),
    [
        ("UPDATE clip_submissions SET earned = earned + 1 WHERE id = :clip", "clip", "earned"),
        ("UPDATE clip_submissions SET views = views + 1 WHERE id = :clip", "clip", "views"),
        ("UPDATE clip_submissions SET latest = 7 WHERE id = :clip", "clip", "latest"),
        ("UPDATE clip_submissions SET baseline = 7 WHERE id = :clip", "clip", "baseline"),
        ("UPDATE clip_submissions SET flags = 7 WHERE id = :clip", "clip", "flags"),
        ("UPDATE clip_campaigns SET budget = budget - 1", "campaign", "budget"),
        ("UPDATE view_tracking SET views = views + 1 WHERE clip_id = :clip AND views > 8000", "day", "2026-11-03"),
        ("DELETE FROM view_tracking WHERE clip_id = :clip AND views > 8000", "day", "2026-11-03"),
    ],
)
async def test_what_is_bent_is_found_and_mended(studio: Studio, cast: Cast, bend: str, what: str, counter: str) -> None:
    """Bugs 4 and 5 of the original: three numbers that disagreed, and a spent that drifted from what it was the sum of."""
    _, clip = await _busy(studio, cast)
    async with studio.inside() as session:
        await session.execute(text(bend), {"clip": clip} if ":clip" in bend else {})
    assert [(one.what, one.counter) for one in await _found(studio)] == [(what, counter)]
    assert await tenancy.batch_inside(studio.db, studio.creator_id, lambda connection: mending.mend(connection, studio.creator_id)) == (
        1,
        [],
    )
    assert await _found(studio) == []


async def test_a_line_that_makes_no_sense_is_beyond_mending(studio: Studio, cast: Cast) -> None:
    campaign, clip = await _busy(studio, cast)
    wrong: list[dict[str, Any]] = [
        {"kind": "earn", "debit": "client", "credit": "paid", "submission": clip, "user_id": cast.clipper.id},
        {"kind": "fund", "debit": "client", "credit": "funds", "currency": "EUR"},
        {"kind": "earn", "debit": "funds", "credit": "held"},
    ]
    async with studio.inside() as session:
        for place, fields in enumerate(wrong):
            one: dict[str, Any] = {"key": f"wrong:{place}", "amount": 100_000, "currency": "USD", "campaign": campaign} | fields
            await ledger.post(session, [Transfer(**one)])
    found = {(one.what, one.counter) for one in await _found(studio)}
    assert {("line", "accounts"), ("line", "currency"), ("line", "clipper"), ("campaign", "budget"), ("clip", "earned")} <= found
    mended, beyond = await tenancy.batch_inside(studio.db, studio.creator_id, lambda one: mending.mend(one, studio.creator_id))
    assert (mended >= 2, {one.what for one in beyond}) == (True, {"line"})


async def test_a_moment_of_posting_that_is_learned_after_the_deadline_is_no_difference(studio: Studio, cast: Cast) -> None:
    campaign = await studio.campaign(days=10)
    clips = [(await studio.submit(campaign, cast.clipper.id, f"https://youtu.be/dQw4w9WgXc{letter}")).id for letter in "AB"]
    studio.hands.turn(days=11)
    posted = START + (studio.hands.now - START) / 2
    for moments in ((None, posted), (posted, None)):
        for clip, moment in zip(clips, moments, strict=True):
            async with studio.inside() as session:
                [row] = await readings.lock(session, [clip])
                told = Reading(platform="youtube", video_id=row.video_id or "", outcome="ok", views=11_000, posted_at=moment)
                await readings.append(session, [(row, told)], readings.Source(readings.HAND, studio.hands.now, by=ACTOR))
        studio.hands.turn(hours=5)
    async with studio.inside() as session:
        assert [row.views for row in await submissions.rows_of(session, clips)] == [10_000, 9_000]
    assert await _found(studio) == []


async def _work(studio: Studio) -> list[str]:
    """Do the jobs that are due."""
    registry = Registry()
    jobs.register(registry, studio.desk)
    done = []
    for _ in range(20):
        async with everywhere(studio.db, "a test's worker", write=True) as session:
            taken = await claims.take(session, claims.Turns(), await claims.find_waiting(session), slots=1, lease_s=-1.0)
        for claim in taken:
            done.append(claim.kind)
            handler = registry.find(claim.kind)
            assert handler is not None
            await handler.handle(JobContext(studio.db, claim))
            async with everywhere(studio.db, "a test's worker", write=True) as session:
                await session.execute(text("UPDATE jobs_queue SET status = 'done' WHERE id = :id"), {"id": claim.id})
    return done


async def test_by_night_everything_is_counted_and_what_differs_is_noted(studio: Studio, cast: Cast) -> None:
    _, clip = await _busy(studio, cast)
    async with studio.inside() as session:
        await session.execute(text("UPDATE clip_submissions SET earned = 5 WHERE id = :clip"), {"clip": clip})
    async with everywhere(studio.db, "a test", write=True) as session:
        await queue.enqueue(session, kinds.NIGHT, {})
    assert kinds.VERIFY in await _work(studio)
    async with studio.inside() as session:
        [entry] = await audit.page(session, action="clips.verification")
    assert (entry.meta["differing"], entry.meta["first"][0]["counter"]) == (1, "earned")


async def test_a_deadline_that_is_moved_counts_views_and_money_again(studio: Studio, cast: Cast) -> None:
    """Bug 10 of the original: the deadline was never enforced."""
    campaign = await studio.campaign(days=10)
    clip = await studio.clip(campaign, cast.clipper.id, 1_000)
    studio.hands.turn(days=4)
    await studio.watch(clip, 5_000)
    await studio.accrue(campaign)
    async with studio.inside() as session:
        before = await campaigns.row(session, campaign)
        assert before.spent == 2_500
        draft = schemas.CampaignDraft(
            title=before.title, platforms=before.platforms, terms=terms.read(before.terms), budget=before.budget,
            deadline=START + (studio.hands.now - START) * 5 / 4,
        )  # fmt: skip
        await campaigns.edit(session, studio.desk, campaign, draft, ACTOR)
    assert kinds.RECOUNT in await _work(studio)
    studio.hands.turn(days=4)
    await studio.watch(clip, 13_000)
    await studio.accrue(campaign)
    async with studio.inside() as session:
        assert (await campaigns.row(session, campaign)).spent == (5_000 + 2_000) // 2
    assert await _found(studio) == []
