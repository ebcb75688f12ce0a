"""The fake TikTok over real HTTP and a real websocket."""

import asyncio
import json
import time
from collections.abc import Callable

import httpx2
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedError, ConnectionClosedOK, InvalidStatus

from entourage.kernel.errors import Conflict, NotFound
from entourage.simulators.tiktok.acts import Chat, Control, Follow, Gift, Guest, Join, Like, Share, Subscribe
from entourage.simulators.tiktok.fake import FakeTikTok
from entourage.simulators.tiktok.gifts import GALAXY, ROSE
from entourage.simulators.tiktok.room import Room
from tests.simulators.tiktok import listening
from tests.simulators.tiktok.listening import Heard, fields, number, raw, tag, text

pytestmark = pytest.mark.anyio


async def get(tiktok: FakeTikTok, path: str) -> httpx2.Response:
    """Get a page."""
    async with httpx2.AsyncClient() as http:
        return await http.get(f"{tiktok.url}{path}")


async def until(true: Callable[[], bool]) -> None:
    """Wait for something on the other side."""
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.005)


def pass_by(tiktok: FakeTikTok, seconds: float) -> None:
    """Let time pass for faults and signatures."""
    before = tiktok.faults.clock
    tiktok.faults.clock = lambda: before() + seconds


async def inside(tiktok: FakeTikTok, room: Room, heard: Heard) -> ClientConnection:
    """Connect, enter, and take the answer to that."""
    socket = await listening.entered(tiktok.url, str(room.broadcast.room_id), heard)
    assert await frame(socket, heard) == "im_enter_room_resp"
    return socket


async def frame(socket: ClientConnection, heard: Heard) -> str:
    """Take one frame."""
    data = await asyncio.wait_for(socket.recv(), 20)
    assert isinstance(data, bytes)
    return await listening.take_frame(socket, heard, data)


async def test_the_live_page_tells_the_room_of_a_creator_who_is_live(tiktok: FakeTikTok) -> None:
    tiktok.add_host("mara.live", "Mara </script><b>")
    assert await listening.room_id(tiktok.url, "mara.live") == ""
    room = tiktok.go_live("Mara.Live")
    assert await listening.room_id(tiktok.url, "mara.live") == str(room.broadcast.room_id)
    assert tiktok.counts.pages == 2


async def test_a_handle_that_never_was_live_has_a_page_without_a_room(tiktok: FakeTikTok) -> None:
    page = await get(tiktok, "/@nobody/live")
    assert page.status_code == 200
    assert "LiveRoom" not in page.text
    assert "SIGI_STATE" in page.text
    assert (await get(tiktok, "/api-live/user/room/?uniqueId=nobody&sourceType=54")).json()["message"] == "user_not_found"


async def test_the_api_tells_room_and_state(tiktok: FakeTikTok) -> None:
    room = tiktok.go_live("mara")
    said = (await get(tiktok, "/api-live/user/room/?uniqueId=mara&sourceType=54")).json()
    assert said["data"]["user"]["roomId"] == str(room.broadcast.room_id)
    assert said["data"]["liveRoom"]["status"] == 2
    await tiktok.go_offline("mara")
    said = (await get(tiktok, "/api-live/user/room/?uniqueId=mara&sourceType=54")).json()
    assert said["data"]["liveRoom"]["status"] == said["data"]["user"]["status"] == 4


async def test_the_alive_check_knows_which_rooms_are_on_air(tiktok: FakeTikTok) -> None:
    room = tiktok.go_live("mara")
    said = (await get(tiktok, f"/webcast/room/check_alive/?room_ids={room.broadcast.room_id},5,x")).json()
    assert [(one["room_id_str"], one["alive"]) for one in said["data"]] == [(str(room.broadcast.room_id), True), ("5", False)]


async def test_what_is_not_imitated_is_not_found_and_counted(tiktok: FakeTikTok) -> None:
    assert (await get(tiktok, "/webcast/room/info/?room_id=1")).status_code == 404
    assert tiktok.counts.not_found == 1
    assert (await get(tiktok, "/img/7350000000000000138.svg")).headers["content-type"] == "image/svg+xml"


async def test_both_ways_to_sign_lead_to_the_same_socket(tiktok: FakeTikTok) -> None:
    room = tiktok.go_live("mara")
    for path in (f"/webcast/fetch?room_id={room.broadcast.room_id}", f"/webcast/rooms/{room.broadcast.room_id}/connect?apiKey=k"):
        reply = await get(tiktok, path)
        assert reply.status_code == 200
        assert reply.headers["x-set-tt-cookie"].startswith("ttwid=")
        assert int(reply.headers["ratelimit-remaining"]) < int(reply.headers["ratelimit-limit"])
        assert text(fields(reply.content), 10) == f"ws://127.0.0.1:{tiktok.port}/webcast/im/push/v2/"
    assert tiktok.counts.signs == 2


