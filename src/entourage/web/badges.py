"""Whether one of the viewers has a timed badge: where a page brings the two rooms together."""

from entourage.kernel.http import Actor
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import promotions
from entourage.vips import listing, schemas

_TWITCH = "twitch"


async def of_viewer(session: CreatorSession, actor: Actor, viewer_id: int) -> schemas.GrantRow | None:
    """Return the badge of a person, on whichever of their accounts, for whoever may see badges."""
    if not actor.may("vips.read"):
        return None
    return await listing.of_person(session, [seat.user_id for seat in await promotions.seats(session, viewer_id, _TWITCH)])
