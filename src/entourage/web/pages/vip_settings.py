"""The settings of timed VIPs: what happens when all places are taken, how time adds up, and what is said where."""

from litestar import get
from litestar.di import NamedDependency
from litestar.response import Template

from entourage.kernel import tenancy
from entourage.kernel.http import Actor, Database, allowed
from entourage.kernel.settings import Settings
from entourage.vips import choices, schemas, standing, telling, wording
from entourage.web import setup, vip_words
from entourage.web.pages.frame import Asked, framed, part, wants_part
from entourage.web.pages.rewards import TheConsents

_GUARDS = [allowed("vips.read")]


@get("/vips/settings", guards=_GUARDS, include_in_schema=False)
async def show(request: Asked, actor: Actor, db: Database, consents: TheConsents, settings: NamedDependency[Settings]) -> Template:
    """Show what was decided; to a script only the part about Discord."""
    async with tenancy.inside(db, actor.creator_id) as session:
        chosen = await choices.read(session)
        context = {
            "way": "settings",
            "setup": await setup.look(request, session, consents, settings, "vip-settings"),
            "chosen": chosen,
            "meter": await standing.meter(session),
            "says": [
                (say, telling.line(chosen, say), telling.line(chosen, say, on_discord=True), telling.TEXTS[chosen.language][say])
                for say in schemas.SAYS
            ],
            "sample": telling.sample,
            "placeholders": wording.PLACEHOLDERS,
            "longest": wording.LONGEST,
            "may_decide": actor.may("vips.decide"),
            "span": vip_words.span,
        }
        if wants_part(request):
            return part("parts/vips/discord.html", **context)
        return await framed(session, "vips", "pages/vip_settings.html", **context)
