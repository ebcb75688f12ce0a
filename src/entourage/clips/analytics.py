"""What campaigns come to: the seed's summary, who and which clips bring most, and how views grow day by day.

All of it is summed from rows when it is asked for; nothing is stored beside them. Rejected clips count nowhere but in their own number.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, case, func, select, true

from entourage.clips import daily
from entourage.clips.tables import ClipCampaign, Clipper, ClipSubmission
from entourage.kernel import clock, money
from entourage.kernel.errors import NotFound
from entourage.kernel.tenancy import CreatorSession

_RECENT, _RECENT_DAYS = 10, 7
_STANDS = ("APPROVED", "PAID")
By = Literal["views", "earned"]


class Summary(msgspec.Struct, frozen=True, rename="camel"):
    """All campaigns in five numbers; `total_earnings` as a decimal where there is one currency, else null."""

    total_campaigns: int
    active_campaigns: int
    total_submissions: int
    total_views: int
    total_earnings: Decimal | None


class Recent(msgspec.Struct, frozen=True, rename="camel"):
    """A clip that was handed in lately."""

    id: str
    campaign_id: str
    campaign_title: str
    user_id: UUID
    clipper: str
    clip_url: str
    platform: str
    status: str
    views: int
    created_at: datetime


class Top(msgspec.Struct, frozen=True, rename="camel"):
    """The clip of a campaign that was watched most."""

    url: str
    views: int
    user_id: UUID


class Details(msgspec.Struct, frozen=True, rename="camel"):
    """One campaign, by its clips that were approved or paid."""

    total_views: int
    total_submissions: int
    average_views_per_submission: int
    top_performing_submission: Top | None


class Analytics(msgspec.Struct, frozen=True, rename="camel"):
    """The seed's summary of campaigns; `campaign_details` is null unless a campaign was named."""

    overview: Summary
    recent_submissions: list[Recent]
    campaign_details: Details | None


class Earned(msgspec.Struct, frozen=True):
    """A sum in one currency, minor units."""

    currency: str
    amount: int


class Leader(msgspec.Struct, frozen=True):
    """A clipper by what their clips brought."""

    user_id: UUID
    clipper: str
    clips: int
    views: int
    best: int
    earned: list[Earned]


class TopClip(msgspec.Struct, frozen=True):
    """A clip by what it brought; `earned` in minor units of `currency`."""

    id: int
    campaign: int
    title: str
    url: str
    platform: str
    user_id: UUID
    clipper: str
    views: int
    earned: int
    currency: str


class DayOfViews(msgspec.Struct, frozen=True):
    """How many views clips gained on a day (UTC)."""

    date: date
    gained: int


async def read(session: CreatorSession, campaign: int | None = None, *, now: datetime | None = None) -> Analytics:
    """Return the seed's summary, with the details of a campaign when it is named; raises NotFound for one that there is not."""
    now = now or clock.now()
    if campaign is not None and (await session.scalar(select(ClipCampaign.id).where(ClipCampaign.id == campaign))) is None:
        msg = "There is no such campaign."
        raise NotFound(msg)
    details = None if campaign is None else await _details(session, campaign)
    return Analytics(await _summary(session), await _recent(session, now), details)


async def clippers(session: CreatorSession, campaign: int | None = None, *, by: By = "views", most: int = 20) -> list[Leader]:
    """Return the clippers who brought most, of one campaign or of all; sums of several currencies stand side by side."""
    one = ClipSubmission
    chosen = select(one.user_id, ClipCampaign.currency, func.count(), func.sum(one.views), func.max(one.views), func.sum(one.earned))
    chosen = chosen.join(ClipCampaign, ClipCampaign.id == one.campaign).where(_of(campaign), one.state.in_(_STANDS))
    found: dict[UUID, Leader] = {}
    names = await _names(session)
    for user_id, currency, clips, views, best, earned in await session.execute(chosen.group_by(one.user_id, ClipCampaign.currency)):
        had = found.get(user_id, Leader(user_id, names.get(user_id, ""), 0, 0, 0, []))
        sums = [*had.earned, Earned(currency, int(earned))]
        found[user_id] = Leader(user_id, had.clipper, had.clips + clips, had.views + int(views), max(had.best, int(best)), sums)
    key = (lambda one: (-one.views, str(one.user_id))) if by == "views" else _by_money
    return sorted(found.values(), key=key)[:most]


