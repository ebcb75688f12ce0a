"""What campaigns come to over REST: the seed's names, and who may see what."""

import pytest

from entourage.clips import forecasts
from tests.clips.studio import Hands, Studio
from tests.people import Cast, Doors

pytestmark = pytest.mark.anyio


async def test_the_seeds_summary_is_answered_as_it_was(studio: Studio, doors: Doors, cast: Cast) -> None:
    campaign = await studio.campaign()
    await studio.clip(campaign, cast.clipper.id, 2_000)
    owner = await doors.of(cast.owner)
    whole = (await owner.get("/api/admin/campaigns/analytics")).json()
    said = (await owner.get("/api/admin/campaigns/analytics", params={"campaignId": campaign})).json()

    assert whole["overview"] == {
        "totalCampaigns": 1, "activeCampaigns": 1, "totalSubmissions": 1, "totalViews": 2_000, "totalEarnings": "10.00",
    }  # fmt: skip
    assert whole["campaignDetails"] is None
    assert said["campaignDetails"]["averageViewsPerSubmission"] == 2_000
    assert said["campaignDetails"]["topPerformingSubmission"]["userId"] == str(cast.clipper.id)
    assert said["recentSubmissions"][0] | {"status": "APPROVED", "platform": "TIKTOK"} == said["recentSubmissions"][0]
    assert (await owner.get("/api/admin/campaigns/analytics", params={"campaignId": 999})).status_code == 404


async def test_a_campaign_and_a_clip_are_foretold_to_whom_they_concern(studio: Studio, hands: Hands, doors: Doors, cast: Cast) -> None:
    campaign = await studio.campaign()
    clip = await studio.clip(campaign, cast.clipper.id)
    for views in (1_000, 1_500):
        hands.turn(hours=24)
        await studio.watch(clip, views)
    owner, clipper, helper, neighbour = [await doors.of(one) for one in (cast.owner, cast.clipper, cast.helper, cast.neighbour)]
    course = (await owner.get(f"/api/admin/submissions/{clip}/course")).json()["data"]
    own = (await clipper.get(f"/api/clippers/submissions/{clip}/course")).json()["data"]
    spending = (await owner.get(f"/api/admin/campaigns/{campaign}/forecast")).json()["data"]

    assert own == course
    assert [one["views"] for one in course["seen"]] == [1_000, 1_500]
    assert course["expected"][-1]["mid"] > 1_500
    assert (spending["currency"], spending["budget"], spending["clips"]) == ("USD", 100_000, 1)
    assert spending["course"][-1]["mid"] > 750
    assert (await helper.get(f"/api/clippers/submissions/{clip}/course")).status_code == 404
    assert (await clipper.get(f"/api/admin/submissions/{clip}/course")).status_code == 403
    assert (await neighbour.get(f"/api/admin/submissions/{clip}/course")).status_code == 404
    assert (await neighbour.get(f"/api/admin/campaigns/{campaign}/forecast")).status_code == 404


async def test_leaderboards_days_and_the_score_of_forecasts_can_be_asked_for(
    studio: Studio, hands: Hands, doors: Doors, cast: Cast
) -> None:
    campaign = await studio.campaign()
    clip = await studio.clip(campaign, cast.clipper.id, 2_000)
    owner, clipper = await doors.of(cast.owner), await doors.of(cast.clipper)
    for hours, views in ((24, 2_500), (24 * 6, 3_100), (24, 3_200)):
        hands.turn(hours=hours)
        await studio.watch(clip, views)
        await forecasts.work(studio.db, studio.creator_id)
    board = (await owner.get("/api/clips/leaderboard", params={"by": "earned"})).json()["data"]
    score = (await owner.get("/api/clips/forecasts")).json()["data"]

    assert (board["clippers"][0]["earned"], board["clips"][0]["views"]) == ([{"currency": "USD", "amount": 1_000}], 3_200)
    assert [(one["age_h"], one["horizon_h"], one["judged"]) for one in score] == [(24, 168, 1)]
    assert len((await owner.get("/api/clips/views", params={"days": 7})).json()["data"]) == 7
    for path in ("/api/clips/leaderboard", "/api/clips/forecasts", "/api/clips/views", "/api/admin/campaigns/analytics"):
        assert (await clipper.get(path)).status_code == 403
