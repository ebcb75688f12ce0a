"""The rule of gaps against its table, docs/rules/gaps.md."""

import pytest

from entourage.ports.live import FeedState, StateCode
from entourage.viewers import outage
from tests.written import ids, table

ROOM = "7001"
CODES: dict[str, StateCode] = {
    "c": "connecting", "l": "live", "p": "paused", "x": "reconnecting", "w": "rate_limited", "n": "refused", "u": "unreachable",
    "o": "offline", "z": "ended",
}  # fmt: skip
NAMED = {"connecting", "live", "paused"}


def played(told: str) -> list[outage.Gap]:
    """Play what a feed says, and return the ledger."""
    watch = outage.Watch()
    ledger: list[outage.Gap] = []
    heard_before: int | None = None
    for act in told.split():
        kind, at_ms = act[0], int(act[1:]) * 1000
        change: outage.Told | None = None
        if kind == "s":
            heard_before = at_ms
        elif kind in "er":
            watch.hear(at_ms, str(at_ms) if kind == "r" else "")
        else:
            code = CODES[kind]
            state = FeedState("tiktok", code, at_ms, room=ROOM if code in NAMED else "")
            if heard_before is not None and watch.is_new(state):
                write(ledger, watch.resume(ROOM, heard_before, at_ms))
            change = watch.tell(state)
        write(ledger, change)
    return ledger


def write(ledger: list[outage.Gap], told: outage.Told | None) -> None:
    if told is None:
        return
    if told.what == "open":
        ledger.append(told.gap)
    elif told.what == "drop":
        ledger.pop()
    else:
        ledger[-1] = told.gap


@pytest.mark.parametrize("row", table("rules/gaps.md", "case"), ids=ids)
def test_a_feed_leaves_the_gaps_of_the_table(row: dict[str, str]) -> None:
    written = [
        f"{gap.from_ms // 1000}-{'' if gap.until_ms is None else gap.until_ms // 1000} {gap.reason} {gap.recovered}"
        for gap in played(row["told"])
    ]
    assert ", ".join(written) == row["gaps: from-until reason recovered"]


def test_a_gap_left_open_by_a_crash_is_closed_by_the_line_to_the_same_room() -> None:
    watch = outage.Watch()
    watch.adopt(outage.Gap(100_000, "reconnecting", ROOM))
    assert watch.resume(ROOM, 99_000, 200_000) is None
    watch.hear(150_000, "a message")
    closed = watch.tell(FeedState("tiktok", "live", 201_000, room=ROOM))
    assert closed == outage.Told("close", outage.Gap(100_000, "reconnecting", ROOM, 201_000, 1))


def test_a_gap_left_open_by_a_crash_has_no_length_when_the_stream_is_over() -> None:
    watch = outage.Watch()
    watch.adopt(outage.Gap(100_000, "reconnecting", ROOM))
    closed = watch.tell(FeedState("tiktok", "offline", 90_000_000))
    assert closed == outage.Told("close", outage.Gap(100_000, "reconnecting", ROOM, 100_000, 0))


def test_an_unnamed_source_is_in_a_stream_for_ten_minutes_after_its_last_event() -> None:
    watch = outage.Watch()
    watch.tell(FeedState("tikfinity", "live", 0))
    watch.hear(1_000)
    lost = watch.tell(FeedState("tikfinity", "unreachable", 5_000))
    assert lost == outage.Told("open", outage.Gap(1_000, "unreachable"))
    watch = outage.Watch()
    watch.tell(FeedState("tikfinity", "live", 0))
    watch.hear(1_000)
    assert watch.tell(FeedState("tikfinity", "unreachable", 700_000)) is None
