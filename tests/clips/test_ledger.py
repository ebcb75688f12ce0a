"""Every cent of a campaign: funded, earned, held, available, paid, taken back; again and at once."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from entourage.clips import accrual, bulk, campaigns, choices, doubts, ledger, payouts, release, review, schemas, submissions, terms
from entourage.clips.ledger import Transfer
from entourage.clips.submissions import Wish
from entourage.clips.tables import ClipTransfer
from entourage.kernel.errors import Conflict, Invalid
from tests.clips.studio import ACTOR, Hands, Studio
from tests.people import Cast

pytestmark = pytest.mark.anyio


async def _campaign(studio: Studio, campaign: int) -> schemas.CampaignRow:
    async with studio.inside() as session:
        return await campaigns.row(session, campaign)


async def _sums(studio: Studio, clip: int) -> tuple[int, int, int, int]:
    async with studio.inside() as session:
        found = await ledger.sum_of(session, "submission", clip)
        row = await submissions.row(session, clip)
    assert row.earned == found.earned
    return found.held, found.available, found.transit, found.paid


async def _lines(studio: Studio) -> int:
    async with studio.inside() as session:
        return len(await ledger.lines(session))


async def test_a_transfer_is_written_once_however_often_it_is_posted(studio: Studio) -> None:
    one = Transfer(key="fund:1:0", kind="fund", debit="client", credit="funds", amount=500, currency="USD", campaign=1)
    async with studio.inside() as session:
        assert (await ledger.post(session, [one, one]), await ledger.post(session, [one])) == (1, 0)
        assert (await ledger.sum_of(session, "campaign", 1)).funds == 500


async def test_lines_are_never_changed(studio: Studio) -> None:
    await studio.campaign()
    for statement in ("UPDATE clip_ledger SET amount = 1", "DELETE FROM clip_ledger"):
        with pytest.raises(DBAPIError, match="only added to"):
            async with studio.inside() as session:
                await session.execute(text(statement))


async def test_spent_left_and_paid_of_a_campaign_are_sums_of_the_ledger(studio: Studio, cast: Cast) -> None:
    campaign = await studio.campaign(budget=10_000)
    await studio.pay_to(cast.clipper.id)
    clip = await studio.clip(campaign, cast.clipper.id, 12_345)
    row = await _campaign(studio, campaign)
    assert (row.budget, row.spent, row.left, row.paid, row.views, row.clips) == (10_000, 6172, 3828, 0, 12_345, 1)
    async with studio.inside() as session:
        assert await release.release(session) == [clip]
        batch = await payouts.make_batch(session, studio.desk, ACTOR, "USD")
        await payouts.mark_batch_paid(session, studio.desk, batch.id, "PP-1", ACTOR)
    row = await _campaign(studio, campaign)
    assert (row.spent, row.left, row.paid) == (6172, 3828, 6172)


async def test_the_budget_is_raised_and_lowered_but_never_under_what_is_earned(studio: Studio, cast: Cast) -> None:
    campaign = await studio.campaign(budget=10_000)
    await studio.clip(campaign, cast.clipper.id, 10_000)
    async with studio.inside() as session:
        assert (await campaigns.fund(session, studio.desk, campaign, 5_000, ACTOR)).left == 0
    with pytest.raises(Conflict):
        async with studio.inside() as session:
            await campaigns.fund(session, studio.desk, campaign, 4_999, ACTOR)
    async with studio.inside() as session:
        row = await campaigns.fund(session, studio.desk, campaign, 20_000, ACTOR)
        assert (row.budget, row.left, row.spent) == (20_000, 15_000, 5_000)


async def test_new_terms_are_a_new_version_and_clips_keep_the_old_one(studio: Studio, cast: Cast) -> None:
    campaign = await studio.campaign()
    old = await studio.clip(campaign, cast.clipper.id, 10_000)
    async with studio.inside() as session:
        before = await campaigns.row(session, campaign)
        draft = schemas.CampaignDraft(
            title=before.title, platforms=before.platforms, deadline=before.deadline, budget=before.budget,
            terms=terms.read(before.terms | {"rate_micro": 1_000_000}),
        )  # fmt: skip
        assert (await campaigns.edit(session, studio.desk, campaign, draft, ACTOR)).version == 2
        assert (await campaigns.edit(session, studio.desk, campaign, draft, ACTOR)).version == 2
    new = await studio.clip(campaign, cast.clipper.id, 10_000)
    await studio.watch(old, 20_000)
    await studio.accrue(campaign)
    assert (await _sums(studio, old), await _sums(studio, new)) == ((10_000, 0, 0, 0), (1_000, 0, 0, 0))


async def test_accruing_again_posts_nothing_and_only_differences_are_posted(studio: Studio, cast: Cast) -> None:
    campaign = await studio.campaign()
    clip = await studio.clip(campaign, cast.clipper.id, 1_000)
    assert await studio.accrue(campaign) == []
    await studio.watch(clip, 1_500)
    assert (await studio.accrue(campaign), await studio.accrue(campaign)) == ([clip], [])
    async with studio.inside() as session:
        assert [line.amount for line in await ledger.lines(session, ClipTransfer.kind == "earn")] == [500, 250]


async def test_a_pot_that_does_not_suffice_is_shared_and_no_cent_is_spent_beyond_it(studio: Studio, cast: Cast) -> None:
    campaign = await studio.campaign(budget=1_000)
    clips = [await studio.clip(campaign, cast.clipper.id, approved=False) for _ in range(3)]
    for clip in clips:
        await studio.watch(clip, 1_000)
    async with studio.inside() as session:
        came = await bulk.approve(session, studio.desk, [*clips, 999], ACTOR)
    assert (came.approved, list(came.refused)) == (clips, ["999"])
    assert sorted([(await _sums(studio, clip))[0] for clip in clips]) == [333, 333, 334]
    row = await _campaign(studio, campaign)
    assert (row.left, row.spent, row.exhausted) == (0, 1_000, True)
    await studio.reject(clips[0])
    assert sum([(await _sums(studio, clip))[0] for clip in clips[1:]]) == 1_000


async def test_money_on_repeats_approving_again_earns_nothing_more(studio: Studio, cast: Cast) -> None:
    """Bug 9 of the original: each repeated approval added the payout once more, and rejecting gave nothing back."""
    campaign = await studio.campaign()
    clip = await studio.clip(campaign, cast.clipper.id, 1_000)
    for _ in range(3):
        await studio.approve(clip)
    assert await _sums(studio, clip) == (500, 0, 0, 0)
    for _ in range(2):
        await studio.reject(clip)
    assert (await _sums(studio, clip), (await _campaign(studio, campaign)).spent) == ((0, 0, 0, 0), 0)
    await studio.approve(clip)
    assert await _sums(studio, clip) == (500, 0, 0, 0)
    async with studio.inside() as session:
        for _ in range(2):
            assert (await review.pay_by_hand(session, studio.desk, clip, "cash", ACTOR)).state == "PAID"
    assert (await _sums(studio, clip), (await _campaign(studio, campaign)).paid) == ((0, 0, 0, 500), 500)


async def test_a_clip_rejected_after_it_was_paid_is_carried_to_the_next_payout(studio: Studio, cast: Cast) -> None:
    campaign = await studio.campaign()
    await studio.pay_to(cast.clipper.id)
    first = await studio.clip(campaign, cast.clipper.id, 10_000)
    async with studio.inside() as session:
        await release.release(session)
        batch = await payouts.make_batch(session, studio.desk, ACTOR, "USD")
        await payouts.mark_batch_paid(session, studio.desk, batch.id, "PP-1", ACTOR)
    await studio.reject(first)
    assert await _sums(studio, first) == (0, -5_000, 0, 5_000)
    second = await studio.clip(campaign, cast.clipper.id, 16_000)
    async with studio.inside() as session:
        await release.release(session)
        [balance] = await payouts.balances(session)
        assert (balance.available, balance.paid) == (3_000, 5_000)
        batch = await payouts.make_batch(session, studio.desk, ACTOR, "USD")
        assert batch.amount == 3_000
        await payouts.mark_batch_paid(session, studio.desk, batch.id, "PP-2", ACTOR)
        [balance] = await payouts.balances(session)
    assert (balance.available, balance.paid, await _sums(studio, second)) == (0, 8_000, (0, 5_000, 0, 3_000))


async def test_money_that_is_still_out_with_a_clipper_is_not_earned_by_others(studio: Studio, cast: Cast) -> None:
    campaign = await studio.campaign(budget=6_000)
    await studio.pay_to(cast.clipper.id)
    first = await studio.clip(campaign, cast.clipper.id, 10_000)
    async with studio.inside() as session:
        await release.release(session)
        batch = await payouts.make_batch(session, studio.desk, ACTOR, "USD")
        await payouts.mark_batch_paid(session, studio.desk, batch.id, "PP-1", ACTOR)
    await studio.reject(first)
    assert (await _campaign(studio, campaign)).left == 1_000, "5,000 of the 6,000 are with the clipper"
    others = await studio.clip(campaign, cast.owner.id, 10_000)
    assert await _sums(studio, others) == (1_000, 0, 0, 0)
    second = await studio.clip(campaign, cast.clipper.id, 8_000)
    assert await _sums(studio, second) == (4_000, 0, 0, 0), "what makes up for it may be earned again"
    row = await _campaign(studio, campaign)
    async with studio.inside() as session:
        assert (row.left, (await ledger.sum_of(session, "campaign", campaign)).owed) == (0, 1_000)


async def test_money_is_held_as_long_as_the_terms_say_and_while_anybody_doubts(studio: Studio, cast: Cast, hands: Hands) -> None:
    campaign = await studio.campaign(hold_days=7)
    clip = await studio.clip(campaign, cast.clipper.id, 1_000)
    hands.turn(days=4)
    await studio.watch(clip, 3_000)
    await studio.accrue(campaign)
    hands.turn(days=4)
    async with studio.inside() as session:
        assert await doubts.raise_(session, clip, "drop", {"from": 3000, "to": 10})
        assert not await doubts.raise_(session, clip, "drop", {"from": 3000, "to": 10})
        assert await release.release(session) == []
        [flag] = await doubts.open_ones(session)
        assert (await submissions.row(session, clip)).flags == ["drop"]
        assert (await doubts.clear(session, studio.desk, flag.id, "A purge of bots elsewhere.", ACTOR)).flags == []
        assert not await doubts.raise_(session, clip, "drop", {"from": 3000, "to": 10})
        assert await release.release(session) == [clip]
        assert await release.release(session) == []
    assert await _sums(studio, clip) == (1_000, 500, 0, 0)
    hands.turn(days=4)
    async with studio.inside() as session:
        await release.release(session)
    assert await _sums(studio, clip) == (0, 1_500, 0, 0)


async def test_a_doubt_that_is_upheld_rejects_the_clip(studio: Studio, cast: Cast) -> None:
    campaign = await studio.campaign()
    clip = await studio.clip(campaign, cast.clipper.id, 1_000)
    async with studio.inside() as session:
        await doubts.raise_(session, clip, "engagement", {"ratio": 0.001})
        [flag] = await doubts.open_ones(session)
        row = await review.uphold(session, studio.desk, flag.id, "These views were bought.", ACTOR)
        assert (row.state, row.reason, row.flags, row.earned) == ("REJECTED", "These views were bought.", [], 0)
        assert [one.state for one in await doubts.of_clip(session, clip)] == ["upheld"]


async def test_a_payout_that_came_back_can_be_made_again(studio: Studio, cast: Cast) -> None:
    campaign = await studio.campaign()
    clip = await studio.clip(campaign, cast.clipper.id, 10_000)
    async with studio.inside() as session:
        await release.release(session)
        with pytest.raises(Conflict):  # nobody said where to
            await payouts.make_batch(session, studio.desk, ACTOR, "USD")
    await studio.pay_to(cast.clipper.id)
    async with studio.inside() as session:
        batch = await payouts.make_batch(session, studio.desk, ACTOR, "USD")
        [payout] = await payouts.of_batch(session, batch.id)
        for _ in range(2):
            assert (await payouts.mark_failed(session, studio.desk, payout.id, "no such account", ACTOR)).state == "failed"
        with pytest.raises(Conflict):
            await payouts.mark_paid(session, studio.desk, payout.id, "late", ACTOR)
        again = await payouts.make_batch(session, studio.desk, ACTOR, "USD")
        [payout] = await payouts.of_batch(session, again.id)
        for _ in range(2):
            assert (await payouts.mark_paid(session, studio.desk, payout.id, "PP-7", ACTOR)).reference == "PP-7"
        with pytest.raises(Conflict):
            await payouts.mark_failed(session, studio.desk, payout.id, "late", ACTOR)
    assert await _sums(studio, clip) == (0, 0, 0, 5_000)


async def test_who_has_less_than_the_least_payout_waits_unless_named(studio: Studio, cast: Cast) -> None:
    campaign = await studio.campaign()
    await studio.pay_to(cast.clipper.id)
    await studio.clip(campaign, cast.clipper.id, 1_000)
    async with studio.inside() as session:
        await release.release(session)
        with pytest.raises(Conflict):
            await payouts.make_batch(session, studio.desk, ACTOR, "USD")
        assert (await payouts.make_batch(session, studio.desk, ACTOR, "USD", [cast.clipper.id])).amount == 500


async def test_clips_are_paid_when_their_campaign_is_over_and_nothing_is_owed(studio: Studio, cast: Cast, hands: Hands) -> None:
    campaign = await studio.campaign(days=2)
    await studio.pay_to(cast.clipper.id)
    clip = await studio.clip(campaign, cast.clipper.id, 10_000)
    hands.turn(days=3)
    async with studio.inside() as session:
        (await submissions.get(session, clip)).next_read_at = None
        await release.release(session)
        batch = await payouts.make_batch(session, studio.desk, ACTOR, "USD")
        await payouts.mark_batch_paid(session, studio.desk, batch.id, "PP-1", ACTOR)
        assert (await submissions.row(session, clip)).state == "PAID"
        assert (await submissions.listing(session, Wish(status="PAID"))).total == 1


async def test_a_sum_of_its_own_wins_over_views_but_not_over_the_budget(studio: Studio, cast: Cast) -> None:
    campaign = await studio.campaign(budget=2_000)
    clip = await studio.clip(campaign, cast.clipper.id, 1_000)
    async with studio.inside() as session:
        assert (await review.set_fixed(session, studio.desk, clip, 1_200, ACTOR)).earned == 1_200
        assert (await review.set_fixed(session, studio.desk, clip, 9_999, ACTOR)).earned == 2_000
        assert (await review.set_fixed(session, studio.desk, clip, None, ACTOR)).earned == 500
        with pytest.raises(Invalid):
            await review.set_fixed(session, studio.desk, clip, -1, ACTOR)


async def test_in_a_large_campaign_money_is_taken_back_at_once_and_the_rest_is_left_to_a_job(studio: Studio, cast: Cast) -> None:
    campaign = await studio.campaign(budget=700)
    clips = [await studio.clip(campaign, cast.clipper.id, 1_000) for _ in range(2)]
    assert [(await _sums(studio, clip))[0] for clip in clips] == [500, 200]
    async with studio.inside() as session:
        row = await submissions.get(session, clips[0], lock=True)
        row.state = "REJECTED"
        for _ in range(2):
            assert await accrual.settle(session, [row], ACTOR, most=0) in ([clips[0]], [])
        waiting = (await session.execute(text("SELECT count(*) FROM jobs_queue WHERE kind = 'clips.accrue'"))).scalar_one()
    assert (waiting, [(await _sums(studio, clip))[0] for clip in clips]) == (1, [0, 200])
    await studio.accrue(campaign)
    assert [(await _sums(studio, clip))[0] for clip in clips] == [0, 500]


async def _both(*works: Any) -> list[Any]:
    """Do two things at once; returns what came of each."""
    return await asyncio.gather(*works, return_exceptions=True)


async def test_two_who_approve_accrue_and_pay_at_once_move_each_cent_once(studio: Studio, cast: Cast) -> None:
    campaign = await studio.campaign()
    await studio.pay_to(cast.clipper.id)
    clip = await studio.clip(campaign, cast.clipper.id, 10_000, approved=False)
    await _both(studio.approve(clip), studio.approve(clip), studio.approve(clip))
    assert await _sums(studio, clip) == (5_000, 0, 0, 0)
    await studio.watch(clip, 20_000)
    await _both(studio.accrue(campaign), studio.accrue(campaign), studio.accrue(campaign))
    assert await _sums(studio, clip) == (10_000, 0, 0, 0)

    async def let_go() -> None:
        async with studio.inside() as session:
            await release.release(session)

    async def pay() -> int:
        async with studio.inside() as session:
            return (await payouts.make_batch(session, studio.desk, ACTOR, "USD")).id

    await _both(let_go(), let_go())
    assert await _sums(studio, clip) == (0, 10_000, 0, 0)
    made = await _both(pay(), pay(), pay())
    assert [isinstance(one, Conflict) for one in made].count(True) == 2
    [batch] = [one for one in made if isinstance(one, int)]

    async def settle(reference: str) -> None:
        async with studio.inside() as session:
            await payouts.mark_batch_paid(session, studio.desk, batch, reference, ACTOR)

    await _both(settle("A"), settle("B"), studio.reject(clip))
    assert await _sums(studio, clip) == (0, -10_000, 0, 10_000)
    assert await _lines(studio) == 1 + 2 + 1 + 1 + 1 + 1


async def test_settings_are_kept_and_refused_field_by_field(studio: Studio) -> None:
    async with studio.inside() as session:
        kept = await choices.write(session, schemas.Settings(currency="eur ", least_payout=0), ACTOR)
        assert (kept.currency, (await choices.read(session)).least_payout) == ("EUR", 0)
        with pytest.raises(Invalid) as refused:
            await choices.write(session, schemas.Settings(currency="euros", least_payout=-1, month_micro=-1), ACTOR)
    assert set(refused.value.details) == {"currency", "least_payout", "month_micro"}
