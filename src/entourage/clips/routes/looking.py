"""What campaigns come to and what is to be expected: the seed's summary, leaderboards, curves with their band, and what pots will hold."""

from typing import Annotated

import msgspec
from litestar import get
from litestar.params import Parameter

from entourage.clips import analytics, forecasts, foresight
from entourage.clips.analytics import By
from entourage.kernel import tenancy
from entourage.kernel.envelope import Answer
from entourage.kernel.http import Actor, Database, allowed

_READ, _OWN = [allowed("clips.read")], [allowed("clips.submit")]
Id = Annotated[int, Parameter(ge=1, le=2**63 - 1)]
Most = Annotated[int, Parameter(ge=1, le=200)]
Campaign = Annotated[int | None, Parameter(query="campaignId", ge=1, le=2**63 - 1, description="Left out: all of them.")]


class Leaderboard(msgspec.Struct):
    """Who and which clips brought most."""

    clippers: list[analytics.Leader]
    clips: list[analytics.TopClip]


@get("/api/admin/campaigns/analytics", guards=_READ, tags=["clips"])
async def show_analytics(actor: Actor, db: Database, campaign: Campaign = None) -> analytics.Analytics:
    """Sum up all campaigns, and one in detail when it is named."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return await analytics.read(session, campaign)


@get("/api/clips/leaderboard", guards=_READ, tags=["clips"])
async def show_leaderboard(
    actor: Actor, db: Database, campaign: Campaign = None, by: By = "views", limit: Most = 20
) -> Answer[Leaderboard]:
    """Say who and which clips brought most views, or earned most."""
    async with tenancy.inside(db, actor.creator_id) as session:
        clippers = await analytics.clippers(session, campaign, by=by, most=limit)
        return Answer(Leaderboard(clippers, await analytics.clips(session, campaign, by=by, most=limit)))


@get("/api/clips/views", guards=_READ, tags=["clips"])
async def show_views(
    actor: Actor, db: Database, campaign: Campaign = None, days: Annotated[int, Parameter(ge=1, le=400)] = 30
) -> Answer[list[analytics.DayOfViews]]:
    """Say how many views clips gained on each of the last days (UTC)."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await analytics.days(session, campaign, most=days))


@get("/api/clips/forecasts", guards=_READ, tags=["clips"])
async def show_accuracy(actor: Actor, db: Database) -> Answer[list[forecasts.Accuracy]]:
    """Say how good forecasts were, by the age at which they were made and the age they were about."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await forecasts.accuracy(session))


@get("/api/admin/campaigns/{campaign_id:int}/forecast", guards=_READ, tags=["clips"])
async def show_spending(actor: Actor, db: Database, campaign_id: Id) -> Answer[foresight.Spending]:
    """Say what a campaign will have spent by when, and when its pot is empty."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await foresight.of_campaign(session, campaign_id))


@get("/api/admin/submissions/{submission:int}/course", guards=_READ, tags=["clips"])
async def show_course(actor: Actor, db: Database, submission: Id) -> Answer[foresight.Course]:
    """Show how a clip was watched, and what is to be expected of it."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await foresight.of_clip(session, submission))


@get("/api/clippers/submissions/{submission:int}/course", guards=_OWN, tags=["clips"])
async def show_own_course(actor: Actor, db: Database, submission: Id) -> Answer[foresight.Course]:
    """Show how a clip of one's own was watched, and what is to be expected of it."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await foresight.of_clip(session, submission, user_id=actor.id))


ROUTES = [show_analytics, show_leaderboard, show_views, show_accuracy, show_spending, show_course, show_own_course]
