"""Readings: appended and never changed; and what is kept with each of them on its clip.

A reading that failed is never a number. The views that count are the most ever read, up to the deadline (`effective`): what a
platform takes back takes nothing away here. Only this module writes a clip's counts and says when it is read next.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Double, cast, func, select

from entourage.clips import effective, interval, removal, schemas, tracking
from entourage.clips.effective import Point
from entourage.clips.interval import Pulse
from entourage.clips.tables import ClipCampaign, ClipReading, ClipSubmission, ClipTerms
from entourage.kernel.rows import among
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.views import Outcome, Reading

HAND = "hand"
"""The provider's name of what a person entered."""
_SPAN = timedelta(days=15)
_MOST = 10**15
_DAY_S = 86_400.0
_JULIAN_1970 = 2_440_587.5


@dataclass(frozen=True, slots=True)
class Frame:
    """What a campaign says about when its clips are read: until and since when, whether money is left, and rates by version of terms."""

    deadline: datetime
    starts_at: datetime
    exhausted: bool
    rates: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Source:
    """Where readings come from: at which moment, by whom (a provider, or `hand` with the person's label), in which run."""

    provider: str
    at: datetime
    run: int | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Noted:
    """A reading that was appended to a clip, and how the clip stood before."""

    clip: ClipSubmission
    reading: ClipReading
    told: Reading
    views_before: int
    latest_before: int
    read_before: datetime | None
    removed: bool  # with this reading


async def frames(session: CreatorSession, campaigns: Collection[int]) -> dict[int, Frame]:
    """Return the frames of campaigns."""
    chosen = list(campaigns)
    terms = select(ClipTerms.campaign, ClipTerms.version, ClipTerms.terms).where(ClipTerms.campaign.in_(chosen))
    rates: dict[int, dict[int, int]] = {}
    for campaign, version, said in await session.execute(terms):
        rates.setdefault(campaign, {})[version] = int(said.get("rate_micro", 0))
    rows = await session.scalars(select(ClipCampaign).where(ClipCampaign.id.in_(chosen)))
    return {row.id: Frame(row.deadline, row.starts_at, row.exhausted_at is not None, rates.get(row.id, {})) for row in rows}


async def lock(session: CreatorSession, clips: Collection[int]) -> Sequence[ClipSubmission]:
    """Return clips in order of id, locked until the transaction ends; those that are gone are left out."""
    chosen = select(ClipSubmission).where(ClipSubmission.id.in_(list(clips))).order_by(ClipSubmission.id).with_for_update()
    return (await session.scalars(chosen)).all()


async def append(session: CreatorSession, told: Iterable[tuple[ClipSubmission, Reading]], source: Source) -> list[Noted]:
    """Append readings of clips that are locked, and keep with each what follows from it."""
    pairs = [(clip, _believed(clip, reading)) for clip, reading in told]
    seen = await frames(session, {clip.campaign for clip, _ in pairs})
    lost = await _not_found_since(session, [clip for clip, reading in pairs if reading.outcome == "not_found"])
    rows = [_row(clip, reading, source) for clip, reading in pairs]
    session.add_all(rows)
    noted = []
    for (clip, reading), row in zip(pairs, rows, strict=True):
        before = (clip.views, clip.latest, clip.read_at)
        gone = clip.removed_at is None and removal.is_gone(reading.outcome, source.at, lost.get(clip.id))
        _fold(clip, reading, source.at, seen[clip.campaign])
        if gone:
            clip.removed_at = source.at
        noted.append(Noted(clip, row, reading, *before, removed=gone))
    await session.flush()
    await tracking.keep(session, [(one.clip, one.reading.views) for one in noted if one.reading.views is not None], source.at)
    points = await newest(session, [one.clip.id for one in noted if one.reading.views is not None], source.at)
    for one in noted:
        one.clip.next_read_at = following(one.clip, points.get(one.clip.id, ()), seen[one.clip.campaign], source.at)
    return noted


