"""Plays a script, or a recording, into a room of the fake TikTok: at any speed, which may change while it plays."""

import asyncio
import math
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Literal

from entourage.kernel.errors import Invalid
from entourage.simulators.tiktok import tape
from entourage.simulators.tiktok.listener import Listener
from entourage.simulators.tiktok.messages import Message
from entourage.simulators.tiktok.room import Room
from entourage.simulators.tiktok.script import Again, Beat, Cut, Hush, Over, Say, Wake

AS_FAST_AS_IT_GOES = math.inf

_FRAME = 20
"""At most so many messages share a frame."""
_UNACKED = 48
_PATIENCE_S = 10.0
_TICK_S = 0.05

State = Literal["ready", "waiting", "playing", "held", "done"]


class Player:
    """Plays beats into a room; `room.now_ms` then tells the stream's own time, which runs `speed` times as fast.

    A patient player (the default) stops the stream's time while nobody listens and while a listener is far behind with
    its acknowledgements, so that a listener that comes back after every break can hear everything. An impatient one
    plays on, as life does. `silence_s` says how long a silence lasts for real, whatever the speed.
    """

    def __init__(
        self,
        room: Room,
        beats: Iterable[Beat],
        *,
        speed: float = 1.0,
        patient: bool = True,
        silence_s: float | None = None,
    ) -> None:
        """Prepare to play; nothing happens before `run`."""
        self.room = room
        self.state: State = "ready"
        self.patient = patient
        self.silence_s = silence_s
        self._beats = beats
        self._speed = _checked(speed)
        self._held = False
        self._changed = asyncio.Event()
        self._base_ms = 0.0
        self._since: float | None = None
        self._hushed: tuple[float, list[Listener]] | None = None

    @property
    def speed(self) -> float:
        """How many seconds of the stream pass in one of ours."""
        return self._speed

    @speed.setter
    def speed(self, value: float) -> None:
        self._settle()
        self._speed = _checked(value)
        self._changed.set()

    @property
    def position_ms(self) -> int:
        """How far the stream has come, in milliseconds since its start."""
        if self._since is None or math.isinf(self._speed):
            return int(self._base_ms)
        return int(self._base_ms + (time.monotonic() - self._since) * 1000 * self._speed)

    def now_ms(self) -> int:
        """Tell the stream's own time in milliseconds since 1970."""
        return self.room.broadcast.start_ms + self.position_ms

    def hold(self, *, held: bool = True) -> None:
        """Stop the stream's time, or let it go on; what buttons send still goes out."""
        self._held = held
        self._changed.set()

    async def run(self) -> None:
        """Play to the end."""
        self.room.now_ms = self.now_ms
        said: list[Say] = []
        for beat in self._beats:
            if said and (len(said) == _FRAME or not isinstance(beat.what, Say) or self._ahead_s(beat.at_ms) > 0):
                await self._say(said)
                said = []
            await self._until(beat.at_ms)
            if isinstance(beat.what, Say):
                said.append(beat.what)
            else:
                await self._do(beat.what)
        if said:
            await self._say(said)
        self._settle(running=False)
        self.state = "done"

    async def _say(self, said: list[Say]) -> None:
        await self.listened()
        await self.room.publish([self._write(one) for one in said])

    def _write(self, say: Say) -> Message:
        self.room.note(say.act)
        return tape.write(say, self.room.broadcast)

    async def _do(self, what: Again | Hush | Wake | Cut | Over | Say) -> None:
        room = self.room
        match what:
            case Again(number):
                await self.listened()
                await room.repeat(number)
            case Hush():
                await self.listened(unacked=0)
                self._hushed = (time.monotonic(), room.go_silent())
            case Wake():
                await self._wake()
            case Cut(flying, lost):
                await self.listened(unacked=0)
                for one in flying:
                    await room.publish([self._write(one)])
                room.lose([self._write(one) for one in lost])
                room.drop()
            case Over():
                await self.listened(unacked=0)
                room.state = "ended"
                await room.close(1000)
            case _:
                pass

    async def _wake(self) -> None:
        if self._hushed is None:
            return
        since, cut = self._hushed
        if self.silence_s is not None:
            await asyncio.sleep(max(0.0, since + self.silence_s - time.monotonic()))
        self._hushed = None
        self.room.drop([one for one in self.room.listeners if one in cut])

    async def _until(self, at_ms: int) -> None:
        """Let the stream's time come to `at_ms`."""
        while True:
            if self._held:
                self._settle(running=False)
                self.state = "held"
                self._changed.clear()
                await self._changed.wait()
                continue
            if self._since is None:
                self._settle(running=True)
            self.state = "playing"
            ahead_s = self._ahead_s(at_ms)
            if ahead_s <= 0:
                if math.isinf(self._speed):
                    self._base_ms = max(self._base_ms, at_ms)
                return
            self._changed.clear()
            await _first(self._changed, max(ahead_s, _TICK_S))

    def _ahead_s(self, at_ms: int) -> float:
        """Say in how many of our seconds a moment of the stream comes."""
        return (at_ms - self.position_ms) / 1000 / self._speed

    async def listened(self, unacked: int = _UNACKED) -> None:
        """Wait, if patient, until somebody hears and has acknowledged all but `unacked` frames.

        In a silence and after the end nobody is waited for.
        """
        await asyncio.sleep(0)
        if self._hushed is not None or self.room.state == "ended":
            return
        room, waited_since = self.room, time.monotonic()
        while self._waits(unacked):
            if room.hearing and time.monotonic() - waited_since > _PATIENCE_S:
                return
            self._settle(running=False)
            self.state = "waiting"
            room.stirred.clear()
            await _first(room.stirred, 1.0)
            if not room.hearing:
                waited_since = time.monotonic()
        if self._since is None:
            self._settle(running=True)

    def _waits(self, unacked: int) -> bool:
        return self.patient and (not self.room.hearing or self.room.unacked > unacked)

    def _settle(self, *, running: bool | None = None) -> None:
        """Take stock of the position, and let time run or stand from here on."""
        self._base_ms = float(self.position_ms)
        going = self._since is not None if running is None else running
        self._since = time.monotonic() if going else None


async def play_recording(room: Room, path: Path, *, patient: bool = True) -> int:
    """Send a recording's payloads, byte for byte, as fast as they are taken; returns how many.

    The rooms and times inside the payloads stay what they were.
    """
    player = Player(room, (), patient=patient)
    sent = 0
    for some in _by(tape.read(path), _FRAME):
        await player.listened()
        await room.publish(some)
        sent += len(some)
    await player.listened(unacked=0)
    return sent


def _by(many: Iterator[Message], size: int) -> Iterator[list[Message]]:
    while some := list(islice(many, size)):
        yield some


def _checked(speed: float) -> float:
    if math.isnan(speed) or speed <= 0:
        msg = "the speed must be more than 0"
        raise Invalid(msg)
    return speed


async def _first(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, at most so long."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass
