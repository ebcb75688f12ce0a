"""What is to be expected, for pages: the course of a clip with its band, and what a campaign will have spent by when."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

import msgspec
from sqlalchemy import func, select

from entourage.clips import effective, forecast, forecasts, ledger, outlook, readings
from entourage.clips.earning import Claim, Terms
from entourage.clips.outlook import Runner
from entourage.clips.tables import ClipCampaign, ClipSubmission, ClipTerms
from entourage.kernel import clock, money
from entourage.kernel.errors import NotFound
from entourage.kernel.tenancy import CreatorSession

_HOUR = timedelta(hours=1)
_FURTHEST_H = 30 * 24
_ONGOING = ("PENDING", "APPROVED", "PAID")
_CLIPS = select(*(
    getattr(ClipSubmission, name)
    for name in ("id", "user_id", "terms", "views", "state", "earned", "baseline", "fixed", "posted_at", "submitted_at")
)).order_by(ClipSubmission.id)  # fmt: skip


_MANY, _FRESH = 1_000, timedelta(minutes=5)
"""Of so many clips the outlook takes some tenths of a second, and is told again for so long; fewer are foretold each time."""
_known: WeakKeyDictionary[Any, dict[tuple[Any, ...], "tuple[datetime, Spending]"]] = WeakKeyDictionary()
"""By the engine of a database."""


class Seen(msgspec.Struct, frozen=True):
    """A point of a clip's curve: the views that were read (null at the deadline, where nobody looked), and those that count."""

    at: datetime
    views: int | None
    counted: int


class Expected(msgspec.Struct, frozen=True):
    """A point of the band: between `low` and `high` in 8 of 10 cases."""

    at: datetime
    low: int
    mid: int
    high: int


class Course(msgspec.Struct, frozen=True):
    """A clip's views so far and from now on, to the deadline or 30 days of age; `calibrated`: its band rests on what came true before."""

    posted_at: datetime
    deadline: datetime
    seen: list[Seen]
    expected: list[Expected]
    calibrated: bool


class Spending(msgspec.Struct, frozen=True):
    """What a campaign will have spent (minor units, if all that waits is approved), and when its pot is empty; null: not before its end."""

    currency: str
    budget: int
    spent: int
    course: list[Expected]
    empty_at: datetime | None
    soonest_at: datetime | None
    latest_at: datetime | None
    clips: int
    calibrated: bool


async def of_clip(session: CreatorSession, submission: int, *, user_id: object | None = None) -> Course:
    """Return a clip's curve and what is to be expected of it; with `user_id` only of that clipper. Raises NotFound."""
    chosen = select(ClipSubmission, ClipCampaign).join(ClipCampaign, ClipCampaign.id == ClipSubmission.campaign)
    row = (await session.execute(chosen.where(ClipSubmission.id == submission))).first()
    if row is None or (user_id is not None and row[0].user_id != user_id):
        msg = "There is no such clip."
        raise NotFound(msg)
    clip, campaign = row
    posted = clip.posted_at or clip.submitted_at
    read = (await readings.courses(session, [submission])).get(submission, ())
    marks = effective.curve(read, campaign.deadline, clip.posted_at or campaign.starts_at)
    seen, expected, calibrated = forecasts.hours(read, posted), [], False
    horizon_h = min((campaign.deadline - posted) / _HOUR, _FURTHEST_H)
    if seen and clip.state in _ONGOING and clip.removed_at is None:
        way = forecast.path(seen, horizon_h, await forecasts.bands(session))
        expected = [Expected(posted + age_h * _HOUR, said.low, said.mid, said.high) for age_h, said in way]
        calibrated = bool(way) and way[-1][1].calibrated
    return Course(posted, campaign.deadline, [Seen(mark.at, mark.views, mark.counted) for mark in marks], expected, calibrated)


async def of_campaign(session: CreatorSession, campaign_id: int, *, now: datetime | None = None) -> Spending:
    """Return what a campaign will have spent by its deadline; of a large one as it was at most five minutes ago. Raises NotFound."""
    now = now or clock.now()
    campaign = (await session.scalars(select(ClipCampaign).where(ClipCampaign.id == campaign_id))).first()
    if campaign is None:
        msg = "There is no such campaign."
        raise NotFound(msg)
    number = await session.scalar(select(func.count()).where(ClipSubmission.campaign == campaign_id)) or 0
    about = (session.creator, campaign_id, campaign.budget, campaign.terms, campaign.state, campaign.deadline, number)
    known = _known.setdefault(session.get_bind(), {})
    if about in known and timedelta(0) <= now - known[about][0] < _FRESH:
        return known[about][1]
    said = await _foretold(session, campaign, now)
    if number > _MANY:
        for old in [key for key, (at, _) in known.items() if key[:2] == about[:2] or not timedelta(0) <= now - at < _FRESH]:
            del known[old]
        known[about] = (now, said)
    return said


async def _foretold(session: CreatorSession, campaign: ClipCampaign, now: datetime) -> Spending:
    campaign_id = campaign.id
    clips = (await session.execute(_CLIPS.where(ClipSubmission.campaign == campaign_id))).all()
    versions, read = await _terms(session, campaign_id), await readings.grown(session, campaign_id)
    runners = [_runner(clip, read.get(clip.id, ()), now.timestamp() / 3600) for clip in clips]
    sums = await ledger.sum_of(session, "campaign", campaign_id)
    said = await asyncio.to_thread(
        outlook.spend, runners, {clip.id: versions[clip.terms] for clip in clips}, sums.free, hours_left=_hours_left(campaign, now),
        bands=await forecasts.bands(session), digits=money.decimals(campaign.currency),
    )  # fmt: skip
    empty, soonest, latest = (None if hours is None else now + hours * _HOUR for hours in (said.empty_in_h, said.soonest_h, said.latest_h))
    return Spending(
        currency=campaign.currency, budget=sums.budget, spent=sums.earned, empty_at=empty, soonest_at=soonest, latest_at=latest,
        course=[Expected(now + one.in_h * _HOUR, one.low, one.mid, one.high) for one in said.moments], clips=len(clips),
        calibrated=said.calibrated,
    )  # fmt: skip


def _hours_left(campaign: ClipCampaign, now: datetime) -> float:
    return 0.0 if campaign.finished_at else max(0.0, (campaign.deadline - now) / _HOUR)


def _runner(clip: Any, read: Sequence[tuple[float, int]], now_h: float) -> Runner:  # noqa: ANN401 - a clip's columns
    posted_h = (clip.posted_at or clip.submitted_at).timestamp() / 3600
    return Runner(_claim(clip), max(0.0, now_h - posted_h), [(max(0.0, at_h - posted_h), views) for at_h, views in read])


def _claim(clip: Any) -> Claim:  # noqa: ANN401 - a clip's columns
    return Claim(
        clip=clip.id, clipper=str(clip.user_id), views=clip.views, stands=clip.state in _ONGOING, posted=clip.earned,
        baseline=clip.baseline, fixed=clip.fixed,
    )  # fmt: skip


async def _terms(session: CreatorSession, campaign: int) -> dict[int, Terms]:
    chosen = select(ClipTerms.version, ClipTerms.terms).where(ClipTerms.campaign == campaign)
    return {version: msgspec.convert(kept, Terms) for version, kept in await session.execute(chosen)}
