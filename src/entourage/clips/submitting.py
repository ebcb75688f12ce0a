"""Handing a clip in: any form of its link, checked by what costs nothing before anybody is paid to count it."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select

from entourage.clips import choices, clippers, kinds, link, schemas, submissions
from entourage.clips.desk import Desk
from entourage.clips.link import Link
from entourage.clips.tables import ClipCampaign, ClipSubmission
from entourage.kernel import audit, clock, tenancy
from entourage.kernel.accounts.attempts import Attempts, Limit
from entourage.kernel.errors import Conflict, EntourageError, Invalid, Later, Never, NotFound, SignInAgain, TooMany
from entourage.kernel.jobs import queue
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.tenancy import CreatorSession

MOST_PENDING: Final = 50
"""Clips of one clipper that may wait for a decision at once."""
FOLLOWED: Final = Limit(30, 600)
"""How many short links the house follows for one clipper, and in how many seconds."""
INACTIVE: Final = "Campaign not found or inactive"
_TAKEN = "This video was handed in already."
_OWN = "You handed this video in already."
_MISTIMED: Final[dict[str, str]] = {
    "before_campaign": "This video was posted before the campaign began. Only new posts count.",
    "after_deadline": "This video was posted after the campaign ended.",
    "from_future": "This link says that its video was posted in the future. Copy it again.",
}


async def unfold(desk: Desk, attempts: Attempts, user_id: UUID, text: str) -> str:
    """Follow a clipper's short link, outside of any transaction; returns the text itself where there is none, or nobody answers just now.

    Raises Invalid for a text without a link, and for a short link that leads nowhere; TooMany for more than `FOLLOWED`, so that hosts of
    short links are never called without end for one person.
    """
    found = link.read(text)
    if not found.short:
        return text
    if wait_s := await attempts.spend("follow", str(user_id), FOLLOWED):
        msg = f"These were many short links. Paste the long link of the video, or try again in {-(-wait_s // 60)} min."
        raise TooMany(msg, retry_after_s=wait_s)
    try:
        return await desk.links.follow(found.url)
    except Never as error:
        raise Invalid(error.message, details={"clipUrl": error.message}) from error
    except (Later, SignInAgain):
        return text


async def submit(  # noqa: PLR0913 - two are options by name
    session: CreatorSession, desk: Desk, campaign: int, user_id: UUID, text: str, *, pasted: str = "", media_url: str = ""
) -> schemas.ClipRow:
    """Hand a clip in for a campaign; `pasted` is what the clipper typed, where `text` is what became of it (`unfold`).

    A short link is kept and followed by a job. Raises NotFound for a campaign that takes no clips, Invalid for a link that cannot
    take part, Conflict for a video that somebody handed in already in any form, or when too many of theirs wait.
    """
    await choices.lock(session)
    now, where = clock.now(), await _open(session, campaign)
    found = _read(text)
    await clippers.join(session, user_id)
    await _check(session, where, user_id, found, now)
    row = ClipSubmission(
        campaign=campaign, user_id=user_id, terms=where.terms, platform=found.platform, video_id=found.video_id, url=found.url,
        submitted_url=(pasted or text).strip()[:2000], media_url=media_url, state="PENDING", author=found.handle[:100],
        posted_at=_posted(found), submitted_at=now, next_read_at=now if found.video_id else None,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    audit.record(session, "clips.submit", kinds.about(row.id), actor=f"user:{user_id}", meta={"campaign": campaign, "url": found.url})
    if found.video_id is None:
        await queue.enqueue(session, kinds.FOLLOW, {"clip": row.id}, dedup=str(row.id), max_attempts=kinds.PATIENT)
    return (await submissions.tell(session, desk, [row.id]))[0]


async def follow(desk: Desk, context: JobContext) -> None:
    """Do the job that follows a clip's short link; raises Later while nobody answers."""
    clip, creator_id = int(context.payload["clip"]), context.creator_id or 0
    async with tenancy.inside(context.db, creator_id) as session:
        row = await session.get(ClipSubmission, clip)
        short = row.url if row is not None and row.video_id is None and row.state != "REJECTED" else None
    if short is None:
        return
    try:
        with context.away():
            target = await desk.links.follow(short)
    except Never as error:
        target = ""
        trouble = error.message
    async with tenancy.inside(context.db, creator_id, write=True) as session:
        if target:
            await resolve(session, desk, clip, target)
        else:
            await _refuse(session, desk, await submissions.get(session, clip, lock=True), trouble)


