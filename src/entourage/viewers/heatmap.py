"""The week in 7 × 24 cells: activity and coins by the creator's clock, of everybody and of one."""

from collections.abc import Iterable

from sqlalchemy import select

from entourage.kernel.accounts import creators
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import schemas
from entourage.viewers.tables import CreatorHour, Hour

_PEAKS = 10


async def of_everybody(session: CreatorSession) -> schemas.Heatmap:
    """Return everybody's week."""
    cells = await session.execute(
        select(CreatorHour.cell, CreatorHour.activity, CreatorHour.coins).where(CreatorHour.creator_id == session.creator)
    )
    return _grid(((cell, deeds, coins) for cell, deeds, coins in cells), await creators.zone_of(session))


async def of_viewer(session: CreatorSession, viewer_id: int) -> schemas.Heatmap:
    """Return one viewer's week."""
    cells = await session.execute(
        select(Hour.cell, Hour.activity, Hour.coins).where(Hour.viewer_id == viewer_id, Hour.creator_id == session.creator)
    )
    return _grid(((cell, deeds, coins) for cell, deeds, coins in cells), await creators.zone_of(session))


def _grid(cells: Iterable[tuple[int, int, int]], zone: str) -> schemas.Heatmap:
    activity = [[0] * 24 for _ in range(7)]
    coins = [[0] * 24 for _ in range(7)]
    busy: list[schemas.HourCell] = []
    for cell, deeds, spent in cells:
        day, hour = divmod(cell, 24)
        activity[day][hour] = deeds
        coins[day][hour] = spent
        busy.append(schemas.HourCell(hour, day, deeds, spent))
    order = sorted(busy, key=lambda c: (c.day_of_week, c.hour_of_day))
    paid = sorted((c for c in order if c.coins > 0), key=lambda c: -c.coins)
    seen = sorted((c for c in order if c.activity > 0), key=lambda c: -c.activity)
    return schemas.Heatmap(activity, coins, seen[:_PEAKS], paid[:_PEAKS], zone)
