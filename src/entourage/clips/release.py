"""Held money becomes available: when it was held for as long as the terms say, and nobody doubts the clip."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from entourage.clips import accrual, choices, ledger, terms
from entourage.clips.desk import Desk
from entourage.clips.earning import Terms
from entourage.clips.ledger import Sums, Transfer
from entourage.clips.tables import ClipCampaign, ClipSubmission, ClipTransfer
from entourage.kernel import clock
from entourage.kernel.rows import among
from entourage.kernel.tenancy import CreatorSession


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    campaign: int
    user_id: UUID
    terms: int
    currency: str
    hold_days: int


async def release(session: CreatorSession, *, campaign: int | None = None, now: datetime | None = None) -> list[int]:
    """Let go what was held long enough, of one campaign or of all; returns the clips whose money moved. Again it moves nothing.

    Nothing moves while a doubt is open, while the video is gone, or once the clip does not stand any more. What was earned last is the last
    to be let go.
    """
    await choices.lock(session)
    await session.flush()
    now = now or clock.now()
    of = (ClipTransfer.campaign == campaign,) if campaign is not None else ()
    sums = {clip: one for clip, one in (await ledger.sums(session, "submission", *of)).items() if one.held > 0}
    clips = await _clips(session, sums)
    fresh = await _fresh(session, clips, now)
    transfers = []
    for clip, row in clips.items():
        amount = sums[clip].held - fresh.get(clip, 0)
        if amount > 0:
            transfers.append(freed(row, row.currency, sums[clip], amount, {"hold_days": row.hold_days}))
    await ledger.post(session, transfers, now=now)
    return sorted(one.submission for one in transfers if one.submission is not None)


async def tell(session: CreatorSession, desk: Desk, clips: Collection[int]) -> None:
    """Tell screens of clips whose money moved."""
    chosen = select(ClipSubmission.campaign, ClipSubmission.id).where(among(ClipSubmission.id, clips, session.dialect))
    of: dict[int, list[int]] = {}
    for campaign, clip in await session.execute(chosen):
        of.setdefault(campaign, []).append(clip)
    for campaign, mine in of.items():
        await accrual.tell(session, desk, campaign, mine)


def freed(row: Any, currency: str, sums: Sums, amount: int, why: Mapping[str, Any]) -> Transfer:  # noqa: ANN401 - a clip's columns
    """Return the line that lets go some of what is held for a clip."""
    return Transfer(
        key=f"release:{row.id}:{sums.last}", kind="release", debit="held", credit="available", amount=amount, currency=currency,
        campaign=row.campaign, user_id=row.user_id, submission=row.id, why=why,
    )  # fmt: skip


async def _clips(session: CreatorSession, sums: Mapping[int, Sums]) -> dict[int, _Row]:
    one = ClipSubmission
    chosen = (
        select(one.id, one.campaign, one.user_id, one.terms, ClipCampaign.currency)
        .join(ClipCampaign, ClipCampaign.id == one.campaign)
        .where(among(one.id, sums, session.dialect), one.flags == 0, one.removed_at.is_(None), one.state.in_(accrual.STANDS))
        .order_by(one.id)
    )
    rows, held_to = (await session.execute(chosen)).all(), dict[int, dict[int, Terms]]()
    for campaign in {row.campaign for row in rows}:
        held_to[campaign] = await terms.of(session, campaign)
    return {row.id: _Row(*row, hold_days=held_to[row.campaign][row.terms].hold_days) for row in rows}


async def _fresh(session: CreatorSession, clips: Mapping[int, _Row], now: datetime) -> dict[int, int]:
    """Return how much of what each clip earned is younger than its hold."""
    if not (longest := max((row.hold_days for row in clips.values()), default=0)):
        return {}
    one, found = ClipTransfer, dict[int, int]()
    chosen = select(one.submission, one.at, one.amount).where(one.kind == "earn", one.at > now - timedelta(days=longest))
    for clip, at, amount in await session.execute(chosen.where(among(one.submission, clips, session.dialect))):
        if clip is not None and at > now - timedelta(days=clips[clip].hold_days):
            found[clip] = found.get(clip, 0) + amount
    return found
