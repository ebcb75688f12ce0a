"""Connections in words."""

from dataclasses import dataclass, field
from typing import Any, get_args

import pytest

from entourage.kernel import clock
from entourage.ports.live import StateCode
from entourage.web import chips


@dataclass
class Link:
    """A connection as a chip sees it."""

    source: str = "tiktok"
    account: str = "ada.live"
    enabled: bool = True
    state: dict[str, Any] = field(default_factory=dict)


@pytest.mark.parametrize("code", get_args(StateCode))
def test_every_state_has_words_of_its_own(code: str) -> None:
    chip = chips.one(Link(state={"code": code}))
    assert chip.text == f"TikTok: {chip.state}"
    assert chip.state != chips.one(Link(state={"code": "never heard of"})).state


def test_a_live_stream_says_how_many_are_watching() -> None:
    chip = chips.one(Link(state={"code": "live", "watching": 1204}))
    assert (chip.tone, chip.text) == ("live", "TikTok: live, 1,204 watching")


def test_a_wait_says_until_when_and_stops_saying_so_when_it_is_over() -> None:
    later = clock.now_ms() + 3_600_000
    assert "must wait until" in chips.one(Link(state={"code": "rate_limited", "until_ms": later})).text
    assert "moment" in chips.one(Link(state={"code": "rate_limited", "until_ms": 1000})).text


def test_a_house_without_connections_says_so_once() -> None:
    assert [chip.text for chip in chips.of([])] == ["TikTok: not connected"]
    assert [chip.text for chip in chips.of([Link(enabled=False), Link(source="tikfinity", enabled=False)])] == ["TikTok: not connected"]


def test_what_is_wrong_comes_first_and_then_what_is_live() -> None:
    fine = Link(source="fanvue", state={"code": "connected"})
    links = [
        fine,
        Link(state={"code": "live", "watching": 3}),
        Link(source="euler", state={"code": "offline"}),
        Link(source="twitch", state={"code": "sign_in"}),
    ]
    assert [chip.tone for chip in chips.of(links)] == ["bad", "live", "good", "good"]
    assert [chip.source for chip in chips.of(links)][:2] == ["twitch", "tiktok"]


def test_tikfinity_needs_no_account() -> None:
    assert [chip.source for chip in chips.of([Link(source="tikfinity", account="", state={"code": "live"})])] == ["tikfinity"]
