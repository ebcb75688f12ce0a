"""What the panel's buttons do: one creator of a fake TikTok, their room, their evening, and what goes wrong."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any, get_args

from entourage.kernel import log
from entourage.kernel.errors import Conflict
from entourage.simulators.tiktok import acts
from entourage.simulators.tiktok.evening import Evening
from entourage.simulators.tiktok.fake import FakeTikTok
from entourage.simulators.tiktok.faults import Door
from entourage.simulators.tiktok.frontrow import FrontRow, Press, RoomActs
from entourage.simulators.tiktok.player import Player
from entourage.simulators.tiktok.room import Room

_log = log.get(__name__)

_DRAIN_S = 5.0


class Stage:
    """One creator on a fake TikTok, with a front row of people who do what the buttons say.

    The front row is that of an evening with the same seed, so that they are old acquaintances.
    """

    def __init__(self, tiktok: FakeTikTok, handle: str, *, name: str | None = None, seed: int = 42) -> None:
        """Put a creator on stage who is not live yet."""
        self.tiktok = tiktok
        self.host = tiktok.add_host(handle, name)
        self.speed = 1.0
        self.player: Player | None = None
        self._people = FrontRow(seed)
        self._tasks: set[asyncio.Task[None]] = set()
        self._playing: asyncio.Task[None] | None = None

    @property
    def room(self) -> Room | None:
        """The room in which the creator is live."""
        return self.tiktok.room_of(self.host.handle)

    def play(self, evening: Evening, *, speed: float = 1.0, start_at_ms: int | None = None) -> Room:
        """Go live and play an evening in the background; raises Conflict when live already."""
        room = self.tiktok.go_live(self.host.handle, start_at_ms=start_at_ms)
        self.speed = speed
        self.player = Player(room, evening, speed=speed)
        self._playing = asyncio.create_task(_watched(self.player))
        return room

    async def stop(self) -> None:
        """Stop playing, whatever is still to come."""
        await self._stop_playing()
        for task in list(self._tasks):
            task.cancel()
            await asyncio.wait([task])

    async def press(self, press: Press) -> str:
        """Do what a button says and tell what happened; raises Conflict when the creator is not live."""
        on_site: Callable[[Press], Awaitable[str]] | None = {
            "live": self._go_live,
            "evening": self._begin,
            "hold": self._hold,
            "go_on": self._hold,
            "speed": self._set_speed,
            "sign": self._break,
            "page": self._break,
            "socket": self._break,
            "heal": self._heal,
        }.get(press.act)
        if on_site is not None:
            return await on_site(press)
        room = self.room
        if room is None:
            msg = f"@{self.host.handle} is not live. Press “Go live” or “Begin an evening” first."
            raise Conflict(msg)
        if press.act in _LINE:
            return await self._line(room, press)
        return await self._people.do(room, press)

    def status(self) -> dict[str, Any]:
        """Tell how things are, for the panel."""
        room, player = self.room, self.player
        doors: tuple[Door, ...] = ("page", "sign", "socket")
        faults = {door: self.tiktok.faults.seen(door) for door in doors}
        return {
            "handle": self.host.handle,
            "state": room.state if room else "offline",
            "room": str(room.broadcast.room_id) if room else "",
            "listeners": len(room.hearing) if room else 0,
            "silenced": sum(one.silent for one in room.listeners) if room else 0,
            "watching": room.watching if room else 0,
            "script": player.state if player and room else "none",
            "position_s": player.position_ms // 1000 if player and room else 0,
            "speed": self.speed,
            "faults": {door: fault.status for door, fault in faults.items() if fault is not None},
            "counts": asdict(self.tiktok.counts),
        }

    async def _line(self, room: Room, press: Press) -> str:
        match press.act:
            case "pause" | "resume":
                await self._pause(room, paused=press.act == "pause")
            case "end":
                await self._stop_playing()
                await room.end()
                self._later(_DRAIN_S, lambda: room.close(1000))
            case "offline":
                await self._stop_playing()
                await self.tiktok.go_offline(self.host.handle)
            case "replay" | "duplicate":
                number = await room.repeat(1 if press.act == "duplicate" else press.count)
                return f"{number} messages sent again"
            case "drop":
                return f"{room.drop()} connections dropped without a goodbye"
            case "gap":
                return self._gap(room, press.seconds)
            case "close":
                return f"{await room.close(_close_code(press.status))} connections closed"
            case "silent":
                return f"{len(room.go_silent())} connections went silent"
            case "garbage":
                await room.send_garbage()
            case "undecodable":
                await room.send_undecodable()
            case _:
                await room.send_unknown()
        return _SAID[press.act]

    def _gap(self, room: Room, seconds: int) -> str:
        """Break the line and let nobody back for so long, while the evening goes on as life does."""
        player = self.player
        self.tiktok.fail_sign(500, seconds=seconds)
        if player is not None:
            player.patient = False
            self._later(seconds, lambda: _be_patient(player))
        dropped = room.drop()
        return f"{dropped} connections dropped; nobody can come back for {seconds} s, and the stream goes on"

    async def _pause(self, room: Room, *, paused: bool) -> None:
        if self.player is not None:
            self.player.hold(held=paused)
        await room.send(acts.Control.PAUSED if paused else acts.Control.RESUMED)

    async def _go_live(self, _: Press) -> str:
        self.player = None
        room = self.tiktok.go_live(self.host.handle)
        return f"live in room {room.broadcast.room_id}"

    async def _begin(self, press: Press) -> str:
        if self.room is not None:
            msg = f"@{self.host.handle} is live already. End the stream first."
            raise Conflict(msg)
        evening = await asyncio.to_thread(Evening, press.seed)
        self.play(evening, speed=self.speed)
        return f"an evening of {evening.length_ms // 60_000} minutes begins, with seed {press.seed}"

    async def _hold(self, press: Press) -> str:
        if self.player is None or self.player.state == "done":
            msg = "No evening is playing."
            raise Conflict(msg)
        self.player.hold(held=press.act == "hold")
        return "the evening stands still" if press.act == "hold" else "the evening goes on"

    async def _set_speed(self, press: Press) -> str:
        self.speed = press.speed
        if self.player is not None:
            self.player.speed = press.speed
        return f"speed ×{press.speed:g}"

    async def _break(self, press: Press) -> str:
        match press.act:
            case "sign":
                self.tiktok.fail_sign(press.status, seconds=press.seconds)
            case "socket":
                self.tiktok.fail_socket(seconds=press.seconds)
            case _:
                self.tiktok.fail_page(press.status, blocked=press.text == "blocked", seconds=press.seconds)
        return f"for {press.seconds} s, {_BROKEN[press.act]} ({press.status})"

    async def _heal(self, _: Press) -> str:
        self.tiktok.heal()
        if self.player is not None:
            self.player.patient = True
        return "everything works again"

    async def _stop_playing(self) -> None:
        playing, self._playing = self._playing, None
        if playing is not None:
            playing.cancel()
            await asyncio.wait([playing])

    def _later(self, seconds: float, what: Callable[[], Awaitable[object]]) -> None:
        async def do() -> None:
            await asyncio.sleep(seconds)
            await what()

        task = asyncio.create_task(do())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _watched(player: Player) -> None:
    """Play, and let nothing that goes wrong pass in silence."""
    try:
        await player.run()
    except Exception as error:
        _log.exception("simulator.player_failed", error=type(error).__name__)
        raise


async def _be_patient(player: Player) -> None:
    """Let the stream's time stand still again while nobody listens."""
    player.patient = True


_LINE = frozenset(get_args(RoomActs))
_SAID = {
    "pause": "the creator paused the stream",
    "resume": "the creator is back",
    "end": "the stream is over; connections close in a moment",
    "offline": "the stream is gone, and nobody said so",
    "garbage": "bytes that are no frame were sent",
    "undecodable": "a message that cannot be decoded was sent",
    "unknown": "a message of an unknown type was sent",
}
_BROKEN = {
    "sign": "the sign server refuses",
    "page": "the live page is not the one that was asked for",
    "socket": "the websocket refuses its handshake",
}


def _close_code(status: int) -> int:
    return 1011 if status >= 500 else 1000  # noqa: PLR2004 - close codes of a trouble and of a goodbye
