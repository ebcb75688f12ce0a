"""All that is known of a clipper, given to them."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select

from entourage.clips import clippers, ledger, payouts, submissions, words
from entourage.clips.submissions import Wish
from entourage.clips.tables import ClipSubmission, ClipTransfer
from entourage.kernel.tenancy import CreatorSession

MOST = 10_000
"""Clips of one clipper that are given."""


async def of(session: CreatorSession, user_id: UUID) -> dict[str, Any]:
    """Return a clipper's account with where their money goes, clips, words, payouts, and every line of the ledger about them."""
    clips = await submissions.listing(session, Wish(user_id=user_id), limit=MOST)
    typed = select(ClipSubmission.id, ClipSubmission.submitted_url).where(ClipSubmission.user_id == user_id)
    pasted = dict((await session.execute(typed)).all())
    lines = await ledger.lines(session, ClipTransfer.user_id == user_id, most=1_000_000)
    known: dict[str, Any] = msgspec.to_builtins({
        "clipper": await clippers.me(session, user_id),
        "payment": await clippers.details(session, user_id),
        "clips": [{"clip": row, "pasted": pasted[row.id]} for row in clips.rows],
        "words": {str(clip): said for clip, said in (await words.of_clipper(session, user_id)).items()},
        "payouts": await payouts.of_clipper(session, user_id, limit=MOST),
        "ledger": [
            {
                "at": line.at, "kind": line.kind, "from": line.debit, "to": line.credit, "amount": line.amount, "currency": line.currency,
                "campaign": line.campaign, "clip": line.submission, "payout": line.payout, "why": line.why,
            }
            for line in lines
        ],
    })  # fmt: skip
    return known
