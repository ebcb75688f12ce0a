"""Files made to harm, or broken on the way, are refused with a sentence, and quickly."""

import json
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from entourage.kernel.errors import EntourageError, Invalid, TooLarge
from entourage.viewers.imports import formats, table
from entourage.viewers.imports.record import Record
from tests.viewers.imports.files import Make, text, workbook


def _written(name: str, content: bytes) -> Make:
    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content)
        return path

    return make


def _zip(name: str, *entries: tuple[str, bytes]) -> Make:
    def make(folder: Path) -> Path:
        path = folder / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for inside, content in entries:
                archive.writestr(inside, content)
        return path

    return make


def _bomb(name: str, inside: str, megabytes: int) -> Make:
    """Make an archive that unfolds to much more than it takes; it is written piece by piece."""

    def make(folder: Path) -> Path:
        path = folder / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.writestr("xl/workbook.xml", b"<a/>")
            with archive.open(inside, "w") as sink:
                for _ in range(megabytes):
                    sink.write(b" " * 1_000_000)
        return path

    return make


def _locked(folder: Path) -> Path:
    path = _zip("locked.zip", ("profiles/a/db/users.db", b'{"_id":"1","username":"x"}'))(folder)
    held = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        held[held.index(mark) + place] |= 1
    path.write_bytes(held)
    return path


def _lying(folder: Path) -> Path:
    """Make an archive that declares less than it unfolds to."""
    path = _zip("lying.zip", ("profiles/a/db/users.db", b'{"_id":"1","username":"x"}\n' * 50_000))(folder)
    held = bytearray(path.read_bytes())
    place = held.index(b"PK\x01\x02") + 24
    held[place : place + 4] = (10).to_bytes(4, "little")
    path.write_bytes(held)
    return path


def _cut(folder: Path) -> Path:
    path = _zip("cut.zip", ("profiles/a/db/users.db", b"x" * 10_000))(folder)
    path.write_bytes(path.read_bytes()[:-60])
    return path


def _strange_database(folder: Path) -> Path:
    with sqlite3.connect(folder / "s.db") as database:
        database.execute("CREATE TABLE secrets (a)")
    database.close()
    return folder / "s.db"