async def test_a_listener_hears_everything_that_happens(tiktok: FakeTikTok, juno: Guest) -> None:
    room, heard = tiktok.go_live("mara"), Heard()
    await room.send(Chat(juno, "before anybody came"))
    socket = await inside(tiktok, room, heard)
    assert heard.totals["chats"] == 1
    await room.send(Join(juno, 5), Chat(juno, "hi"), Like(juno, 15), Share(juno), Follow(juno), Subscribe(juno, 3))
    await room.send(Gift(juno, ROSE, 3, 3, group_ms=0), Gift(juno, ROSE, 3, 0, ended=True, group_ms=0), Gift(juno, GALAXY))
    await room.send(Control.PAUSED)
    for _ in range(3):
        assert await frame(socket, heard) == "msg"
    assert heard.totals == {
        "chats": 2, "joins": 1, "likes": 15, "shares": 1, "follows": 1, "subscribes": 1,
        "gift_units": 4, "coins": 1003, "control 1": 1,
    }  # fmt: skip
    assert heard.handles == {juno.id: {"juno_51"}}
    await until(lambda: tiktok.counts.acks == 3)
    assert room.unacked == 0
    assert (tiktok.counts.entered, tiktok.counts.connects, tiktok.counts.history_messages) == (1, 1, 1)
    await socket.close()
    await until(lambda: not room.listeners)


async def test_a_message_carries_the_fields_that_listeners_read(tiktok: FakeTikTok, juno: Guest) -> None:
    room, heard = tiktok.go_live("mara"), Heard()
    made = await room.send(Gift(juno, ROSE, 4, 2, group_ms=500))
    found = fields(made[0].payload)
    head, user, kind = fields(raw(found, 1)), fields(raw(found, 7)), fields(raw(found, 15))
    assert (number(head, 2), number(head, 3)) == (made[0].msg_id, room.broadcast.room_id)
    assert abs(number(head, 4) - room.broadcast.start_ms) < 5000
    assert (number(user, 1), text(user, 38), text(user, 3)) == (juno.id, "juno_51", "Juno <b>✨</b>")
    assert text(fields(raw(user, 9)), 1) == f"{tiktok.url}/img/{juno.id}.svg"
    assert (number(found, 2), number(found, 3), number(found, 5), number(found, 6), number(found, 9)) == (5655, 2, 4, 4, 0)
    assert number(found, 11) == room.broadcast.start_ms + 500
    assert (number(kind, 11), number(kind, 12), text(kind, 16), number(kind, 10)) == (1, 1, "Rose", 1)
    heard.take(made[0].method, made[0].payload)
    assert heard.totals["coins"] == 4


async def test_whoever_connects_is_told_the_recent_past_as_history(juno: Guest) -> None:
    async with FakeTikTok(history=3) as tiktok:
        room = tiktok.go_live("mara")
        made = await room.send(*(Chat(juno, f"line {one}") for one in range(5)))
        signed = await listening.sign(tiktok.url, str(room.broadcast.room_id))
        history = [fields(one) for one in signed.history[1] if isinstance(one, bytes)]
        assert [number(one, 3) for one in history] == [one.msg_id for one in made[2:]]
        assert all(number(one, 6) == 1 for one in history)
        assert number(signed.history, 11) == 1


async def test_nothing_comes_before_the_room_was_entered(tiktok: FakeTikTok, juno: Guest) -> None:
    room, heard = tiktok.go_live("mara"), Heard()
    signed = await listening.sign(tiktok.url, str(room.broadcast.room_id))
    async with connect(signed.address, additional_headers={"Cookie": signed.cookie}) as socket:
        await room.send(Chat(juno, "said between signing and entering"))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(socket.recv(), 0.1)
        await socket.send(tag(7, b"im_enter_room") + tag(8, tag(1, room.broadcast.room_id)))
        assert [await frame(socket, heard) for _ in range(2)] == ["im_enter_room_resp", "msg"]
    assert heard.totals["chats"] == 1


