"""A question to the list of viewers, taken apart: what its filter, its words and its conditions ask of each row."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, exists, select

from entourage.kernel import clock
from entourage.kernel.accounts import creators
from entourage.kernel.rows import among
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import birthday, night, schemas, search, ways
from entourage.viewers.conditions import DAY_MS, Part, head, of
from entourage.viewers.people import VIEWERS
from entourage.viewers.segment import Condition
from entourage.viewers.tables import Card, Visit

ACTIVE_DAYS = 30
"""Whoever was seen within this time is active."""
ACTIVE_MS = ACTIVE_DAYS * DAY_MS
BIRTHDAY_DAYS = 7
_SAME = {"vip": Condition("tier", "any"), "favorites": Condition("favorite", "is", value=True)}


async def parts(
    session: CreatorSession,
    filter_: schemas.Filter = "all",
    words: search.Words | None = None,
    conditions: Sequence[Condition] = (),
    *,
    now_ms: int,
    tiered: int | None = None,
) -> list[Part]:
    """Take a question apart; no parts but the head mean that everybody is asked for."""
    creator_id = session.creator
    asked = [head(), *(of(condition, creator_id, now_ms, tiered) for condition in conditions)]
    if same := _SAME.get(filter_):
        asked.append(of(same, creator_id, now_ms, tiered))
    elif filter_ == "active":
        asked.append(of(Condition("last_seen_days", "at_most", ACTIVE_DAYS), creator_id, now_ms))
    elif filter_ == "birthdays":
        asked.append(await _birthdays(session, now_ms))
    elif filter_ == "new":
        asked.append(await _new(session))
    if words:
        asked.append(_words(words, creator_id, session.dialect))
    return asked


def chosen(viewer_ids: Sequence[int], dialect: str) -> Part:
    """Ask for these viewers."""
    condition = among(VIEWERS.id, viewer_ids, dialect)
    return Part((), lambda viewer: among(viewer.id, viewer_ids, dialect), ways.Way(select(VIEWERS.id).where(condition).limit), width=0)


def _words(words: search.Words, creator_id: int, dialect: str) -> Part:
    if words.long:
        way = ways.Way(partial(search.hits, words, creator_id, dialect), sure=not words.beside)
    else:
        [begins] = search.checks(search.Words((), words.short), VIEWERS, dialect)
        way = ways.by_index(begins, creator_id)
    return Part((VIEWERS.search_text,), lambda viewer: and_(*search.checks(words, viewer, dialect)), way, width=3)


async def _birthdays(session: CreatorSession, now_ms: int) -> Part:
    """Ask whose birthday is today or within a week, by the creator's calendar."""
    zone = await creators.zone_of(session)
    today = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(ZoneInfo(zone)).date()
    near = (Card.creator_id == session.creator, among(Card.birthday_mmdd, birthday.coming_days(today, BIRTHDAY_DAYS), session.dialect))
    way = ways.Way(select(Card.viewer_id.label("id")).where(*near).limit)
    return Part((), lambda viewer: exists().where(*near, Card.viewer_id == viewer.id), way, width=1)


async def _new(session: CreatorSession) -> Part:
    """Ask who was seen for the first time this evening: in the streams that are on, or in the last one."""
    evening = await _evening(session)
    since_ms = min((begun for _, begun, _ in evening), default=clock.now_ms())
    mine = (Visit.creator_id == session.creator, among(Visit.stream_id, [stream_id for stream_id, _, _ in evening], session.dialect))

    def written(viewer: Any) -> ColumnElement[bool]:  # noqa: ANN401
        return and_(viewer.first_seen_ms >= since_ms, exists().where(*mine, Visit.viewer_id == viewer.id))

    came = sum(viewers for _, _, viewers in evening)
    way = ways.Way(select(Visit.viewer_id.label("id")).where(*mine).limit, came)
    return Part((VIEWERS.first_seen_ms,), written, way, width=1)


async def _evening(session: CreatorSession) -> list[tuple[int, int, int]]:
    """Return the streams of this evening: id, beginning and how many came to each."""
    return [(one.id, one.started_ms, one.viewers) for one in await night.streams(session)]
