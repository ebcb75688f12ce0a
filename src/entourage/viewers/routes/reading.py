"""Reading viewers."""

from dataclasses import replace
from typing import Annotated, Literal

from litestar import get
from litestar.params import Parameter

from entourage.kernel import tenancy
from entourage.kernel.envelope import Answer, Paged, Paging
from entourage.kernel.http import Actor, Database, allowed
from entourage.viewers import birthdays, evening, feed, heatmap, leaderboard, listing, profile, schemas, segments, tiers, totals
from entourage.viewers.routes.choosing import SegmentId, Where

READ = [allowed("viewers.read")]
Limit = Annotated[int, Parameter(ge=1, le=200)]


@get("/api/viewer-profiles", guards=READ, tags=["viewers"])
async def list_viewers(
    actor: Actor,
    db: Database,
    limit: Limit = 50,
    cursor: Annotated[str | None, Parameter(max_length=200)] = None,
    page: Annotated[int, Parameter(ge=1, le=100_000)] = 1,
    sort_by: Annotated[schemas.Sort, Parameter(query="sortBy")] = "total_coins_spent",
    order: Literal["asc", "desc", "ASC", "DESC"] = "desc",
    search: Annotated[str, Parameter(max_length=100)] = "",
    filter: schemas.Filter = "all",  # noqa: A002 - the seed's name
    segment: SegmentId = None,
    where: Where = None,
) -> Paged[schemas.ViewerRow]:
    """List viewers. Page with `cursor` (the `next` of the page before); `page` works for the first 10,000 rows.

    With conditions a page may be short, or empty, and still have a `next`: enough was looked at for one page.
    """
    query = listing.Query(
        filter=filter,
        sort=sort_by,
        order="asc" if order.lower() == "asc" else "desc",
        search=search,
        cursor=cursor,
        offset=0 if cursor else (page - 1) * limit,
        limit=limit,
    )
    async with tenancy.inside(db, actor.creator_id) as session:
        asked = await segments.conditions(session, segment, where or ())
        found = await listing.page(session, replace(query, conditions=asked))
    return Paged(found.rows, Paging(limit, found.next, found.total, None if cursor else page))


@get("/api/viewer-profiles/{ref:str}", guards=READ, tags=["viewers"])
async def show_viewer(actor: Actor, db: Database, ref: str) -> Answer[schemas.ViewerDetail]:
    """Show one profile, by our id or by handle (`@handle` where a handle is all digits or a word of ours)."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await profile.detail(session, ref))


@get("/api/viewer-profiles/{ref:str}/heatmap", guards=READ, tags=["viewers"])
async def show_viewer_heatmap(actor: Actor, db: Database, ref: str) -> Answer[schemas.Heatmap]:
    """Show one viewer's week."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await heatmap.of_viewer(session, (await profile.find(session, ref)).id))


@get("/api/viewer-profiles/heatmap/global", guards=READ, tags=["viewers"])
async def show_heatmap(actor: Actor, db: Database) -> Answer[schemas.Heatmap]:
    """Show everybody's week."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await heatmap.of_everybody(session))


@get("/api/viewer-profiles/stats/summary", guards=READ, tags=["viewers"])
async def show_summary(actor: Actor, db: Database) -> Answer[schemas.Summary]:
    """Show the numbers over everybody and ever."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await totals.summary(session))


@get("/api/viewer-profiles/leaderboard", guards=READ, tags=["viewers"])
async def show_leaderboard(
    actor: Actor,
    db: Database,
    board: Annotated[schemas.Board, Parameter(query="type")] = "coins",
    period: leaderboard.Span = "ever",
    limit: Annotated[int, Parameter(ge=1, le=100)] = 10,
) -> Answer[list[schemas.Ranked]]:
    """Show the first of a leaderboard, of ever or of a period; only the board's own counter is then the period's."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await leaderboard.top(session, board, limit, period))


@get("/api/viewer-profiles/vip/list", guards=READ, tags=["viewers"])
async def list_tier_members(
    actor: Actor, db: Database, tier: Annotated[str | None, Parameter(max_length=50)] = None
) -> Answer[list[schemas.ViewerRow]]:
    """List who holds a tier, the longest-standing first, at most 200."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await tiers.members(session, tier))


@get("/api/viewer-profiles/vip/tiers", guards=READ, tags=["viewers"])
async def list_tiers(actor: Actor, db: Database) -> Answer[list[schemas.TierInfo]]:
    """List the tiers and what they ask for."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await tiers.rules(session))


@get("/api/viewer-profiles/birthdays/upcoming", guards=READ, tags=["viewers"])
async def list_birthdays(
    actor: Actor, db: Database, days: Annotated[int, Parameter(ge=0, le=365)] = 7
) -> Answer[list[schemas.BirthdayRow]]:
    """List whose birthday is within the coming days, by the creator's calendar."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await birthdays.upcoming(session, days))


@get("/api/viewer-profiles/birthdays/missed", guards=READ, tags=["viewers"])
async def list_missed_birthdays(actor: Actor, db: Database) -> Answer[list[schemas.BirthdayRow]]:
    """List who had their birthday in the last days and was not here since: their next visit brings the wish."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await birthdays.missed(session))


@get("/api/viewer-profiles/sessions/active", guards=READ, tags=["viewers"])
async def list_open_visits(actor: Actor, db: Database) -> Answer[schemas.OpenVisits]:
    """List who is here, the longest first: the whole count and at most 1,000 of them."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(schemas.OpenVisits(await evening.count_here(session), await evening.open_visits(session)))


@get("/api/viewer-profiles/feed", guards=READ, tags=["viewers"])
async def show_feed(actor: Actor, db: Database, limit: Limit = 50) -> Answer[list[schemas.FeedItem]]:
    """Show the newest lines of the live feed."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await feed.recent(session, limit))


@get("/api/viewer-profiles/tonight", guards=READ, tags=["viewers"])
async def show_tonight(actor: Actor, db: Database) -> Answer[schemas.Tonight]:
    """Show the newest stream's numbers against the usual evening."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await evening.tonight(session))


ROUTES = [
    list_viewers, show_viewer, show_viewer_heatmap, show_heatmap, show_summary, show_leaderboard, list_tier_members,
    list_tiers, list_birthdays, list_missed_birthdays, list_open_visits, show_feed, show_tonight,
]  # fmt: skip
