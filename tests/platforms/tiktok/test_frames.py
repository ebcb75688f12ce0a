"""Websocket frames are unpacked, acknowledged, and refused when they are damaged or too large."""

import gzip

from hypothesis import given
from hypothesis import strategies as st

from entourage.platforms.tiktok import frames
from entourage.platforms.tiktok import schema_pb2 as wire
from tests.platforms.tiktok.payloads import chat, frame


def test_a_gzip_frame_gives_its_messages_and_the_ack_it_asks_for() -> None:
    opened = frames.open_frame(frame(chat(1), chat(2), log_id=99))
    assert opened is not None
    assert opened.bundle is not None
    assert [message.method for message in opened.bundle.messages] == ["WebcastChatMessage"] * 2
    ack = wire.PushFrame.FromString(opened.ack or b"")
    assert (ack.payload_type, ack.log_id, ack.payload) == ("ack", 99, b"ext-1")


def test_a_plain_frame_that_wants_no_ack_gets_none() -> None:
    opened = frames.open_frame(frame(chat(1), ack=False, packed=False))
    assert opened is not None
    assert opened.bundle is not None
    assert opened.ack is None


def test_an_ack_without_internal_ext_carries_a_dash() -> None:
    bundle = wire.FetchResult(need_ack=True)
    raw = wire.PushFrame(payload_type="msg", log_id=3, payload=bundle.SerializeToString()).SerializeToString()
    opened = frames.open_frame(raw)
    assert opened is not None
    assert wire.PushFrame.FromString(opened.ack or b"").payload == b"-"


def test_other_frames_carry_no_messages() -> None:
    opened = frames.open_frame(wire.PushFrame(payload_type="hb").SerializeToString())
    assert opened is not None
    assert (opened.kind, opened.bundle, opened.ack) == ("hb", None, None)


def test_a_bomb_and_a_torso_are_refused() -> None:
    bomb = wire.PushFrame(payload_type="msg", payload=gzip.compress(bytes(frames.MOST_BYTES + 1)))
    bomb.headers.add(key="compress_type", value="gzip")
    assert frames.open_frame(bomb.SerializeToString()) is None
    torso = wire.PushFrame.FromString(frame(chat(1)))
    torso.payload = torso.payload[:-9]
    assert frames.open_frame(torso.SerializeToString()) is None


@given(st.binary(max_size=200))
def test_garbage_is_no_frame_or_an_empty_one(raw: bytes) -> None:
    opened = frames.open_frame(raw)
    assert opened is None or isinstance(opened.kind, str)
