"""Numbers, lengths of time and moments in two languages."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from entourage.kernel import clock
from entourage.web import engine, formats, i18n

NOW = datetime(2026, 3, 8, 21, 30, tzinfo=UTC)  # a Sunday


@pytest.fixture(autouse=True)
def evening() -> Iterator[None]:
    """Let it be Sunday evening in Berlin."""
    before = clock.set_source(lambda: NOW)
    i18n.speak(i18n.Voice("en", "en", "Europe/Berlin"))
    yield
    clock.set_source(before)
    i18n.speak(i18n.Voice())


def german() -> None:
    i18n.speak(i18n.Voice("de", "de", "Europe/Berlin"))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (45, "45 s"), (60, "1 min"), (3599, "59 min"), (3600, "1 h"), (19_230, "5 h 20 min"), (432_000, "120 h")],
)
def test_a_length_of_time_has_its_two_largest_units(seconds: int, words: str) -> None:
    assert formats.duration(seconds) == words


@pytest.mark.parametrize(("place", "words"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (112, "112th"), (121, "121st")])
def test_a_place_in_an_order_is_an_english_ordinal(place: int, words: str) -> None:
    assert formats.ordinal(place) == words


def test_a_place_in_an_order_has_a_point_in_german() -> None:
    german()
    assert formats.ordinal(1200) == "1.200."


@pytest.mark.parametrize(("stored", "in_german"), [("1995-08-21", "21.8.1995"), ("--02-29", "29.2."), ("", "")])
def test_a_birthday_is_written_as_its_reader_types_it(stored: str, in_german: str) -> None:
    assert formats.birthday(stored) == stored
    german()
    assert formats.birthday(stored) == in_german


@pytest.mark.parametrize(
    ("value", "english", "in_german"), [(9_870, "9,870", "9.870"), (12_400, "12.4K", "12.400"), (2_340_000, "2.3M", "2,3\xa0Mio.")]
)
def test_a_number_is_short_only_when_it_is_long(value: int, english: str, in_german: str) -> None:
    assert formats.compact(value) == english
    german()
    assert formats.compact(value) == in_german


@pytest.mark.parametrize(
    ("back", "words"),
    [
        (timedelta(hours=1), "earlier today"),
        (timedelta(hours=23), "yesterday"),
        (timedelta(days=3), "Thursday"),
        (timedelta(days=6, hours=20), "Monday"),
        (timedelta(days=7), "Mar 1, 2026"),
    ],
)
def test_the_visit_before_is_named_as_in_conversation(back: timedelta, words: str) -> None:
    assert formats.last_seen((NOW - back).isoformat()) == words


@pytest.mark.parametrize(
    ("back", "words"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=4, seconds=50), "4 min. ago"),
        (timedelta(minutes=59, seconds=59), "59 min. ago"),
        (timedelta(hours=23, minutes=59), "23 hr. ago"),
        (timedelta(days=1), "Mar 7, 2026"),
    ],
)
def test_a_time_is_relative_for_a_day_and_exact_on_hover(back: timedelta, words: str) -> None:
    written = formats.ago((NOW - back).isoformat())
    assert f">{words}</time>" in written
    assert 'title="Mar ' in written
    assert "PM" in written


def test_hours_of_the_week_begin_on_sunday_in_the_grid_and_on_monday_in_berlin() -> None:
    german()
    assert [day.place for day in formats.weekdays()] == [1, 2, 3, 4, 5, 6, 0]
    assert formats.weekdays()[0].name == "Montag"
    assert formats.hour_of_week(0, 23) == "Sonntag 23–00 Uhr"


@pytest.mark.parametrize(
    ("name", "letters"), [("Lena", "LE"), ("Björn Käfer", "BK"), ("dj_samir", "DS"), ("ゆき", "ゆき"), ("👑", "?"), ("", "?"), ("x", "X")]
)
def test_somebody_without_a_picture_has_initials(name: str, letters: str) -> None:
    assert formats.initials(name) == letters


def test_data_for_a_script_cannot_end_the_script() -> None:
    written = engine.data({"name": "</script><script>alert(1)</script>", "amp": "&lt;"})
    assert "<" not in written
    assert "&" not in written


@pytest.mark.parametrize(
    ("header", "tags"),
    [
        ("de-DE,de;q=0.9,en;q=0.8", ["de-DE", "de", "en"]),
        ("en;q=0.1, de;q=0.9", ["de", "en"]),
        ("xx-notalanguage, *;q=0.5, de", ["de"]),
        ("", []),
        ("," * 5000, []),
        ("de;q=lots", []),
    ],
)
def test_what_a_browser_asks_for_is_read_in_its_order(header: str, tags: list[str]) -> None:
    assert i18n._accepted(header) == tags
