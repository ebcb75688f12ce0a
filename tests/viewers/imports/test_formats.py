"""What each program writes is recognised by itself, and read as its columns mean it."""

from pathlib import Path
from typing import Any

import pytest

from entourage.kernel.errors import Invalid
from entourage.viewers.imports import formats, table
from entourage.viewers.imports.record import Record, Rejected
from tests.viewers.imports import files
from tests.viewers.imports.files import Make, text

HOUR, MINUTE = 3_600_000, 60_000


def read(path: Path, source: str = "") -> tuple[table.Table, dict[str, Record], list[Rejected]]:
    found = formats.look(path, source)
    lines = list(table.records(found))
    people = {one.handle.casefold(): one for one in lines if isinstance(one, Record)}
    return found, people, [one for one in lines if isinstance(one, Rejected)]


LENA: dict[str, tuple[str, str, str | None, dict[str, Any]]] = {
    "firebot-viewers": ("firebot", "twitch", "1001", {"watch_ms": 1250 * MINUTE, "comments": 340}),
    "firebot-currencies": ("firebot", "twitch", "1001", {"loyalty_points": 5200}),
    "firebot-backup": ("firebot", "twitch", "1001", {"watch_ms": 1250 * MINUTE, "comments": 340, "loyalty_points": 5200, "name": "Lena_Draws"}),
    "firebot-users": ("firebot", "twitch", "1001", {"watch_ms": 1250 * MINUTE, "loyalty_points": 5200}),
    "streamlabs-xlsx": ("streamlabs", "twitch", None, {"watch_ms": 20 * HOUR + 30 * MINUTE, "loyalty_points": 5200, "tags": ["Regular"]}),
    "streamlabs-chatbot": ("streamlabs", "twitch", None, {"watch_ms": 20 * HOUR + 30 * MINUTE, "loyalty_points": 5200, "tags": ["Regular"]}),
    "streamlabs-cloudbot": ("streamlabs", "twitch", None, {"watch_ms": 1250 * MINUTE, "loyalty_points": 5200}),
    "streamelements-json": ("streamelements", "twitch", None, {"loyalty_points": 5200}),
    "streamelements-minutes": ("streamelements", "twitch", None, {"watch_ms": 1250 * MINUTE}),
    "streamelements-csv": ("streamelements", "twitch", None, {"watch_ms": 1250 * MINUTE, "loyalty_points": 5200}),
    "mixitup": ("mixitup", "twitch", "1001", {"watch_ms": 1250 * MINUTE, "visits": 42, "comments": 340, "loyalty_points": 5200, "tags": ["The Artist"]}),
    "mixitup-utf16": ("mixitup", "twitch", "1001", {"loyalty_points": 5300}),
    "phantombot": ("phantombot", "twitch", None, {"watch_ms": 75_000_000, "loyalty_points": 5200}),
    "phantombot-mac": ("phantombot", "twitch", None, {"watch_ms": 75_000_000, "loyalty_points": 5300}),
    "ltth": ("ltth", "tiktok", "6813181309701719620", {
        "watch_ms": 75_000_000, "coins": 5200, "visits": 42, "comments": 340, "birthday": "1990-05-17", "notes": "Likes cats",
        "tags": ["regular", "artist"], "tier": "Gold", "favorite": True, "name": "Lena",
    }),
    "ltth-levels": ("ltth", "tiktok", None, {"loyalty_points": 5200}),
    "csv": ("csv", "tiktok", None, {
        "loyalty_points": 5200, "watch_ms": 20 * HOUR + 30 * MINUTE, "birthday": "1990-05-17", "notes": "Mag Katzen", "tags": ["Stammgast", "Künstler"],
    }),
    "csv-utf16": ("csv", "tiktok", None, {"loyalty_points": 5200, "tags": ["Stammgast", "Künstler"]}),
}  # fmt: skip