def _torn_database(folder: Path) -> Path:
    with sqlite3.connect(folder / "t.db") as database:
        database.execute("CREATE TABLE viewer_profiles (username TEXT, xp INTEGER)")
        database.executemany("INSERT INTO viewer_profiles VALUES (?, 1)", [(f"name{n}" * 20,) for n in range(2_000)])
    database.close()
    held = (folder / "t.db").read_bytes()
    (folder / "t.db").write_bytes(held[: len(held) // 3 // 4096 * 4096])
    return folder / "t.db"


def _far_workbook(folder: Path) -> Path:
    """Make a workbook that says its one cell is in the last column of the last row."""
    path = workbook("far.xlsx", "Points", [["lena", 1]])(folder)
    made = folder / "far2.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(made, "w") as new:
        for one in old.infolist():
            new.writestr(
                one,
                old.read(one)
                if "sheet2" not in one.filename
                else old.read(one).replace(b'ref="A1:B1"', b'ref="A1:XFD1048576"') + b"<broken",
            )
    return made


REFUSED: dict[str, tuple[Make, str]] = {
    "nothing": (_written("a.csv", b""), "empty"),
    "blanks": (_written("a.csv", b"\n \n\t\n"), "empty"),
    "zeros": (_written("a.csv", b"\0" * 4096), "NUL"),
    "zeros later": (_written("a.csv", b"username,points\n" + b"lena,1\n" * 20_000 + b"\0" * 50), "NUL"),
    "a picture": (_written("a.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40), "NUL"),
    "utf-8 by its mark only": (_written("a.csv", b"\xef\xbb\xbfusername,points\nl\xe9na,1\n"), "encoding"),
    "a quote never closed": (_written("a.csv", b'username,points\n"lena,1\n' + b"mo,2\n" * 400_000), "quote"),
    "one endless line": (_written("a.csv", b"username,points\nlena" + b"a" * 2_000_000), "longer than a million"),
    "too many columns": (_written("a.csv", b"a," * 600 + b"\nlena\n"), "columns"),
    "a bomb": (_bomb("b.zip", "profiles/a/db/users.db", 300), "unfold"),
    "a bomb as workbook": (_bomb("b.xlsx", "xl/worksheets/sheet1.xml", 400), "unfold"),
    "a way out": (_zip("z.zip", ("../../../../etc/cron.d/x", b"x"), ("profiles/a/db/users.db", b"{}")), "lead out"),
    "a way out on Windows": (_zip("z.zip", ("C:\\Windows\\x", b"x"), ("profiles/a/db/users.db", b"{}")), "lead out"),
    "a root": (_zip("z.zip", ("/etc/passwd", b"x"), ("profiles/a/db/users.db", b"{}")), "lead out"),
    "a strange archive": (_zip("z.zip", ("holiday.txt", b"sun")), "no users.db"),
    "a locked archive": (_locked, "password"),
    "an archive that lies": (_lying, "damaged"),
    "a torn archive": (_cut, "zip archive is damaged"),
    "a strange database": (_strange_database, "not one of LTTH"),
    "a torn database": (_torn_database, "damaged"),
    "a broken workbook": (_zip("w.xlsx", ("xl/workbook.xml", b"<a")), "damaged"),
    "a workbook with a broken sheet": (_far_workbook, "damaged"),
    "cut JSON": (text("p.json", '{"users":[{"username":"lena","points":1},{"username":"m'), "cut off"),
    "deep JSON": (text("p.json", '{"username":' + "[" * 100_000), "JSON"),
    "no archive of users": (text("u.db", '{"_id":"1","username":"x"}\n' + "garbage\n" * 1_500), "damaged"),
}  # fmt: skip


@pytest.mark.thorough
@pytest.mark.parametrize("kind", REFUSED)
def test_a_hostile_or_broken_file_is_refused_with_a_sentence(kind: str, tmp_path: Path) -> None:
    make, words = REFUSED[kind]
    path = make(tmp_path)
    with pytest.raises(Invalid, match=words) as refused:
        list(table.records(formats.look(path)))
    assert refused.value.message.endswith(".")
    assert str(tmp_path) not in refused.value.message, "no path of the machine is told"
    assert not _held(path), "a refused file is closed, not left to be collected"


def _held(path: Path) -> list[str]:
    """Name the descriptors of this process that are still open on a file."""
    return [link.name for link in Path("/proc/self/fd").iterdir() if link.exists() and link.resolve() == path.resolve()]


def test_more_than_a_hundred_megabytes_are_not_even_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    with path.open("wb") as file:
        file.truncate(formats.MOST_BYTES + 1)
    with pytest.raises(TooLarge, match="100 MB"):
        formats.look(path)


FORMULA = '=HYPERLINK("http://evil.example","click")'


def test_a_formula_in_a_name_is_a_text_and_comes_back_guarded(tmp_path: Path) -> None:
    rows = 'username,points,notes\n"' + FORMULA.replace('"', '""') + '",5,@SUM(A1)\n'
    found = formats.look(text("f.csv", rows)(tmp_path))
    (one,) = table.records(found)
    assert isinstance(one, Record)
    assert one.handle == FORMULA
    assert one.fields["notes"] == "@SUM(A1)"


def test_a_workbook_is_never_calculated(tmp_path: Path) -> None:
    path = workbook(
        "f.xlsx",
        "Points",
        [["Name", "Rank", "Points", "Hours"], ["lena", "Unranked", '=WEBSERVICE("http://evil.example")', 1], ["mo", "x", 2, 3]],
    )(tmp_path)
    people = [one for one in table.records(formats.look(path)) if isinstance(one, Record)]
    assert people[0].fields["loyalty_points"] == 0, "a formula nobody calculated is nothing"


def test_control_and_invisible_letters_are_dropped_from_names(tmp_path: Path) -> None:
    (one,) = table.records(formats.look(text("c.csv", "username,points\nle\x07na\x1b[31m,5\n")(tmp_path)))
    assert isinstance(one, Record)
    assert one.handle == "lena[31m"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_names_survive_the_encodings_that_programs_write(encoding: str, tmp_path: Path) -> None:
    path = text("e.csv", "username;punkte;minuten\nJürgen_Käfer;5;1\nSørensen;6;1\n" * 3, encoding)(tmp_path)
    names = {one.handle for one in table.records(formats.look(path)) if isinstance(one, Record)}
    assert {"Jürgen_Käfer", "Sørensen"} <= names


def test_whatever_the_bytes_are_the_answer_is_ours(tmp_path: Path) -> None:
    """Cut and flipped copies of good files end in people, failed rows or a sentence: never in a stranger's error."""
    import random

    from tests.viewers.imports import files

    chance = random.Random(5)
    looks: list[Callable[[bytearray], None]] = [
        lambda held: held.__delitem__(slice(chance.randrange(len(held)), None)),
        lambda held: held.__setitem__(chance.randrange(len(held)), chance.randrange(256)),
        lambda held: held.__delitem__(slice(0, chance.randrange(1, 40))),
    ]
    for name, make in files.ALL.items():
        good = make(tmp_path).read_bytes()
        for turn in range(12):
            held = bytearray(good)
            for _ in range(1 + turn % 3):
                if held:
                    looks[turn % 3](held)
            path = tmp_path / f"{name}-{turn}"
            path.write_bytes(held)
            try:
                lines = list(table.records(formats.look(path)))
            except EntourageError as error:
                assert error.message
            else:
                assert json.dumps([one.line for one in lines])
