"""Clips as people see them: one, a clipper's own, and the lists that a manager asks for."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Select, func, or_, select

from entourage.clips import choices, clippers, schemas
from entourage.clips.desk import Desk
from entourage.clips.tables import ClipCampaign, ClipFlag, Clipper, ClipSubmission
from entourage.kernel.errors import NotFound
from entourage.kernel.rows import among
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.views import Platform

_SAME = (
    "id", "campaign", "user_id", "video_id", "url", "title", "author", "reason", "views", "latest", "likes", "comments", "shares", "earned",
    "fixed", "media_url", "posted_at", "submitted_at", "read_at", "next_read_at",
)  # fmt: skip
_LONGEST_SEARCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Which clips are asked for; None and "" ask for all."""

    status: schemas.State | None = None
    campaign: int | None = None
    platform: Platform | None = None
    user_id: UUID | None = None
    search: str = ""  # in title, author, address, video's id and clipper's name
    flagged: bool = False
    appealed: bool = False
    waiting: bool = False  # for a decision: handed in, or its clipper asks for another look


async def get(session: CreatorSession, clip: int, *, user_id: UUID | None = None, lock: bool = False) -> ClipSubmission:
    """Return a clip, with `user_id` only one of theirs, with `lock` under the creator's row; raises NotFound."""
    if lock:
        await choices.lock(session)
    chosen = select(ClipSubmission).where(ClipSubmission.id == clip)
    row = (await session.scalars(chosen, execution_options={"populate_existing": lock})).first()
    if row is None or (user_id is not None and row.user_id != user_id):
        raise unknown()
    return row


async def locked(session: CreatorSession, clips: Collection[int]) -> dict[int, ClipSubmission]:
    """Return clips by their ids as they are now, for who holds the creator's row; who is not there is left out."""
    chosen = select(ClipSubmission).where(among(ClipSubmission.id, clips, session.dialect))
    return {row.id: row for row in await session.scalars(chosen, execution_options={"populate_existing": True})}


def unknown() -> NotFound:
    """Say that there is no such clip, or not for you."""
    return NotFound("There is no such clip.")


async def row(session: CreatorSession, clip: int, *, user_id: UUID | None = None) -> schemas.ClipRow:
    """Return one clip, with `user_id` only one of theirs; raises NotFound."""
    return (await shown(session, [await get(session, clip, user_id=user_id)]))[0]


async def rows_of(session: CreatorSession, clips: Collection[int]) -> list[schemas.ClipRow]:
    """Return some clips by their ids, in the order of ids."""
    chosen = select(ClipSubmission).where(among(ClipSubmission.id, clips, session.dialect)).order_by(ClipSubmission.id)
    return await shown(session, (await session.scalars(chosen)).all())


async def mine(
    session: CreatorSession, user_id: UUID, *, campaign: int | None = None, status: schemas.State | None = None, before: int | None = None,
    limit: int = 50,
) -> tuple[list[schemas.ClipRow], int | None]:  # fmt: skip
    """Return a clipper's own clips, newest first, and the `before` of the next page (None after the last)."""
    chosen = _where(select(ClipSubmission), Wish(user_id=user_id, campaign=campaign, status=status))
    if before is not None:
        chosen = chosen.where(ClipSubmission.id < before)
    found = (await session.scalars(chosen.order_by(ClipSubmission.id.desc()).limit(limit + 1))).all()
    return await shown(session, found[:limit]), found[limit - 1].id if len(found) > limit else None


async def listing(
    session: CreatorSession, wish: Wish, *, limit: int = 50, offset: int = 0, after: int | None = None, oldest_first: bool = False
) -> schemas.ClipPage:
    """Return clips and how many there are, newest first unless said otherwise; `after` is the last clip of the page before."""
    chosen, order = _where(select(ClipSubmission), wish), ClipSubmission.id.asc() if oldest_first else ClipSubmission.id.desc()
    if after is not None:
        chosen = chosen.where(ClipSubmission.id > after if oldest_first else ClipSubmission.id < after)
    found = (await session.scalars(chosen.order_by(order).limit(limit).offset(offset))).all()
    return schemas.ClipPage(rows=await shown(session, found), total=await count(session, wish))


