"""A line holds, follows Twitch to another socket without losing a word, and says in words why it was lost."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from http import HTTPStatus
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from entourage.kernel.errors import SignInAgain
from entourage.platforms.twitch.eventsub.closes import Lost
from entourage.platforms.twitch.eventsub.envelope import Frame
from entourage.platforms.twitch.eventsub.line import Begin, Line
from entourage.platforms.twitch.eventsub.pace import Pace

pytestmark = pytest.mark.anyio
QUICK = Pace(slack_s=0.2, drain_s=1)
HASTY = replace(QUICK, welcome_s=0.3, begin_s=0.3)
Script = Callable[["Twitch", ServerConnection], Awaitable[None]]


class Twitch:
    """A socket that does what a script says, and counts what it gets."""

    def __init__(self, *scripts: Script) -> None:
        self.scripts = list(scripts)
        self.url = ""
        self.heard: list[str] = []
        self.begun: list[str] = []
        self.got: list[str | bytes] = []
        self.opened: list[str] = []
        self.statuses: list[int] = []

    async def talk(self, socket: ServerConnection) -> None:
        assert socket.request is not None
        self.opened.append(socket.request.path)
        listening = asyncio.create_task(self._listen(socket))
        await self.scripts.pop(0)(self, socket)
        listening.cancel()

    def refuse(self, socket: ServerConnection, _: Request) -> Response | None:
        return socket.respond(HTTPStatus(self.statuses.pop(0)), "no") if self.statuses else None

    async def _listen(self, socket: ServerConnection) -> None:
        try:
            while True:
                self.got.append(await socket.recv())
        except ConnectionClosed:
            return

    def hear(self, frame: Frame) -> None:
        self.heard.append(frame.metadata.message_id)

    async def begin(self, session_id: str) -> None:
        self.begun.append(session_id)


def frame(kind: str, message_id: str = "m", **payload: Any) -> str:
    head = {"message_id": message_id, "message_type": kind, "message_timestamp": "2026-11-21T20:00:00.123456789Z"}
    return json.dumps({"metadata": head, "payload": payload})


def welcome(session_id: str = "one", keepalive_s: int = 10) -> str:
    return frame("session_welcome", session={"id": session_id, "status": "connected", "keepalive_timeout_seconds": keepalive_s})


def note(message_id: str) -> str:
    about = {"id": "s", "type": "channel.follow", "version": "2", "status": "enabled", "cost": 0, "condition": {}}
    return frame("notification", message_id, subscription=about, event={})


def says(*frames: str, close: int = 0) -> Script:
    async def script(_: Twitch, socket: ServerConnection) -> None:
        for one in frames:
            await socket.send(one)
        if close:
            await socket.close(close)
        await socket.wait_closed()

    return script


@asynccontextmanager
async def line_to(twitch: Twitch, begin: Begin | None = None, pace: Pace = QUICK) -> AsyncIterator[asyncio.Task[Lost]]:
    async with serve(twitch.talk, "127.0.0.1", 0, close_timeout=0.2, process_request=twitch.refuse) as server:
        twitch.url = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/ws"
        task = asyncio.create_task(Line(twitch.url, pace, twitch.hear, begin or twitch.begin).run())
        try:
            yield task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def until(happened: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not happened():
            await asyncio.sleep(0.005)


@pytest.mark.parametrize("code", [4000, 4001, 4002, 4003, 4004, 4005, 4006, 4007, 1001, 4999])
async def test_every_close_code_loses_the_line_and_says_why(code: int) -> None:
    twitch = Twitch(says(welcome(), note("a"), frame("session_keepalive"), "no JSON", note("b"), close=code))
    async with line_to(twitch) as line:
        lost = await line
    assert str(code) in lost.why
    assert (twitch.heard, twitch.begun, twitch.got) == (["a", "b"], ["one"], [])
    assert twitch.opened == ["/ws?keepalive_timeout_seconds=10"]


async def test_a_cut_connection_and_a_refused_one_lose_the_line() -> None:
    async def cut(_: Twitch, socket: ServerConnection) -> None:
        await socket.send(welcome())
        await socket.send(note("a"))
        await asyncio.sleep(0.05)
        socket.transport.abort()

    twitch = Twitch(cut)
    async with line_to(twitch) as line:
        assert (await line).why == "The connection to Twitch was cut."
    assert twitch.heard == ["a"]
    twitch.statuses = [503]
    async with line_to(twitch) as line:
        assert (await line).why == "Twitch refused the websocket (503)."
    lost = await Line("ws://127.0.0.1:9", QUICK, twitch.hear, twitch.begin).run()
    assert "could not be reached" in lost.why


@pytest.mark.thorough
async def test_silence_is_noticed_however_many_pings_come() -> None:
    async def ping(_: Twitch, socket: ServerConnection) -> None:
        await socket.send(welcome(keepalive_s=1))
        for _beat in range(2):
            await asyncio.sleep(0.4)
            await socket.send(frame("session_keepalive"))
        while True:
            await socket.ping()
            await asyncio.sleep(0.1)

    twitch = Twitch(ping)
    began = asyncio.get_running_loop().time()
    async with line_to(twitch) as line:
        assert (await line).why == "Twitch sent nothing for 1.2 seconds."
    assert asyncio.get_running_loop().time() - began > 1.8


@pytest.mark.thorough
async def test_a_line_without_a_welcome_or_without_a_use_is_given_up() -> None:
    async with line_to(Twitch(says(note("early"))), pace=HASTY) as line:
        assert (await line).why == "Twitch's websocket sent no welcome."

    twitch = Twitch(says(welcome()))

    async def dawdle(_: str) -> None:
        await asyncio.sleep(30)

    async with line_to(twitch, dawdle, HASTY) as line:
        assert (await line).why == "Twitch did not take the subscriptions in time."

    async def refuse(_: str) -> None:
        raise SignInAgain("Sign in again.")  # noqa: EM101

    twitch = Twitch(says(welcome()))
    async with line_to(twitch, refuse) as line:
        with pytest.raises(SignInAgain):
            await line


@pytest.mark.thorough
async def test_a_move_to_another_socket_loses_no_word() -> None:
    moved = asyncio.Event()

    async def old(twitch: Twitch, socket: ServerConnection) -> None:
        await socket.send(welcome("one"))
        await socket.send(note("1"))
        await socket.send(
            frame("session_reconnect", session={"id": "one", "status": "reconnecting", "reconnect_url": f"{twitch.url}?again=1"})
        )
        await socket.send(note("2"))
        await moved.wait()
        for number in range(3, 200):
            await socket.send(note(str(number)))
        await socket.wait_closed()

    async def new(_: Twitch, socket: ServerConnection) -> None:
        await asyncio.sleep(0.1)
        moved.set()
        await asyncio.sleep(0)
        await socket.send(welcome("two"))
        await socket.send(note("200"))
        await asyncio.sleep(0.2)
        await socket.send(note("201"))
        await socket.close(4000)

    twitch = Twitch(old, new)
    async with line_to(twitch) as line:
        assert "4000" in (await line).why
    assert sorted(map(int, twitch.heard)) == list(range(1, 202))
    assert twitch.begun == ["one"]  # nothing is subscribed to again
    assert twitch.opened == ["/ws?keepalive_timeout_seconds=10", "/ws?again=1"]  # the address is taken as it is
    assert twitch.got == []


@pytest.mark.thorough
async def test_a_move_that_fails_at_first_is_tried_again_while_the_old_socket_is_heard() -> None:
    async def old(twitch: Twitch, socket: ServerConnection) -> None:
        await socket.send(welcome("one"))
        twitch.statuses = [503]
        await socket.send(frame("session_reconnect", session={"id": "one", "reconnect_url": twitch.url}))
        await until(lambda: not twitch.statuses)
        await socket.send(note("while waiting"))
        await socket.wait_closed()

    twitch = Twitch(old, says(welcome("two"), note("moved"), close=4006))
    async with line_to(twitch) as line:
        assert "4006" in (await line).why
    assert sorted(twitch.heard) == ["moved", "while waiting"]


@pytest.mark.thorough
async def test_a_move_that_never_works_ends_with_the_old_socket() -> None:
    async def old(_: Twitch, socket: ServerConnection) -> None:
        await socket.send(welcome("one"))
        await socket.send(frame("session_reconnect", session={"id": "one", "reconnect_url": "ws://127.0.0.1:9/"}))
        await asyncio.sleep(0.5)
        await socket.send(note("still here"))
        await socket.close(4004)

    twitch = Twitch(old)
    async with line_to(twitch, pace=replace(QUICK, move_s=0.3)) as line:
        assert "4004" in (await line).why
    assert twitch.heard == ["still here"]
