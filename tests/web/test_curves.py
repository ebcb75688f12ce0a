"""A stream's course as paths: within the picture, over the gaps, beside the usual one."""

import re

import pytest

from entourage.viewers.stream_shapes import Curve, GapRow, MinuteRow, UsualStep
from entourage.web import curves

AT = "2026-11-20T{}:00.000Z"


def course(*comments: int, usual: tuple[float, ...] = (), minutes: int = 1) -> Curve:
    steps = [MinuteRow(AT.format(f"19:{place * minutes:02}"), n, 0, 10 * n, n, 0, n) for place, n in enumerate(comments)]
    return Curve(minutes, steps, [UsualStep(n, 0, 10 * n, n, 0, n) for n in usual])


def gap(since: str, until: str | None) -> GapRow:
    return GapRow(1, "tiktok", 1, AT.format(since), AT.format(until) if until else None, 60, "reconnecting", 0)


def numbers(path: str) -> list[float]:
    return [float(one) for one in re.findall(r"-?\d+\.?\d*", path)]


@pytest.mark.parametrize(
    ("value", "top"), [(0, 2), (1, 2), (2, 2), (3, 4), (7, 8), (9, 10), (11, 12), (20.5, 24), (61, 80), (99, 100), (112, 120), (1234, 1600)]
)
def test_the_upper_edge_is_a_round_number(value: float, top: int) -> None:
    assert curves.ceiling(value) == top


def test_nothing_known_is_no_picture() -> None:
    assert curves.draw(Curve(1, [], []), [], "comments") is None


def test_a_quiet_stream_has_a_picture_without_a_peak() -> None:
    chart = curves.draw(course(0, 0, 0), [], "comments")
    assert chart is not None
    assert (chart.peak, chart.top) == (None, 2)


def test_the_busiest_step_is_named_and_the_line_ends_where_the_picture_does() -> None:
    chart = curves.draw(course(1, 5, 10, 2, usual=(2.0, 2.0, 5.0)), [], "comments")
    assert chart is not None
    assert chart.peak is not None
    assert (chart.peak.at, chart.peak.says, chart.top) == (AT.format("19:02"), "10 comments", 10)
    assert chart.line == "M125.0 180.0L375.0 100.0L625.0 0.0L875.0 160.0"
    assert chart.area == chart.line + "L875.0 200L125.0 200Z"
    assert chart.usual == "M125.0 160.0L375.0 160.0L625.0 100.0"
    assert [step.x for step in chart.steps] == [0, 250, 500, 750]


def test_coins_are_bars_and_what_nobody_counted_is_left_out() -> None:
    chart = curves.draw(course(0, 5, 0, 10), [], "coins")
    assert chart is not None
    assert chart.area.count("M") == 2
    assert chart.line == ""
    watching = curves.draw(course(0, 5, 0, 10), [], "watching")
    assert watching is not None
    assert len(numbers(watching.line)) == 4, "where the platform said nothing there is no point"


@pytest.mark.parametrize(
    ("since", "until", "bands"),
    [
        ("19:01", "19:02", [(250.0, 250.0)]),
        ("19:01", "19:01", [(250.0, 2.0)]),
        ("18:50", "19:01", [(0.0, 250.0)]),
        ("19:03", None, [(750.0, 250.0)]),
        ("18:50", "18:55", []),
        ("19:10", "19:15", [(998.0, 2.0)]),
    ],
)
def test_a_gap_lies_where_it_was(since: str, until: str | None, bands: list[tuple[float, float]]) -> None:
    chart = curves.draw(course(1, 2, 3, 4), [gap(since, until)], "comments")
    assert chart is not None
    assert chart.gaps == bands


def test_ticks_are_spread_over_the_whole_stream() -> None:
    chart = curves.draw(course(*range(11), minutes=5), [], "comments")
    assert chart is not None
    assert [at[11:16] for at in chart.ticks] == ["19:00", "19:10", "19:25", "19:40", "19:50"]
