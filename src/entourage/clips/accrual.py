"""What clips have earned becomes lines of the ledger: for a whole campaign at once, on cumulative views, and only what differs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, bindparam, func, select, update

from entourage.clips import choices, earning, kinds, ledger, notice, submissions, terms
from entourage.clips.desk import Desk
from entourage.clips.earning import Claim, Share, Terms
from entourage.clips.ledger import Sums, Transfer
from entourage.clips.tables import ClipCampaign, ClipReading, ClipSubmission, ClipTransfer
from entourage.kernel import audit, clock, money
from entourage.kernel.jobs import queue
from entourage.kernel.rows import among
from entourage.kernel.tenancy import CreatorSession

STANDS = ("APPROVED", "PAID")
"""States in which a clip earns."""
AT_ONCE = 1_000
"""Clips of a campaign whose money is looked at while a person waits; of a larger one a job does."""
_REJECTED = [{"code": "not_eligible", "views": 0, "amount": 0}]
_TOLD = 200
_ROUNDS = 3
"""What one clip gives back is free for the others in the round after."""


@dataclass(frozen=True, slots=True)
class _Pot:
    """What is free to be earned by anybody, and what each clipper first makes up for."""

    left: int
    owed: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Round:
    """What is known while the lines of one round are written."""

    campaign: ClipCampaign
    clips: dict[int, Any]
    posted: dict[int, Sums]
    actor: str
    now: datetime

    def lines(self, share: Share, reading: int | None) -> list[Transfer]:
        """Return the lines that bring a clip to its target, with all that a statement tells of them."""
        row, sums, campaign = self.clips[share.clip], self.posted.get(share.clip, Sums()), self.campaign
        why = {"reading": reading, "views": row.views, "version": row.terms, "steps": msgspec.to_builtins(share.steps)}
        if share.post < 0:
            return taken_back(row, sums, -share.post, campaign.currency, why)
        return [
            Transfer(
                key=f"earn:{share.clip}:{sums.last}", kind="earn", debit="funds", credit="held", amount=share.post, campaign=campaign.id,
                currency=campaign.currency, user_id=row.user_id, submission=share.clip, why=why,
            )
        ]  # fmt: skip


async def accrue(session: CreatorSession, campaign: int, *, actor: str = audit.SYSTEM, now: datetime | None = None) -> list[int]:
    """Post what the clips of a campaign have earned since, or lost; returns the clips whose sum changed. Again it posts nothing.

    Within the pot: where it does not suffice, it is shared in proportion, and `exhausted_at` says since when.
    """
    await choices.lock(session)
    await session.flush()
    row = await session.get(ClipCampaign, campaign, populate_existing=True)
    if row is None:
        return []
    held_to, changed, now = await terms.of(session, campaign), set[int](), now or clock.now()
    for _ in range(_ROUNDS):
        clips = await _clips(session, campaign)
        posted, pot = await ledger.sums(session, "submission", ClipTransfer.campaign == campaign), await _pot(session, campaign)
        shares = [one for one in _shares(clips, held_to, posted, pot, row.currency) if one.post]
        if shares:
            await _post(session, _Round(row, clips, posted, actor, now), shares)
        changed |= {one.clip for one in shares}
        if not any(one.post < 0 for one in shares):
            break
    left = (await _pot(session, campaign)).left
    if left > 0 or row.budget == 0:
        row.exhausted_at = None
    elif row.exhausted_at is None:
        row.exhausted_at = now
        await notice.pot_is_empty(session, campaign)
    await session.flush()
    return sorted(changed)


async def settle(session: CreatorSession, rows: Sequence[ClipSubmission], actor: str, *, most: int = AT_ONCE) -> list[int]:
    """Post what follows from decisions about clips of one campaign: of a small one all at once, of a large one the rest is left to a job.

    What a clip does not earn any more is taken back here and now, before anybody can pay it.
    """
    campaign = rows[0].campaign
    if (await session.scalar(select(func.count()).where(ClipSubmission.campaign == campaign)) or 0) <= most:
        return await accrue(session, campaign, actor=actor)
    await choices.lock(session)
    fallen = {row.id: row for row in rows if row.state not in STANDS}
    posted = await ledger.sums(session, "submission", only=list(fallen)) if fallen else {}
    about, lines, changed = await session.get_one(ClipCampaign, campaign), list[Transfer](), list[int]()
    for clip, sums in posted.items():
        if sums.earned > 0:
            row = fallen[clip]
            why = {"views": row.views, "version": row.terms, "steps": _REJECTED}
            lines += taken_back(row, sums, sums.earned, about.currency, why)
            row.earned, changed = 0, [*changed, clip]
    await ledger.post(session, lines, actor=actor)
    await queue.enqueue(session, kinds.ACCRUE, {"campaign": campaign}, lane=kinds.lane(session.creator), dedup=str(campaign))
    return changed


async def foresee(session: CreatorSession, campaign: int, user_id: UUID) -> dict[int, Share]:
    """Return what the rule says of a clipper's clips in a campaign just now, and post nothing; others may want some of what is left."""
    row, mine = await session.get_one(ClipCampaign, campaign), ClipTransfer.user_id == user_id
    posted, pot = await ledger.sums(session, "submission", ClipTransfer.campaign == campaign, mine), await _pot(session, campaign)
    clips = await _clips(session, campaign, ClipSubmission.user_id == user_id)
    return {one.clip: one for one in _shares(clips, await terms.of(session, campaign), posted, pot, row.currency)}


