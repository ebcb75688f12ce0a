"""A clipper's statement as a table for a spreadsheet: each cent with the clip, the views, the terms and the steps it comes of."""

import csv
import io
from collections.abc import AsyncIterator, Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import select

from entourage.clips import ledger
from entourage.clips.tables import ClipCampaign, ClipSubmission, ClipTransfer
from entourage.kernel import money, tenancy
from entourage.kernel.db import Database

_HEAD = ("at", "what", "amount", "currency", "campaign", "clip", "views", "terms", "steps", "payout")
_BACK = "unearn"
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


async def of_clipper(db: Database, creator_id: int, user_id: UUID) -> AsyncIterator[str]:
    """Write all lines of the ledger that are somebody's, oldest first, as CSV; texts that a spreadsheet would reckon with are marked."""
    one = ClipSubmission
    about = select(one.id, one.url, ClipCampaign.title).join(ClipCampaign, ClipCampaign.id == one.campaign).where(one.user_id == user_id)
    async with tenancy.inside(db, creator_id) as session:
        clips = {clip: (url, title) for clip, url, title in await session.execute(about)}
    yield _table([_HEAD])
    async for page in ledger.pages(db, creator_id, ClipTransfer.user_id == user_id):
        yield _table(_row(line, *clips.get(line.submission or 0, ("", ""))) for line in page)


def _table(rows: Iterable[tuple[object, ...]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _row(line: ClipTransfer, url: str, title: str) -> tuple[object, ...]:
    steps: list[dict[str, Any]] = line.why.get("steps", [])
    cut = "; ".join(f"{step['code']}: {step['views']} views, {_decimal(step['amount'], line.currency)}" for step in steps)
    amount = -line.amount if line.kind == _BACK else line.amount
    views, version = line.why.get("views", ""), line.why.get("version", "")
    where = line.at.isoformat(), line.kind, _decimal(amount, line.currency), line.currency
    return (*where, _safe(title), _safe(url), views, version, cut, line.payout or "")


def _decimal(amount: int, currency: str) -> str:
    places = money.decimals(currency)
    whole, rest = divmod(abs(amount), 10**places)
    return f"{'-' if amount < 0 else ''}{whole}" + (f".{rest:0{places}d}" if places else "")


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULAS) else text