@pytest.mark.parametrize("kind", files.ALL)
def test_a_file_is_recognised_and_read_as_its_program_meant_it(kind: str, tmp_path: Path) -> None:
    source, platform, user_id, said = LENA[kind]
    found, people, rejected = read(files.ALL[kind](tmp_path))
    lena = people["lena_draws"]
    assert (found.source, lena.platform, lena.user_id) == (source, platform, user_id)
    assert {name: lena.fields.get(name) for name in said} == said
    assert rejected
    assert all(one.reason.endswith(".") and one.line > 0 for one in rejected)


def test_a_line_with_a_second_account_keeps_it_for_linking(tmp_path: Path) -> None:
    _, people, _ = read(files.ALL["mixitup"](tmp_path))
    assert people["lena_draws"].links == [["youtube", "UCxyz", "Lena Draws"]]
    assert (people["mo"].platform, people["mo"].user_id) == ("youtube", "UCabc")


def test_swapped_dates_of_old_firebots_are_put_right(tmp_path: Path) -> None:
    _, people, _ = read(files.ALL["firebot-viewers"](tmp_path))
    assert people["mo_backt"].fields["first_seen_ms"] < people["mo_backt"].fields["last_seen_ms"]


def test_users_db_goes_by_the_last_line_of_each_and_forgets_who_was_deleted(tmp_path: Path) -> None:
    _, people, rejected = read(files.ALL["firebot-users"](tmp_path))
    assert set(people) == {"lena_draws", "mo_backt"}
    assert [one.reason for one in rejected] == ["This line is broken: it is no JSON.", "Minutes in Channel: -3 is less than nothing."]


def test_a_rounded_id_of_the_predecessor_is_dropped_rather_than_believed(tmp_path: Path) -> None:
    _, people, _ = read(files.ALL["ltth"](tmp_path))
    assert people["mo"].user_id is None
    assert people["mo"].fields["coins"] == 40, "its coins are counted once"


@pytest.mark.parametrize(
    "make",
    [
        files.workbook("list.xlsx", "Points", [["lena", "Regular", 5200, 20.5], ["mo", "Unranked", 4, 1]]),
        text("list.csv", "lena,Regular,5200,20.5\nmo,Unranked,4,1\n"),
    ],
)
def test_a_chatbot_list_needs_no_names_of_columns(make: Make, tmp_path: Path) -> None:
    found, people, _ = read(make(tmp_path))
    assert found.source == "streamlabs"
    assert people["lena"].fields == {"loyalty_points": 5200, "watch_ms": 20 * HOUR + 30 * MINUTE, "tags": ["Regular"]}


def test_a_file_that_is_said_to_be_another_is_refused_with_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"Mix It Up"):
        read(files.ALL["firebot-backup"](tmp_path), "mixitup")
    with pytest.raises(Invalid, match=r"no format 'nightbot'"):
        read(files.ALL["phantombot"](tmp_path), "nightbot")
    with pytest.raises(Invalid, match=r"not the list that PhantomBot makes"):
        read(text("x.csv", "Who,What\nlena,3\n")(tmp_path), "phantombot")


@pytest.mark.parametrize(
    ("cell", "points"),
    [("5200", 5200), ("5,200", 5200), ("5.200", 5200), ("5 200", 5200), ("5'200", 5200), ("5200.7", 5200), ("1e3", 1000), ("", 0)],
)
def test_numbers_are_read_as_people_write_them(cell: str, points: int, tmp_path: Path) -> None:
    _, people, _ = read(text("a.csv", f'username;punkte;minuten\nlena;"{cell}";1\n')(tmp_path), "csv")
    assert people["lena"].fields.get("loyalty_points", 0) == points


@pytest.mark.parametrize("cell", ["-1", "many", "1e99", "NaNaN", "=1+1", "٣٤x", "1,2,3,4x"])
def test_what_is_no_count_is_a_failed_row_and_not_a_failed_file(cell: str, tmp_path: Path) -> None:
    _, people, rejected = read(text("a.csv", f'username;punkte;minuten\nlena;"{cell}";1\nmo;3;4\n')(tmp_path), "csv")
    assert set(people) == {"mo"}
    assert [one.line for one in rejected] == [2]
    assert rejected[0].reason.startswith("punkte: ")
