"""Who matters most, and when they come: the leaderboard and the week of everybody."""

from litestar import get
from litestar.response import Template

from entourage.kernel import tenancy
from entourage.kernel.http import Actor, Database, allowed
from entourage.viewers import config, heatmap, schemas
from entourage.viewers import leaderboard as board_of
from entourage.web.pages.frame import framed

_PLACES = 50
_GUARDS = [allowed("viewers.read")]


@get("/leaderboard", guards=_GUARDS, include_in_schema=False)
async def leaderboard(actor: Actor, db: Database, board: schemas.Board = "coins") -> Template:
    """Show the first of a board."""
    async with tenancy.inside(db, actor.creator_id) as session:
        ranked = await board_of.top(session, board, _PLACES)
        return await framed(session, "viewers", "pages/leaderboard.html", board=board, ranked=ranked)


@get("/week", guards=_GUARDS, include_in_schema=False)
async def week(actor: Actor, db: Database) -> Template:
    """Show at which hours of the week people are here."""
    async with tenancy.inside(db, actor.creator_id) as session:
        heat = await heatmap.of_everybody(session)
        chosen = await config.read(session)
        return await framed(session, "viewers", "pages/week.html", heat=heat, kept=chosen.heatmapEnabled)