async def newest(session: CreatorSession, clips: Collection[int], at: datetime, *, most: int = 3) -> Mapping[int, Sequence[Point]]:
    """Return the newest accepted readings of clips, in order of time, within some days."""
    if not clips:
        return {}
    place = func.row_number().over(partition_by=ClipReading.submission, order_by=(ClipReading.at.desc(), ClipReading.id.desc()))
    mine = (ClipReading.creator_id == session.creator, ClipReading.submission.in_(list(clips)), ClipReading.at >= at - _SPAN)
    ranked = select(ClipReading.submission, ClipReading.at, ClipReading.views, place.label("place")).where(
        *mine, ClipReading.outcome == "ok"
    )
    found: dict[int, list[Point]] = {}
    inner = ranked.subquery()
    chosen = select(inner.c.submission, inner.c.at, inner.c.views).where(inner.c.place <= most).order_by(inner.c.place.desc())
    for clip, moment, views in await session.execute(chosen):
        found.setdefault(clip, []).append(Point(moment, views))
    return found


def following(clip: ClipSubmission, points: Sequence[Point], frame: Frame, now: datetime) -> datetime | None:
    """Return when a clip is read next; None when it is not any more."""
    if clip.state == "REJECTED" or clip.video_id is None:
        return None
    posted_at = clip.posted_at or clip.submitted_at
    pulse = Pulse(
        posted_at=posted_at, deadline=frame.deadline, last_read=clip.read_at, last_tried=clip.tried_at,
        growth=interval.growth(points, posted_at), worth_micro=_worth(points, posted_at, frame.rates.get(clip.terms, 0)),
        flagged=clip.flags > 0, exhausted=frame.exhausted, failures=clip.failures,
    )  # fmt: skip
    return interval.next_after(now, pulse)


async def of(session: CreatorSession, submission: int, *, before: int | None = None, most: int = 100) -> list[schemas.ReadingRow]:
    """Return a clip's readings, newest first; `before` is the id of the last one of the page before."""
    chosen = select(ClipReading).where(ClipReading.submission == submission).order_by(ClipReading.at.desc(), ClipReading.id.desc())
    if before is not None:
        chosen = chosen.where(ClipReading.id < before)
    rows = (await session.scalars(chosen.limit(most))).all()
    return [schemas.ReadingRow(**{name: getattr(row, name) for name in schemas.ReadingRow.__struct_fields__}) for row in rows]


async def points_of(session: CreatorSession, submission: int) -> list[Point]:
    """Return all accepted readings of a clip, in order of time."""
    chosen = select(ClipReading.at, ClipReading.views).where(ClipReading.submission == submission, ClipReading.outcome == "ok")
    return [Point(at, views or 0) for at, views in await session.execute(chosen.order_by(ClipReading.at, ClipReading.id))]


async def courses(session: CreatorSession, clips: Collection[int]) -> Mapping[int, Sequence[Point]]:
    """Return all accepted readings of clips, in order of time."""
    one = ClipReading
    mine = (one.creator_id == session.creator, among(one.submission, clips, session.dialect), one.outcome == "ok")
    found: dict[int, list[Point]] = {}
    for clip, at, views in await session.execute(select(one.submission, one.at, one.views).where(*mine).order_by(one.submission, one.at)):
        found.setdefault(clip, []).append(Point(at, views or 0))
    return found


async def grown(session: CreatorSession, campaign: int) -> Mapping[int, Sequence[tuple[float, int]]]:
    """Return all accepted readings of a campaign's clips in order of time: hours since 1970, and views.

    A large campaign has hundreds of thousands: the database reckons the hours, which is five times as quick as reading moments.
    """
    one, clip = ClipReading, ClipSubmission
    hours = (func.julianday(one.at) - _JULIAN_1970) * 24 if session.dialect == "sqlite" else func.extract("epoch", one.at) / 3600
    mine = (one.creator_id == session.creator, one.views.is_not(None), clip.creator_id == session.creator, clip.campaign == campaign)
    chosen = select(one.submission, cast(hours, Double), one.views).join(clip, clip.id == one.submission).where(*mine)
    found: dict[int, list[tuple[float, int]]] = {}
    for submission, at_h, views in await session.execute(chosen.order_by(one.submission, one.at)):
        found.setdefault(submission, []).append((at_h, views))
    return found


