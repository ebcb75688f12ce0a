"""A file as a table, whatever it was: names of columns, what they hold unless somebody says otherwise, and its rows."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from entourage.kernel.errors import Invalid
from entourage.viewers.imports import mapping, record, sheet, workbook
from entourage.viewers.imports.record import Record, Rejected, Unreadable
from entourage.viewers.imports.sheet import Row

Amend = Callable[[Record, list[str]], Record]


@dataclass(slots=True)
class Table:
    """What a file turned out to be; `rows` begins anew with each call. `amend` mends a record by what its program gets wrong."""

    source: str
    kind: str
    header: list[str]
    mapping: dict[str, str]
    rows: Callable[[], Iterator[Row | Rejected]]
    platform: str = "twitch"
    rules: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    encoding: str = ""
    delimiter: str = ""
    amend: Amend | None = None


@dataclass(slots=True)
class Plain:
    """A table as it stands in a text file or workbook; `header` is None when its first row is somebody already."""

    header: list[str] | None
    width: int
    first: list[list[str]]
    rows: Callable[[], Iterator[Row]]
    encoding: str = ""
    delimiter: str = ""

    def named(self, names: Sequence[str] = ()) -> list[str]:
        """Return the names of the columns; where the file has none, the given ones, then numbers."""
        if self.header is not None:
            return mapping.unique(self.header)
        return mapping.unique([*names[: self.width], *[""] * (self.width - len(names))])


def plain(file: Path, sheets: tuple[str, ...] = ()) -> Plain:
    """Open a text file or a workbook as a table; raises Invalid for what is neither, and for one without rows."""
    if workbook.is_workbook(file):
        shape = sheet.Shape("", "")

        def every() -> Iterator[Row]:
            return workbook.rows(file, sheets)
    else:
        shape = sheet.shape_of(file)

        def every() -> Iterator[Row]:
            return sheet.rows(file, shape)

    first = [cells for _, cells in islice(every(), 20)]
    if not first:
        msg = "There is no row in this file."
        raise Invalid(msg)
    headed = sheet.names_columns(first[0], first[1] if len(first) > 1 else None) or mapping.knows(first[0])
    return Plain(
        first[0] if headed else None,
        max(map(len, first)),
        first[1:] if headed else first,
        lambda: islice(every(), 1, None) if headed else every(),
        *shape,
    )


def records(table: Table, said: Mapping[str, str] | None = None, platform: str = "") -> Iterator[Record | Rejected]:
    """Read every row, with the table's own mapping and platform unless others are given.

    Raises Invalid for a mapping that cannot be, and for a file of more lines than anybody has viewers.
    """
    of = mapping.columns(table.header, table.mapping if said is None else said, record.platform(platform or table.platform))
    for count, row in enumerate(table.rows(), 1):
        if count > record.MOST_LINES:
            msg = f"There are more than {record.MOST_LINES:,} lines in this file; split it."
            raise Invalid(msg)
        if isinstance(row, Rejected):
            yield row
            continue
        line, cells = row
        try:
            one = mapping.record_of(line, cells, of)
            yield table.amend(one, cells) if table.amend else one
        except Unreadable as error:
            yield Rejected(line, [cell[:2_000] for cell in cells[:100]], str(error))


def mostly(pattern: str, cells: Sequence[str]) -> bool:
    """Tell whether more than half of some cells look like this: one that is broken must not hide what the column is."""
    return 2 * sum(bool(re.fullmatch(pattern, cell)) for cell in cells) > len(cells)
