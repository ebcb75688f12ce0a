"""Recordings are read line by line, and a bad line costs only itself."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from entourage.kernel.errors import Invalid
from entourage.platforms.json_events.translate import translate as from_json
from entourage.platforms.tiktok import recording
from entourage.ports.live import Chat, Gift, LiveEvent
from tests.platforms.tiktok.payloads import RECORDED


def no_mapper(raw: Mapping[str, object], /, *, platform: str = "tiktok", received_ms: int) -> list[LiveEvent]:
    raise AssertionError((raw, platform, received_ms))


def test_the_recorded_payloads_are_read_in_order_with_their_times() -> None:
    tally = recording.Tally()
    lines = list(recording.read(RECORDED, no_mapper, tally))
    assert (len(lines), tally.lines, tally.refused) == (431, 431, 0)
    assert tally.bytes_read == RECORDED.stat().st_size
    assert lines[0][0] == 1_696_447_139_735
    assert sum(isinstance(event, Gift) for _, events in lines for event in events) == 63
    assert all(abs(event.at_ms - received_ms) < 86_400_000 for received_ms, events in lines for event in events)


def test_other_lines_go_to_the_mapper_and_bad_lines_are_counted(tmp_path: Path) -> None:
    flat = {"received_at": 1_749_859_560_559, "event": "chat", "data": {"comment": "hi", "userId": "7", "msgId": "1"}}
    lines = [
        "\ufeff" + json.dumps(flat),
        "",
        "no json",
        "[1, 2]",
        '{"method": "WebcastChatMessage", "payload": "***"}',
        '{"received_at": "yesterday", "event": "chat", "data": {}}',
        '{"event": "gift", "data": {"giftId": 1}}',
        '{"event": "chat", "data": {"comment": "later", "userId": "7", "msgId": "2"}}',
    ]
    path = tmp_path / "evening.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    tally = recording.Tally()
    read = list(recording.read(path, from_json, tally))
    assert [(at, event.text) for at, events in read for event in events if isinstance(event, Chat)] == [
        (1_749_859_560_559, "hi"),
        (1_749_859_560_559, "later"),
    ]
    assert (tally.lines, tally.refused) == (8, 5)
    assert [reason.partition(":")[0] for reason in tally.reasons] == ["Line 3", "Line 4", "Line 5", "Line 6", "Line 7"]
    assert "no base64" in tally.reasons[2]
    assert "received_at is no moment" in tally.reasons[3]
    assert "diamondCount is missing" in tally.reasons[4]


def test_only_the_first_reasons_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text("x\n" * 500, encoding="utf-8")
    tally = recording.Tally()
    assert list(recording.read(path, no_mapper, tally)) == []
    assert (tally.refused, len(tally.reasons)) == (500, 20)


def test_a_line_without_end_is_refused_and_the_next_one_read(tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl"
    good = json.dumps({"event": "chat", "data": {"comment": "after", "userId": "7"}})
    path.write_bytes(b"x" * (40 * 2**20) + b"\n" + good.encode())
    tally = recording.Tally()
    read = list(recording.read(path, from_json, tally))
    assert (len(read), tally.refused, tally.lines) == (1, 1, 2)
    assert tally.bytes_read == path.stat().st_size


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"nowhere\.jsonl cannot be read"):
        list(recording.read(tmp_path / "nowhere.jsonl", no_mapper))
