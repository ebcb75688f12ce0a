"""Badges that were given on Twitch by hand: left as they are, or made ours for a time."""

from typing import Annotated

import msgspec
from litestar import post

from entourage.kernel import tenancy
from entourage.kernel.envelope import Answer
from entourage.kernel.http import Actor, Database
from entourage.vips import schemas, strays
from entourage.vips.routes.badges import EDIT


class Stray(msgspec.Struct):
    """Whose badge is meant."""

    userId: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]  # noqa: N815 - the seed's name


class Adoption(msgspec.Struct):
    """Whose badge becomes ours, and for how many seconds from now; null lasts until the stream ends."""

    userId: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]  # noqa: N815 - the seed's name
    seconds: int | None


@post("/api/vip/permanent/keep", guards=EDIT, status_code=200, tags=["vips"])
async def keep_badge(actor: Actor, db: Database, data: Stray) -> Answer[schemas.PermanentRow]:
    """Note that a badge that was given on Twitch is meant to stay; it is never touched."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await strays.keep(session, data.userId, actor.label))


@post("/api/vip/permanent/take-over", guards=EDIT, status_code=202, tags=["vips"])
async def take_badge_over(actor: Actor, db: Database, data: Adoption) -> Answer[schemas.ClaimRow]:
    """Make a badge that was given on Twitch end by itself. One that was there before us is refused."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await strays.take_over(session, data.userId, data.seconds, actor.label))


ROUTES = [keep_badge, take_badge_over]
