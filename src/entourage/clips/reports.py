"""A client's link: how their campaign goes, read without an account, until it is revoked. Only the hash of its secret is kept."""

import hashlib
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import case, func, select

from entourage.clips import campaigns, clippers, daily, kinds, schemas
from entourage.clips.tables import ClipReport, ClipSubmission
from entourage.kernel import audit, clock, ids, tenancy
from entourage.kernel.accounts import creators, people
from entourage.kernel.db import Database
from entourage.kernel.errors import Conflict, Invalid, NotFound
from entourage.kernel.tables import Creator
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.views import Platform

MOST: Final = 50
"""Links of one campaign that work at once."""
TOP: Final = 10
_LONGEST_NAME = 80
_SEEN_EVERY = timedelta(minutes=5)
_APPROVED = ("APPROVED", "PAID")
_HINT = 4


async def make(session: CreatorSession, campaign: int, name: str, *, names: bool, actor: str) -> tuple[schemas.ReportRow, str]:
    """Make a link for a client; returns it and its secret, which is shown once. Raises NotFound, Invalid or Conflict."""
    await campaigns.get(session, campaign)
    if len(name := people.read_name(name)) > _LONGEST_NAME:
        msg = f"A name has at most {_LONGEST_NAME} characters."
        raise Invalid(msg, details={"name": msg})
    if len([row for row in await rows(session, campaign) if row.revoked_at is None]) >= MOST:
        msg = f"There are {MOST} links to this report already. Revoke one that nobody needs any more."
        raise Conflict(msg)
    token = ids.token()
    row = ClipReport(campaign=campaign, name=name, token_hash=hash_of(token), hint=token[-_HINT:], names=names, created_at=clock.now())
    session.add(row)
    await session.flush()
    audit.record(session, "clips.report.make", kinds.campaign(campaign), actor=actor, meta={"report": row.id, "names": names})
    return _row(row), token


async def revoke(session: CreatorSession, report: int, actor: str) -> schemas.ReportRow:
    """Let a link open nothing any more; twice is the same as once. Raises NotFound."""
    row = (await session.scalars(select(ClipReport).where(ClipReport.id == report))).first()
    if row is None:
        raise _unknown()
    if row.revoked_at is None:
        row.revoked_at = clock.now()
        audit.record(session, "clips.report.revoke", kinds.campaign(row.campaign), actor=actor, meta={"report": report})
    return _row(row)


async def rows(session: CreatorSession, campaign: int) -> list[schemas.ReportRow]:
    """Return the links of a campaign, newest first, revoked ones too."""
    chosen = select(ClipReport).where(ClipReport.campaign == campaign).order_by(ClipReport.id.desc())
    return [_row(row) for row in await session.scalars(chosen)]


async def open_(db: Database, token: str) -> schemas.ClientReport:
    """Return what a link's secret opens; raises NotFound for one that is unknown or revoked."""
    async with tenancy.everywhere(db, "whose report is this") as session:
        chosen = select(ClipReport.creator_id, ClipReport.id).join(Creator, Creator.id == ClipReport.creator_id).where(Creator.active)
        found = (await session.execute(chosen.where(ClipReport.token_hash == hash_of(token), ClipReport.revoked_at.is_(None)))).first()
    if found is None:
        raise _unknown()
    async with tenancy.inside(db, found.creator_id) as session:
        row = await session.get_one(ClipReport, found.id)
        report = await of_campaign(session, row.campaign, names=row.names)
        seen_at = row.seen_at
    if seen_at is None or clock.now() - seen_at > _SEEN_EVERY:
        async with tenancy.inside(db, found.creator_id, write=True) as session:
            (await session.get_one(ClipReport, found.id)).seen_at = clock.now()
    return report