async def test_heartbeats_are_echoed_and_pings_are_not_answered(tiktok: FakeTikTok) -> None:
    room, heard = tiktok.go_live("mara"), Heard()
    socket = await inside(tiktok, room, heard)
    assert socket.response is not None
    assert "ping-interval=10" in socket.response.headers["Handshake-Options"]
    await socket.send(tag(7, b"hb") + tag(2, 77) + tag(8, tag(1, room.broadcast.room_id)))
    data = await asyncio.wait_for(socket.recv(), 20)
    assert isinstance(data, bytes)
    assert (text(fields(data), 7), number(fields(data), 2)) == ("hb", 77)
    pong = await socket.ping()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(pong), 0.2)
    await socket.send(b"\xff\xff")
    await until(lambda: tiktok.counts.odd_frames == 1)
    assert tiktok.counts.heartbeats == 1
    socket.transport.abort()


async def test_echo_protocol_is_agreed_on_when_offered(tiktok: FakeTikTok) -> None:
    room = tiktok.go_live("mara")
    signed = await listening.sign(tiktok.url, str(room.broadcast.room_id))
    async with connect(signed.address, additional_headers={"Cookie": signed.cookie}, subprotocols=["echo-protocol"]) as socket:  # type: ignore[list-item]
        assert socket.subprotocol == "echo-protocol"


async def test_a_signature_opens_one_socket_of_its_room_with_its_cookie() -> None:
    async with FakeTikTok(ticket_s=60) as tiktok:
        room, other = tiktok.go_live("mara"), tiktok.go_live("noor")
        id_ = str(room.broadcast.room_id)

        async def refused(address: str, cookie: str) -> str:
            with pytest.raises(InvalidStatus) as raised:
                await connect(address, additional_headers={"Cookie": cookie})
            return raised.value.response.headers["Handshake-Msg"]

        signed = await listening.sign(tiktok.url, id_)
        async with connect(signed.address, additional_headers={"Cookie": signed.cookie}):
            assert await refused(signed.address, signed.cookie) == "illegal secret key"
        signed = await listening.sign(tiktok.url, id_)
        assert await refused(signed.address, "") == "cookie missing"
        signed = await listening.sign(tiktok.url, id_)
        assert await refused(signed.address.replace(id_, str(other.broadcast.room_id)), signed.cookie) == "room mismatch"
        signed = await listening.sign(tiktok.url, id_)
        pass_by(tiktok, 61)
        assert await refused(signed.address, signed.cookie) == "signature expired"
        assert tiktok.counts.handshakes_refused == 4


@pytest.mark.parametrize("status", [401, 403, 500])
async def test_the_sign_server_refuses_as_often_as_told(tiktok: FakeTikTok, status: int) -> None:
    room = tiktok.go_live("mara")
    tiktok.fail_sign(status, times=2)
    answers = [(await get(tiktok, f"/webcast/fetch?room_id={room.broadcast.room_id}")).status_code for _ in range(3)]
    assert answers == [status, status, 200]
    assert tiktok.counts.signs_refused == 2


async def test_a_rate_limit_tells_when_it_is_over(tiktok: FakeTikTok) -> None:
    room = tiktok.go_live("mara")
    tiktok.fail_sign(429, seconds=30)
    reply = await get(tiktok, f"/webcast/fetch?room_id={room.broadcast.room_id}")
    assert reply.status_code == 429
    assert reply.json()["limit_label"] == "rate_limit_account_minute"
    assert 25 <= int(reply.headers["ratelimit-reset"]) - time.time() <= 32
    assert reply.headers["ratelimit-remaining"] == "0"
    tiktok.heal()
    assert (await get(tiktok, f"/webcast/fetch?room_id={room.broadcast.room_id}")).status_code == 200


async def test_too_many_signatures_in_a_minute_are_refused_without_any_fault() -> None:
    async with FakeTikTok(signs_per_minute=2) as tiktok:
        room = tiktok.go_live("mara")
        answers = [(await get(tiktok, f"/webcast/fetch?room_id={room.broadcast.room_id}")).status_code for _ in range(6)]
    assert answers.count(200) in {2, 4}  # four, should the minute turn in between
    assert 429 in answers


async def test_only_the_right_key_signs_when_one_is_set() -> None:
    async with FakeTikTok(api_key="right") as tiktok:
        room = str(tiktok.go_live("mara").broadcast.room_id)
        await listening.sign(tiktok.url, room, key="right")
        with pytest.raises(httpx2.HTTPStatusError, match="401"):
            await listening.sign(tiktok.url, room, key="wrong")


async def test_a_room_that_is_not_on_air_cannot_be_signed(tiktok: FakeTikTok) -> None:
    assert (await get(tiktok, "/webcast/fetch?room_id=5")).status_code == 404
    assert (await get(tiktok, "/webcast/fetch")).status_code == 404