async def count(session: CreatorSession, wish: Wish) -> int:
    """Return how many clips are so."""
    return int(await session.scalar(_where(select(func.count()).select_from(ClipSubmission), wish)) or 0)


async def waiting(session: CreatorSession) -> list[tuple[int, str, int]]:
    """Return the campaigns in which clips wait for a decision: id, title, and how many; what was handed in last stands first."""
    columns: list[Any] = [ClipCampaign.id, ClipCampaign.title, func.count(ClipSubmission.id)]
    chosen = _where(select(*columns).join(ClipSubmission, ClipSubmission.campaign == ClipCampaign.id), Wish(waiting=True))
    grouped = chosen.group_by(ClipCampaign.id, ClipCampaign.title).order_by(func.max(ClipSubmission.id).desc())
    return [(campaign, title, int(clips)) for campaign, title, clips in await session.execute(grouped)]


async def tell(session: CreatorSession, desk: Desk, clips: Iterable[int]) -> list[schemas.ClipRow]:
    """Return clips as they are now, and tell screens of them after the commit."""
    await session.flush()
    found = await rows_of(session, list(clips))
    for one in found:
        session.after_commit(partial(desk.publisher.clip, session.creator, one))
    return found


async def shown(session: CreatorSession, found: Sequence[ClipSubmission]) -> list[schemas.ClipRow]:
    """Show clips with what stands elsewhere: the campaign, the clipper's name, and open doubts."""
    campaigns = select(ClipCampaign.id, ClipCampaign.title, ClipCampaign.currency).where(
        ClipCampaign.id.in_({one.campaign for one in found})
    )
    about = {key: (title, currency) for key, title, currency in await session.execute(campaigns)}
    called = await clippers.names(session, {one.user_id for one in found})
    doubted = [one.id for one in found if one.flags]
    flags: dict[int, list[str]] = {}
    open_ones = select(ClipFlag.submission, ClipFlag.code).where(ClipFlag.state == "open").order_by(ClipFlag.id)
    for clip, code in await session.execute(open_ones.where(among(ClipFlag.submission, doubted, session.dialect))) if doubted else ():
        flags.setdefault(clip, []).append(code)
    return [_row(one, *about[one.campaign], called.get(one.user_id, ""), flags.get(one.id, [])) for one in found]


def _row(one: ClipSubmission, title: str, currency: str, clipper: str, flags: list[str]) -> schemas.ClipRow:
    return schemas.ClipRow(
        **{name: getattr(one, name) for name in _SAME}, campaign_title=title, currency=currency, clipper=clipper, flags=flags,
        platform=msgspec.convert(one.platform, Platform), state=msgspec.convert(one.state, schemas.State),
        appealed=one.appealed_at is not None, removed=one.removed_at is not None,
    )  # fmt: skip


def _where(chosen: Select[Any], wish: Wish) -> Select[Any]:
    one = ClipSubmission
    if wish.status is not None:
        chosen = chosen.where(one.state == wish.status)
    if wish.campaign is not None:
        chosen = chosen.where(one.campaign == wish.campaign)
    if wish.platform is not None:
        chosen = chosen.where(one.platform == wish.platform)
    if wish.user_id is not None:
        chosen = chosen.where(one.user_id == wish.user_id)
    if wish.flagged:
        chosen = chosen.where(one.flags > 0)
    if wish.appealed:
        chosen = chosen.where(one.appealed_at.is_not(None))
    if wish.waiting:
        chosen = chosen.where(or_(one.state == "PENDING", one.appealed_at.is_not(None)))
    if text := wish.search.strip()[:_LONGEST_SEARCH]:
        chosen = chosen.where(_found(text))
    return chosen


def _found(text: str) -> ColumnElement[bool]:
    theirs = select(Clipper.user_id).where(Clipper.name.icontains(text, autoescape=True))
    columns = ClipSubmission.title, ClipSubmission.author, ClipSubmission.url, ClipSubmission.video_id
    return or_(*(column.icontains(text, autoescape=True) for column in columns), ClipSubmission.user_id.in_(theirs))
