"""The feed lives through streams, silences, refusals and lost lines, and loses nothing that had arrived."""

import asyncio
import json
import socket as sockets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from websockets.asyncio.server import ServerConnection

from entourage.kernel import clock
from entourage.platforms.tiktok import schema_pb2 as wire
from entourage.platforms.tiktok.feed import TikTokFeed
from entourage.platforms.tiktok.translate import Arrival, translate
from entourage.ports.live import Chat, LiveEvent, RoomCount, StreamEnded
from tests.platforms.sinks import Kept
from tests.platforms.tiktok.fake import KEY, QUICK, Script, fake_tiktok, stay
from tests.platforms.tiktok.payloads import ROOM, chat, control, count, frame, recorded

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def running(feed: TikTokFeed, sink: Kept) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(feed.run(sink))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def says(*frames: bytes, then: Script = stay) -> Script:
    async def script(socket: ServerConnection) -> None:
        for one in frames:
            await socket.send(one)
        await then(socket)

    return script


def texts(events: list[LiveEvent]) -> list[str]:
    return [event.text for event in events if isinstance(event, Chat)]


async def test_a_live_stream_becomes_events_with_history_first() -> None:
    async with fake_tiktok() as fake:
        fake.history = [chat(1, "before")]
        fake.scripts = [says(frame(chat(2, "one"), chat(3, "two"), count(1204), log_id=9))]
        sink = Kept()
        async with running(fake.feed("@mara.live"), sink):
            await sink.until(lambda kept: len(kept.events) == 4)
            await sink.until(lambda kept: kept.states[-1].watching == 1204)
        assert texts(sink.events) == ["before", "one", "two"]
        assert [event.replayed for event in sink.events] == [True, False, False, False]
        assert isinstance(sink.events[3], RoomCount)
        assert sink.codes == ["connecting", "live"]
        assert sink.states[-1].room == str(ROOM)


async def test_the_feed_speaks_as_a_browser_does() -> None:
    async with fake_tiktok() as fake:
        fake.scripts = [says(frame(chat(1), log_id=41), frame(chat(2), log_id=42), frame(chat(3), log_id=43, ack=False))]
        sink = Kept()
        async with running(fake.feed(), sink):
            await sink.until(lambda kept: len(kept.events) == 3)
            while len(fake.of_kind("hb")) < 3 or len(fake.of_kind("ack")) < 2:
                await asyncio.sleep(0.01)
        entered = wire.EnterRoom.FromString(fake.received[0].payload)
        assert fake.received[0].payload_type == "im_enter_room"
        assert (entered.room_id, entered.live_id, entered.identity, entered.filter_welcome_msg) == (
            ROOM,
            12,
            "audience",
            "0",
        )
        assert [(ack.log_id, ack.payload) for ack in fake.of_kind("ack")] == [(41, b"ext-1"), (42, b"ext-1")]
        beats = [wire.HeartBeat.FromString(beat.payload) for beat in fake.of_kind("hb")]
        assert [beat.seq for beat in beats[:3]] == [1, 2, 3]
        assert {beat.room_id for beat in beats} == {ROOM}
        headers = fake.handshakes[0]
        assert headers["Cookie"] == "ttwid=abc%3D"
        assert headers["Sec-WebSocket-Protocol"] == "echo-protocol"
        assert headers["User-Agent"].startswith("Mozilla/")
        assert fake.joins[0]["wrss"] == ["a b/c"]
        assert fake.joins[0]["compress"] == ["gzip"]


async def test_the_server_sets_the_pace_of_the_heartbeat() -> None:
    async with fake_tiktok() as fake:
        fake.options = "ping-interval=30"
        sink = Kept()
        async with running(fake.feed(), sink):
            await sink.until(lambda kept: kept.codes[-1:] == ["live"])
            await asyncio.sleep(0.15)
        assert len(fake.of_kind("hb")) == 1


async def test_every_frame_in_flight_at_a_close_arrives() -> None:
    async def burst(socket: ServerConnection) -> None:
        for number in range(60):
            await socket.send(frame(chat(number, str(number)), log_id=number + 1))
        await socket.close(1000)

    async with fake_tiktok() as fake:
        fake.scripts = [burst, stay]
        sink = Kept(slow_s=0.002)
        async with running(fake.feed(), sink):
            await sink.until(lambda kept: len(kept.events) == 60)
            await sink.until(lambda kept: kept.codes[-3:] == ["live", "reconnecting", "live"])
        assert texts(sink.events) == [str(number) for number in range(60)]


async def test_what_comes_within_the_drain_after_the_end_still_counts() -> None:
    async def end(socket: ServerConnection) -> None:
        await socket.send(frame(control(3), log_id=1))
        fake.live = False
        for number in range(60):
            await socket.send(frame(chat(number, str(number)), log_id=number + 2))
        await asyncio.sleep(0.05)
        await socket.send(frame(chat(99, "late"), log_id=99))
        await stay(socket)

    async with fake_tiktok() as fake:
        fake.scripts = [end]
        sink = Kept()
        async with running(fake.feed(pace=replace(QUICK, drain_s=2.0)), sink):
            await sink.until(lambda kept: kept.codes[-1:] == ["offline"])
        assert sink.codes == ["connecting", "live", "ended", "offline"]
        assert texts(sink.events) == [*(str(number) for number in range(60)), "late"]
        assert [type(event) for event in sink.events].count(StreamEnded) == 1


