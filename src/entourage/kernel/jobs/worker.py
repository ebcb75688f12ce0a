"""A worker: takes due jobs, runs their handlers side by side, and writes down how they ended.

One turn settles what has ended and takes what is due in one transaction, so that a busy worker commits once for
several jobs. What somebody waits for goes first, and how many may begin of what else `room` says. Between turns it sleeps
until a bell rings (a commit of this process, a handler that ended) or it is time to look again. Beside it a keeper renews
leases, takes over from workers that died, and prunes what is long done.
"""

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Self

import structlog
from sqlalchemy.exc import IntegrityError

from entourage.kernel import clock, log, metrics, tenancy
from entourage.kernel.db import Database
from entourage.kernel.jobs import claims, verdict
from entourage.kernel.jobs import room as rooms
from entourage.kernel.jobs.backoff import Backoff
from entourage.kernel.jobs.bell import Bell
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.jobs.keeper import Keeper
from entourage.kernel.jobs.registry import Registry
from entourage.kernel.jobs.room import Room
from entourage.kernel.jobs.rows import Claim
from entourage.kernel.jobs.verdict import Verdict
from entourage.kernel.tenancy import CreatorSession

_log = log.get(__name__)
_TROUBLE_S = 5.0
_LAST_WORD_S = 2.0
"""How long cancelled handlers may take to clean up when a worker stops."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How a worker goes about it: jobs at once, and seconds."""

    at_once: int = 4
    away: int = 24  # jobs beside these that only wait for somebody outside
    poll_s: float = 0.25  # how long a job that another process asked for may go unseen
    lease_s: float = 30.0  # how long after its death a worker's jobs are taken over
    grace_s: float = 10.0  # how long running jobs may go on after `stop`
    backoff: Backoff = field(default_factory=Backoff)
    keep_done_s: float = 7 * 86400.0
    keep_dead_s: float = 90 * 86400.0


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Who waits, and who waits for something urgent."""

    all: list[claims.Waiting] = field(default_factory=list)
    urgent: list[claims.Waiting] = field(default_factory=list)

    @classmethod
    async def find(cls, session: CreatorSession, urgent: frozenset[str]) -> Self:
        return cls(await claims.find_waiting(session), await claims.find_waiting(session, urgent) if urgent else [])

    def due(self, room: Room) -> bool:
        now = clock.now()
        among = (self.all if room.plain else []) + (self.urgent if room.urgent else [])
        return any(one.earliest <= now for one in among)


class Worker:
    """Runs jobs until it is stopped; any number of them may work on one database."""

    def __init__(
        self,
        db: Database,
        registry: Registry,
        pace: Pace | None = None,
        *,
        dice: Callable[[], float] = random.random,
        went_round: Callable[[], None] = lambda: None,
    ) -> None:
        """Prepare; nothing happens before `run`. `went_round` is called whenever the database was asked for what is due."""
        self._db = db
        self._registry = registry
        self._pace = pace or Pace()
        self._dice = dice
        self._went_round = went_round
        self._turns = claims.Turns()
        self._urgent_turns = claims.Turns()
        self._running: dict[Claim, asyncio.Task[None]] = {}
        self._away: set[Claim] = set()
        self._ended: list[Verdict] = []
        self._stopping = False
        self._bell: Bell | None = None
        self._keeper = Keeper(db, self._pace.lease_s, self._running, keep_done_s=self._pace.keep_done_s, keep_dead_s=self._pace.keep_dead_s)

    @property
    def running(self) -> int:
        """How many jobs run at this moment."""
        return len(self._running)

    def stop(self) -> None:
        """Take no more jobs; `run` returns when the running ones have ended, or were given back after the grace time."""
        self._stopping = True
        if self._bell is not None:
            self._bell.ring()

    async def run(self) -> None:
        """Work until `stop`. When cancelled instead, handlers are cancelled and their leases left to expire."""
        with Bell() as self._bell:
            keeper = asyncio.create_task(self._keeper.run(), name="jobs keeper")
            try:
                await self._work(self._bell)
                await self._wind_up(self._bell)
            finally:
                left = [keeper, *self._running.values()]
                for task in left:
                    task.cancel()
                await asyncio.gather(*left, return_exceptions=True)

    async def _work(self, bell: Bell) -> None:
        trouble = 0
        while not self._stopping:
            bell.clear()
            try:
                pause_s = await self._turn()
                trouble = 0
                self._went_round()
            except IntegrityError:
                pause_s = self._dice() * 0.01  # another worker won the lane: look again
            except Exception as error:
                trouble += 1
                pause_s = min(_TROUBLE_S, self._pace.poll_s * 2.0**trouble)
                _log.warning("jobs.trouble", error=repr(error), again_in_s=pause_s)
            await bell.wait(pause_s)

    async def _turn(self) -> float:
        """Settle, take, start; returns how long to sleep at most, in seconds."""
        urgent = self._registry.urgent
        room = rooms.look(self._pace.at_once, self._present(), urgent, self._registry.long)
        ended = tuple(self._ended)
        waiting = _Waiting()
        taken: list[Claim] = []
        if room.slots and not ended:
            async with tenancy.everywhere(self._db, "see whether jobs are due") as session:
                waiting = await _Waiting.find(session, urgent)
        if ended or waiting.due(room):
            async with tenancy.everywhere(self._db, "claim jobs", write=True) as session:
                await verdict.settle(session, ended)
                if ended and room.slots:
                    waiting = await _Waiting.find(session, urgent)
                taken = await self._take(session, waiting, room)
            del self._ended[: len(ended)]
        for claim in taken:
            self._running[claim] = asyncio.create_task(self._handle(claim), name=f"job {claim.kind} {claim.id}")
        return self._pause_s(waiting.all)

    def _present(self) -> list[str]:
        """Return the kinds of jobs that fill a place: all that run, but for those that only wait, up to a number."""
        here = [claim.kind for claim in self._running if claim not in self._away]
        return here + [claim.kind for claim in list(self._away)[self._pace.away :]]

    def _lend(self, claim: Claim, away: bool) -> None:  # noqa: FBT001 - as a context tells it
        if away:
            self._away.add(claim)
            if self._bell is not None:
                self._bell.ring()
        else:
            self._away.discard(claim)

    async def _take(self, session: CreatorSession, waiting: _Waiting, room: Room) -> list[Claim]:
        lease_s = self._pace.lease_s
        taken: list[Claim] = []
        if room.urgent:
            kinds = self._registry.urgent
            taken = await claims.take(session, self._urgent_turns, waiting.urgent, slots=room.urgent, lease_s=lease_s, kinds=kinds)
        if slots := min(room.plain, room.slots - len(taken)):
            first = min(slots, room.long)
            got = await claims.take(session, self._turns, waiting.all, slots=first, lease_s=lease_s) if first else []
            if len(got) == first < slots:  # the rest is for what is soon done
                without = self._registry.long
                got += await claims.take(session, self._turns, waiting.all, slots=slots - first, lease_s=lease_s, without=without)
            taken += got
        return taken

    def _pause_s(self, waiting: list[claims.Waiting]) -> float:
        now = clock.now()
        ahead = [(one.earliest - now).total_seconds() for one in waiting if one.earliest > now]
        return min([self._pace.poll_s, *ahead])

    async def _handle(self, claim: Claim) -> None:
        structlog.contextvars.bind_contextvars(job=claim.id, job_kind=claim.kind, creator=claim.creator_id)
        began = time.perf_counter()
        try:
            error = await self._try(claim)
        except asyncio.CancelledError:
            if not self._stopping:
                raise
            self._ended.append(verdict.give_back(claim))
        else:
            ended = verdict.judge(claim, error, self._pace.backoff, self._dice())
            if ended is not None:
                self._ended.append(ended)
            metrics.JOBS.add(claim.kind, ended.end if ended else "lost")
            metrics.JOB_SECONDS.see(time.perf_counter() - began, claim.kind)
        finally:
            del self._running[claim]
            if self._bell is not None:
                self._bell.ring()

    async def _try(self, claim: Claim) -> Exception | None:
        handler = self._registry.find(claim.kind)
        if handler is None:
            return verdict.UnknownKind(claim.kind)
        deadline = asyncio.timeout(handler.timeout_s)
        try:
            async with deadline:
                await handler.handle(JobContext(self._db, claim, partial(self._lend, claim)))
        except TimeoutError as error:
            return verdict.TookTooLong(handler.timeout_s) if deadline.expired() else error
        except Exception as error:
            return error
        return None

    async def _wind_up(self, bell: Bell) -> None:
        """Let running jobs end, give back what does not within the grace time, and write down how all ended."""
        loop = asyncio.get_running_loop()
        give_up = loop.time() + self._pace.grace_s
        while self._running and (left_s := give_up - loop.time()) > 0:
            bell.clear()
            await self._settle_last()
            await bell.wait(left_s if self._running else 0)
        if late := list(self._running.values()):
            _log.warning("jobs.given_back", jobs=len(late), grace_s=self._pace.grace_s)
            for task in late:
                task.cancel()
            await asyncio.wait(late, timeout=_LAST_WORD_S)
        await self._settle_last()

    async def _settle_last(self) -> None:
        ended = tuple(self._ended)
        if not ended:
            return
        try:
            async with tenancy.everywhere(self._db, "settle jobs", write=True) as session:
                await verdict.settle(session, ended)
            del self._ended[: len(ended)]
        except Exception as error:
            _log.warning("jobs.not_settled", jobs=len(ended), error=repr(error))
