"""Signs of life: each process writes down when its work last went round, so that every other can say who is at work.

A sign is not that a process runs but that its work does: the listener and the worker say `went_round` only after they
have asked the database and done what was due. A process that ends in order takes its signs with it.
"""

import asyncio
import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Table, delete, func, select

from entourage.kernel import clock, ids, log, tenancy
from entourage.kernel.db import Database
from entourage.kernel.rows import insert_into
from entourage.kernel.tables import Heartbeat

BEAT_S: Final = 15.0
LATE_S: Final = 60.0
"""Work that has not gone round for so long is not well."""

_FIRST_S: Final = 0.5
_FORGOTTEN: Final = timedelta(days=1)
_LAST_WORD_S: Final = 2.0
_log = log.get(__name__)
_beats: Table = Heartbeat.__table__  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Sign:
    """The newest sign of a role (web, listen, work) from any process, and how many processes have given one lately."""

    role: str
    at: datetime
    processes: int


class Pulse:
    """The signs of life of one process."""

    def __init__(self, db: Database, version: str, *, beat_s: float = BEAT_S, seconds: Callable[[], float] = time.monotonic) -> None:
        """Prepare; nothing is written before `run`, and nothing but for roles that were begun."""
        self._db = db
        self._version = version[:32]
        self._beat_s = beat_s
        self._seconds = seconds
        self._process = f"{socket.gethostname()[:70]}:{os.getpid()}:{ids.token(4)}"
        self._begun: dict[str, float] = {}
        self._rounds: dict[str, float] = {}
        self._written = False

    def begin(self, role: str) -> None:
        """Note that this process does this work from now on."""
        self._begun.setdefault(role, self._seconds())

    def went_round(self, role: str) -> None:
        """Note that the work went round once, whole."""
        self._rounds[role] = self._seconds()

    def silences(self) -> dict[str, tuple[float, bool]]:
        """Return for each role that was begun here how many seconds it has been silent, and whether it ever went round."""
        now = self._seconds()
        return {role: (now - self._rounds.get(role, began), role in self._rounds) for role, began in self._begun.items()}

    async def run(self) -> None:
        """Write signs until cancelled; while the database is away they are only known here."""
        while True:
            if "web" in self._begun:
                self.went_round("web")
            try:
                await self.write()
                pause_s = self._beat_s if self._begun.keys() <= self._rounds.keys() else _FIRST_S
            except Exception as error:
                _log.warning("pulse.not_written", error=type(error).__name__)
                pause_s = self._beat_s
            await asyncio.sleep(pause_s)

    async def write(self) -> None:
        """Write down when each role last went round, and forget processes that fell silent long ago."""
        now, here = clock.wall(), self._seconds()
        rows = [
            {"process": self._process, "role": role, "at": now - timedelta(seconds=here - at), "version": self._version}
            for role, at in self._rounds.items()
            if role in self._begun
        ]
        if not rows:
            return
        insert = insert_into(_beats, self._db.dialect)
        upsert = insert.on_conflict_do_update(index_elements=["process", "role"], set_={"at": insert.excluded.at})
        async with tenancy.everywhere(self._db, "give a sign of life", write=True) as session:
            await session.execute(upsert, rows)
            await session.execute(delete(_beats).where(_beats.c.at < now - _FORGOTTEN))
        self._written = True

    async def stop(self) -> None:
        """Take this process's signs away, so that nobody misses it; a database that is away is not waited for."""
        if not self._written:
            return
        try:
            async with asyncio.timeout(_LAST_WORD_S), tenancy.everywhere(self._db, "say goodbye", write=True) as session:
                await session.execute(delete(_beats).where(_beats.c.process == self._process))
        except Exception as error:
            _log.warning("pulse.not_taken_back", error=type(error).__name__)


async def newest(db: Database) -> dict[str, Sign]:
    """Return the newest sign of each role, from all processes of the house."""
    lately = clock.wall() - timedelta(seconds=LATE_S)
    statement = select(_beats.c.role, func.max(_beats.c.at), func.count().filter(_beats.c.at >= lately)).group_by(_beats.c.role)
    async with tenancy.everywhere(db, "look for signs of life") as session:
        return {row[0]: Sign(row[0], row[1], row[2]) for row in await session.execute(statement)}