async def resolve(session: CreatorSession, desk: Desk, clip: int, text: str) -> schemas.ClipRow:
    """Note where a clip's short link leads; a video that cannot take part is rejected with the reason. Twice is the same as once."""
    row = await submissions.get(session, clip, lock=True)
    if row.video_id is not None or row.state == "REJECTED":
        return (await submissions.tell(session, desk, [clip]))[0]
    where = await session.get_one(ClipCampaign, row.campaign)
    try:
        found = _read(text)
        if found.video_id is None:
            msg = "This short link leads to another short link. Copy the link of the video itself."
            raise Invalid(msg)
        _check_time(where, found, row.submitted_at)
        _check_platform(where, found)
        await check_free(session, found, row.user_id)
    except EntourageError as error:
        return await _refuse(session, desk, row, error.message)
    row.platform, row.video_id, row.url = found.platform, found.video_id, found.url
    row.author, row.posted_at, row.next_read_at = row.author or found.handle[:100], _posted(found), clock.now()
    return (await submissions.tell(session, desk, [clip]))[0]


async def check_free(session: CreatorSession, found: Link, user_id: UUID | None = None, *, but: int = 0) -> None:
    """Raise Conflict when somebody holds this video already, in any campaign; it does not say who, unless they ask themselves."""
    one = ClipSubmission
    same = one.platform == found.platform, one.video_id == found.video_id, one.state != "REJECTED", one.id != but
    held = (await session.scalars(select(one.user_id).where(*same).limit(1))).first()
    if held is not None:
        msg = _OWN if held == user_id else _TAKEN
        raise Conflict(msg, details={"clipUrl": msg})


async def _open(session: CreatorSession, campaign: int) -> ClipCampaign:
    row, now = await session.get(ClipCampaign, campaign, populate_existing=True), clock.now()
    if row is None or row.state != "ACTIVE" or not row.starts_at <= now < row.deadline:
        raise NotFound(INACTIVE)
    return row


def _read(text: str) -> Link:
    try:
        return link.read(text)
    except Invalid as error:
        raise Invalid(error.message, details={"clipUrl": error.message}) from error


async def _check(session: CreatorSession, where: ClipCampaign, user_id: UUID, found: Link, now: datetime) -> None:
    _check_platform(where, found)
    _check_time(where, found, now)
    one = ClipSubmission
    if found.video_id is not None:
        await check_free(session, found, user_id)
    elif (
        await session.scalars(select(one.id).where(one.url == found.url, one.video_id.is_(None), one.state != "REJECTED").limit(1))
    ).first():
        raise Conflict(_TAKEN, details={"clipUrl": _TAKEN})
    waiting = await session.scalar(select(func.count()).where(one.user_id == user_id, one.state == "PENDING"))
    if (waiting or 0) >= MOST_PENDING:
        msg = f"{MOST_PENDING} of your clips wait for a decision. Hand in more when some are decided."
        raise Conflict(msg)


def _check_platform(where: ClipCampaign, found: Link) -> None:
    if found.platform not in where.platforms:
        names = ", ".join(kinds.NAMES[one] for one in where.platforms if one in kinds.NAMES)
        msg = f"This campaign takes clips on {names}."
        raise Invalid(msg, details={"clipUrl": msg})


def _check_time(where: ClipCampaign, found: Link, now: datetime) -> None:
    wrong = link.may_be(_posted(found), where.starts_at, where.deadline, now, platform=found.platform)
    if wrong is not None:
        msg = _MISTIMED[wrong]
        raise Invalid(msg, details={"clipUrl": msg})


def _posted(found: Link) -> datetime | None:
    return link.posted_at(found.platform, found.video_id) if found.video_id else None


async def _refuse(session: CreatorSession, desk: Desk, row: ClipSubmission, reason: str) -> schemas.ClipRow:
    row.state, row.reason, row.decided_at, row.decided_by, row.next_read_at = "REJECTED", reason[:500], clock.now(), audit.SYSTEM, None
    audit.record(session, "clips.reject", kinds.about(row.id), meta={"reason": reason})
    return (await submissions.tell(session, desk, [row.id]))[0]
