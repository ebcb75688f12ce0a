"""The CSV file as LibreOffice opens it: every cell as it was, nothing calculated, nothing taken for a number that is a name."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from entourage.kernel.db import Database
from entourage.viewers import export, listing
from entourage.viewers.intake import Intake
from tests.viewers.events import Room, person

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
NAMES = [
    '=HYPERLINK("https://example.org/"&A1,"click")', "=1+1", "+49 30 1234", "-5", "@SUM(A1:A9)", "Anna, the 2nd; really", 'She said "hi"',
    "one\ntwo", "👩‍👩‍👧 ünïcode عمر", "007", "1e5", "12345678901234567890", "1/2", "2026-11-21", "TRUE", "  spaced  ", "50%", "1,5",
]  # fmt: skip
_OF = {prefix: f"urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0" for prefix in ("table", "text", "office")}

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.thorough,
    pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed: apt-get install libreoffice-calc-nogui"),
]


@pytest.fixture
def database_url(new_database: Any) -> str:
    return str(new_database("sqlite"))


def opened_by_office(file: Path, folder: Path) -> list[list[ET.Element]]:
    """Let LibreOffice open a file (commas, UTF-8, "quoted field as text"), and return its cells row by row."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [
        str(OFFICE),
        profile,
        "--headless",
        "--norestore",
        "--infilter=CSV:44,34,76,1,,0,true",
        "--convert-to",
        "fods",
        "--outdir",
        str(folder),
        str(file),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    written = ET.parse(folder / f"{file.stem}.fods")  # noqa: S314 - LibreOffice wrote it a moment ago
    sheet = written.getroot().find(".//table:table", _OF)
    assert sheet is not None
    return [list(_cells(row)) for row in sheet.iterfind("table:table-row", _OF)]


def _cells(row: ET.Element) -> Iterator[ET.Element]:
    for cell in row.iterfind("table:table-cell", _OF):
        for _ in range(min(100, int(cell.get(f"{{{_OF['table']}}}number-columns-repeated", "1")))):
            yield cell


def shown(cell: ET.Element) -> str:
    """Return what somebody sees in a cell."""
    return "\n".join("".join(_text(line)) for line in cell.iterfind("text:p", _OF))


def _text(line: ET.Element) -> Iterator[str]:
    yield line.text or ""
    for inner in line:
        if inner.tag.endswith("}s"):
            yield " " * int(inner.get(f"{{{_OF['text']}}}c", "1"))
        else:
            yield from _text(inner)
        yield inner.tail or ""


async def test_libreoffice_keeps_every_cell_and_calculates_nothing(db: Database, creator_id: int, intake: Intake, tmp_path: Path) -> None:
    room = Room()
    for number, name in enumerate(NAMES):
        who = person(f"who{number}", user_id=f"70000000000000000{number:02}", name=name)
        await intake.store(creator_id, [room.gift(who, number, coins=1_000 - number)])
    file = tmp_path / "viewers.csv"
    with file.open("wb") as into:
        async for part in export.stream_csv(db, creator_id, listing.Query()):
            into.write(part)

    head, *rows = opened_by_office(file, tmp_path)
    columns = [shown(cell) for cell in head][: len(export.COLUMNS)]
    assert columns == list(export.COLUMNS)
    assert len(rows) >= len(NAMES)
    told = [dict(zip(columns, row, strict=False)) for row in rows[: len(NAMES)]]
    assert not [cell for row in told for cell in row.values() if cell.get(f"{{{_OF['table']}}}formula")]
    for number, (name, row) in enumerate(zip(NAMES, told, strict=True)):
        assert shown(row["display_name"]).removeprefix("'" if name[0] in "=+-@" else "") == name
        assert row["display_name"].get(f"{{{_OF['office']}}}value-type") == "string"
        assert shown(row["tiktok_user_id"]) == f"70000000000000000{number:02}"
        assert shown(row["total_coins_spent"]) == str(1_000 - number)
        assert row["total_coins_spent"].get(f"{{{_OF['office']}}}value-type") == "float"
