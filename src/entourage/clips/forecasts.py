"""Forecasts that are kept, and judged when their time has come: the house says how good they were, and draws its bands from that.

At an age of 1, 2, 3 and 7 days each clip is foretold for the age of 7, 14 and 30 days, from what had been read by then. When the time
has come the count is read off its readings; where nobody looked then, the forecast is put aside without a verdict.
"""

import statistics
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import select

from entourage.clips import effective, forecast, readings
from entourage.clips.effective import Point
from entourage.clips.forecast import Bands, Scored
from entourage.clips.tables import ClipForecast, ClipSubmission
from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.tenancy import CreatorSession

CHUNK = 500
"""Clips of one transaction."""
LATE = timedelta(days=2)
"""How long after its time a forecast may still be made, from what had been read by then."""
WAIT = timedelta(days=7)
"""How long after its time a forecast waits for the reading that judges it."""
_LEARNED_FROM = 5_000
_HOUR = timedelta(hours=1)
_SEEN_BY = 0.5
_SEEN_ENOUGH = 0.97


class Accuracy(msgspec.Struct, frozen=True):
    """How good forecasts of one kind were: how many were judged, the median error, and how many ended inside the band (shares of 1)."""

    age_h: int
    horizon_h: int
    judged: int
    error: float
    inside: float


async def work(db: Database, creator_id: int) -> None:
    """Make the forecasts whose time has come for one creator, and judge those that have come true, some at a time."""
    for age_h in forecast.AGES:
        after: int | None = 0
        while after is not None:
            async with tenancy.inside(db, creator_id, write=True) as session:
                after = await make(session, age_h, after=after)
    after = 0
    while after is not None:
        async with tenancy.inside(db, creator_id, write=True) as session:
            after = await score(session, after=after)


async def make(session: CreatorSession, age_h: int, *, after: int = 0, now: datetime | None = None) -> int | None:
    """Foretell the clips that have reached an age, `CHUNK` of them from an id on; returns the id to go on after, None at the end."""
    now = now or clock.now()
    reached, clip = now - age_h * _HOUR, ClipSubmission
    known = select(ClipForecast.submission).where(ClipForecast.age_h == age_h)
    of_age = (clip.posted_at <= reached, clip.posted_at > reached - LATE, clip.state != "REJECTED", clip.read_at.is_not(None))
    chosen = select(clip.id, clip.posted_at).where(*of_age, clip.id > after, clip.id.not_in(known)).order_by(clip.id).limit(CHUNK)
    found = [(submission, posted) for submission, posted in await session.execute(chosen) if posted is not None]
    if not found:
        return None
    drawn, read = await bands(session), await readings.courses(session, [submission for submission, _ in found])
    for submission, posted in found:
        seen = hours(read.get(submission, ()), posted, until_h=age_h)
        if seen and seen[-1][0] >= age_h * _SEEN_BY:
            session.add_all(_foretold(submission, posted, age_h, seen, drawn, now))
    await session.flush()
    return found[-1][0] if len(found) == CHUNK else None


async def score(session: CreatorSession, *, after: int = 0, now: datetime | None = None) -> int | None:
    """Judge forecasts whose time has come, `CHUNK` of them from an id on; returns the id to go on after, None at the end.

    Judged is what was read since, or will not be read any more; the others wait.
    """
    now = now or clock.now()
    said, clip = ClipForecast, ClipSubmission
    ripe = (clip.read_at >= said.due_at) | clip.next_read_at.is_(None) | (said.due_at < now - WAIT)
    chosen = select(said).join(clip, clip.id == said.submission).where(said.scored_at.is_(None), said.due_at <= now, said.id > after, ripe)
    due = (await session.scalars(chosen.order_by(said.id).limit(CHUNK))).all()
    if not due:
        return None
    read = await readings.courses(session, {one.submission for one in due})
    for one in due:
        one.actual, one.scored_at = _came(read.get(one.submission, ()), one), now
    await session.flush()
    return due[-1].id if len(due) == CHUNK else None


async def bands(session: CreatorSession) -> Bands:
    """Draw bands from the newest forecasts of this creator that were judged."""
    return forecast.learn(Scored(one.age_h, one.horizon_h, one.mid, one.actual or 0) for one in await _judged(session))


async def accuracy(session: CreatorSession) -> list[Accuracy]:
    """Say how good forecasts were, by age and horizon."""
    kinds: dict[tuple[int, int], list[tuple[float, bool]]] = {}
    for one in await _judged(session):
        actual = one.actual or 0
        kinds.setdefault((one.age_h, one.horizon_h), []).append((abs(one.mid - actual) / max(1, actual), one.low <= actual <= one.high))
    return [
        Accuracy(*kind, len(seen), round(statistics.median(off for off, _ in seen), 4), round(sum(hit for _, hit in seen) / len(seen), 4))
        for kind, seen in sorted(kinds.items())
    ]


def hours(read: Sequence[Point], posted: datetime, *, until_h: float | None = None) -> list[tuple[float, int]]:
    """Return readings as the forecaster takes them: hours since the post, and views."""
    seen = [(max(0.0, (point.at - posted) / _HOUR), point.views) for point in read]
    return seen if until_h is None else [one for one in seen if one[0] <= until_h]


def _foretold(
    submission: int, posted: datetime, age_h: int, seen: Sequence[tuple[float, int]], drawn: Bands, now: datetime
) -> list[ClipForecast]:
    made = []
    for horizon_h in forecast.HORIZONS:
        due_at, said = posted + horizon_h * _HOUR, forecast.forecast(seen, horizon_h, drawn)
        if horizon_h > age_h and due_at > now and said is not None:
            band = {"low": said.low, "mid": said.mid, "high": said.high, "calibrated": said.calibrated}
            made.append(ClipForecast(submission=submission, age_h=age_h, horizon_h=horizon_h, made_at=now, due_at=due_at, **band))
    return made


def _came(read: Sequence[Point], one: ClipForecast) -> int | None:
    """Read the count off at the moment that a forecast was about; None while nobody can know."""
    posted = one.due_at - one.horizon_h * _HOUR
    before = [point for point in read if point.at <= one.due_at]
    if not before:
        return None
    if len(before) == len(read) and (before[-1].at - posted) / _HOUR < one.horizon_h * _SEEN_ENOUGH:
        return None
    return effective.views(read, one.due_at, posted)


async def _judged(session: CreatorSession) -> Sequence[Any]:
    """Return the newest judged forecasts, only what is asked of them: five thousand rows are read for each page with a band."""
    one = ClipForecast
    columns = one.age_h, one.horizon_h, one.low, one.mid, one.high, one.actual
    return (await session.execute(select(*columns).where(one.actual.is_not(None)).order_by(one.id.desc()).limit(_LEARNED_FROM))).all()
