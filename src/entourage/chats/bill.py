"""What pages ask of the AI's cost: by day, by purpose, and call by call."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from entourage.chats import schemas, usage
from entourage.chats.tables import ChatCall
from entourage.kernel import clock
from entourage.kernel.errors import Invalid
from entourage.kernel.tenancy import CreatorSession

_MARK = "~"


async def days(session: CreatorSession, month: str) -> list[schemas.SumRow]:
    """Return what each day of a month cost by the creator's clock, also those without a call; raises Invalid.

    Together they are the month: where the clock was changed meanwhile, calls at its edges count to its first or last day.
    """
    here, first = await usage.zone(session), _first(month)
    dates = [first + timedelta(days=number) for number in range((_next(first) - first).days)]
    ends = [(ChatCall.at < _begin(one + timedelta(days=1), here), literal(number)) for number, one in enumerate(dates[:-1])]
    found = await _sums(session, case(*ends, else_=len(dates) - 1), month)
    sums = [found.get(number, (0, 0)) for number in range(len(dates))]
    return [schemas.SumRow(name=one.isoformat(), calls=calls, cost_micro=cost) for one, (calls, cost) in zip(dates, sums, strict=True)]


async def purposes(session: CreatorSession, month: str) -> list[schemas.SumRow]:
    """Return what a month's calls cost by what they were for, the dearest first; raises Invalid."""
    found = await _sums(session, ChatCall.purpose, month)
    rows = [schemas.SumRow(name=name, calls=calls, cost_micro=cost) for name, (calls, cost) in found.items()]
    return sorted(rows, key=lambda row: (-row.cost_micro, row.name))


async def calls(session: CreatorSession, *, after: str = "", most: int = 50) -> tuple[Sequence[schemas.CallRow], str]:
    """Return calls, newest first, and the mark of the next page ("" after the last); raises Invalid for a mark that is none."""
    chosen = select(ChatCall).order_by(ChatCall.at.desc(), ChatCall.id.desc()).limit(most + 1)
    if after:
        at, key = _read(after)
        chosen = chosen.where(ChatCall.at <= at, or_(ChatCall.at < at, ChatCall.id < key))
    rows = (await session.scalars(chosen)).all()
    last = rows[most - 1] if len(rows) > most else None
    return [_shown(row) for row in rows[:most]], f"{last.at.isoformat()}{_MARK}{last.id}" if last else ""


async def _sums(session: CreatorSession, by: ColumnElement[Any] | InstrumentedAttribute[str], month: str) -> dict[Any, tuple[int, int]]:
    first = _first(month)
    around = ChatCall.at >= _begin(first - timedelta(days=1), UTC), ChatCall.at < _begin(_next(first) + timedelta(days=1), UTC)
    group = by.label("name")
    chosen = select(group, func.count(), func.sum(ChatCall.cost_micro)).where(ChatCall.month == month, *around).group_by(group)
    return {name: (count, int(cost)) for name, count, cost in await session.execute(chosen)}


def _first(month: str) -> date:
    try:
        return date.fromisoformat(f"{month}-01")
    except ValueError as error:
        msg = "A month is written like 2026-11."
        raise Invalid(msg) from error


def _next(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _begin(day: date, here: tzinfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=here).astimezone(UTC)


def _read(mark: str) -> tuple[datetime, int]:
    at, _, key = mark.partition(_MARK)
    try:
        return datetime.fromisoformat(at), int(key)
    except ValueError as error:
        msg = "This list cannot be continued from there. Open it again."
        raise Invalid(msg) from error


def _shown(row: ChatCall) -> schemas.CallRow:
    return schemas.CallRow(
        id=row.id, at=clock.iso(clock.to_ms(row.at)) or "", purpose=row.purpose, model=row.model, state=row.state,
        cost_micro=row.cost_micro, reserved_micro=row.reserved_micro, read=row.read, cached=row.cached, written=row.written,
        took_ms=row.took_ms, fan=row.fan, reply=row.reply, trouble=row.trouble,
    )  # fmt: skip
