"""What timed VIPs came to: badges by week, points, who comes back, and who subscribed afterwards."""

from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.params import Parameter
from litestar.response import Template

from entourage.kernel import tenancy
from entourage.kernel.http import Actor, Database, allowed
from entourage.kernel.settings import Settings
from entourage.vips import analytics, converts
from entourage.web import bars, setup, vip_words
from entourage.web.pages.frame import Asked, framed
from entourage.web.pages.rewards import TheConsents

_GUARDS = [allowed("vips.read")]
_SPANS = (4, 12, 26, 52)


@get("/vips/analytics", guards=_GUARDS, include_in_schema=False)
async def show(
    request: Asked, actor: Actor, db: Database, consents: TheConsents, settings: NamedDependency[Settings],
    weeks: Annotated[int, Parameter(ge=1, le=104)] = 12,
) -> Template:  # fmt: skip
    """Show the last weeks."""
    async with tenancy.inside(db, actor.creator_id) as session:
        found = await analytics.read(session, actor.zone, weeks)
        return await framed(
            session, "vips", "pages/vip_analytics.html",
            way="analytics", setup=await setup.look(request, session, consents, settings, "analytics"),
            found=found, weeks=weeks, spans=_SPANS,
            chart=bars.draw([(week.begins, week.badges, week.renewals) for week in found.weeks]),
            converts=await converts.read(session), words=vip_words,
        )  # fmt: skip
