"""An evening: the newest stream, and what goes on beside it on other platforms, for whoever is live on several at once."""

from collections.abc import Sequence

from sqlalchemy import select

from entourage.kernel.tenancy import CreatorSession
from entourage.viewers.stream import STALE_MS
from entourage.viewers.tables import Stream

_PLATFORMS = 4
"""Streams of one evening, at most."""


async def streams(session: CreatorSession) -> list[Stream]:
    """Return the streams of the evening that goes on, or of the last one, the newest first; recordings are none."""
    return next(iter(await newest(session, 1)), [])


async def newest(session: CreatorSession, most: int) -> list[list[Stream]]:
    """Return the newest evenings, the newest first."""
    chosen = select(Stream).where(~Stream.recorded, Stream.creator_id == session.creator)
    chosen = chosen.order_by(Stream.started_ms.desc(), Stream.id.desc()).limit(most * _PLATFORMS)
    return gather((await session.scalars(chosen)).all())[:most]


def gather(newest_first: Sequence[Stream]) -> list[list[Stream]]:
    """Put streams together that went on when the newest of them began; nobody is live twice on one platform."""
    evenings, left = list[list[Stream]](), list(newest_first)
    while left:
        first, *rest = left
        beside = [one for one in rest if one.platform != first.platform and _over_ms(one) >= first.started_ms]
        evenings.append([first, *beside])
        left = [one for one in rest if one not in beside]
    return evenings


def _over_ms(one: Stream) -> int:
    return one.last_event_ms + STALE_MS if one.ended_ms is None else one.ended_ms
