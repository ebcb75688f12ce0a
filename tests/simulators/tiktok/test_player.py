"""Scripts and recordings over the wire, heard by a listener that comes back after every break."""

import asyncio
import base64
import json
import time
from pathlib import Path

import pytest

from entourage.kernel import clock
from entourage.kernel.errors import Invalid
from entourage.simulators.tiktok.acts import Chat, Guest
from entourage.simulators.tiktok.evening import Evening
from entourage.simulators.tiktok.fake import FakeTikTok
from entourage.simulators.tiktok.player import AS_FAST_AS_IT_GOES, Player, play_recording
from entourage.simulators.tiktok.script import Beat, Say
from tests.simulators.tiktok.listening import Heard, listen
from tests.simulators.tiktok.test_evening import COUNTED

pytestmark = pytest.mark.anyio

RECORDED = Path(__file__).parents[2] / "platforms" / "tiktok" / "recorded" / "payloads.jsonl"


@pytest.mark.thorough
async def test_an_evening_over_the_wire_is_heard_as_it_was_meant(tiktok: FakeTikTok) -> None:
    evening, heard = Evening(42, 300, 20), Heard()
    room = tiktok.go_live("mara")
    playing = asyncio.create_task(Player(room, evening, speed=AS_FAST_AS_IT_GOES).run())
    connects = await asyncio.wait_for(listen(tiktok.url, "mara", heard), 30)
    await playing
    assert {name: heard.totals[name] for name in COUNTED} == {name: getattr(evening.truth, name) for name in COUNTED}
    assert heard.people == evening.truth.people
    assert dict(heard.coins_of) == evening.truth.coins_of
    assert connects == tiktok.counts.connects == tiktok.counts.signs == 4
    assert heard.again > 60
    assert tiktok.counts.acks >= tiktok.counts.frames - 24


@pytest.mark.thorough
async def test_a_silence_lasts_as_long_as_told_and_a_watchdog_ends_it_sooner(tiktok: FakeTikTok) -> None:
    evening, heard = Evening(3, 20, 1), Heard()
    room = tiktok.go_live("mara")
    player = Player(room, evening, speed=AS_FAST_AS_IT_GOES, silence_s=0.6)
    playing = asyncio.create_task(player.run())
    began = time.monotonic()
    connects = await asyncio.wait_for(listen(tiktok.url, "mara", heard, watchdog_s=0.2), 20)
    await playing
    assert time.monotonic() - began > 0.6
    assert connects >= 4
    assert heard.totals["coins"] == evening.truth.coins


@pytest.mark.thorough
async def test_a_patient_player_waits_for_somebody_to_listen(tiktok: FakeTikTok) -> None:
    player = Player(tiktok.go_live("mara"), Evening(3, 20, 1), speed=1000)
    playing = asyncio.create_task(player.run())
    await asyncio.sleep(0.2)
    waited: str = player.state
    assert waited == "waiting"
    assert player.position_ms < 20_000, "had it played on, it would be at 200,000"
    heard = Heard()
    await asyncio.wait_for(listen(tiktok.url, "mara", heard), 20)
    await playing
    assert player.state == "done"


async def test_an_impatient_player_plays_to_an_empty_room(tiktok: FakeTikTok) -> None:
    room = tiktok.go_live("mara")
    await asyncio.wait_for(Player(room, Evening(3, 20, 1), speed=AS_FAST_AS_IT_GOES, patient=False).run(), 10)
    assert room.state == "ended"
    assert tiktok.room_of("mara") is None
    assert tiktok.counts.messages == 0


@pytest.mark.thorough
async def test_the_speed_changes_while_it_plays(tiktok: FakeTikTok, juno: Guest) -> None:
    beats = [Beat(number * 1000, Say(Chat(juno, str(number)), number * 1000, number)) for number in range(30)]
    room = tiktok.go_live("mara", start_at_ms=1_790_000_000_000)
    player = Player(room, beats, speed=1, patient=False)
    playing = asyncio.create_task(player.run())
    await asyncio.sleep(0.15)
    assert player.position_ms < 29_000, "at its own pace it would take half a minute"
    player.speed = 60
    await asyncio.wait_for(playing, 20)
    assert room.now_ms() >= 1_790_000_029_000
    with pytest.raises(Invalid):
        player.speed = 0


async def test_a_held_stream_stands_still(tiktok: FakeTikTok, juno: Guest) -> None:
    beats = [Beat(number * 100, Say(Chat(juno, str(number)), number * 100, number)) for number in range(10)]
    player = Player(tiktok.go_live("mara"), beats, speed=10, patient=False)
    player.hold()
    playing = asyncio.create_task(player.run())
    await asyncio.sleep(0.15)
    assert (player.state, player.position_ms) == ("held", 0)
    player.hold(held=False)
    await asyncio.wait_for(playing, 30)
    assert player.state == "done"


async def test_the_stream_begins_now_unless_told_otherwise(tiktok: FakeTikTok) -> None:
    assert abs(tiktok.go_live("mara").broadcast.start_ms - clock.now_ms()) < 2000
    room = tiktok.go_live("noor", start_at_ms=1_700_000_000_000)
    assert room.broadcast.room_id >> 32 == 1_700_000_000


async def test_a_recording_comes_out_byte_for_byte_and_with_its_truth(tiktok: FakeTikTok) -> None:
    room, heard = tiktok.go_live("mara"), Heard()
    listener = asyncio.create_task(listen(tiktok.url, "mara", heard))
    sent = await asyncio.wait_for(play_recording(room, RECORDED), 20)
    await tiktok.go_offline("mara")
    await asyncio.wait_for(listener, 30)
    lines = [json.loads(line) for line in RECORDED.read_text().splitlines()]
    assert sent == len(lines) == 431
    assert heard.payloads == [(one["method"], base64.b64decode(one["payload"])) for one in lines]
    totals = {name: heard.totals[name] for name in ("coins", "gift_units", "chats", "likes", "follows", "shares", "joins")}
    assert totals == {
        "coins": 218, "gift_units": 86, "chats": 69, "likes": 669, "follows": 37, "shares": 26, "joins": 75,
    }  # fmt: skip
    assert len(heard.people) == 252
