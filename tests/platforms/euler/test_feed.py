"""Euler's bundles are heard, and each of its close codes means what it says."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from entourage.platforms.euler.feed import EulerFeed, Pace
from entourage.platforms.json_events.translate import translate as mapper
from entourage.ports.live import Chat, StreamEnded, Unknown
from tests.platforms.sinks import Kept

pytestmark = pytest.mark.anyio
KEY = "euler-key-that-nobody-may-see"
QUICK = Pace(poll_s=0.05, refused_s=0.1, limited_s=0.1, shortest_s=0.01, longest_s=0.05, open_s=1.0, goodbye_s=0.2)
USER = {"userId": "7350000000000000138", "uniqueId": "mara.live", "nickname": "Mara"}
Script = Callable[[ServerConnection], Awaitable[None]]


def bundle(*messages: tuple[str, dict[str, Any]]) -> str:
    items = [{"type": kind, "data": {"common": {"msgId": "1", "roomId": "77"}, **data}} for kind, data in messages]
    return json.dumps({"timestamp": 1_749_859_560_559, "messages": items})


CHAT = ("WebcastChatMessage", {"comment": "hello", "user": USER})
END = ("WebcastControlMessage", {"action": 3})


class Euler:
    """What the fake is to do with each line: the scripts in turn, the last one again and again."""

    def __init__(self, *scripts: Script, status: int = 0) -> None:
        self.scripts = list(scripts)
        self.status = status
        self.asked: list[str] = []

    def refuse(self, socket: ServerConnection, request: Request) -> Response | None:
        self.asked.append(request.path)
        return socket.respond(HTTPStatus(self.status), "no") if self.status else None

    async def talk(self, socket: ServerConnection) -> None:
        script = self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
        await script(socket)


@asynccontextmanager
async def listening(fake: Euler, handle: str = "@mara.live") -> AsyncIterator[Kept]:
    async with serve(fake.talk, "127.0.0.1", 0, process_request=fake.refuse, close_timeout=0.2) as server:
        url = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
        sink = Kept()
        feed = EulerFeed(handle, mapper=mapper, api_key=KEY, url=url, presence=True, pace=QUICK)
        task = asyncio.create_task(feed.run(sink))
        try:
            yield sink
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert KEY not in repr(sink.states)


def closes(code: int, *frames: str) -> Script:
    async def script(socket: ServerConnection) -> None:
        for frame in frames:
            await socket.send(frame)
        await socket.close(code)

    return script


async def stay(socket: ServerConnection) -> None:
    await socket.send(bundle(CHAT))
    await socket.wait_closed()


async def test_bundles_are_heard_and_the_options_asked_for() -> None:
    fake = Euler(stay)
    async with listening(fake) as sink:
        await sink.until(lambda kept: kept.events and kept.codes == ["connecting", "live"])
    chat = sink.events[0]
    assert isinstance(chat, Chat)
    assert (chat.platform, chat.room, chat.text) == ("tiktok", "77", "hello")
    for part in ("uniqueId=mara.live", f"apiKey={KEY}", "features.bundleEvents=true", "features.schemaVersion=v2",
                 "features.syntheticPresence=true"):  # fmt: skip
        assert part in fake.asked[0]


@pytest.mark.parametrize(
    ("code", "state", "sentence"),
    [
        (4400, "refused", "options"),
        (4401, "refused", "key"),
        (4403, "refused", "may not listen"),
        (4404, "offline", "not live"),
        (4429, "rate_limited", "Too many"),
        (4006, "reconnecting", "no messages"),
        (4500, "reconnecting", "TikTok closed"),
        (4555, "reconnecting", "eight hours"),
        (4556, "reconnecting", "fetch"),
        (4557, "reconnecting", "fetch"),
        (1011, "reconnecting", "problem of its own"),
        (1000, "reconnecting", "closed the line"),
    ],
)
async def test_each_close_code_is_told_and_followed_by_another_try(code: int, state: str, sentence: str) -> None:
    fake = Euler(closes(code), stay)
    async with listening(fake) as sink:
        await sink.until(lambda kept: kept.codes[-1:] == ["live"])
    told = next(one for one in sink.states if one.code == state)
    assert sentence in told.detail
    assert (told.until_ms is None) is (state == "offline")
    assert not [event for event in sink.events if isinstance(event, StreamEnded)]


@pytest.mark.parametrize(
    ("status", "state"),
    [(401, "refused"), (403, "refused"), (404, "offline"), (429, "rate_limited"), (500, "unreachable")],
)
async def test_a_refused_handshake_means_the_same(status: int, state: str) -> None:
    fake = Euler(stay, status=status)
    async with listening(fake) as sink:
        await sink.until(lambda kept: state in kept.codes)
        fake.status = 0
        await sink.until(lambda kept: kept.codes[-1:] == ["live"])


async def test_a_stream_that_ends_without_a_word_is_ended_once() -> None:
    fake = Euler(closes(4005, bundle(CHAT)), closes(4404))
    async with listening(fake) as sink:
        await sink.until(lambda kept: kept.codes[-1:] == ["offline"])
    assert [(type(event), event.room) for event in sink.events] == [(Chat, "77"), (StreamEnded, "77")]
    assert sink.codes[:3] == ["connecting", "live", "ended"]


async def test_a_stream_whose_end_was_told_is_not_ended_twice() -> None:
    fake = Euler(closes(4005, bundle(CHAT, END), bundle(CHAT)), closes(4404))
    async with listening(fake) as sink:
        await sink.until(lambda kept: kept.codes[-1:] == ["offline"])
    assert [type(event) for event in sink.events] == [Chat, StreamEnded, Chat]
    assert sink.codes[:3] == ["connecting", "live", "ended"]


async def test_what_cannot_be_used_is_kept() -> None:
    async def script(socket: ServerConnection) -> None:
        for frame in ("no json", "[]", "{}", bundle(("WebcastLikeMessage", {"likeCount": -1}), CHAT)):
            await socket.send(frame)
        await socket.wait_closed()

    async with listening(Euler(script)) as sink:
        await sink.until(lambda kept: len(kept.events) == 5)
    assert [type(event) for event in sink.events] == [Unknown, Unknown, Unknown, Unknown, Chat]


async def test_without_a_key_there_is_nothing_to_listen_to() -> None:
    sink = Kept()
    task = asyncio.create_task(EulerFeed("mara", mapper=mapper).run(sink))
    await sink.until(lambda kept: kept.codes == ["not_connected"])
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