async def test_the_page_can_be_missing_blocked_or_broken(tiktok: FakeTikTok) -> None:
    tiktok.go_live("mara")
    tiktok.fail_page(404)
    assert (await get(tiktok, "/@mara/live")).status_code == 404
    tiktok.fail_page(200, blocked=True, times=1)
    assert "SIGI_STATE" not in (await get(tiktok, "/@mara/live")).text
    assert "LiveRoom" in (await get(tiktok, "/@mara/live")).text
    tiktok.fail_page(503, seconds=60)
    assert (await get(tiktok, "/@mara/live")).status_code == 503
    pass_by(tiktok, 60)
    assert (await get(tiktok, "/@mara/live")).status_code == 200


async def test_the_socket_can_be_refused_as_tiktok_refuses_robots(tiktok: FakeTikTok) -> None:
    room = tiktok.go_live("mara")
    tiktok.fail_socket(times=1)
    signed = await listening.sign(tiktok.url, str(room.broadcast.room_id))
    with pytest.raises(InvalidStatus) as raised:
        await connect(signed.address, additional_headers={"Cookie": signed.cookie})
    assert raised.value.response.status_code == 200
    assert raised.value.response.headers["Handshake-Msg"] == "DEVICE_BLOCKED"


async def test_a_silent_socket_stays_open_and_says_nothing(tiktok: FakeTikTok, juno: Guest) -> None:
    room, heard = tiktok.go_live("mara"), Heard()
    socket = await inside(tiktok, room, heard)
    assert len(room.go_silent()) == 1
    await room.send(Chat(juno, "unheard"))
    await socket.send(tag(7, b"hb"))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(socket.recv(), 0.2)
    assert len(room.listeners) == 1
    socket.transport.abort()
    again = await inside(tiktok, room, heard)
    assert heard.totals["chats"] == 1
    await again.close()


async def test_a_dropped_connection_ends_without_a_goodbye(tiktok: FakeTikTok, juno: Guest) -> None:
    room, heard = tiktok.go_live("mara"), Heard()
    socket = await inside(tiktok, room, heard)
    room.lose([room.write(Chat(juno, "under way"))])
    assert room.drop() == 1
    with pytest.raises(ConnectionClosedError) as raised:
        await socket.recv()
    assert raised.value.rcvd is None
    await (await inside(tiktok, room, heard)).close()
    assert heard.totals["chats"] == 1


@pytest.mark.parametrize(("code", "error"), [(1000, ConnectionClosedOK), (1011, ConnectionClosedError)])
async def test_a_closed_connection_says_its_code(tiktok: FakeTikTok, code: int, error: type[Exception]) -> None:
    room, heard = tiktok.go_live("mara"), Heard()
    socket = await inside(tiktok, room, heard)
    closing = asyncio.create_task(room.close(code, "because"))
    with pytest.raises(error):
        await socket.recv()
    assert await closing == 1
    assert socket.close_code == code


async def test_broken_and_unknown_messages_come_between_good_ones(tiktok: FakeTikTok, juno: Guest) -> None:
    room, heard = tiktok.go_live("mara"), Heard()
    socket = await inside(tiktok, room, heard)
    await room.send_garbage()
    garbage = await asyncio.wait_for(socket.recv(), 20)
    assert isinstance(garbage, bytes)
    with pytest.raises((ValueError, IndexError)):
        fields(garbage)
    await room.send_undecodable()
    await room.send_unknown("WebcastNewThingMessage")
    await room.send(Chat(juno, "still here"))
    await room.repeat(1)
    for _ in range(4):
        await frame(socket, heard)
    assert heard.undecodable == 1
    assert heard.methods == {"WebcastNewThingMessage": 1, "WebcastChatMessage": 1}
    assert heard.again == 1
    await socket.close()


async def test_a_creator_is_live_once_and_cannot_leave_twice(tiktok: FakeTikTok) -> None:
    first = tiktok.go_live("mara")
    with pytest.raises(Conflict):
        tiktok.go_live("MARA")
    await first.end()
    second = tiktok.go_live("mara")
    assert second.broadcast.room_id != first.broadcast.room_id
    await tiktok.go_offline("mara")
    with pytest.raises(NotFound):
        await tiktok.go_offline("mara")


async def test_strange_addresses_do_not_upset_it(tiktok: FakeTikTok) -> None:
    for path in (
        "/",
        "/@%00/live",
        "/@" + "a" * 500 + "/live",
        "/webcast/fetch?room_id=" + "9" * 40,
        "/webcast/room/check_alive/?room_ids=%C2%B2",
    ):
        assert (await get(tiktok, path)).status_code in {200, 404}, path
    assert json.loads((await get(tiktok, "/webcast/gift/list/")).content)["data"]["gifts"]
