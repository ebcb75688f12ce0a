"""Campaigns: the form of one, one with its clips, and when its pot will be empty."""

from datetime import UTC, datetime, time, timedelta
from itertools import accumulate
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlencode

from litestar import get
from litestar.params import Parameter
from litestar.response import Template

from entourage.clips import analytics, campaigns, choices, foresight, reports, schemas, submissions, terms
from entourage.clips.earning import Terms
from entourage.clips.submissions import Wish
from entourage.kernel import clock, tenancy
from entourage.kernel.http import Actor, Database, allowed
from entourage.kernel.money import decimals
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.views import Platform
from entourage.web import clip_curves, clip_sums, clip_words, formats
from entourage.web.i18n import gettext as _
from entourage.web.pages.clip_frame import READ, Id, Maybe, Search, clip_page, clip_part
from entourage.web.pages.frame import Asked, wants_part

_ROWS, _LEADERS = 50, 10
_EXAMPLE = 100_000
_DAYS = 60
_FIRST_DAYS = 30
_FIRST_TERMS = Terms(rate_micro=1_500_000, min_views=1_000)
Status = Annotated[schemas.State | Literal[""], Parameter(query="status")]


@get("/clips/campaigns/new", guards=[*READ, allowed("clips.decide")], include_in_schema=False)
async def new(actor: Actor, db: Database) -> Template:
    """Show the form of a new campaign, filled with what is usual."""
    async with tenancy.inside(db, actor.creator_id) as session:
        settings = await choices.read(session)
        ends_at = formats.parse((clock.now() + timedelta(days=_FIRST_DAYS)).isoformat()).replace(
            hour=23, minute=59, second=0, microsecond=0
        )
        draft = schemas.CampaignDraft(
            title="", platforms=["tiktok"], deadline=ends_at, terms=_FIRST_TERMS, currency=settings.currency, budget=0
        )
        return await clip_page(session, actor, "campaigns", "pages/clip_campaign_edit.html", row=None, **_form(draft))


@get("/clips/campaigns/{campaign:int}/edit", guards=[*READ, allowed("clips.decide")], include_in_schema=False)
async def edit(actor: Actor, db: Database, campaign: Id) -> Template:
    """Show the form of a campaign."""
    async with tenancy.inside(db, actor.creator_id) as session:
        row = await campaigns.row(session, campaign)
        draft = schemas.CampaignDraft(
            title=row.title, platforms=row.platforms, deadline=row.deadline, terms=Terms(**row.terms), brief=row.brief, client=row.client,
            currency=row.currency, budget=row.budget, starts_at=row.starts_at,
        )  # fmt: skip
        return await clip_page(session, actor, "campaigns", "pages/clip_campaign_edit.html", row=row, **_form(draft))


@get("/clips/campaigns/{campaign:int}", guards=READ, include_in_schema=False)
async def show(
    request: Asked,
    actor: Actor,
    db: Database,
    campaign: Id,
    status: Status = "",
    q: Search = "",
    flagged: Literal["", "true"] = "",
    platform: Literal["", "tiktok", "instagram", "youtube", "x"] = "",
    after: Maybe = None,
) -> Template:
    """Show one campaign; to a script only what is inside, or the next clips."""
    wish = Wish(campaign=campaign, status=status or None, search=q, flagged=bool(flagged), platform=platform or None)
    async with tenancy.inside(db, actor.creator_id) as session:
        row = await campaigns.row(session, campaign)
        context = await clips_of(session, wish, f"/clips/campaigns/{campaign}", after)
        if after is not None:
            return clip_part(actor, "parts/clips/clips.html", **context)
        context |= {
            "row": row, "wish": wish, "drawn": await _growth(session, row),
            "leaders": await analytics.clippers(session, campaign, most=_LEADERS), "reports": await reports.rows(session, campaign),
            "versions": [(one, schemas.as_dict(one.terms)) for one in await terms.history(session, campaign)] if row.version > 1 else [],
        }  # fmt: skip
        if wants_part(request):
            return clip_part(actor, "parts/clips/campaign.html", **context)
        return await clip_page(session, actor, "campaigns", "pages/clip_campaign.html", **context)