@pytest.mark.thorough
async def test_after_a_stream_the_next_one_is_heard() -> None:
    async with fake_tiktok() as fake:
        fake.live = False
        fake.scripts = [says(frame(chat(1, "first"), control(3))), says(frame(chat(1, "second", room=ROOM + 1)))]
        sink = Kept()
        async with running(fake.feed(), sink):
            await sink.until(lambda kept: kept.codes == ["offline"])
            fake.live = True
            await sink.until(lambda kept: kept.codes[-1:] == ["ended"])
            fake.room = ROOM + 1
            await sink.until(lambda kept: texts(kept.events) == ["first", "second"])
        assert sink.codes == ["offline", "connecting", "live", "ended", "connecting", "live"]
        assert sink.events[-1].room == str(ROOM + 1)


@pytest.mark.thorough
async def test_a_room_that_has_just_ended_is_not_entered_again_while_the_page_is_stale() -> None:
    async def end(socket: ServerConnection) -> None:
        fake.alive = False  # the page goes on saying that she is live
        await socket.send(frame(control(3)))
        await stay(socket)

    async with fake_tiktok() as fake:
        fake.scripts = [end]
        sink = Kept()
        async with running(fake.feed(), sink):
            await sink.until(lambda kept: kept.codes[-1:] == ["offline"])
            await asyncio.sleep(0.2)
        assert len(fake.signs) == 1


async def test_an_end_that_nobody_told_is_found_on_the_page() -> None:
    async def vanish(socket: ServerConnection) -> None:
        fake.live = False
        socket.transport.abort()

    async with fake_tiktok() as fake:
        fake.scripts = [vanish]
        sink = Kept()
        async with running(fake.feed(), sink):
            await sink.until(lambda kept: kept.codes[-1:] == ["offline"])
        assert [(type(event), event.room) for event in sink.events] == [(StreamEnded, str(ROOM))]
        assert sink.codes == ["connecting", "live", "reconnecting", "ended", "offline"]


async def test_an_abrupt_close_is_followed_by_a_fresh_ticket() -> None:
    async def drop(socket: ServerConnection) -> None:
        await socket.send(frame(chat(1, "one")))
        await asyncio.sleep(0.05)
        socket.transport.abort()

    async with fake_tiktok() as fake:
        fake.scripts = [drop, says(frame(chat(2, "two")))]
        sink = Kept()
        async with running(fake.feed(), sink):
            await sink.until(lambda kept: texts(kept.events) == ["one", "two"])
        assert len(fake.signs) == 2
        assert sink.codes == ["connecting", "live", "reconnecting", "live"]
        lost = next(state for state in sink.states if state.code == "reconnecting")
        assert lost.until_ms is not None
        assert lost.detail == "TikTok closed the line (without a goodbye)."


@pytest.mark.thorough
async def test_a_silent_line_is_left_and_a_heartbeat_echo_is_no_silence() -> None:
    async def echo(socket: ServerConnection) -> None:
        for _ in range(12):
            await asyncio.sleep(0.1)
            await socket.send(wire.PushFrame(payload_type="hb").SerializeToString())
        await stay(socket)

    async with fake_tiktok() as fake:
        fake.scripts = [echo, stay]
        sink = Kept()
        began = time.monotonic()
        async with running(fake.feed(pace=replace(QUICK, silence_s=0.4)), sink):
            await sink.until(lambda kept: "reconnecting" in kept.codes)
        assert time.monotonic() - began > 1.2
        assert "nothing for 0.4 seconds" in next(state.detail for state in sink.states if state.code == "reconnecting")


@pytest.mark.thorough
async def test_a_rate_limit_is_waited_out() -> None:
    async with fake_tiktok() as fake:
        fake.refusals = [(429, b"{}", {"RateLimit-Reset": "0.3", "RateLimit-Remaining": "0"})]
        sink = Kept()
        began = time.monotonic()
        async with running(fake.feed(), sink):
            await sink.until(lambda kept: kept.codes[-1:] == ["live"])
        assert time.monotonic() - began >= 0.3
        assert sink.codes == ["connecting", "rate_limited", "connecting", "live"]
        limited = sink.states[1]
        assert limited.until_ms is not None
        assert limited.until_ms >= limited.at_ms + 300


@pytest.mark.thorough
async def test_a_refused_key_is_told_and_tried_again_slowly() -> None:
    async with fake_tiktok() as fake:
        fake.refusals = [(401, f'{{"message":"no such key {KEY}"}}'.encode(), {})] * 2
        sink = Kept()
        async with running(fake.feed(pace=replace(QUICK, refused_s=0.2)), sink):
            await sink.until(lambda kept: kept.codes[-1:] == ["refused"])
            await asyncio.sleep(0.1)
            assert len(fake.signs) == 1
            await sink.until(lambda kept: kept.codes[-1:] == ["live"])


