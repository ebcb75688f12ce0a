"""How each part of the house is doing, in words: its database, that database's shape, and whose work goes round."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import msgspec

from entourage import migrations
from entourage.kernel import clock, hearings, pulse
from entourage.kernel.errors import EntourageError, Unavailable
from entourage.kernel.http import Database

_PATIENCE_S: Final = 5.0
_COMMANDS: Final = {"listen": "entourage listen", "work": "entourage worker"}
_TWITCH: Final = "twitch"
_TOLD: Final = {"on": "on", "waiting": "waiting", "missing": "not allowed", "refused": "refused", "ended": "ended"}
_DOES: Final = {"web": "The web", "listen": "Listening", "work": "Working off jobs"}


class Part(msgspec.Struct):
    """A part of the house, whether it is well, and a sentence about it."""

    name: str
    ok: bool
    says: str
    degraded: bool = False
    """Something outside the house fails: it is said and tried again, and nobody need restart anything for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """Looks at the parts; `redis` raises when Redis does not answer, and is None in a house without one."""

    db: Database
    pulse: pulse.Pulse
    redis: Callable[[], Awaitable[object]] | None = None

    async def own(self) -> list[Part]:
        """Look at what this process needs to do its work."""
        database = await self.database()
        return [database, await self.shape(), *self.rounds()] if database.ok else [database]

    async def whole(self) -> list[Part]:
        """Look at everything, also at what other processes do."""
        database = await self.database()
        if not database.ok:
            return [database]
        parts = [database, await self.shape(), *await self.crew(), *await self.lines()]
        return parts if self.redis is None else [*parts, await self.updates()]

    async def database(self) -> Part:
        """Ask the database for one round trip."""
        began = time.perf_counter()
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await self.db.check()
        except TimeoutError:
            return Part("database", ok=False, says=f"The database does not answer within {_PATIENCE_S:g} s.")
        except Unavailable as error:
            return Part("database", ok=False, says=error.message)
        took_ms = (time.perf_counter() - began) * 1000
        return Part("database", ok=True, says=f"{self.db.dialect} answers in {took_ms:.1f} ms.")

    async def shape(self) -> Part:
        """Compare the database's shape with the one this program was written for."""
        try:
            async with asyncio.timeout(_PATIENCE_S):
                found, wanted = await migrations.shape_of(self.db), migrations.newest()
        except Exception as error:
            return Part("migrations", ok=False, says=f"The shape of the database cannot be read ({type(error).__name__}).")
        if found == wanted:
            return Part("migrations", ok=True, says=f"The database has the newest shape ({found}).")
        if found is None or migrations.knows(found):
            says = f"The database has the shape {found or 'of nothing'}, not {wanted}: run `entourage migrate`."
            return Part("migrations", ok=False, says=says)
        # Whoever still answers while its successor starts must go on answering.
        return Part("migrations", ok=True, says=f"A newer version has changed the database ({found}): update this process.")

    def rounds(self) -> list[Part]:
        """Look at the work of this very process."""
        return [_own(role, silent_s, ever=ever) for role, (silent_s, ever) in sorted(self.pulse.silences().items())]

    async def crew(self) -> list[Part]:
        """Look at the newest signs of life of whoever listens and works, here or elsewhere."""
        try:
            async with asyncio.timeout(_PATIENCE_S):
                signs = await pulse.newest(self.db)
        except Exception as error:
            return [Part("processes", ok=False, says=f"Signs of life cannot be read ({type(error).__name__}).")]
        return [_theirs(role, signs.get(role)) for role in _COMMANDS]

    async def tallies(self) -> list[hearings.Tally]:
        """Count for each connection to Twitch what it is told; raises what the database raises."""
        async with asyncio.timeout(_PATIENCE_S):
            return await hearings.tally(self.db, _TWITCH)

    async def lines(self) -> list[Part]:
        """Look whether Twitch is heard; nothing in a house that is not connected there."""
        try:
            found = await self.tallies()
        except Exception as error:
            return [Part(_TWITCH, ok=False, says=f"How Twitch is heard cannot be read ({type(error).__name__}).")]
        return [_heard(found)] if found else []

    async def updates(self) -> Part:
        """Ask Redis, which carries updates between processes, whether it is there."""
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await (self.redis() if self.redis else asyncio.sleep(0))
        except Exception as error:
            says = f"Redis does not answer ({type(error).__name__}): screens hear only what their own process says."
            return Part("redis", ok=False, says=says)
        return Part("redis", ok=True, says="Redis answers.")


def ill(parts: list[Part]) -> dict[str, str]:
    """Return the sentences of the parts that are not well, by their names."""
    return {part.name: part.says for part in parts if not part.ok}


def require(parts: list[Part], *, tell: bool) -> None:
    """Raise Unavailable when a part is not well; which one is said only when `tell` says so."""
    if found := ill(parts):
        raise NotWell(found if tell else {})


class NotWell(Unavailable):
    """Something of the house is not well."""

    def __init__(self, found: dict[str, str]) -> None:
        """Keep the sentences of what is not well."""
        EntourageError.__init__(self, "Not ok.", details=found)


def age(seconds: float) -> str:
    """Say how long ago something was, in words."""
    for most, unit, name in ((120, 1, "s"), (7200, 60, "min"), (172_800, 3600, "h")):
        if seconds < most:
            return f"{max(0, round(seconds / unit))} {name} ago"
    return f"{round(seconds / 86_400)} days ago"


def _heard(found: list[hearings.Tally]) -> Part:
    states = Counter[str]()
    for one in found:
        states.update(one.kinds)
    lost = sum(one.line == "down" for one in found)
    many = "one channel" if len(found) == 1 else f"{len(found)} channels"
    counts = ", ".join(f"{states[state]} {words}" for state, words in _TOLD.items() if states[state]) or "none"
    line = f" The line is lost for {lost} of them and tried again by itself." if lost else ""
    return Part(_TWITCH, ok=True, says=f"Twitch: {many}; subscriptions: {counts}.{line}", degraded=lost > 0)


def _own(role: str, silent_s: float, *, ever: bool) -> Part:
    if not ever:
        return Part(role, ok=False, says=f"{_DOES[role]} is starting.")
    return Part(role, ok=silent_s < pulse.LATE_S, says=f"{_DOES[role]} went round {age(silent_s)}.")


def _theirs(role: str, sign: pulse.Sign | None) -> Part:
    if sign is None:
        return Part(role, ok=False, says=f"{_DOES[role]}: no process has given a sign of life. Start `{_COMMANDS[role]}`.")
    silent_s = (clock.wall() - sign.at).total_seconds()
    if silent_s >= pulse.LATE_S:
        return Part(
            role, ok=False, says=f"{_DOES[role]}: the last sign of life came {age(silent_s)}. Look at `{_COMMANDS[role]}` and its log."
        )
    many = "one process" if sign.processes == 1 else f"{sign.processes} processes"
    return Part(role, ok=True, says=f"{_DOES[role]}: {many}, the last sign of life came {age(silent_s)}.")
