"""The recorded messages, and small ones made to order."""

import base64
import gzip
import json
from pathlib import Path

from entourage.platforms.tiktok import schema_pb2 as wire

RECORDED = Path(__file__).parent / "recorded" / "payloads.jsonl"
ROOM = 7_300_000_000_000_000_001
NOW_MS = 1_700_000_000_000


def recorded() -> list[tuple[str, bytes]]:
    """Return every recorded message as (method, payload)."""
    lines = [json.loads(line) for line in RECORDED.read_text(encoding="utf-8").splitlines()]
    return [(line["method"], base64.b64decode(line["payload"])) for line in lines]


def common(msg_id: int, room: int = ROOM, at_ms: int = NOW_MS, key: str = "") -> wire.Common:
    """Make what messages begin with."""
    made = wire.Common(msg_id=msg_id, room_id=room, create_time=at_ms)
    if key:
        made.display_text.key = key
    return made


def chat(msg_id: int, text: str = "hello", user_id: int = 7, room: int = ROOM) -> tuple[str, bytes]:
    """Make a chat message."""
    user = wire.User(id=user_id, nickname=b"Mara", display_id="mara.live")
    said = wire.ChatMessage(common=common(msg_id, room), user=user, content=text.encode())
    return "WebcastChatMessage", said.SerializeToString()


def control(action: int, msg_id: int = 1, room: int = ROOM) -> tuple[str, bytes]:
    """Make a control message."""
    return "WebcastControlMessage", wire.ControlMessage(common=common(msg_id, room), action=action).SerializeToString()


def count(watching: int, msg_id: int = 1) -> tuple[str, bytes]:
    """Make a message of how many are watching."""
    made = wire.RoomUserSeqMessage(common=common(msg_id), total=watching, total_user=watching * 2)
    return "WebcastRoomUserSeqMessage", made.SerializeToString()


def frame(*messages: tuple[str, bytes], log_id: int = 1, ack: bool = True, packed: bool = True) -> bytes:
    """Pack messages into a frame as TikTok sends it."""
    bundle = wire.FetchResult(need_ack=ack, internal_ext="ext-1", cursor="c")
    for method, payload in messages:
        bundle.messages.add(method=method, payload=payload)
    payload = bundle.SerializeToString()
    made = wire.PushFrame(log_id=log_id, payload_encoding="pb", payload_type="msg")
    made.payload = gzip.compress(payload) if packed else payload
    if packed:
        made.headers.add(key="compress_type", value="gzip")
    return made.SerializeToString()