async def recount(session: CreatorSession, campaign: int, now: datetime) -> int:
    """Count the views of a campaign's clips anew from their readings, after its deadline was moved; returns how many changed."""
    frame = (await frames(session, [campaign]))[campaign]
    ids = (await session.scalars(select(ClipSubmission.id).where(ClipSubmission.campaign == campaign))).all()
    read, changed = await courses(session, ids), 0
    for clip in await lock(session, ids):
        points = read.get(clip.id, ())
        views = effective.views(points, frame.deadline, clip.posted_at or frame.starts_at)
        changed += views != clip.views
        clip.views = views
        clip.next_read_at = following(clip, points[-3:], frame, now)
    return changed


def _believed(clip: ClipSubmission, told: Reading) -> Reading:
    """Take a count that cannot be for what it is: a failed reading."""
    if told.outcome != "ok":
        return msgspec.structs.replace(told, views=None, likes=None, comments=None, shares=None)
    if told.views is None or not 0 <= told.views <= _MOST:
        return _doubted(told, "no count that can be")
    if told.views == 0 and clip.latest > 0:
        return _doubted(told, f"0 views after {clip.latest}")
    return told


def _doubted(told: Reading, why: str) -> Reading:
    return msgspec.structs.replace(told, outcome="invalid", detail=why, views=None, likes=None, comments=None, shares=None)


async def _not_found_since(session: CreatorSession, clips: Sequence[ClipSubmission]) -> dict[int, datetime]:
    """Return since when clips are not found, with no good reading after that."""
    if not clips:
        return {}
    read = {clip.id: clip.read_at for clip in clips}
    missed = (ClipReading.submission.in_(list(read)), ClipReading.outcome == "not_found")
    found: dict[int, datetime] = {}
    for clip, at in await session.execute(select(ClipReading.submission, ClipReading.at).where(*missed).order_by(ClipReading.at)):
        good = read[clip]
        if good is None or at > good:
            found.setdefault(clip, at)
    return found


def _row(clip: ClipSubmission, told: Reading, source: Source) -> ClipReading:
    return ClipReading(
        submission=clip.id, at=source.at, provider=source.provider, metric=_clean(told.metric, 40), outcome=told.outcome, views=told.views,
        likes=_count(told.likes), comments=_count(told.comments), shares=_count(told.shares), detail=_clean(told.detail, 200),
        evidence=told.evidence[:64], run=source.run, by=source.by[:100],
    )  # fmt: skip


def _fold(clip: ClipSubmission, told: Reading, at: datetime, frame: Frame) -> None:
    """Keep on a clip what follows from one more reading."""
    clip.tried_at = at
    if told.views is None:
        clip.failures += 1
        return
    clip.posted_at = clip.posted_at or told.posted_at
    known = [] if clip.read_at is None else [Point(clip.read_at, clip.views)]
    if clip.read_at is None:
        clip.baseline = told.views
    if clip.read_at is None or clip.read_at <= frame.deadline:
        clip.views = effective.views([*known, Point(at, told.views)], frame.deadline, clip.posted_at or frame.starts_at)
    clip.latest, clip.read_at, clip.failures, clip.removed_at = told.views, at, 0, None
    clip.likes, clip.comments, clip.shares = _count(told.likes), _count(told.comments), _count(told.shares)
    clip.author = clip.author or _clean(told.author, 100)
    clip.title = _clean(told.title, 300) or clip.title
    clip.duration_s = told.duration_s if told.duration_s is not None else clip.duration_s


def _worth(points: Sequence[Point], posted_at: datetime, rate_micro: int) -> int | None:
    """Guess what the next day's views earn, in millionths of the currency's unit: the rate falls as one over the age."""
    if len(points) < 2:  # noqa: PLR2004 - a rate needs two
        return None
    one, two = (max(1.0, (point.at - posted_at).total_seconds()) for point in points[-2:])
    if two <= one:
        return None
    gained = max(0, points[-1].views - points[-2].views)
    day = gained / math.log(two / one) * math.log((two + _DAY_S) / two)
    return round(day * rate_micro / 1_000)


def _count(number: int | None) -> int | None:
    return number if number is not None and 0 <= number <= _MOST else None


def _clean(text: str, longest: int) -> str:
    return text.replace("\x00", "")[:longest]


OUTAGE: Outcome = "blocked"
"""What "not found" is taken for where a run found hardly anything."""
