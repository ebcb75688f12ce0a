"""Who matters most, and when they come: the leaderboard and the week of everybody."""

from typing import Literal

from litestar import get
from litestar.response import Template

from entourage.kernel import tenancy
from entourage.kernel.http import Actor, Database, allowed
from entourage.viewers import config, heatmap, rezoning, schemas
from entourage.viewers import leaderboard as board_of
from entourage.web.pages.frame import framed

_PLACES = 50
_GUARDS = [allowed("viewers.read")]


@get("/leaderboard", guards=_GUARDS, include_in_schema=False)
async def leaderboard(actor: Actor, db: Database, board: schemas.Board = "coins", period: board_of.Span = "ever") -> Template:
    """Show the first of a board, of ever or of a period."""
    async with tenancy.inside(db, actor.creator_id) as session:
        ranked = await board_of.top(session, board, _PLACES, period)
        return await framed(session, "viewers", "pages/leaderboard.html", board=board, period=period, ranked=ranked)


@get("/week", guards=_GUARDS, include_in_schema=False)
async def week(actor: Actor, db: Database, show: Literal["activity", "coins"] = "activity") -> Template:
    """Show at which hours of the week people are here, or at which they give."""
    async with tenancy.inside(db, actor.creator_id) as session:
        heat = await heatmap.of_everybody(session)
        chosen = await config.read(session)
        moved = await rezoning.standing(session)
        return await framed(session, "viewers", "pages/week.html", heat=heat, show=show, kept=chosen.heatmapEnabled, moved=moved)
