"""Writing over what is kept beside clips what their rows add up to; the ledger itself is beyond mending."""

from typing import Final

from sqlalchemy import Connection, Table, delete, select, update

from entourage.clips import tables
from entourage.clips.effective import Point
from entourage.clips.verification import Difference, What, differences, of_days, table_of
from entourage.kernel import clock

_MENDED: Final[dict[tuple[What, str], tuple[Table, str]]] = {
    ("campaign", "budget"): (table_of(tables.ClipCampaign), "budget"),
    **{("clip", name): (table_of(tables.ClipSubmission), name) for name in ("earned", "flags", "views", "latest", "baseline")},
}


def mend(connection: Connection, creator_id: int) -> tuple[int, list[Difference]]:
    """Write what the rows say over what is kept beside them; returns how much was mended, and what is beyond that (the ledger, payouts)."""
    found, beyond, days = list(differences(connection, creator_id)), list[Difference](), set[int]()
    for one in found:
        column = _MENDED.get((one.what, one.counter))
        if one.what == "day":
            days.add(one.id)
        elif column is None:
            beyond.append(one)
        else:
            table, name = column
            mine = table.c.creator_id == creator_id, table.c.id == one.id
            connection.execute(update(table).where(*mine).values({name: one.counted}))
    for clip in sorted(days):
        _write_days(connection, creator_id, clip)
    return len(found) - len(beyond), beyond


def _write_days(connection: Connection, creator_id: int, clip: int) -> None:
    """Write the days of a clip anew."""
    day, sub, read = (table_of(one) for one in (tables.ClipDay, tables.ClipSubmission, tables.ClipReading))
    connection.execute(delete(day).where(day.c.creator_id == creator_id, day.c.clip_id == clip))
    chosen = select(read.c.at, read.c.views).where(read.c.creator_id == creator_id, read.c.submission == clip, read.c.outcome == "ok")
    found = of_days(Point(row.at, row.views) for row in connection.execute(chosen))
    about = connection.execute(select(sub.c.user_id, sub.c.platform).where(sub.c.creator_id == creator_id, sub.c.id == clip)).first()
    if about is not None and found:
        fixed = {"creator_id": creator_id, "clip_id": clip, "user_id": about.user_id, "platform": about.platform, "created_at": clock.now()}
        connection.execute(day.insert(), [{**fixed, "date": one, "views": views} for one, views in found.items()])
