"""What a worker does beside its jobs: renews leases, takes over from the dead, and throws away what is long done."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from entourage.kernel import clock, log, tenancy
from entourage.kernel.db import Database
from entourage.kernel.jobs import outcome, queue
from entourage.kernel.jobs.rows import Claim

_log = log.get(__name__)
_PRUNE_EVERY_S = 300.0
_PRUNE_AT_ONCE = 1000
_SOON_S = 1.0


class Keeper:
    """Looks after one worker's running jobs, and after everybody's abandoned and finished ones."""

    def __init__(
        self, db: Database, lease_s: float, running: Mapping[Claim, asyncio.Task[Any]], *, keep_done_s: float, keep_dead_s: float
    ) -> None:
        """Watch `running`, which the worker keeps up to date."""
        self._db = db
        self._lease_s = lease_s
        self._running = running
        self._keep_done = timedelta(seconds=keep_done_s)
        self._keep_dead = timedelta(seconds=keep_dead_s)

    async def run(self) -> None:
        """Go round for ever, three times within a lease."""
        prune_at = 0.0
        while True:
            pause_s = self._lease_s / 3
            try:
                await self.renew()
                await self.recover()
                if asyncio.get_running_loop().time() >= prune_at:
                    await self.prune()
                    prune_at = asyncio.get_running_loop().time() + _PRUNE_EVERY_S
            except Exception as error:
                _log.warning("jobs.keeper_trouble", error=repr(error))
                pause_s = min(pause_s, _SOON_S)
            await asyncio.sleep(pause_s)

    async def renew(self) -> None:
        """Extend the leases of running jobs, and stop the handlers of those that another worker has taken over."""
        held = dict(self._running)
        if not held:
            return
        async with tenancy.everywhere(self._db, "renew leases of jobs", write=True) as session:
            kept = await outcome.renew(session, held, lease_s=self._lease_s)
        for claim, task in held.items():
            if claim not in kept and claim in self._running:
                _log.warning("job.lost", id=claim.id, kind=claim.kind, attempt=claim.attempt)
                task.cancel()

    async def recover(self) -> int:
        """Take jobs over from workers that have not renewed their leases; returns how many."""
        async with tenancy.everywhere(self._db, "look for abandoned jobs") as session:
            expired = await outcome.find_expired(session)
        recovered = 0
        for claim in expired:
            async with tenancy.everywhere(self._db, "recover an abandoned job", write=True) as session:
                recovered += await outcome.recover(session, claim)
        if recovered:
            _log.warning("jobs.recovered", jobs=recovered)
        return recovered

    async def prune(self) -> int:
        """Delete what is long done, a little at a time so that nobody waits; returns how many rows went."""
        gone, more = 0, True
        while more:
            now = clock.now()
            async with tenancy.everywhere(self._db, "prune old jobs", write=True) as session:
                went = await queue.prune(
                    session, done_before=now - self._keep_done, dead_before=now - self._keep_dead, limit=_PRUNE_AT_ONCE
                )
            gone += went
            more = went == _PRUNE_AT_ONCE
            await asyncio.sleep(0)
        return gone