async def test_a_name_that_does_not_exist_is_told() -> None:
    async with fake_tiktok() as fake:
        fake.known = False
        sink = Kept()
        async with running(fake.feed("nobody"), sink):
            await sink.until(lambda kept: kept.codes[-1:] == ["not_found"])
        assert "@nobody" in sink.states[0].detail
        assert not fake.signs


@pytest.mark.thorough
async def test_a_tiktok_out_of_reach_is_unreachable_and_then_heard() -> None:
    with sockets.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    feed = TikTokFeed(
        "a",
        web_url=f"http://127.0.0.1:{port}",
        webcast_url="http://127.0.0.1:1",
        sign_url="http://127.0.0.1:1",
        pace=QUICK,
    )
    sink = Kept()
    async with running(feed, sink):
        await sink.until(lambda kept: kept.codes[-1:] == ["unreachable"])
    assert sink.states[0].until_ms is not None
    assert "TikTok could not be reached" in sink.states[0].detail


async def test_without_a_name_there_is_nothing_to_listen_to() -> None:
    sink = Kept()
    feed = TikTokFeed(" @ ", web_url="http://127.0.0.1:1", webcast_url="http://127.0.0.1:1", sign_url="http://127.0.0.1:1")
    async with running(feed, sink):
        await sink.until(lambda kept: kept.codes == ["not_connected"])


@pytest.mark.thorough
async def test_a_pause_is_told_and_the_number_of_watchers_kept() -> None:
    async with fake_tiktok() as fake:
        fake.scripts = [says(frame(count(7), control(1)), frame(control(2)))]
        sink = Kept()
        async with running(fake.feed(), sink):
            await sink.until(lambda kept: kept.codes == ["connecting", "live", "paused", "live"])
        assert [state.watching for state in sink.states[-2:]] == [7, 7]


async def test_a_damaged_frame_is_skipped() -> None:
    torso = wire.PushFrame(payload_type="msg", payload=b"\x1f\x8bno gzip at all")
    torso.headers.add(key="compress_type", value="gzip")
    async with fake_tiktok() as fake:
        fake.scripts = [says(b"\xff\xff\xff", torso.SerializeToString(), frame(chat(1, "well")))]
        sink = Kept()
        async with running(fake.feed(), sink):
            await sink.until(lambda kept: texts(kept.events) == ["well"])
        assert sink.codes == ["connecting", "live"]


async def test_cancelling_closes_the_line_and_leaves_no_task_behind() -> None:
    closed = asyncio.Event()

    async def watch(socket: ServerConnection) -> None:
        await socket.wait_closed()
        closed.set()

    async with fake_tiktok() as fake:
        fake.scripts = [watch]
        sink = Kept()
        before = asyncio.all_tasks()
        async with running(fake.feed(), sink) as task:
            await sink.until(lambda kept: kept.codes[-1:] == ["live"])
        assert task.cancelled()
        await asyncio.wait_for(closed.wait(), 20)
        ours = [task for task in asyncio.all_tasks() - before if "entourage" in repr(task.get_coro())]
        assert ours == []


async def test_no_state_and_no_event_gives_the_key_away() -> None:
    async with fake_tiktok() as fake:
        fake.refusals = [(429, f'{{"message":"apiKey={KEY}"}}'.encode(), {"Retry-After": "0"})]
        sink = Kept()
        async with running(fake.feed(), sink):
            await sink.until(lambda kept: kept.codes[-1:] == ["live"])
        assert KEY not in json.dumps([state.detail for state in sink.states])


async def test_a_huge_bundle_does_not_hold_up_the_house() -> None:
    payloads = recorded() * 60
    async with fake_tiktok() as fake:
        fake.scripts = [says(frame(*payloads))]
        sink = Kept()
        longest = 0.0

        async def watch() -> None:
            nonlocal longest
            while True:
                began = time.thread_time()  # what this thread works, whatever else the machine does
                await asyncio.sleep(0.001)
                longest = max(longest, time.thread_time() - began)

        async with running(fake.feed(), sink):
            watching = asyncio.create_task(watch())
            await sink.until(lambda kept: len(kept.events) >= len(payloads) - 1)
            watching.cancel()
        assert longest < 0.05


async def test_the_whole_recording_arrives_over_the_wire_as_it_is() -> None:
    messages = [message for message in recorded() if message[0] != "WebcastControlMessage"]

    async def play(socket: ServerConnection) -> None:
        for start in range(0, len(messages), 10):
            await socket.send(frame(*messages[start : start + 10], log_id=start + 1))
        await socket.close()

    async with fake_tiktok() as fake:
        fake.scripts = [play, stay]
        sink = Kept()
        async with running(fake.feed(), sink):
            await sink.until(lambda kept: len(kept.events) >= len(messages))
        assert sink.events == [translate(method, payload, Arrival(clock.now_ms())) for method, payload in messages]
