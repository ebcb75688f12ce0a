"""TikFinity's events are heard, and its comings and goings are lived through."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from entourage.platforms.json_events.translate import translate as mapper
from entourage.platforms.tikfinity.feed import Pace, TikFinityFeed
from entourage.ports.live import Chat, Gift, Unknown
from tests.platforms.sinks import Kept

pytestmark = pytest.mark.anyio
QUICK = Pace(shortest_s=0.01, longest_s=0.05, settle_s=0.1, open_s=1.0, goodbye_s=0.2)
USER = {"userId": "7350000000000000138", "uniqueId": "mara.live", "nickname": "Mara"}
Script = Callable[[ServerConnection], Awaitable[None]]


def says(event: str, **data: Any) -> str:
    return json.dumps({"event": event, "data": data})


@asynccontextmanager
async def listening(url: str) -> AsyncIterator[tuple[Kept, asyncio.Task[None]]]:
    sink = Kept()
    task = asyncio.create_task(TikFinityFeed(url=url, mapper=mapper, pace=QUICK).run(sink))
    try:
        yield sink, task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def app(script: Script, port: int = 0) -> AsyncIterator[str]:
    async with serve(script, "127.0.0.1", port, close_timeout=0.2) as server:
        yield f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/"


async def test_events_are_heard_and_the_stream_is_live_with_its_first_sign_of_life() -> None:
    async def script(socket: ServerConnection) -> None:
        await socket.send(says("config", some="thing"))
        await socket.send(says("chat", comment="hello", msgId="1", createTime="1749859560559", **USER))
        await socket.send(says("roomUser", viewerCount=12))
        await socket.send(
            says("gift", giftId=5655, giftName="Rose", diamondCount=1, giftType=1, repeatCount=1, repeatEnd=False,
                 groupId="9", msgId="2", **USER)
        )  # fmt: skip
        await socket.wait_closed()

    async with app(script) as url, listening(url) as (sink, _):
        await sink.until(lambda kept: len(kept.events) == 3)
        await sink.until(lambda kept: kept.states[-1].watching == 12)
    assert sink.codes == ["offline", "live"]
    chat, _, gift = sink.events
    assert isinstance(chat, Chat)
    assert isinstance(gift, Gift)
    assert (chat.platform, chat.text, gift.coins, gift.group) == ("tiktok", "hello", 1, "9")


async def test_the_end_of_the_stream_and_the_next_one_are_told() -> None:
    async def script(socket: ServerConnection) -> None:
        await socket.send(says("connected", uniqueId="mara.live"))
        await socket.send(says("streamEnd", action=3))
        await socket.send(says("chat", comment="late", **USER))
        await asyncio.sleep(0.2)
        await socket.send(says("chat", comment="next evening", **USER))
        await socket.wait_closed()

    async with app(script) as url, listening(url) as (sink, _):
        await sink.until(lambda kept: len(kept.events) == 3)
        await sink.until(lambda kept: kept.codes == ["offline", "live", "ended", "live"])


async def test_its_own_news_of_the_line_are_told() -> None:
    async def script(socket: ServerConnection) -> None:
        await socket.send(says("connected"))
        await socket.send(says("disconnected"))
        await socket.wait_closed()

    async with app(script) as url, listening(url) as (sink, _):
        await sink.until(lambda kept: kept.codes == ["offline", "live", "offline"])
    assert sink.events == []


async def test_what_cannot_be_used_is_kept_and_takes_nobody_along() -> None:
    async def script(socket: ServerConnection) -> None:
        for frame in ("no json", "[1]", says("like", likeCount=-5, **USER), says("chat", comment="well", **USER)):
            await socket.send(frame)
        await socket.send(b"\xff\xfe")
        await socket.wait_closed()

    async with app(script) as url, listening(url) as (sink, _):
        await sink.until(lambda kept: len(kept.events) == 5)
    assert [type(event) for event in sink.events] == [Unknown, Unknown, Unknown, Chat, Unknown]
    refused = sink.events[2]
    assert isinstance(refused, Unknown)
    assert refused.name == "refused:like"
    assert json.loads(refused.payload)["data"]["likeCount"] == -5


async def test_an_app_that_is_not_running_is_waited_for() -> None:
    async def script(socket: ServerConnection) -> None:
        await socket.send(says("chat", comment="here", **USER))
        await socket.wait_closed()

    async with app(script) as url:
        port = int(url.rstrip("/").rpartition(":")[2])
    async with listening(url) as (sink, _):
        await sink.until(lambda kept: kept.codes == ["unreachable"])
        assert "Is the app running?" in sink.states[0].detail
        assert sink.states[0].until_ms is not None
        async with app(script, port):
            await sink.until(lambda kept: kept.events)
        await sink.until(lambda kept: kept.codes == ["unreachable", "offline", "live", "unreachable"])


async def test_cancelling_closes_the_line() -> None:
    closed = asyncio.Event()

    async def script(socket: ServerConnection) -> None:
        await socket.wait_closed()
        closed.set()

    async with app(script) as url:
        async with listening(url) as (sink, task):
            await sink.until(lambda kept: kept.codes == ["offline"])
        assert task.cancelled()
        await asyncio.wait_for(closed.wait(), 20)
