"""Tables in text files, read as a stream: which encoding, which delimiter, whether the first line names the columns."""

import codecs
import csv
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NamedTuple

from entourage.kernel.errors import Invalid

Row = tuple[int, list[str]]
"""The number of a row's last line in the file, from 1, and its cells."""

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DELIMITERS = (",", ";", "\t", "|")
_BLOCK = 1 << 20
_HEAD = 65_536
_LONGEST_LINE = 1_000_000
_MOST_CELLS = 500
_LOOKED_AT = 50


class Shape(NamedTuple):
    """How a table is written."""

    encoding: str
    delimiter: str


def encoding_of(file: Path) -> str:
    """Find the encoding: by its mark, by the zeros of UTF-16, UTF-8 where all of it is, else Windows-1252.

    Raises Invalid for an empty file and for one that is no text.
    """
    with file.open("rb") as opened:
        head = opened.read(_HEAD)
        if not head.strip():
            msg = "The file is empty."
            raise Invalid(msg)
        for mark, name in _MARKS:
            if head.startswith(mark):
                return name
        if b"\0" in head:
            return _without_mark(head)
        opened.seek(0)
        return "utf-8" if _is_utf8(opened) else "cp1252"


def _without_mark(head: bytes) -> str:
    """Tell UTF-16 without a mark by where its zeros are."""
    pairs = len(head) // 2
    even, odd = head[0 : pairs * 2 : 2].count(0), head[1 : pairs * 2 : 2].count(0)
    if odd > pairs * 0.3 and even < pairs * 0.05:
        return "utf-16-le"
    if even > pairs * 0.3 and odd < pairs * 0.05:
        return "utf-16-be"
    msg = "This is no text file: it holds NUL bytes. If it should be a list of viewers, it is damaged; take an older copy."
    raise Invalid(msg)


def _is_utf8(opened: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while block := opened.read(_BLOCK):
            if b"\0" in block:
                msg = "The file holds NUL bytes: part of it was never written. Take an older copy."
                raise Invalid(msg)
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def shape_of(file: Path) -> Shape:
    """Find encoding and delimiter; raises Invalid for what is no text."""
    encoding = encoding_of(file)
    with closing(_lines(file, encoding)) as every:
        lines = list(islice((line for line in every if line.strip()), _LOOKED_AT))
    return Shape(encoding, delimiter_of(lines))


def delimiter_of(lines: list[str]) -> str:
    """Choose the delimiter that cuts most lines into the same number of cells, more than one; a comma when none does."""
    best, chosen = (0.0, 0), ","
    for delimiter in _DELIMITERS:
        try:
            widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter) if row)
        except csv.Error:
            continue
        width, times = max(widths.items(), key=lambda one: (one[0] > 1, one[1], one[0]), default=(0, 0))
        score = (times / max(1, widths.total()), width)
        if width > 1 and score > best:
            best, chosen = score, delimiter
    return chosen


def rows(file: Path, shape: Shape) -> Iterator[Row]:
    """Yield the rows that are not blank; raises Invalid where the file stops being a table."""
    with closing(_lines(file, shape.encoding)) as lines:
        reader = csv.reader(lines, delimiter=shape.delimiter)
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                msg = f"Line {reader.line_num:,} is no row of a table; perhaps a quote in it is never closed."
                raise Invalid(msg) from error
            if len(cells) > _MOST_CELLS:
                msg = f"Line {reader.line_num:,} has {len(cells):,} columns; at most {_MOST_CELLS} are read."
                raise Invalid(msg)
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells


def _lines(file: Path, encoding: str) -> Generator[str]:
    """Yield lines with their ends; one that is too long to be one ends it all with Invalid."""
    # Strict where the whole file was looked at; a wrong half of a character in UTF-16 spoils a name, not the file.
    errors = "strict" if encoding.startswith("utf-8") else "replace"
    with file.open(encoding=encoding, errors=errors, newline="") as text:
        try:
            while line := text.readline(_LONGEST_LINE):
                if len(line) >= _LONGEST_LINE:
                    msg = "A line is longer than a million characters: this is no table."
                    raise Invalid(msg)
                yield line
        except UnicodeDecodeError as error:
            msg = "Some of the file is not in the encoding that it begins with. Save it as UTF-8 and try again."
            raise Invalid(msg) from error


def names_columns(first: list[str], second: list[str] | None) -> bool:
    """Tell whether the first row names the columns: words without a number among them, all different."""
    words = [cell.strip().casefold() for cell in first]
    if not words or len(set(words)) != len(words) or any(_is_number(word) for word in words):
        return False
    return second is None or len(first) == 1 or any(map(_is_number, second)) or len(words) != len([c for c in second if c.strip()])


def _is_number(text: str) -> bool:
    plain = text.strip().replace(",", "").replace(".", "").replace("'", "").replace(" ", "").removeprefix("-")
    return plain.isdecimal()