async def clips(session: CreatorSession, campaign: int | None = None, *, by: By = "views", most: int = 20) -> list[TopClip]:
    """Return the clips that brought most, of one campaign or of all."""
    one = ClipSubmission
    chosen = select(one, ClipCampaign.currency).join(ClipCampaign, ClipCampaign.id == one.campaign).where(_of(campaign))
    first = one.views if by == "views" else one.earned
    rows = await session.execute(chosen.where(one.state.in_(_STANDS)).order_by(first.desc(), one.id).limit(most))
    names = await _names(session)
    return [
        TopClip(
            id=clip.id, campaign=clip.campaign, title=clip.title, url=clip.url, platform=clip.platform, user_id=clip.user_id,
            clipper=names.get(clip.user_id, ""), views=clip.views, earned=clip.earned, currency=currency,
        )
        for clip, currency in rows
    ]  # fmt: skip


async def days(session: CreatorSession, campaign: int | None = None, *, most: int = 30, now: datetime | None = None) -> list[DayOfViews]:
    """Return the views that clips gained on each of the last days, days without any included.

    What a clip had when it was first read counts on that day; a count that falls and comes back is not counted twice.
    """
    today = (now or clock.now()).date()
    first = today - timedelta(days=most - 1)
    gained = dict(await daily.gained(session, campaign, since=first))
    return [DayOfViews(day, gained.get(day, 0)) for day in (first + timedelta(days=n) for n in range(most))]


async def _summary(session: CreatorSession) -> Summary:
    one = ClipSubmission
    campaigns = select(func.count(), func.sum(case((ClipCampaign.state == "ACTIVE", 1), else_=0)))
    total, active = (await session.execute(campaigns.select_from(ClipCampaign))).one()
    counted = func.sum(case((one.state != "REJECTED", one.views), else_=0))
    submissions, views = (await session.execute(select(func.count(), counted).select_from(one))).one()
    sums = select(ClipCampaign.currency, func.sum(one.earned)).join(ClipCampaign, ClipCampaign.id == one.campaign)
    earned = {currency: int(amount) for currency, amount in await session.execute(sums.group_by(ClipCampaign.currency)) if amount}
    return Summary(total, int(active or 0), submissions, int(views or 0), _decimal(earned))


async def _recent(session: CreatorSession, now: datetime) -> list[Recent]:
    one = ClipSubmission
    chosen = select(one, ClipCampaign.title).join(ClipCampaign, ClipCampaign.id == one.campaign)
    chosen = chosen.where(one.submitted_at >= now - timedelta(days=_RECENT_DAYS)).order_by(one.submitted_at.desc(), one.id.desc())
    names = await _names(session)
    return [
        Recent(
            id=str(clip.id), campaign_id=str(clip.campaign), campaign_title=title, user_id=clip.user_id,
            clipper=names.get(clip.user_id, ""), clip_url=clip.url, platform=clip.platform.upper(), status=clip.state, views=clip.views,
            created_at=clip.submitted_at,
        )
        for clip, title in await session.execute(chosen.limit(_RECENT))
    ]  # fmt: skip


async def _details(session: CreatorSession, campaign: int) -> Details:
    one = ClipSubmission
    stands: tuple[ColumnElement[bool], ...] = (one.campaign == campaign, one.state.in_(_STANDS))
    count, views = (await session.execute(select(func.count(), func.sum(one.views)).where(*stands))).one()
    top = (await session.scalars(select(one).where(*stands).order_by(one.views.desc(), one.id).limit(1))).first()
    views = int(views or 0)
    return Details(views, count, views // count if count else 0, None if top is None else Top(top.url, top.views, top.user_id))


async def _names(session: CreatorSession) -> dict[UUID, str]:
    return dict((await session.execute(select(Clipper.user_id, Clipper.name))).all())


def _of(campaign: int | None) -> ColumnElement[bool]:
    return true() if campaign is None else ClipSubmission.campaign == campaign


def _by_money(one: Leader) -> tuple[Sequence[int], str]:
    return ([-sum_.amount for sum_ in sorted(one.earned, key=lambda sum_: -sum_.amount)], str(one.user_id))


def _decimal(earned: dict[str, int]) -> Decimal | None:
    if len(earned) > 1:
        return None
    return sum((Decimal(amount).scaleb(-money.decimals(currency)) for currency, amount in earned.items()), Decimal(0))
