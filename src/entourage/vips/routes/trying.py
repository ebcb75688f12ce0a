"""Trying what was set up: a notice to Discord that everybody may read."""

from litestar import post

from entourage.kernel import tenancy
from entourage.kernel.envelope import Answer
from entourage.kernel.errors import Conflict, Invalid, Later
from entourage.kernel.http import Actor, Database, allowed
from entourage.vips import choices, telling
from entourage.vips.routes.badges import TheDesk


@post("/api/vip/discord/test", guards=[allowed("vips.decide")], status_code=200, tags=["vips"])
async def try_discord(actor: Actor, db: Database, desk: TheDesk) -> Answer[str]:
    """Write a notice to the creator's Discord webhook as it would look, and answer what was written."""
    async with tenancy.inside(db, actor.creator_id) as session:
        address, settings = await choices.discord_url(session), await choices.read(session)
    if not address or desk.notices is None:
        msg = "Save the address of a Discord webhook first."
        raise Conflict(msg)
    text = telling.sample("granted", telling.line(settings, "granted", on_discord=True).text, settings.language)
    try:
        await desk.notices.send(address, text)
    except Later as error:
        msg = "Discord does not answer just now. The address is kept; try again in a moment."
        raise Conflict(msg) from error
    except Invalid as error:
        raise Conflict(error.message) from error
    return Answer(text)


ROUTES = [try_discord]
