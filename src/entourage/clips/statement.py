"""Statements: where each cent of a clip came from, by which reading, terms and steps of the rule, and where it is now."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select

from entourage.clips import accrual, ledger, payouts, schemas, submissions, terms
from entourage.clips.ledger import Sums
from entourage.clips.tables import ClipCampaign, ClipSubmission, ClipTransfer
from entourage.kernel.tenancy import CreatorSession

MOST_CLIPS = 500
_BACK = frozenset({"unearn"})


async def of_clip(session: CreatorSession, clip: int, *, user_id: UUID | None = None) -> schemas.ClipStatement:
    """Return the statement of a clip, with `user_id` only of one of theirs; raises NotFound."""
    row = await submissions.get(session, clip, user_id=user_id)
    sums, found = Sums(), await ledger.lines(session, ClipTransfer.submission == clip)
    for line in found:
        sums.add(line.debit, line.credit, line.amount, line.id)
    share = (await accrual.foresee(session, row.campaign, row.user_id)).get(clip)
    held_to, [shown] = await terms.of(session, row.campaign), await submissions.shown(session, [row])
    return schemas.ClipStatement(
        clip=shown, currency=shown.currency, terms=held_to[row.terms], version=row.terms, lines=[_line(line) for line in found],
        steps=msgspec.to_builtins(share.steps) if share else [], **_of(sums),
    )  # fmt: skip


async def of_clipper(session: CreatorSession, user_id: UUID) -> schemas.ClipperStatement:
    """Return how it stands with a clipper's money; of more than 500 clips the newest are named."""
    one, about = ClipSubmission, ClipCampaign
    chosen = (
        select(one.id, one.title, one.url, one.campaign, about.title.label("campaign_title"), one.state, one.views, about.currency)
        .join(about, about.id == one.campaign)
        .where(one.user_id == user_id)
        .order_by(one.id.desc())
        .limit(MOST_CLIPS)
    )
    sums = await ledger.sums(session, "submission", ClipTransfer.user_id == user_id)
    clips = [
        msgspec.convert({**row, **_of(sums.get(row["id"], Sums()))}, schemas.ClipSum) for row in (await session.execute(chosen)).mappings()
    ]
    return schemas.ClipperStatement(
        balances=await payouts.balances(session, user_id=user_id), clips=clips, payouts=await payouts.of_clipper(session, user_id)
    )


def _of(sums: Sums) -> dict[str, int]:
    return {name: getattr(sums, name) for name in ("earned", "held", "available", "transit", "paid")}


def _line(line: ClipTransfer) -> schemas.StatementLine:
    why: Mapping[str, Any] = line.why
    return schemas.StatementLine(
        id=line.id, at=line.at, kind=line.kind, amount=-line.amount if line.kind in _BACK else line.amount, currency=line.currency,
        clip=line.submission, reading=why.get("reading"), views=why.get("views"), version=why.get("version"), steps=why.get("steps", []),
        payout=line.payout,
    )  # fmt: skip
