"""Where deliveries of all creators are handed in: those that come while one commit goes on share the next one."""

import asyncio
from collections.abc import Sequence
from contextvars import Context
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from entourage.kernel import deliveries, log, metrics, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import Unavailable
from entourage.kernel.jobs import bell
from entourage.kernel.parcel import Parcel

_MOST = 500
_BAD = (DataError, IntegrityError)
_AWAY = "What came could not be stored: the database does not answer. Send it again."
_log = log.get(__name__)


@dataclass(slots=True)
class _Waiting:
    parcel: Parcel
    done: asyncio.Future[int | None]


@dataclass
class Desk:
    """Stores parcels of all creators, as many in one transaction as have come."""

    db: Database
    _waiting: list[_Waiting] = field(default_factory=list, init=False)
    _clerk: asyncio.Task[None] | None = field(default=None, init=False)

    async def take(self, parcel: Parcel) -> int | None:
        """Store one; durable on return. Returns its id, or None when it was known; raises Unavailable without a database."""
        return (await self.take_all([parcel]))[0]

    async def take_all(self, parcels: Sequence[Parcel]) -> list[int | None]:
        """Store several in order, like `take`."""
        loop = asyncio.get_running_loop()
        mine = [_Waiting(parcel, loop.create_future()) for parcel in parcels]
        self._waiting += mine
        if self._clerk is None or self._clerk.done():
            # In a context of its own: it works for others too, and must not log in the name of whoever came first.
            self._clerk = loop.create_task(self._work(), name="deliveries", context=Context())
        return await asyncio.gather(*(one.done for one in mine))

    async def close(self) -> None:
        """Store what is here, then stop."""
        if self._clerk is not None:
            await asyncio.wait([self._clerk])

    async def _work(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
            await self._store(batch)

    async def _store(self, batch: Sequence[_Waiting]) -> None:
        try:
            ids = await _store(self.db, [one.parcel for one in batch])
        except Exception as error:
            away = isinstance(error, SQLAlchemyError | OSError) and not isinstance(error, _BAD)
            _log.warning("deliveries.not_stored", parcels=len(batch), away=away, error=type(error).__name__)
            if away or len(batch) == 1:
                _answer(batch, [Unavailable(_AWAY) if away else error] * len(batch))
                return
            for one in batch:  # one of them is bad: the others are kept
                await self._store([one])
        else:
            bell.ring_all()
            for one, made in zip(batch, ids, strict=True):
                metrics.DELIVERIES.add(one.parcel.source, "known" if made is None else "new")
            _answer(batch, ids)


def _answer(batch: Sequence[_Waiting], answers: Sequence[int | None | Exception]) -> None:
    for one, answer in zip(batch, answers, strict=True):
        if one.done.done():
            continue
        if isinstance(answer, Exception):
            one.done.set_exception(answer)
        else:
            one.done.set_result(answer)


async def _store(db: Database, parcels: Sequence[Parcel]) -> list[int | None]:
    """Store parcels in one transaction; returns the id of each, None for those that were known or stand twice."""
    by_creator: dict[int, dict[tuple[str, str], Parcel]] = {}
    for parcel in parcels:
        by_creator.setdefault(parcel.creator_id, {}).setdefault((parcel.source, parcel.message_id), parcel)
    works = {
        creator_id: partial(deliveries.take_in_batch, creator_id=creator_id, parcels=list(by_creator[creator_id].values()))
        for creator_id in sorted(by_creator)
    }
    made = await tenancy.batch_of_each(db, works)
    # Each id is given out once: of two with the same name the second one was known.
    return [made[parcel.creator_id].pop((parcel.source, parcel.message_id), None) for parcel in parcels]
