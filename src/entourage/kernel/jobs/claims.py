"""Taking jobs that are due: creators in turn, lanes one job at a time, urgent kinds first where a worker asks for them.

Four indexes carry this: (creator_id, run_at, id), (kind, creator_id, run_at, id) and (lane, id) over queued rows, and the
unique (lane) over running rows, which also makes a lane safe when two workers of PostgreSQL pick from it at once: the
later one is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Literal

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Select,
    bindparam,
    cast,
    exists,
    func,
    null,
    or_,
    select,
    true,
    union_all,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from entourage.kernel import clock
from entourage.kernel.jobs.rows import Claim, has_status, jobs
from entourage.kernel.tenancy import CreatorSession

_VISITS = 50
"""Creators looked at in one transaction at most, so that it stays short."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A creator (None: the house) with queued jobs, and the moment the earliest of them is due."""

    creator_id: int | None
    earliest: datetime


@dataclass(slots=True)
class Turns:
    """Whose turn it is: creators in the order in which a worker served them last, longest ago first."""

    _served: dict[int | None, int] = field(default_factory=dict)
    _turn: int = 0

    def order(self, waiting: Sequence[Waiting]) -> list[int | None]:
        """Return the creators, those first that have waited longest for a turn."""
        return sorted((one.creator_id for one in waiting), key=lambda creator: self._served.get(creator, -1))

    def served(self, creator_id: int | None) -> None:
        """Note that a creator has had a turn."""
        self._turn += 1
        self._served[creator_id] = self._turn


Kinds = frozenset[str] | None
"""Only jobs of these kinds, or of all."""

Chosen = Literal["all", "only", "but"]
_NAMED: BindParameter[list[str]] = bindparam("kinds", expanding=True)
_OF_KIND: dict[Chosen, ColumnElement[bool]] = {"all": true(), "only": jobs.c.kind.in_(_NAMED), "but": jobs.c.kind.not_in(_NAMED)}


async def find_waiting(session: CreatorSession, kinds: Kinds = None) -> list[Waiting]:
    """Return every creator with queued jobs: one seek per creator (and kind, where some are asked for), however many wait."""
    found: dict[int | None, datetime] = {}
    for creator_id, earliest in await session.execute(_waiting(kinds)):
        if earliest is not None:
            found[creator_id] = min(earliest, found.get(creator_id, earliest))
    return [Waiting(*one) for one in found.items()]


async def take(  # noqa: PLR0913 - all but three are options by name
    session: CreatorSession,
    turns: Turns,
    waiting: Sequence[Waiting],
    *,
    slots: int,
    lease_s: float,
    kinds: Kinds = None,
    without: Kinds = None,
) -> list[Claim]:
    """Claim up to `slots` due jobs (of these kinds, or without those), shared evenly among the creators, for `lease_s` seconds.

    Raises sqlalchemy's IntegrityError when another worker won a lane at the same moment: roll back and try again.
    """
    now = clock.now()
    due = turns.order([one for one in waiting if one.earliest <= now])[:_VISITS]
    taken: list[Claim] = []
    values: dict[str, Any] = {"due_at": now, "until": clock.wall() + timedelta(seconds=lease_s)}
    chosen: Chosen = "all" if kinds is None and not without else "only" if kinds is not None else "but"
    if chosen != "all":
        values["kinds"] = sorted(kinds or without or ())
    while due and len(taken) < slots:
        share = max(1, (slots - len(taken)) // len(due))
        more: list[int | None] = []
        for creator_id in due:
            if len(taken) >= slots:
                break
            got = await _take_from(session, creator_id, chosen, {**values, "slots": share})
            turns.served(creator_id)
            taken += got
            if len(got) == share:
                more.append(creator_id)
        due = more
    return taken


async def _take_from(session: CreatorSession, creator_id: int | None, chosen: Chosen, values: dict[str, Any]) -> list[Claim]:
    house = creator_id is None
    rows = await session.execute(_take(chosen, house=house), values if house else {**values, "of_creator": creator_id})
    return [Claim(*row[1:]) for row in sorted(rows, key=lambda row: (row[0], row[1]))]


@cache
def _waiting(kinds: Kinds) -> CompoundSelect[Any]:
    if kinds is None:
        return union_all(*_walk(true()))
    return union_all(*(one for kind in sorted(kinds) for one in _walk(jobs.c.kind == kind)))


def _walk(which: ColumnElement[bool]) -> tuple[Select[*tuple[Any, ...]], Select[*tuple[Any, ...]]]:
    # Neither engine can skip through an index by itself, so the walk from creator to creator is spelled out.
    queued = (has_status("queued"), which)
    walk = select(func.min(jobs.c.creator_id).label("creator_id")).where(*queued).cte(recursive=True)
    beyond = select(func.min(jobs.c.creator_id)).where(*queued, jobs.c.creator_id > walk.c.creator_id)
    walk = walk.union_all(select(beyond.scalar_subquery()).where(walk.c.creator_id.is_not(None)))
    earliest = select(func.min(jobs.c.run_at)).where(*queued, jobs.c.creator_id == walk.c.creator_id)
    creators = select(walk.c.creator_id, earliest.scalar_subquery().label("earliest")).where(walk.c.creator_id.is_not(None))
    house = select(cast(null(), BigInteger), func.min(jobs.c.run_at)).where(*queued, jobs.c.creator_id.is_(None))
    return creators, house


@cache
def _take(which: Chosen, *, house: bool) -> ReturningUpdate[Any]:
    earlier, running = jobs.alias("earlier"), jobs.alias("running")
    busy_lanes = select(running.c.lane).where(has_status("running", running))
    someone_before = exists(
        select(1)
        .select_from(earlier)
        .where(
            earlier.c.lane == jobs.c.lane,
            has_status("queued", earlier),
            earlier.c.id < jobs.c.id,
            # One that was tried keeps its place in the lane; one asked for later waits beside it.
            or_(earlier.c.run_at <= bindparam("due_at"), earlier.c.attempts > 0),
        )
    )
    chosen = (
        select(jobs.c.id)
        .where(
            has_status("queued"),
            jobs.c.creator_id.is_(None) if house else jobs.c.creator_id == bindparam("of_creator"),
            _OF_KIND[which],
            jobs.c.run_at <= bindparam("due_at"),
            jobs.c.lane.not_in(busy_lanes),
            ~someone_before,
        )
        .order_by(jobs.c.run_at, jobs.c.id)
        .limit(bindparam("slots"))
        .with_for_update(skip_locked=True, of=jobs)
        .cte("chosen")
    )
    columns = (jobs.c.id, jobs.c.creator_id, jobs.c.kind, jobs.c.lane, jobs.c.payload, jobs.c.attempts, jobs.c.max_attempts, jobs.c.step)
    return (
        update(jobs)
        .where(jobs.c.id.in_(select(chosen.c.id)))
        .values(status="running", lease_until=bindparam("until"), attempts=jobs.c.attempts + 1)
        .returning(jobs.c.run_at, *columns)
    )
