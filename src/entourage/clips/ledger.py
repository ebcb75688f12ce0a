"""Every cent: transfers between accounts that are only ever added to, and the sums that come of them.

A transfer leaves one account and reaches another, so the whole always balances. Its key names it: posting it again does nothing.
Whoever posts has taken the creator's row first (`choices.lock`). Nothing is stored beside the lines: what an account holds is their sum.
"""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args
from uuid import UUID

from sqlalchemy import ColumnElement, Table, func, select
from sqlalchemy.dialects import postgresql, sqlite

from entourage.clips.tables import ClipTransfer
from entourage.kernel import audit, clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.rows import among
from entourage.kernel.tenancy import CreatorSession

Kind = Literal["fund", "defund", "earn", "unearn", "release", "pay", "paid", "failed"]
Account = Literal["client", "funds", "held", "available", "transit", "paid"]
By = Literal["campaign", "user_id", "submission", "payout"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Money from `debit`, which it leaves, to `credit`, which it reaches; `amount` (> 0) in minor units, `key` names it for ever."""

    key: str
    kind: Kind
    debit: Account
    credit: Account
    amount: int
    currency: str
    campaign: int
    user_id: UUID | None = None
    submission: int | None = None
    payout: int | None = None
    why: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Sums:
    """What accounts hold by their lines, in minor units; `last` is the id of the newest line, 0 where there is none.

    `owed` is known of campaigns only: what clippers were paid for clips that do not stand any more, and nothing has made up for yet.
    """

    client: int = 0
    funds: int = 0
    held: int = 0
    available: int = 0
    transit: int = 0
    paid: int = 0
    last: int = 0
    owed: int = 0

    @property
    def free(self) -> int:
        """What is left of the pot to be earned: money that is still out with a clipper is not there to be paid twice."""
        return max(0, self.funds - self.owed)

    @property
    def earned(self) -> int:
        """All that belongs to clippers: held, available, on its way, and paid."""
        return self.held + self.available + self.transit + self.paid

    @property
    def budget(self) -> int:
        """What the client gave."""
        return -self.client

    def add(self, debit: str, credit: str, amount: int, last: int = 0) -> None:
        """Count lines between two accounts."""
        setattr(self, debit, getattr(self, debit) - amount)
        setattr(self, credit, getattr(self, credit) + amount)
        self.last = max(self.last, last)

    def join(self, clipper: "Sums") -> None:
        """Count all that one clipper has of a campaign."""
        for account in get_args(Account):
            setattr(self, account, getattr(self, account) + getattr(clipper, account))
        self.last = max(self.last, clipper.last)
        self.owed += max(0, -(clipper.held + clipper.available))


async def post(session: CreatorSession, transfers: Iterable[Transfer], *, actor: str = audit.SYSTEM, now: datetime | None = None) -> int:
    """Write transfers down and return how many are new; those whose key is known already change nothing."""
    at = now or clock.now()
    rows = [_row(one, session.creator, at, actor[:100]) for one in transfers]
    table: Table = ClipTransfer.__table__  # type: ignore[assignment]
    insert = (sqlite if session.dialect == "sqlite" else postgresql).insert(table)
    statement = insert.on_conflict_do_nothing(index_elements=["creator_id", "key"]).returning(table.c.id)
    return len((await session.execute(statement, rows)).all()) if rows else 0


async def sums(session: CreatorSession, by: By, *where: ColumnElement[bool], only: Collection[Any] | None = None) -> dict[Any, Sums]:
    """Return what accounts hold, by campaign, clipper, clip or payout; with `only` of these. Who has no line is not in it."""
    group = getattr(ClipTransfer, by)
    if only is not None:
        where = (*where, group.in_(list(only)) if by == "user_id" else among(group, only, session.dialect))
    if by != "campaign":
        return {key: found for (key,), found in (await _sums(session, (group,), where)).items()}
    pots: dict[Any, Sums] = {}
    for (campaign, _), theirs in (await _sums(session, (group, ClipTransfer.user_id), where)).items():
        pots.setdefault(campaign, Sums()).join(theirs)
    return pots


async def debts(session: CreatorSession, campaign: int) -> dict[UUID, int]:
    """Return what clippers were paid for clips of a campaign that do not stand any more, and have not made up for."""
    by_clipper = await sums(session, "user_id", ClipTransfer.campaign == campaign)
    return {who: -theirs.held - theirs.available for who, theirs in by_clipper.items() if theirs.held + theirs.available < 0}


async def purses(session: CreatorSession, *where: ColumnElement[bool]) -> dict[tuple[UUID, str], Sums]:
    """Return what is held, available, on its way and paid for each clipper and currency."""
    return await _sums(session, (ClipTransfer.user_id, ClipTransfer.currency), where)


async def sum_of(session: CreatorSession, by: By, key: Any) -> Sums:  # noqa: ANN401 - an id of any kind
    """Return what the accounts of one campaign, clipper, clip or payout hold."""
    return (await sums(session, by, getattr(ClipTransfer, by) == key)).get(key, Sums())


async def lines(session: CreatorSession, *where: ColumnElement[bool], after: int = 0, most: int = 10_000) -> Sequence[ClipTransfer]:
    """Return lines in the order in which they were written."""
    chosen = select(ClipTransfer).where(ClipTransfer.id > after, *where).order_by(ClipTransfer.id).limit(most)
    return (await session.scalars(chosen)).all()


async def pages(db: Database, creator_id: int, *where: ColumnElement[bool], at_once: int = 5_000) -> AsyncIterator[Sequence[ClipTransfer]]:
    """Yield all lines in the order in which they were written, page after page, each read in a transaction of its own."""
    after = 0
    while True:
        async with tenancy.inside(db, creator_id) as session:
            page = await lines(session, *where, after=after, most=at_once)
        if page:
            yield page
        if len(page) < at_once:
            return
        after = page[-1].id


async def _sums(session: CreatorSession, by: tuple[Any, ...], where: tuple[ColumnElement[bool], ...]) -> dict[tuple[Any, ...], Sums]:
    columns = *by, ClipTransfer.debit, ClipTransfer.credit
    chosen = select(*columns, func.sum(ClipTransfer.amount), func.max(ClipTransfer.id)).where(by[0].is_not(None), *where)
    found: dict[tuple[Any, ...], Sums] = {}
    for *key, debit, credit, amount, last in await session.execute(chosen.group_by(*columns)):
        found.setdefault(tuple(key), Sums()).add(debit, credit, int(amount), int(last))
    return found


def _row(one: Transfer, creator_id: int, at: datetime, actor: str) -> dict[str, Any]:
    return {
        "creator_id": creator_id, "key": one.key, "at": at, "kind": one.kind, "debit": one.debit, "credit": one.credit,
        "amount": one.amount, "currency": one.currency, "campaign": one.campaign, "user_id": one.user_id,
        "submission": one.submission, "payout": one.payout, "why": dict(one.why), "by": actor,
    }  # fmt: skip