@get("/clips/campaigns/{campaign:int}/outlook", guards=READ, include_in_schema=False, media_type="text/html")
async def outlook(actor: Actor, db: Database, campaign: Id) -> str:
    """Say when the pot of a campaign will be empty."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return await _outlook(session, await campaigns.row(session, campaign))


async def clips_of(session: CreatorSession, wish: Wish, path: str, after: int | None) -> dict[str, Any]:
    """Return a page of clips, newest first, and where the next one is asked for."""
    found = await submissions.listing(session, wish, limit=_ROWS + 1, after=after)
    asked = {"status": wish.status, "q": wish.search, "flagged": "true" if wish.flagged else "", "platform": wish.platform}
    said = urlencode({name: value for name, value in asked.items() if value})
    return {
        "clips": found.rows[:_ROWS],
        "following": found.rows[_ROWS - 1].id if len(found.rows) > _ROWS else None,
        "more": f"{path}?{said}&" if said else f"{path}?",
        "total": found.total,
    }


async def _outlook(session: CreatorSession, row: schemas.CampaignRow) -> str:
    """Say when the pot will be empty, if clips go on as they do."""
    if row.state not in {"ACTIVE", "PAUSED"} or not row.clips:
        return ""
    said = await foresight.of_campaign(session, row.id)
    if row.left <= 0:
        return _("The pot is empty: nothing more is earned. Fill it up, or complete the campaign.")
    if said.empty_at is None:
        likely = said.course[-1].mid if said.course else row.spent
        words = _("If clips go on as they do, %(sum)s will be spent at the deadline; the pot is enough.")
        return words % {"sum": clip_sums.money(likely, row.currency)}
    return _emptying(said.empty_at, said.soonest_at or said.empty_at, said.latest_at)


def _emptying(at: datetime, soonest_at: datetime, latest_at: datetime | None) -> str:
    """Say on which day the pot will be empty, and how sure that is."""
    day, soonest = formats.day(at.isoformat()), formats.day(soonest_at.isoformat())
    latest = formats.day(latest_at.isoformat()) if latest_at else ""
    if latest == day:
        return _("If clips go on as they do, the pot is empty on %(day)s.") % {"day": day}
    if latest:
        return _("If clips go on as they do, the pot is empty on %(day)s, at the latest on %(latest)s.") % {"day": day, "latest": latest}
    if soonest == day:
        return _("If clips go on as they do, the pot is empty on %(day)s; perhaps it lasts.") % {"day": day}
    words = _("If clips go on as they do, the pot is empty on %(day)s; perhaps on %(soonest)s already, perhaps it lasts.")
    return words % {"day": day, "soonest": soonest}


async def _growth(session: CreatorSession, row: schemas.CampaignRow) -> clip_curves.Curve | None:
    """Draw all views of a campaign by day; a day is one of UTC, and stands at its end."""
    days = await analytics.days(session, row.id, most=_DAYS)
    before = max(0, row.views - sum(one.gained for one in days))
    totals = [(one.date, total) for one, total in zip(days, accumulate((one.gained for one in days), initial=before), strict=False)]
    seen = [(datetime.combine(day, time(), UTC), total) for day, total in totals]
    first = next((place for place, (_, total) in enumerate(seen) if total), len(seen))
    now = clock.now()
    return (
        clip_curves.draw([*seen[max(0, first - 1) :], (now, row.views)], deadline=row.deadline) if first < len(seen) or row.views else None
    )


def _typed(at: datetime) -> str:
    """Write a moment as a field of a form takes it, by the creator's clock."""
    return formats.parse(at.isoformat()).strftime("%Y-%m-%dT%H:%M")


def _form(draft: schemas.CampaignDraft) -> dict[str, Any]:
    held_to, currency = draft.terms, draft.currency
    places = decimals(currency)
    plain = clip_sums.plain
    return {
        "draft": draft, "currency": currency, "digits": places, "factor": clip_sums.factor(currency), "step": clip_sums.step(currency),
        "sign": clip_sums.sign(currency), "currencies": [(code, decimals(code)) for code in sorted({*clip_sums.CURRENCIES, currency})],
        "locked": bool(draft.budget), "example_views": _EXAMPLE, "rate": clip_sums.plain_rate(held_to.rate_micro),
        "budget": plain(draft.budget or None, currency), "clip_least": plain(held_to.clip_least or None, currency),
        "clip_most": plain(held_to.clip_most, currency), "clipper_most": plain(held_to.clipper_most, currency),
        "starts": _typed(draft.starts_at) if draft.starts_at else "", "deadline": _typed(draft.deadline),
        "platforms": [(name, clip_words.platform(name)) for name in get_args(Platform)],
    }  # fmt: skip
