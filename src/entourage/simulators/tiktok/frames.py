"""Frames of the live websocket: batches of messages in gzipped push frames, and what listeners send back."""

import gzip
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from google.protobuf.message import DecodeError

from entourage.simulators.tiktok import wire_pb2 as wire
from entourage.simulators.tiktok.messages import Message

_FAST = 1
"""Compression level: the simulator is measured together with the listener, so it must not be the slow one."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A frame that a listener sent: `hb`, `ack`, `im_enter_room` or something unknown."""

    kind: str
    log_id: int
    room_id: int = 0


def signed_batch(messages: Iterable[Message], *, cursor: str, push_server: str, route: Mapping[str, str]) -> bytes:
    """Build the sign server's reply: recent history, and where the websocket is."""
    batch = wire.Batch(
        cursor=cursor,
        internal_ext=_ext(cursor),
        route_params=route,
        heartbeat_duration=10_000,
        push_server=push_server,
        is_first=True,
    )
    batch.messages.extend(_parcels(messages, history=True))
    return batch.SerializeToString()


def batch(messages: Iterable[Message], *, cursor: str, now_ms: int) -> bytes:
    """Build the payload of a frame: messages that want one acknowledgement together."""
    made = wire.Batch(cursor=cursor, internal_ext=_ext(cursor), now=now_ms, need_ack=True)
    made.messages.extend(_parcels(messages, history=False))
    return made.SerializeToString()


def push(payload: bytes, *, kind: str, log_id: int, seq_id: int = 0, compressed: bool = False) -> bytes:
    """Build a push frame; a payload that is already gzipped says so with `compressed`."""
    frame = wire.Push(seq_id=seq_id, log_id=log_id, payload_encoding="pb", payload_type=kind, payload=payload)
    if compressed:
        frame.headers.add(key="compress_type", value="gzip")
    return frame.SerializeToString()


def squeeze(payload: bytes) -> bytes:
    """Gzip a payload the same way every time."""
    return gzip.compress(payload, _FAST, mtime=0)


def read(data: bytes) -> Heard | None:
    """Read what a listener sent, or None when it is no push frame."""
    try:
        frame = wire.Push.FromString(data)
        room_id = wire.Entering.FromString(frame.payload).room_id if frame.payload_type == "im_enter_room" else 0
    except DecodeError:
        return None
    return Heard(frame.payload_type, frame.log_id, room_id)


def _parcels(messages: Iterable[Message], *, history: bool) -> Iterable[wire.Parcel]:
    for one in messages:
        yield wire.Parcel(method=one.method, payload=one.payload, msg_id=one.msg_id, is_history=history)


def _ext(cursor: str) -> str:
    return f"internal_src:dim|wss_msg_type:r|wrds_v:{cursor}"