async def tell(session: CreatorSession, desk: Desk, campaign: int, clips: Collection[int]) -> None:
    """Tell screens of a campaign whose money moved, and of its clips where they are few enough to be told one by one."""
    await session.flush()
    creator_id = session.creator
    found = await submissions.tell(session, desk, clips) if len(clips) <= _TOLD else []
    session.after_commit(lambda: desk.publisher.campaign(creator_id, campaign))
    for user_id in {one.user_id for one in found}:
        session.after_commit(partial(desk.publisher.money, creator_id, user_id))


def taken_back(row: Any, sums: Sums, amount: int, currency: str, why: dict[str, Any]) -> list[Transfer]:  # noqa: ANN401 - a clip's columns
    """Return the lines that take `amount` back from a clip: what is held first, then what is available, also below zero."""
    from_held = min(amount, max(0, sums.held))
    parts: tuple[tuple[ledger.Account, int], ...] = (("held", from_held), ("available", amount - from_held))
    return [
        Transfer(
            key=f"unearn:{row.id}:{sums.last}:{account}", kind="unearn", debit=account, credit="funds", amount=part, currency=currency,
            campaign=row.campaign, user_id=row.user_id, submission=row.id, why=why,
        )
        for account, part in parts if part
    ]  # fmt: skip


async def _clips(session: CreatorSession, campaign: int, *where: ColumnElement[bool]) -> dict[int, Any]:
    one = ClipSubmission
    columns = one.id, one.campaign, one.user_id, one.terms, one.views, one.baseline, one.state, one.fixed
    return {row.id: row for row in await session.execute(select(*columns).where(one.campaign == campaign, *where).order_by(one.id))}


async def _pot(session: CreatorSession, campaign: int) -> _Pot:
    owed = await ledger.debts(session, campaign)
    return _Pot((await ledger.sum_of(session, "campaign", campaign)).free, {str(who): debt for who, debt in owed.items()})


def _shares(clips: dict[int, Any], held_to: dict[int, Terms], posted: dict[int, Sums], pot: _Pot, currency: str) -> list[Share]:
    claims = [
        Claim(
            clip=row.id, clipper=str(row.user_id), views=row.views, stands=row.state in STANDS, baseline=row.baseline, fixed=row.fixed,
            posted=posted[row.id].earned if row.id in posted else 0,
        )
        for row in clips.values()
    ]  # fmt: skip
    terms_of = {row.id: held_to[row.terms] for row in clips.values()}
    return earning.targets(terms_of, claims, pot.left, digits=money.decimals(currency), owed=pot.owed)


async def _post(session: CreatorSession, round_: _Round, shares: Sequence[Share]) -> None:
    readings = await _readings(session, [one.clip for one in shares])
    transfers = [line for one in shares for line in round_.lines(one, readings.get(one.clip))]
    # What comes back comes first: the pot is never below zero.
    await ledger.post(session, sorted(transfers, key=lambda line: line.kind == "earn"), actor=round_.actor, now=round_.now)
    table = ClipSubmission.__table__
    mine = table.c.creator_id == session.creator, table.c.id == bindparam("clip")
    change = update(ClipSubmission.__table__).where(*mine).values(earned=bindparam("target"))  # type: ignore[arg-type]
    await session.execute(change, [{"clip": one.clip, "target": one.target} for one in shares])
    for kept in [one for one in session.identity_map.values() if isinstance(one, ClipSubmission) and one.id in round_.clips]:
        await session.refresh(kept, ["earned"])


async def _readings(session: CreatorSession, clips: list[int]) -> dict[int, int]:
    """Return the newest reading of each clip that counted."""
    one = ClipReading
    chosen = select(one.submission, func.max(one.id)).where(among(one.submission, clips, session.dialect), one.outcome == "ok")
    return dict((await session.execute(chosen.group_by(one.submission))).all())
