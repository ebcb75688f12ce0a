"""The bugs that the system before this one had with clips and money, each with a test that would catch it (its own numbers)."""

from datetime import timedelta

import pytest

from entourage.clips import campaigns, ledger, payouts, release, review, statement, submissions
from entourage.clips.submissions import Wish
from entourage.clips.tables import ClipSubmission
from entourage.kernel.errors import Conflict, NotFound
from tests.clips.studio import ACTOR, Studio, address, tiktok_id
from tests.people import Cast

pytestmark = pytest.mark.anyio


async def test_bug_6_each_clip_has_an_id_of_its_own_from_the_moment_it_is_handed_in(studio: Studio, cast: Cast) -> None:
    campaign = await studio.campaign()
    rows = [await studio.submit(campaign, cast.clipper.id) for _ in range(3)]
    assert len({row.id for row in rows}) == len({row.video_id for row in rows}) == 3
    for row in rows:
        await studio.watch(row.id, 1_000)
    async with studio.inside() as session:
        assert {row.views for row in (await submissions.listing(session, Wish())).rows} == {1_000}


async def test_bug_7_sums_of_a_campaign_hold_with_views_beyond_any_32_bits(studio: Studio, cast: Cast) -> None:
    campaign = await studio.campaign(budget=10**12, clip_most=5_000)
    for _ in range(2):
        await studio.clip(campaign, cast.clipper.id, 3_000_000_000)
    async with studio.inside() as session:
        row = await campaigns.row(session, campaign)
    assert (row.views, row.spent) == (6_000_000_000, 10_000)


async def test_bug_9_deciding_again_moves_no_money_rejecting_claws_back_and_nothing_unsays_a_payment(studio: Studio, cast: Cast) -> None:
    campaign = await studio.campaign()
    clip = await studio.clip(campaign, cast.clipper.id, 10_000)
    for _ in range(3):
        await studio.approve(clip)
        async with studio.inside() as session:
            await review.set_fixed(session, studio.desk, clip, 4_000, ACTOR)
            assert (await campaigns.row(session, campaign)).spent == 4_000
    async with studio.inside() as session:
        for _ in range(3):
            await review.pay_by_hand(session, studio.desk, clip, "cash", ACTOR)
        with pytest.raises(Conflict):
            await review.reopen(session, studio.desk, clip, ACTOR)
        [payout] = await payouts.of_clipper(session, cast.clipper.id)
        settled = payout.settled_at
    await studio.approve(clip)
    for _ in range(2):
        await studio.reject(clip)
    async with studio.inside() as session:
        [payout] = await payouts.of_clipper(session, cast.clipper.id)
        [balance] = await payouts.balances(session)
        assert (payout.state, payout.settled_at, payout.amount) == ("paid", settled, 4_000)
        assert (balance.available, balance.paid, (await campaigns.row(session, campaign)).spent) == (-4_000, 4_000, 0)


async def test_bug_9_spent_grows_with_what_is_earned_and_not_with_what_somebody_types(studio: Studio, cast: Cast) -> None:
    campaign = await studio.campaign()
    clip = await studio.clip(campaign, cast.clipper.id, 10_000)
    async with studio.inside() as session:
        assert (await campaigns.row(session, campaign)).spent == 5_000
        await review.pay_by_hand(session, studio.desk, clip, "cash", ACTOR)
        row = await campaigns.row(session, campaign)
        assert (row.spent, row.paid) == (5_000, 5_000)


async def test_bug_10_the_deadline_the_budget_and_the_least_and_most_of_a_clip_hold(studio: Studio, cast: Cast) -> None:
    campaign = await studio.campaign(budget=3_000, days=10, clip_least=1_000, clip_most=2_000)
    small, large, third = [await studio.clip(campaign, cast.clipper.id, views) for views in (1_999, 9_000, 9_000)]
    async with studio.inside() as session:
        assert [row.earned for row in await submissions.rows_of(session, [small, large, third])] == [0, 2_000, 1_000]
        assert (await campaigns.row(session, campaign)).exhausted
    studio.hands.turn(days=10)
    with pytest.raises(NotFound):
        await studio.submit(campaign, cast.clipper.id, address(studio.hands.now - timedelta(days=1)))


async def test_bug_10_one_video_is_taken_once_across_campaigns_people_and_forms(studio: Studio, cast: Cast) -> None:
    first, second, video = await studio.campaign(), await studio.campaign(), tiktok_id(studio.hands.now)
    await studio.submit(first, cast.clipper.id, f"https://www.tiktok.com/@mo/video/{video}?is_from_webapp=1")
    for campaign, user_id in ((first, cast.clipper.id), (second, cast.clipper.id), (second, cast.helper.id)):
        with pytest.raises(Conflict):
            await studio.submit(campaign, user_id, f"https://m.tiktok.com/v/{video}.html")


async def test_bug_10_a_rejected_clip_is_not_counted_any_more(studio: Studio, cast: Cast) -> None:
    campaign = await studio.campaign()
    clip = await studio.clip(campaign, cast.clipper.id, 1_000)
    await studio.reject(clip)
    async with studio.inside() as session:
        assert (await session.get_one(ClipSubmission, clip)).next_read_at is None


@pytest.mark.thorough
async def test_no_fee_and_no_rounding_eats_a_cent_between_the_pot_and_the_clipper(studio: Studio, cast: Cast) -> None:
    """The original took 1 or 2.5 % off in floating point, and stored the gross as the net."""
    campaign = await studio.campaign(budget=10_000_019, rate_micro=3_333_333)
    await studio.pay_to(cast.clipper.id)
    clips = [await studio.clip(campaign, cast.clipper.id, 1_000 + 777 * n) for n in range(8)]
    for step in range(1, 4):
        for place, clip in enumerate(clips):
            await studio.watch(clip, 1_000 + 777 * place + 1_003 * step)
        await studio.accrue(campaign)
    async with studio.inside() as session:
        await release.release(session)
        batch = await payouts.make_batch(session, studio.desk, ACTOR, "USD")
        await payouts.mark_batch_paid(session, studio.desk, batch.id, "PP", ACTOR)
        wanted = sum((1_000 + 777 * place + 3_009) * 3_333_333 * 100 // 10**9 for place in range(8))
        sums = await ledger.sum_of(session, "campaign", campaign)
        mine = await statement.of_clipper(session, cast.clipper.id)
        assert batch.amount == sums.paid == sum(one.paid for one in mine.clips) == wanted
        assert sums.funds + sums.paid == 10_000_019 == -sums.client
