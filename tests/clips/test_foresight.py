"""What is to be expected of a clip and of a campaign."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from entourage.clips import campaigns, foresight, readings
from entourage.clips.tables import ClipSubmission
from entourage.kernel.errors import NotFound
from tests.clips.studio import ACTOR, Hands, Studio
from tests.people import Cast


async def watched(studio: Studio, hands: Hands, clip: int, counts: list[int]) -> None:
    for views in counts:
        hands.turn(hours=24)
        await studio.watch(clip, views)


@pytest.mark.anyio
async def test_a_clip_shows_what_was_and_what_is_to_come(studio: Studio, hands: Hands, cast: Cast) -> None:
    begun = hands.now
    campaign = await studio.campaign(days=10)
    clip = await studio.clip(campaign, cast.clipper.id)
    await watched(studio, hands, clip, [1_000, 1_500, 1_800])
    async with studio.inside() as session:
        course = await foresight.of_clip(session, clip, user_id=cast.clipper.id)
        with pytest.raises(NotFound):
            await foresight.of_clip(session, clip, user_id=cast.helper.id)

    assert [(one.views, one.counted) for one in course.seen] == [(1_000, 1_000), (1_500, 1_500), (1_800, 1_800)]
    assert course.expected[0].mid == course.expected[0].high == 1_800
    assert course.expected[-1].at == pytest.approx(begun + timedelta(days=10), abs=timedelta(minutes=1))
    assert course.expected[-1].low <= course.expected[-1].mid <= course.expected[-1].high
    assert course.expected[-1].mid > 2_000
    assert not course.calibrated


@pytest.mark.anyio
async def test_a_rejected_clip_is_not_foretold(studio: Studio, hands: Hands, cast: Cast) -> None:
    clip = await studio.clip(await studio.campaign(), cast.clipper.id)
    await watched(studio, hands, clip, [1_000])
    await studio.reject(clip)
    async with studio.inside() as session:
        course = await foresight.of_clip(session, clip)

    assert course.expected == []
    assert len(course.seen) == 1


@pytest.mark.anyio
async def test_a_campaign_says_what_it_will_have_spent_and_when_its_pot_is_empty(studio: Studio, hands: Hands, cast: Cast) -> None:
    scarce, plenty = await studio.campaign(budget=1_000), await studio.campaign(budget=1_000_000)
    clips = [await studio.clip(campaign, cast.clipper.id) for campaign in (scarce, plenty)]
    for views in (1_000, 1_500):
        hands.turn(hours=24)
        for clip in clips:
            await studio.watch(clip, views)
    for campaign in (scarce, plenty):
        await studio.accrue(campaign)
    async with studio.inside() as session:
        short, long = await foresight.of_campaign(session, scarce), await foresight.of_campaign(session, plenty)

    assert (short.budget, short.spent, short.clips) == (1_000, 750, 1)
    assert short.course[-1].mid == short.course[-1].high == 1_000
    assert short.empty_at is not None
    assert short.soonest_at is not None
    assert hands.now < short.soonest_at < short.empty_at < hands.now + timedelta(hours=60)
    assert (long.spent, long.empty_at) == (750, None)
    assert long.course[0].mid == 750
    assert 750 < long.course[-1].mid < 3_000


@pytest.mark.anyio
async def test_readings_of_a_whole_campaign_are_the_same_in_hours(studio: Studio, hands: Hands, cast: Cast) -> None:
    campaign, other = await studio.campaign(), await studio.campaign()
    clips = [await studio.clip(where, cast.clipper.id) for where in (campaign, campaign, other)]
    for clip in clips:
        await watched(studio, hands, clip, [1_000, 1_500])
    async with studio.inside() as session:
        points, grown = await readings.courses(session, clips[:2]), await readings.grown(session, campaign)
    assert list(grown) == clips[:2]
    for clip, course in points.items():
        assert [views for _, views in grown[clip]] == [point.views for point in course]
        assert [at_h for at_h, _ in grown[clip]] == pytest.approx([point.at.timestamp() / 3600 for point in course], abs=1e-5)


@pytest.mark.anyio
async def test_a_large_campaign_is_foretold_anew_after_five_minutes_or_when_it_is_changed(studio: Studio, hands: Hands, cast: Cast) -> None:
    campaign = await studio.campaign()
    rows = [
        {
            "creator_id": studio.creator_id, "campaign": campaign, "user_id": cast.clipper.id, "terms": 1, "platform": "tiktok",
            "video_id": str(number), "url": "", "submitted_url": "", "state": "APPROVED", "submitted_at": hands.now,
        }
        for number in range(1_001)
    ]  # fmt: skip
    async with studio.inside() as session:
        await session.execute(insert(ClipSubmission), rows)
        first = await foresight.of_campaign(session, campaign)
        assert (first.clips, await foresight.of_campaign(session, campaign) is first) == (1_001, True)
        hands.turn(minutes=6)
        later = await foresight.of_campaign(session, campaign)
        assert later is not first
        await campaigns.fund(session, studio.desk, campaign, 500_000, ACTOR)
        assert (await foresight.of_campaign(session, campaign)).budget == 500_000
        with pytest.raises(NotFound):
            await foresight.of_campaign(session, 999)
