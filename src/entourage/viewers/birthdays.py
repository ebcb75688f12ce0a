"""Whose birthday is coming."""

from zoneinfo import ZoneInfo

from sqlalchemy import select

from entourage.kernel import clock
from entourage.kernel.rows import among
from entourage.kernel.tables import Creator
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import birthday, people, schemas
from entourage.viewers.tables import Card, Viewer


async def upcoming(session: CreatorSession, days: int = 7, limit: int = 200) -> list[schemas.BirthdayRow]:
    """Return viewers whose birthday is within `days` days by the creator's calendar, the nearest first."""
    zone = await session.scalar(select(Creator.zone).where(Creator.id == session.creator)) or "UTC"
    today = clock.now().astimezone(ZoneInfo(zone)).date()
    near = among(Card.birthday_mmdd, birthday.coming_days(today, days), session.dialect)
    statement = (
        select(Card.birthday, *people.COLUMNS).join(Viewer, Viewer.id == Card.viewer_id).where(Card.creator_id == session.creator, near)
    )
    rows = []
    for born, *fields in await session.execute(statement):
        who = people.Who(*fields)
        left = birthday.days_until(born, today)
        on = birthday.falls_on(born, today.year if birthday.falls_on(born, today.year) >= today else today.year + 1)
        row = people.row(who, online=False)
        rows.append(schemas.BirthdayRow(row, born, left, birthday.age(born, on)))
    rows.sort(key=lambda r: (r.days_until, r.viewer.display_name))
    return rows[:limit]
