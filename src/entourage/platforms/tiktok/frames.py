"""Websocket frames: what comes in is unpacked, what goes out is packed."""

import zlib
from dataclasses import dataclass

from google.protobuf.message import DecodeError

from entourage.platforms.tiktok import schema_pb2 as wire

MOST_BYTES = 8 * 2**20
_GZIP = 16 + zlib.MAX_WBITS
_LIVE_ID = 12


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame as it came: its type, and for a frame of messages the bundle and the acknowledgement it asks for."""

    kind: str
    bundle: wire.FetchResult | None = None
    ack: bytes | None = None


def open_frame(raw: bytes) -> Frame | None:
    """Unpack a frame; None when it is damaged, or would grow beyond `MOST_BYTES`."""
    try:
        frame = wire.PushFrame.FromString(raw)
        if frame.payload_type != "msg":
            return Frame(frame.payload_type)
        payload = frame.payload
        if any(header.key == "compress_type" and header.value == "gzip" for header in frame.headers):
            payload = gunzip(payload)
        bundle = wire.FetchResult.FromString(payload)
    except (DecodeError, zlib.error):
        return None
    return Frame("msg", bundle, _ack(frame.log_id, bundle.internal_ext) if bundle.need_ack else None)


def gunzip(packed: bytes) -> bytes:
    """Unpack gzip; raises zlib.error when it is damaged, cut short or grows beyond `MOST_BYTES`."""
    engine = zlib.decompressobj(_GZIP)
    opened = engine.decompress(packed, MOST_BYTES)
    if not engine.eof:
        msg = "cut short or too large"
        raise zlib.error(msg)
    return opened


def enter_room(room_id: int) -> bytes:
    """Pack the frame by which an audience member enters a room."""
    entering = wire.EnterRoom(room_id=room_id, live_id=_LIVE_ID, identity="audience", filter_welcome_msg="0")
    return _pack("im_enter_room", entering.SerializeToString())


def heartbeat(room_id: int, seq: int) -> bytes:
    """Pack one heartbeat."""
    return _pack("hb", wire.HeartBeat(room_id=room_id, seq=seq).SerializeToString())


def _ack(log_id: int, internal_ext: str) -> bytes:
    return _pack("ack", (internal_ext or "-").encode(), log_id)


def _pack(kind: str, payload: bytes, log_id: int = 0) -> bytes:
    frame = wire.PushFrame(log_id=log_id, payload_encoding="pb", payload_type=kind, payload=payload)
    return frame.SerializeToString()
