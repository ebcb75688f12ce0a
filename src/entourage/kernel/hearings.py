"""Hearings: how it is with each thing that a platform is asked to tell us, for pages that say it in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast, get_args

from sqlalchemy import Table, delete, func, literal_column, or_, select

from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.rows import insert_into
from entourage.kernel.tables import Hearing
from entourage.kernel.tenancy import CreatorSession

State = Literal[
    "on",  # it is told
    "waiting",  # it has been asked for, and the platform has not said yes yet
    "missing",  # the creator has not consented to it; `detail` is what is missing
    "refused",  # the platform said no; `detail` is what it said
    "ended",  # the platform took it back; `detail` is why
    "down",  # only of the line: it is lost; `detail` is why
]

STATES: tuple[State, ...] = get_args(State)
LINE = "line"
"""The kind that stands for the connection over which all others are told."""

_DETAIL_LONGEST = 300
_hearings = cast("Table", Hearing.__table__)


@dataclass(frozen=True, slots=True)
class Heard:
    """How it is with one kind; `since` is when it last changed."""

    kind: str
    state: State
    detail: str
    since: datetime


async def of(session: CreatorSession, source: str) -> Sequence[Heard]:
    """Return how it is with everything of a source, the line first."""
    found = await session.scalars(select(Hearing).where(Hearing.source == source).order_by(Hearing.kind != LINE, Hearing.kind))
    return [Heard(one.kind, cast("State", one.state), one.detail, one.changed_at) for one in found]


@dataclass(frozen=True, slots=True)
class Tally:
    """How it is with what one connection is told, without saying whose it is: its line, and of how many kinds which is true."""

    line: State | None
    kinds: Mapping[State, int]


async def tally(db: Database, source: str) -> list[Tally]:
    """Count for each connection of a source, those whose line is lost first."""
    is_the_line = Hearing.kind == literal_column(f"'{LINE}'")  # as a value PostgreSQL would not know it again in GROUP BY
    async with tenancy.everywhere(db, "count what platforms are asked to tell") as session:
        groups = (Hearing.creator_id, is_the_line, Hearing.state)
        chosen = select(*groups, func.count()).where(Hearing.source == source).group_by(*groups)
        found = (await session.execute(chosen)).all()
    lines: dict[int, State] = {creator_id: cast("State", state) for creator_id, is_line, state, _ in found if is_line}
    kinds: dict[int, dict[State, int]] = {creator_id: {} for creator_id, *_ in found}
    for creator_id, is_line, state, number in found:
        if not is_line:
            kinds[creator_id][cast("State", state)] = number
    counted = [Tally(lines.get(creator_id), of_one) for creator_id, of_one in kinds.items()]
    return sorted(counted, key=lambda one: (one.line != "down", sorted(one.kinds.items())))


async def note(session: CreatorSession, source: str, states: Mapping[str, tuple[State, str]]) -> None:
    """Note how it is with some kinds, by (state, detail); one that is as it was keeps its moment."""
    if not states:
        return
    now = clock.now()
    insert = insert_into(_hearings, session.dialect)
    new = insert.excluded
    changed = or_(_hearings.c.state != new.state, _hearings.c.detail != new.detail)
    noting = insert.on_conflict_do_update(
        index_elements=["creator_id", "source", "kind"],
        set_={"state": new.state, "detail": new.detail, "changed_at": new.changed_at},
        where=changed,
    )
    rows: list[dict[str, Any]] = [
        {
            "creator_id": session.creator,
            "source": source,
            "kind": kind,
            "state": state,
            "detail": detail[:_DETAIL_LONGEST],
            "changed_at": now,
        }
        for kind, (state, detail) in sorted(states.items())
    ]
    await session.execute(noting, rows)


async def forget(session: CreatorSession, source: str) -> None:
    """Forget everything of a source, which is no longer connected."""
    await session.execute(delete(Hearing).where(Hearing.source == source))
