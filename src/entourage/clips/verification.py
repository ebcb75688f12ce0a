"""Counts again what is kept beside its rows: earnings, budgets, views, doubts, days and payouts; and looks whether the ledger makes sense.

It works on a plain connection, for the doctor and for the nightly job alike; the caller's transaction is the snapshot.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import Connection, Select, Table, func, select

from entourage.clips import effective, tables
from entourage.clips.effective import Point
from entourage.clips.ledger import Sums
from entourage.kernel import audit, log
from entourage.kernel.tables import Base
from entourage.kernel.tenancy import CreatorSession

What = Literal["campaign", "clip", "payout", "line", "day"]

AT_ONCE = 5_000
SHOWN = 200
"""Differences that are named one by one; the rest are counted."""

ROUTES: Final[dict[str, frozenset[tuple[str, str]]]] = {
    "fund": frozenset({("client", "funds")}),
    "defund": frozenset({("funds", "client")}),
    "earn": frozenset({("funds", "held")}),
    "unearn": frozenset({("held", "funds"), ("available", "funds")}),
    "release": frozenset({("held", "available")}),
    "pay": frozenset({("available", "transit")}),
    "paid": frozenset({("transit", "paid")}),
    "failed": frozenset({("transit", "available")}),
}
"""Between which accounts each kind of transfer may move money."""

_log = log.get(__name__)


class Difference(msgspec.Struct, frozen=True):
    """A number that is not what its rows add up to; `id` is of the campaign, clip, payout, or line of the ledger."""

    what: What
    id: int
    counter: str
    kept: int | str
    counted: int | str


def differences(connection: Connection, creator_id: int) -> Iterator[Difference]:
    """Go through all that is kept of a creator's clips and return what differs."""
    look = _Look(connection, creator_id)
    for part in (_lines, _campaigns, _clips, _views, _days, _payouts):
        yield from part(look)


def count(connection: Connection, creator_id: int) -> int:
    """Return how many clips a creator has."""
    clip = table_of(tables.ClipSubmission)
    return int(connection.scalar(select(func.count()).select_from(clip).where(clip.c.creator_id == creator_id)) or 0)


async def verify(session: CreatorSession) -> tuple[int, list[Difference]]:
    """Count a creator's clips again; returns how much differs, and the first of it."""
    creator_id = session.creator

    def look(connection: Connection) -> tuple[int, list[Difference]]:
        total, shown = 0, list[Difference]()
        for total, one in enumerate(differences(connection, creator_id), 1):  # noqa: B007 - counted to the end
            if len(shown) < SHOWN:
                shown.append(one)
        return total, shown

    return await (await session.connection()).run_sync(look)


async def note(session: CreatorSession, total: int, shown: Sequence[Difference]) -> None:
    """Write into the log and the audit log that something differs; nothing for nothing."""
    if total:
        _log.error("clips.verification", creator=session.creator, differing=total, first=msgspec.to_builtins(shown[:5]))
        audit.record(session, "clips.verification", meta={"differing": total, "first": msgspec.to_builtins(shown[:20])})


class _Look:
    """Reads one creator's rows in pieces."""

    def __init__(self, connection: Connection, creator_id: int) -> None:
        self.connection, self.creator_id = connection, creator_id

    def rows(self, chosen: Select[Any], model: type[Base]) -> Iterable[Any]:
        mine = chosen.where(table_of(model).c.creator_id == self.creator_id)
        return self.connection.execute(mine, execution_options={"yield_per": AT_ONCE})

    def sums(self, *columns: Any) -> dict[Any, Sums]:  # noqa: ANN401 - columns of the ledger
        """Return what accounts hold by one column of the ledger."""
        c = table_of(tables.ClipTransfer).c
        chosen = select(*columns, c.debit, c.credit, func.sum(c.amount)).group_by(*columns, c.debit, c.credit)
        found: dict[Any, Sums] = {}
        for key, debit, credit, amount in self.rows(chosen.where(columns[0].is_not(None)), tables.ClipTransfer):
            found.setdefault(key, Sums()).add(debit, credit, int(amount))
        return found


def _lines(look: _Look) -> Iterator[Difference]:
    """Look at each line: money may move only along the roads of its kind, in the campaign's currency, and for somebody."""
    c, about = table_of(tables.ClipTransfer).c, table_of(tables.ClipCampaign).c
    chosen = select(c.id, c.kind, c.debit, c.credit, c.currency, c.user_id, c.submission, about.currency.label("theirs"))
    joined = chosen.join_from(c.id.table, about.id.table, (about.id == c.campaign) & (about.creator_id == c.creator_id), isouter=True)
    for row in look.rows(joined.order_by(c.id), tables.ClipTransfer):
        if (row.debit, row.credit) not in ROUTES.get(row.kind, ()):
            yield Difference("line", row.id, "accounts", f"{row.debit} to {row.credit}", row.kind)
        if row.currency != row.theirs:
            yield Difference("line", row.id, "currency", row.currency, row.theirs or "no campaign")
        if row.kind not in {"fund", "defund"} and (row.user_id is None or row.submission is None):
            yield Difference("line", row.id, "clipper", "nobody", "somebody")


def _campaigns(look: _Look) -> Iterator[Difference]:
    c = table_of(tables.ClipCampaign).c
    sums = look.sums(table_of(tables.ClipTransfer).c.campaign)
    for row in look.rows(select(c.id, c.budget).order_by(c.id), tables.ClipCampaign):
        one = sums.get(row.id, Sums())
        yield from _differ("campaign", row.id, budget=(row.budget, one.budget))
        if one.funds < 0:
            yield Difference("campaign", row.id, "left", one.funds, 0)


