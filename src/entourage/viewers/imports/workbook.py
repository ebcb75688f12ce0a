"""Tables in Excel workbooks (.xlsx), read row by row, with a limit to what a small file may unfold to."""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from entourage.kernel.errors import Invalid
from entourage.viewers.imports import archive
from entourage.viewers.imports.sheet import Row

_MOST = 300_000_000
_MOST_CELLS = 500
_BROKEN = (
    InvalidFileException, zipfile.BadZipFile, zlib.error, EOFError, OSError,
    LookupError, ValueError, TypeError, AttributeError, SyntaxError, RuntimeError,
)  # fmt: skip
"""What zipfile and openpyxl raise over damaged bytes: the archive's own errors, and those of XML that is not what it should be."""


def is_workbook(file: Path) -> bool:
    """Tell whether a zip archive is a workbook."""
    try:
        with zipfile.ZipFile(file) as opened:
            return "xl/workbook.xml" in opened.namelist()
    except (zipfile.BadZipFile, OSError, NotImplementedError):
        return False


def rows(file: Path, sheets: tuple[str, ...] = ()) -> Iterator[Row]:
    """Yield the rows of the first sheet with one of the names (any case), else of the first; raises Invalid for a broken file."""
    archive.check(file, most=_MOST)
    with file.open("rb") as opened:
        try:
            book = load_workbook(opened, read_only=True, data_only=True, keep_links=False)
        except _BROKEN as error:
            msg = "This Excel workbook is damaged. Open it in a spreadsheet, save it anew as .xlsx or as CSV, and try again."
            raise Invalid(msg) from error
        with closing(book):
            yield from _rows(book, {name.casefold() for name in sheets})


def _rows(book: Workbook, wanted: set[str]) -> Iterator[Row]:
    try:
        sheet = next((one for one in book.worksheets if one.title.casefold() in wanted), None) or next(iter(book.worksheets), None)
        if sheet is None:
            msg = "There is no sheet in this workbook."
            raise Invalid(msg)
        for line, values in enumerate(sheet.iter_rows(values_only=True, max_col=_MOST_CELLS), 1):
            cells = [_text(value) for value in values]
            if any(cell.strip() for cell in cells):
                yield line, _trimmed(cells)
    except _BROKEN as error:
        msg = "This Excel workbook is damaged in the middle. Save it anew as .xlsx or as CSV, and try again."
        raise Invalid(msg) from error


def _trimmed(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)
