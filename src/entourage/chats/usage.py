"""What the AI costs: every question to a model is reserved before it is asked and settled afterwards, within a month and a minute.

A month's row is the sum of its calls and the lock under which they change, so that two workers never spend the same money. Whoever
changes calls takes the rows of their months first (earlier ones first), then the calls.
"""

from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from entourage.chats import budget, choices, schemas
from entourage.chats.budget import Tariff, Used
from entourage.chats.tables import ChatCall, ChatMonth
from entourage.kernel import clock
from entourage.kernel.accounts import creators
from entourage.kernel.errors import Conflict, NotFound, TooMany
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.model import Answered

Purpose = Literal["reply", "followup", "test"]
STALE = timedelta(minutes=10)
"""A call that nobody settled for so long counts as spent: whoever made it is gone, and the model may have answered."""
UNHEARD = "Nobody heard the answer; counted at the most it may have cost."
_LONGEST_TROUBLE = 200


class OverBudget(Conflict):
    """The month's budget has no room for one more call."""


class TooFast(TooMany):
    """As many calls as are allowed were made in the last minute; `until` is when the next one may be."""

    def __init__(self, until: datetime, now: datetime) -> None:
        """Say how long to wait."""
        wait = max(1, -int((now - until).total_seconds() // 1))
        super().__init__("The AI was asked as often as your settings allow for a minute.", retry_after_s=wait)
        self.until = until


async def reserve(session: CreatorSession, *, purpose: Purpose, model: str, most_micro: int, fan: int | None, now: datetime) -> int:
    """Reserve a call that may cost `most_micro` and return its id, in a transaction that writes; raises OverBudget or TooFast."""
    chosen, month = await choices.read(session), budget.month(now, await zone(session))
    await give_up(session, now)
    cost, reserved = await _lock(session, month)
    if not budget.affords(cost, reserved, most_micro, chosen.month_micro):
        msg = "The AI's budget of this month is used up. Raise it in the settings of chats, or write by hand until the next month."
        raise OverBudget(msg)
    last = select(ChatCall.at).where(ChatCall.at > now - timedelta(minutes=1)).order_by(ChatCall.at.desc()).limit(chosen.calls_a_minute)
    until = budget.next_call(now, (await session.scalars(last)).all(), chosen.calls_a_minute)
    if until > now:
        raise TooFast(until, now)
    call = ChatCall(at=now, month=month, purpose=purpose, model=model[:100], state="open", reserved_micro=most_micro, fan=fan)
    session.add(call)
    await session.flush()
    await _add(session, month, calls=1, reserved_micro=most_micro)
    return call.id


async def settle(session: CreatorSession, call: int, answered: Answered, tariff: Tariff, took_ms: int, reply: int | None = None) -> int:
    """Write down what a call counted and return what it cost in micro-units; twice is the same as once.

    A call that was given up meanwhile is corrected: its answer was heard after all.
    """
    row = await _locked(session, call)
    if row.state == "done":
        return row.cost_micro
    cost = budget.cost(Used(answered.read, answered.written, answered.cached), tariff)
    freed = row.reserved_micro if row.state == "open" else 0
    await _add(
        session, row.month, reserved_micro=-freed, cost_micro=cost - row.cost_micro, read=answered.read, cached=answered.cached,
        written=answered.written,
    )  # fmt: skip
    row.state, row.cost_micro, row.trouble, row.took_ms = "done", cost, "", took_ms
    row.read, row.cached, row.written = answered.read, answered.cached, answered.written
    row.model, row.reply = (answered.model or row.model)[:100], reply or row.reply
    await session.flush()
    return cost


async def fail(session: CreatorSession, call: int, trouble: str, *, unheard: bool = False) -> None:
    """Write down that a call failed; it cost nothing, or all it may have where the model may have answered unheard (a timeout)."""
    row = await _locked(session, call)
    if row.state != "open":
        return
    cost = row.reserved_micro if unheard else 0
    await _add(session, row.month, reserved_micro=-row.reserved_micro, cost_micro=cost)
    row.state, row.cost_micro, row.trouble = "failed", cost, trouble[:_LONGEST_TROUBLE]
    await session.flush()


async def give_up(session: CreatorSession, now: datetime) -> int:
    """Count calls as spent that nobody settled for ten minutes; returns how many there were."""
    stale = (ChatCall.state == "open", ChatCall.at < now - STALE)
    months = (await session.scalars(select(ChatCall.month).where(*stale).distinct())).all()
    for month in sorted(months):
        await _lock(session, month)
    if not months:
        return 0
    rows = (await session.scalars(select(ChatCall).where(*stale).with_for_update().execution_options(populate_existing=True))).all()
    for row in rows:
        row.state, row.cost_micro, row.trouble = "failed", row.reserved_micro, UNHEARD
        await _add(session, row.month, reserved_micro=-row.reserved_micro, cost_micro=row.reserved_micro)
    await session.flush()
    return len(rows)


async def standing(session: CreatorSession, now: datetime | None = None) -> schemas.StandingRow:
    """Say how this month stands against its budget, and where it leads if the last days go on."""
    now, here = now or clock.now(), await zone(session)
    name, limit = budget.month(now, here), (await choices.read(session)).month_micro
    row = await session.get(ChatMonth, (session.creator, name), populate_existing=True)
    month = shown(row) if row else schemas.MonthRow(month=name)
    week = select(func.min(ChatCall.at), func.sum(ChatCall.cost_micro)).where(ChatCall.at > now - budget.LATELY)
    first, lately = (await session.execute(week)).one()
    return schemas.StandingRow(
        standing=budget.standing(month.cost_micro, limit), limit_micro=limit, month=month,
        forecast_micro=budget.forecast(month.cost_micro, first, int(lately or 0), now, here),
    )  # fmt: skip


async def months(session: CreatorSession, most: int = 24) -> list[schemas.MonthRow]:
    """Return what each month has cost, newest first."""
    return [shown(row) for row in await session.scalars(select(ChatMonth).order_by(ChatMonth.month.desc()).limit(most))]


def shown(row: ChatMonth) -> schemas.MonthRow:
    """Show a month."""
    return msgspec.convert(row, schemas.MonthRow, from_attributes=True)


async def zone(session: CreatorSession) -> ZoneInfo:
    """Return the creator's zone, by whose clock a month begins."""
    return ZoneInfo(await creators.zone_of(session))


async def _lock(session: CreatorSession, month: str) -> tuple[int, int]:
    """Take a month's row and return what it cost and what running calls may cost."""
    chosen = select(ChatMonth.cost_micro, ChatMonth.reserved_micro).where(ChatMonth.month == month).with_for_update()
    found = (await session.execute(chosen)).first()
    if found is None:
        insert = (sqlite if session.dialect == "sqlite" else postgresql).insert(ChatMonth)
        zeros = dict.fromkeys(("calls", "read", "cached", "written", "cost_micro", "reserved_micro"), 0)
        await session.execute(insert.values(creator_id=session.creator, month=month, **zeros).on_conflict_do_nothing())
        found = (await session.execute(chosen)).one()
    return found.cost_micro, found.reserved_micro


async def _locked(session: CreatorSession, call: int) -> ChatCall:
    month = await session.scalar(select(ChatCall.month).where(ChatCall.id == call))
    if month is None:
        msg = "There is no such call to the AI."
        raise NotFound(msg)
    await _lock(session, month)
    chosen = select(ChatCall).where(ChatCall.id == call).with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(chosen)).one()


async def _add(session: CreatorSession, month: str, **more: int) -> None:
    sums = {name: getattr(ChatMonth, name) + value for name, value in more.items() if value}
    if sums:
        statement = update(ChatMonth).where(ChatMonth.month == month).values(sums)
        await session.execute(statement, execution_options={"synchronize_session": False})