async def of_campaign(session: CreatorSession, campaign: int, *, names: bool) -> schemas.ClientReport:
    """Return how a campaign goes as its client reads it, clippers named or numbered; raises NotFound."""
    about = await campaigns.row(session, campaign)
    of_platform = await _sums(session, campaign, ClipSubmission.platform)
    of_clipper = await _sums(session, campaign, ClipSubmission.user_id)
    called = await _called(session, of_clipper, names=names)
    total = [sum(one[place] for one in of_platform.values()) for place in range(4)]
    clips, approved, views, approved_views = total
    creator = await creators.get(session, session.creator)
    return schemas.ClientReport(
        title=about.title, client=about.client, state=about.state, starts_at=about.starts_at, deadline=about.deadline,
        currency=about.currency, budget=about.budget, spent=about.spent, left=about.left, clips=clips, approved=approved,
        pending=clips - approved, views=views, approved_views=approved_views, pending_views=views - approved_views,
        platforms=_listed(of_platform, lambda key: kinds.NAMES.get(key, key)), clippers=_listed(of_clipper, lambda key: called[key]),
        top=await _top(session, campaign, called, names=names), names=names,
        days=await daily.of_campaign(session, campaign, about.deadline, views), creator=creator.name, zone=creator.zone,
    )  # fmt: skip


def hash_of(token: str) -> str:
    """Return the form in which a link's secret is stored and looked up."""
    return hashlib.sha256(token.encode()).hexdigest()


async def _sums(session: CreatorSession, campaign: int, by: Any) -> dict[Any, tuple[int, int, int, int]]:  # noqa: ANN401 - a column
    one = ClipSubmission
    good = one.state.in_(_APPROVED)
    sums = func.sum(case((good, 1), else_=0)), func.sum(one.views), func.sum(case((good, one.views), else_=0))
    chosen = select(by, func.count(), *sums, func.min(one.id)).where(one.campaign == campaign, one.state != "REJECTED")
    found = await session.execute(chosen.group_by(by).order_by(func.min(one.id)))
    return {row[0]: (int(row[1]), int(row[2]), int(row[3]), int(row[4])) for row in found}


async def _called(session: CreatorSession, user_ids: Iterable[Any], *, names: bool) -> dict[Any, str]:
    """Name clippers, or number them in the order in which they came."""
    listed = list(user_ids)
    known = await clippers.names(session, listed) if names else {}
    return {user_id: known.get(user_id) or f"Clipper {place}" for place, user_id in enumerate(listed, 1)}


async def _top(session: CreatorSession, campaign: int, called: dict[Any, str], *, names: bool) -> list[schemas.ReportClip]:
    one = ClipSubmission
    chosen = select(one).where(one.campaign == campaign, one.state != "REJECTED", one.video_id.is_not(None))
    found = await session.scalars(chosen.order_by(one.views.desc(), one.id).limit(TOP))
    return [
        schemas.ReportClip(
            platform=msgspec.convert(row.platform, Platform), url=row.url if names else _unnamed(row), title=row.title if names else "",
            clipper=called[row.user_id], views=row.views, approved=row.state in _APPROVED, posted_at=row.posted_at,
        )
        for row in found
    ]  # fmt: skip


def _unnamed(row: ClipSubmission) -> str:
    """Return a clip's address without the handle that some addresses hold."""
    match row.platform:
        case "tiktok":
            return f"https://www.tiktok.com/@_/video/{row.video_id}"
        case "x":
            return f"https://x.com/i/status/{row.video_id}"
        case _:
            return row.url


def _listed(sums: dict[Any, tuple[int, int, int, int]], called: Callable[[Any], str]) -> list[schemas.ReportSum]:
    found = [schemas.ReportSum(name=called(key), clips=one[0], views=one[2], approved_views=one[3]) for key, one in sums.items()]
    return sorted(found, key=lambda one: -one.views)


def _row(row: ClipReport) -> schemas.ReportRow:
    return msgspec.convert(row, schemas.ReportRow, from_attributes=True)


def _unknown() -> NotFound:
    return NotFound("There is no such report, or it was taken back. Ask whoever sent you the link for a new one.")
