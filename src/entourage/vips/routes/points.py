"""Channel-point rewards of ours: listed, made, changed, deleted, and made again; and what the weeks came to."""

from typing import Annotated

import msgspec
from litestar import delete, get, post, put
from litestar.params import Parameter

from entourage.kernel import tenancy
from entourage.kernel.envelope import Answer
from entourage.kernel.http import Actor, Database, allowed
from entourage.ports.channel import RewardShape
from entourage.vips import analytics, rewards, schemas
from entourage.vips.routes.badges import READ
from entourage.vips.rule import Terms

_DECIDE = [allowed("vips.decide")]
RewardKey = Annotated[int, Parameter(ge=1, le=2**63 - 1)]


class RewardWish(msgspec.Struct):
    """How a reward of ours should look on Twitch, and what redeeming it gives."""

    shape: RewardShape
    terms: Terms


@get("/api/channel-points", guards=READ, tags=["vips"])
async def list_rewards(actor: Actor, db: Database) -> Answer[list[schemas.RewardRow]]:
    """List the rewards of ours. Those made on Twitch's own pages can be managed only there."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await rewards.rows(session))


@post("/api/channel-points", guards=_DECIDE, status_code=202, tags=["vips"])
async def make_reward(actor: Actor, db: Database, data: RewardWish) -> Answer[schemas.RewardRow]:
    """Make a reward. A job asks Twitch; `trouble` tells when it will not have it."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await rewards.make(session, data.shape, data.terms, actor.label))


@put("/api/channel-points/{key:int}", guards=_DECIDE, tags=["vips"])
async def change_reward(actor: Actor, db: Database, key: RewardKey, data: RewardWish) -> Answer[schemas.RewardRow]:
    """Change a reward of ours, or pause it (`shape.paused`)."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await rewards.change(session, key, data.shape, data.terms, actor.label))


@delete("/api/channel-points/{key:int}", guards=_DECIDE, status_code=202, tags=["vips"])
async def delete_reward(actor: Actor, db: Database, key: RewardKey) -> Answer[schemas.RewardRow]:
    """Delete a reward of ours: it is paused, what waits gets its points back, then it goes."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await rewards.delete(session, key, actor.label))


@post("/api/channel-points/{key:int}/recreate", guards=_DECIDE, status_code=202, tags=["vips"])
async def recreate_reward(actor: Actor, db: Database, key: RewardKey) -> Answer[schemas.RewardRow]:
    """Make a reward again that was deleted on Twitch."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await rewards.recreate(session, key, actor.label))


@get("/api/vip/analytics", guards=READ, tags=["vips"])
async def show_analytics(actor: Actor, db: Database, weeks: Annotated[int, Parameter(ge=1, le=104)] = 12) -> Answer[analytics.Analytics]:
    """Show what timed VIPs came to, week by week."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await analytics.read(session, actor.zone, weeks))


ROUTES = [list_rewards, make_reward, change_reward, delete_reward, recreate_reward, show_analytics]