def _clips(look: _Look) -> Iterator[Difference]:
    c, flag = table_of(tables.ClipSubmission).c, table_of(tables.ClipFlag).c
    sums = look.sums(table_of(tables.ClipTransfer).c.submission)
    doubts = select(flag.submission, func.count()).where(flag.state == "open").group_by(flag.submission)
    flags = {clip: int(count) for clip, count in look.rows(doubts, tables.ClipFlag)}
    for row in look.rows(select(c.id, c.earned, c.flags).order_by(c.id), tables.ClipSubmission):
        one = sums.get(row.id, Sums())
        yield from _differ("clip", row.id, earned=(row.earned, one.earned), flags=(row.flags, flags.get(row.id, 0)))
        for name in ("held", "transit", "paid"):
            if (value := getattr(one, name)) < 0:
                yield Difference("clip", row.id, name, value, 0)


def _views(look: _Look) -> Iterator[Difference]:
    """Count views again from readings: clips and readings are gone through side by side, in the order of clips."""
    c, about = table_of(tables.ClipSubmission).c, table_of(tables.ClipCampaign).c
    theirs = (about.id == c.campaign) & (about.creator_id == c.creator_id)
    chosen = select(c.id, c.views, c.latest, c.baseline, c.posted_at, about.deadline, about.starts_at)
    clips = look.rows(chosen.join_from(c.id.table, about.id.table, theirs).order_by(c.id), tables.ClipSubmission)
    points = _points(look)
    ahead = next(points, None)
    for row in clips:
        while ahead is not None and ahead[0] < row.id:
            ahead = next(points, None)
        mine = ahead[1] if ahead is not None and ahead[0] == row.id else []
        counted = effective.views(mine, row.deadline, row.posted_at or row.starts_at)
        if counted != row.views and row.views == effective.views(mine, row.deadline, row.starts_at):
            counted = row.views  # when it was posted became known only afterwards
        first, last = (mine[0].views, mine[-1].views) if mine else (0, 0)
        yield from _differ("clip", row.id, views=(row.views, counted), latest=(row.latest, last), baseline=(row.baseline, first))


def _points(look: _Look) -> Iterator[tuple[int, list[Point]]]:
    r = table_of(tables.ClipReading).c
    chosen = select(r.submission, r.at, r.views).where(r.outcome == "ok").order_by(r.submission, r.at, r.id)
    for clip, rows in groupby(look.rows(chosen, tables.ClipReading), key=lambda row: row.submission):
        yield clip, [Point(row.at, row.views) for row in rows]


def _days(look: _Look) -> Iterator[Difference]:
    """Look at `view_tracking` beside the readings it is derived from."""
    d = table_of(tables.ClipDay).c
    kept = groupby(look.rows(select(d.clip_id, d.date, d.views).order_by(d.clip_id, d.date), tables.ClipDay), key=lambda row: row.clip_id)
    known = ((clip, {row.date: row.views for row in rows}) for clip, rows in kept)
    for clip, theirs, ours in _side_by_side(known, ((clip, of_days(points)) for clip, points in _points(look))):
        for day in sorted({*theirs, *ours}):
            if theirs.get(day) != ours.get(day):
                yield Difference("day", clip, day.isoformat(), theirs.get(day, "missing"), ours.get(day, "nothing"))


def _payouts(look: _Look) -> Iterator[Difference]:
    c, line = table_of(tables.ClipPayout).c, table_of(tables.ClipTransfer).c
    chosen = select(line.payout, line.kind, func.sum(line.amount)).where(line.payout.is_not(None)).group_by(line.payout, line.kind)
    sums: dict[int, dict[str, int]] = {}
    for payout, kind, amount in look.rows(chosen, tables.ClipTransfer):
        sums.setdefault(payout, {})[kind] = int(amount)
    for row in look.rows(select(c.id, c.amount, c.state).order_by(c.id), tables.ClipPayout):
        mine = sums.get(row.id, {})
        settled = {"paid": mine.get("paid", 0), "failed": mine.get("failed", 0)}
        wanted = {"paid": row.amount * (row.state == "paid"), "failed": row.amount * (row.state == "failed")}
        yield from _differ("payout", row.id, amount=(row.amount, mine.get("pay", 0)))
        yield from _differ("payout", row.id, **{name: (wanted[name], settled[name]) for name in wanted})


def _side_by_side(
    one: Iterator[tuple[int, dict[date, int]]], other: Iterator[tuple[int, dict[date, int]]]
) -> Iterator[tuple[int, dict[date, int], dict[date, int]]]:
    """Go through two lists in the order of clips; what only one of them has is empty in the other."""
    mine, yours = next(one, None), next(other, None)
    while mine is not None or yours is not None:
        clip = min(each[0] for each in (mine, yours) if each is not None)
        left, right = dict[date, int](), dict[date, int]()
        if mine is not None and mine[0] == clip:
            left, mine = mine[1], next(one, None)
        if yours is not None and yours[0] == clip:
            right, yours = yours[1], next(other, None)
        yield clip, left, right


def of_days(points: Iterable[Point]) -> dict[date, int]:
    """Return the most views of each day (UTC)."""
    found: dict[date, int] = {}
    for point in points:
        found[point.at.date()] = max(found.get(point.at.date(), 0), point.views)
    return found


def _differ(what: What, key: int, **pairs: tuple[int, int]) -> Iterator[Difference]:
    for counter, (kept, counted) in pairs.items():
        if kept != counted:
            yield Difference(what, key, counter, kept, counted)


def table_of(model: type[Base]) -> Table:
    """Return the table of a row."""
    return model.__table__  # type: ignore[return-value]
