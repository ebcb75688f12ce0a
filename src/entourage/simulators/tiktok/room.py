"""One broadcast and the sockets that listen to it: what was said, who heard it, and how the line breaks."""

import asyncio
import secrets
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import count, islice
from typing import Literal

from entourage.kernel import clock
from entourage.simulators.tiktok import acts, frames, messages
from entourage.simulators.tiktok.counts import Counts
from entourage.simulators.tiktok.listener import Listener
from entourage.simulators.tiktok.messages import Broadcast, Message

_REMEMBERED = 4096

State = Literal["live", "paused", "ended"]


class Room:
    """A live room. `clock` tells its time in milliseconds since 1970, which a player may run faster than ours."""

    def __init__(self, broadcast: Broadcast, counts: Counts, *, history: int = 60, now_ms: Callable[[], int] = clock.now_ms) -> None:
        """Open the room; `history` is how many messages a listener is told again when it connects."""
        self.broadcast = broadcast
        self.counts = counts
        self.history = history
        self.now_ms = now_ms
        self.state: State = "live"
        self.watching = self.visitors = self.likes = self.published = 0
        self.listeners: set[Listener] = set()
        self.stirred = asyncio.Event()
        self._recent: deque[Message] = deque(maxlen=_REMEMBERED)
        self._by_hand = count()
        self._log_ids = count(messages.snowflake(broadcast.start_ms, 0))

    @property
    def hearing(self) -> list[Listener]:
        """Who has entered and has not been cut off silently."""
        return [one for one in self.listeners if one.entered and not one.silent]

    @property
    def unacked(self) -> int:
        """How many frames the slowest listener still owes an acknowledgement for."""
        return max((len(one.unacked) for one in self.hearing), default=0)

    def write(self, act: acts.Act, *, at_ms: int | None = None, serial: int | None = None) -> Message:
        """Write an act as a message of this room, now and under a new id unless said otherwise."""
        when = self.now_ms() if at_ms is None else at_ms
        number = messages.by_hand(next(self._by_hand)) if serial is None else serial
        self.note(act)
        if isinstance(act, acts.Like) and not act.total:
            act = replace(act, total=self.likes)
        return messages.write(act, self.broadcast, at_ms=when, serial=number)

    def note(self, act: acts.Act) -> None:
        """Keep what the room shows about itself in step with what happens in it."""
        match act:
            case acts.Control.PAUSED:
                self.state = "paused"
            case acts.Control.RESUMED:
                self.state = "live"
            case acts.Control():
                self.state = "ended"
            case acts.Watching(now, total):
                self.watching, self.visitors = now, total
            case acts.Like(_, taps, total):
                self.likes = max(self.likes + taps, total)
            case _:
                pass

    async def send(self, *what: acts.Act) -> list[Message]:
        """Let acts happen now and send them in one frame."""
        made = [self.write(act) for act in what]
        await self.publish(made)
        return made

    async def publish(self, made: Sequence[Message]) -> None:
        """Remember messages and send them in one frame to everybody who hears."""
        self.lose(made)
        await self.deliver(made)

    def lose(self, made: Sequence[Message]) -> None:
        """Remember messages that happened but whose frame never reaches anybody."""
        self._recent.extend(made)
        self.published += len(made)

    async def deliver(self, made: Sequence[Message]) -> None:
        """Send a frame without remembering it: repeats, and messages that are broken on purpose."""
        await self._send_to(self.hearing, made)

    async def repeat(self, number: int) -> int:
        """Send the last `number` messages again under their old ids; returns how many there were."""
        again = self.recent(number)
        if again:
            await self.deliver(again)
        return len(again)

    def recent(self, number: int) -> list[Message]:
        """Return the last `number` messages, oldest first."""
        return list(islice(self._recent, max(0, len(self._recent) - number), None))

    async def enter(self, listener: Listener) -> None:
        """Let a listener in; what happened since its signature is sent at once."""
        listener.entered = True
        missed = self.recent(self.published - listener.after)
        self.stir()
        if missed:
            await self._send_to([listener], missed)

    def stir(self) -> None:
        """Wake whoever waits for listeners to come, go or acknowledge."""
        self.stirred.set()

    def go_silent(self) -> list[Listener]:
        """Cut everybody who hears off without a word: the sockets stay open and nothing comes out of them."""
        cut = self.hearing
        for one in cut:
            one.silent = True
        self.stir()
        return cut

    def drop(self, which: Iterable[Listener] | None = None) -> int:
        """Break connections (all, or these) without a goodbye; returns how many."""
        gone = list(self.listeners if which is None else which)
        for one in gone:
            one.abort()
        return len(gone)

    async def close(self, code: int = 1000, reason: str = "") -> int:
        """Close all connections in order, with a websocket close code; returns how many."""
        gone = list(self.listeners)
        await asyncio.gather(*(one.close(code, reason) for one in gone))
        return len(gone)

    async def end(self, *, suspended: bool = False) -> None:
        """Say that the stream is over; sockets stay open until `close`."""
        await self.send(acts.Control.SUSPENDED if suspended else acts.Control.ENDED)

    async def send_garbage(self, size: int = 64) -> None:
        """Send bytes that are no frame at all."""
        await asyncio.gather(*(one.send(b"\xff" * 4 + secrets.token_bytes(size)) for one in self.hearing))

    async def send_undecodable(self, method: str = "WebcastChatMessage") -> None:
        """Send a sound frame with a message whose payload cannot be decoded."""
        broken = Message(method, b"\x0a\xff\xff\xff\xff\x7fbroken", messages.snowflake(self.now_ms(), 0))
        await self.deliver([broken])

    async def send_unknown(self, method: str = "WebcastNobodyKnowsMessage") -> Message:
        """Send a message of a type that nobody has heard of."""
        return (await self.send(acts.Odd(method)))[0]

    async def _send_to(self, listeners: Sequence[Listener], made: Sequence[Message]) -> None:
        if not listeners:
            return
        plain = frames.batch(made, cursor=f"r-{self.published}_d-1_u-1", now_ms=self.now_ms())
        gzipped = frames.squeeze(plain) if any(one.compressed for one in listeners) else b""
        log_id = next(self._log_ids)
        for one in listeners:
            one.unacked.add(log_id)
        self.counts.frames += len(listeners)
        self.counts.messages += len(made) * len(listeners)
        await asyncio.gather(*(one.push(gzipped if one.compressed else plain, log_id) for one in listeners))
